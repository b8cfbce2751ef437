"""`make run`: all of Polydesk on one machine: embedded AWS, the stack, a demo account, HTTP, SMTP, and what AWS does between.

PORT (default 8000), DATA (folder, default .local), FRESH=1 (start empty). Ctrl-C stops all of it.
"""

import fcntl
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from infra import emulator, memory
from infra.aws import CannotDeploy
from infra.faults import FAULTS
from infra.holding import RELEASE

Process: TypeAlias = "subprocess.Popen[bytes]"
STAGE = "local"
_SENDER = "desk@demo.example"
#: What desk.json says of this run alone.
_ADDRESSES = ("http", "ws", "smtp", "console", "site")
#: Says where the embedded AWS of a running desk is.
_ENDPOINT = "endpoint"
_OURS = ("desk.json", _ENDPOINT, "journal.jsonl", "journal.new", "*.at", "replay.json", "files", "mail", "import-*.json")


class CannotRun(Exception):
    """Why the desk can't be started, in a sentence for the person who tries."""


def main() -> int:
    """Runs until it is stopped; returns the exit code."""
    memory.give_back()
    data = Path(os.environ.get("DATA") or ".local")
    logging.basicConfig(level=os.environ.get("LOG_LEVEL") or "WARNING", format="%(asctime)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        port = _port(os.environ.get("PORT") or "8000")
        with _owned(data), _embedded_aws(data) as aws:
            _run(port, data, stop, aws)
    except CannotRun as reason:
        print(f"polydesk: {reason}", file=sys.stderr)
        return 2
    return 0


@contextmanager
def _owned(data: Path) -> Iterator[None]:
    """The data folder, for this process alone; emptied of what is ours with FRESH=1."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotRun(f"another desk is running on {data}; stop it, or choose another folder with DATA=") from error
        if os.environ.get("FRESH") == "1":
            for path in [path for pattern in _OURS for path in data.glob(pattern)]:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        yield


def _port(text: str) -> int:
    """The first of the three ports, for HTTP, sockets and SMTP, all of which are free. Raises CannotRun."""
    if not (text.isdecimal() and 0 < int(text) < 65534):
        raise CannotRun(f"PORT must be a number from 1 to 65533, not {text}")
    for port in range(int(text), int(text) + 3):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CannotRun(f"port {port} is taken; choose another one with PORT=") from error
    return int(text)


@contextmanager
def _embedded_aws(data: Path) -> Iterator[Process]:
    """The embedded AWS on a free port, ready; this process's environment points to it, and to no account elsewhere."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _point_to(f"http://127.0.0.1:{port}")
    command = [sys.executable, "-m", "infra.emulator", str(port), str(data / "journal.jsonl")]
    aws = subprocess.Popen(command, start_new_session=True)
    try:
        _wait_for(aws, port)
        (data / _ENDPOINT).write_text(os.environ["AWS_ENDPOINT_URL"])
        yield aws
    finally:
        (data / _ENDPOINT).unlink(missing_ok=True)
        aws.terminate()
        aws.wait()


def _point_to(endpoint: str) -> None:
    """Points this process's environment to an embedded AWS, and to no account elsewhere."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    os.environ |= {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    os.environ |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1", "POLYDESK_STAGE": STAGE}


def attach(data: Path) -> None:
    """Points this process to the embedded AWS of the desk that runs on `data`. Raises CannotDeploy where none does."""
    try:
        endpoint = (data / _ENDPOINT).read_text()
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=5) as answer:  # noqa: S310 (a desk of this machine)
            answer.read()
    except OSError as error:
        raise CannotDeploy(f"no desk runs on {data}: start it with `make run`, or name its folder with DATA=") from error
    _point_to(endpoint)


def _wait_for(aws: Process, port: int) -> None:
    for _ in range(600):
        if aws.poll() is not None:
            raise CannotRun(f"the embedded AWS stopped at once, with code {aws.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise CannotRun("the embedded AWS did not start within a minute")


def _run(port: int, data: Path, stop: threading.Event, aws: Process) -> None:
    """Serves the desk until it is to stop. Raises CannotRun where the embedded AWS stops before."""
    _set_environment(port)
    _restore()
    desk = _desk(data)
    FAULTS.arm()
    with _served(port, data):
        addresses = _addresses(port)
        _write(data / "desk.json", addresses | desk)
        print(f"ready {addresses['http']}", flush=True)
        print(f"console {addresses['console']}  demo shop {addresses['site']}  secrets {data / 'desk.json'}", flush=True)
        while not stop.wait(0.5):
            if aws.poll() is not None:
                raise CannotRun("the embedded AWS has stopped; start again, nothing that was stored is lost")


def _set_environment(port: int) -> None:
    """Sets what the app reads when it is imported."""
    from infra import sockets

    os.environ["POLYDESK_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    os.environ["POLYDESK_FILES_URL"] = os.environ["POLYDESK_PUBLIC_URL"]
    os.environ["POLYDESK_SOCKET_API"] = f"http://127.0.0.1:{port + 1}"
    os.environ["POLYDESK_SOCKET_URL"] = f"ws://127.0.0.1:{port + 1}{sockets.PATH}"
    os.environ["POLYDESK_MAIL_FROM"] = f"Polydesk <{_SENDER}>"  # to nobody: infra/mailbox.py keeps it
    os.environ["POLYDESK_SIGNUP"] = "open"
    os.environ.setdefault("POLYDESK_WEBHOOK_HOSTS", "127.0.0.1 localhost")  # receivers of this machine
    os.environ["POLYDESK_TRUSTS_MAILBOXES"] = "1"  # an e-mail account works at once: nobody but its maker is here


def _addresses(port: int) -> dict[str, str]:
    """What desk.json says of this run alone."""
    http = os.environ["POLYDESK_PUBLIC_URL"]
    mail = f"127.0.0.1:{port + 2}"
    return {
        "http": http,
        "ws": os.environ["POLYDESK_SOCKET_URL"],
        "smtp": mail,
        "console": f"{http}/console",
        "site": f"{http}/demo",
    }


@contextmanager
def _served(port: int, data: Path) -> Iterator[None]:
    """Serves HTTP, sockets and SMTP, and pumps what AWS does between; what was begun is ended behind it."""
    import app
    from infra import pumps, server, smtp, sockets  # only now, because the app reads the environment when it is imported

    web = server.serve(app.app, port)
    threading.Thread(target=web.server.serve_forever, daemon=True).start()
    live = sockets.Server(app, port + 1)
    live.start()
    mail = smtp.serve(port + 2)
    running = pumps.pumps(app.app, app, data)
    for pump in running:
        pump.start()
    yield
    for stop in (web.shutdown, mail.stop, live.stop, *(pump.stop for pump in running)):
        stop()
    _ask(RELEASE)
    web.server.drain(5)
    for pump in running:
        pump.join(timeout=5)


def _restore() -> None:
    """The stack's tables and queues, with what the journal has."""
    from infra import stack

    stack.create(STAGE)
    _ask(emulator.RESTORE)
    os.environ |= stack.variables(stack.streams(STAGE))
    os.environ["POLYDESK_ATTACHMENTS"] = stack.bucket(STAGE)


def _ask(path: str) -> None:
    """Asks the embedded AWS for something of ours."""
    with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}{path}", data=b"") as answer:  # noqa: S310 (our own child)
        answer.read()


def _desk(data: Path) -> dict[str, Any]:
    """What desk.json says of the account, which has the demo shop's chat: as it was, or of a demo account made now."""
    from infra import demo

    desk = _known_desk(data) or _new_desk(data)
    demo.open_shop(desk)
    os.environ["POLYDESK_DEMO"] = desk["account"]["app_uuid"]
    return desk


def _known_desk(data: Path) -> dict[str, Any]:
    known = data / "desk.json"
    kept: dict[str, Any] = json.loads(known.read_text()) if known.exists() else {}
    return {name: value for name, value in kept.items() if name not in _ADDRESSES}


def _new_desk(data: Path) -> dict[str, Any]:
    from chalicelib.desk.core.errors import Exists
    from infra import demo

    try:
        return demo.create()
    except Exists as error:
        raise CannotRun(f"{data} has a desk but no desk.json, whose secrets nobody knows; start empty with FRESH=1") from error


def _write(path: Path, document: dict[str, Any]) -> None:
    """The whole document or the one before, readable by its owner alone."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(document, indent=2) + "\n")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
