"""A private PostgreSQL on a unix socket, started and stopped with the benchmark."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

#: What a small server would set; all else, fsync and commits that wait for the disk among it, as shipped.
SETTINGS = {"shared_buffers": "1GB", "effective_cache_size": "2GB", "max_wal_size": "4GB", "listen_addresses": ""}


class CannotMeasure(Exception):
    """What is needed is not there: the message says what."""


@contextmanager
def cluster() -> Iterator[Path]:
    """An empty cluster, its superuser `postgres` without a password. Yields the folder of its socket, which is PGHOST."""
    if not shutil.which("initdb") or not shutil.which("pg_ctl"):
        raise CannotMeasure("PostgreSQL's initdb and pg_ctl are needed for the peer")
    with TemporaryDirectory(prefix="peer-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, "nobody")
        data = folder / "data"
        _run("initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync")
        options = " ".join(f"-c {name}={value or quoted}" for name, value in SETTINGS.items() for quoted in ["''"])
        _run("pg_ctl", "--pgdata", data, "--wait", "--log", folder / "log", "--options", f"-k {folder} {options}", "start")
        try:
            yield folder
        finally:
            _run("pg_ctl", "--pgdata", data, "--wait", "--mode", "fast", "stop")


def _run(*command: str | Path) -> None:
    """As nobody where we are root, whom PostgreSQL refuses."""
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
    subprocess.run([*as_nobody, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")
