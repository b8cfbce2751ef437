"""django-helpdesk, installed in an environment of its own, filled, and served by gunicorn."""

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.bench.web import Connection, Unanswered, wait_for
from tests.waiting import free_port

_HERE = Path(__file__).parent
_REQUIREMENTS = _HERE / "requirements.txt"
_SECRET = secrets.token_urlsafe(32)
WORKERS, THREADS = 2, 4
#: What of its list the page asks for: all tickets, or the open ones, newest first, 50 rows.
EVERY: dict[str, object] = {"filtering": {}, "filtering_null": {}, "sorting": "created", "sortreverse": "on", "search_string": ""}
OPEN: dict[str, object] = {**EVERY, "filtering": {"status__in": [1, 2]}}
_ROWS = {"draw": 1, "start": 0, "length": 50, "order[0][column]": 5, "order[0][dir]": "desc"}
_CLOSED = 4


def installed(data: Path) -> Path:
    """Its environment's folder of commands, made the first time and whenever the requirements change."""
    venv = data / "bench" / "peer-venv"
    mark = venv / "requirements.txt"
    if not mark.exists() or mark.read_text() != _REQUIREMENTS.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--requirement", str(_REQUIREMENTS)], check=True)
        mark.write_text(_REQUIREMENTS.read_text())
    return venv / "bin"


def create(commands: Path, socket: Path, size: int) -> None:
    """Two databases of that many tickets: `shipped`, and its copy `mended` with two indexes and commits that do not wait."""
    _sql(socket, "postgres", "CREATE DATABASE shipped")
    environment = _environment(socket, "shipped")
    subprocess.run([commands / "django-admin", "migrate", "--verbosity", "0"], check=True, env=environment)
    subprocess.run([commands / "python", _HERE / "site" / "fill.py", str(size)], check=True, env=environment)
    _sql(socket, "postgres", "CREATE DATABASE mended TEMPLATE shipped")
    _sql(socket, "postgres", "ALTER DATABASE mended SET synchronous_commit = off")
    _sql(socket, "mended", "CREATE INDEX ON helpdesk_ticket (created)")
    _sql(socket, "mended", "CREATE INDEX ON helpdesk_ticket (status, created)")
    _sql(socket, "mended", "VACUUM ANALYZE")


def _sql(socket: Path, database: str, statement: str) -> None:
    command = ["psql", "--quiet", "--host", str(socket), "--username", "postgres", "--dbname", database, "--command", statement]
    subprocess.run(command, check=True, env={**os.environ, "PGOPTIONS": "--client-min-messages=warning"})


def _environment(socket: Path, database: str) -> dict[str, str]:
    ours = {
        "PGHOST": str(socket),
        "PEER_DATABASE": database,
        "PEER_SECRET": _SECRET,
        "PEER_MENDED": str(int(database == "mended")),
    }
    return {**os.environ, **ours, "PYTHONPATH": str(_HERE / "site"), "DJANGO_SETTINGS_MODULE": "settings"}


class Helpdesk:
    """A running site, a process with its workers, and what staff do on it. Every tenth ticket is open; those are posted to and
    closed.
    """

    def __init__(self, name: str, port: int, size: int, pid: int) -> None:
        self.name, self.port, self.pid = name, port, pid
        self._headers: dict[str, str] = {}
        self._new, self._posted, self._closed = count(1), count(10, 10), count(size - size % 10, -10)
        self.operations: dict[str, Callable[[Connection], object]] = {
            "create": self._create,
            "post": self._post,
            "list, all": lambda web: self.page(web, EVERY),
            "list, open": lambda web: self.page(web, OPEN),
            "close": self._close,
        }

    def log_in(self) -> None:
        """One of the staff logs in as in a browser; what follows has his session."""
        web = Connection(self.port)
        cookies = web.cookies("GET", "/login/")
        form = {"username": "staff0", "password": _SECRET, "csrfmiddlewaretoken": cookies["csrftoken"]}
        sent = {"Cookie": f"csrftoken={cookies['csrftoken']}", "Content-Type": "application/x-www-form-urlencoded"}
        cookies = web.cookies("POST", "/login/", urlencode(form), sent)
        self._headers = {"X-CSRFToken": cookies["csrftoken"], "Content-Type": "application/json"}
        self._headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def _create(self, web: Connection) -> None:
        number = next(self._new)
        ticket = {"queue": 1, "title": f"New {number}", "description": f"How do I change order {number}?", "priority": 3}
        web.json("POST", "/api/tickets/", {**ticket, "submitter_email": f"new{number}@peer.example"}, self._headers)

    def _post(self, web: Connection) -> None:
        said = {"ticket": next(self._posted), "title": "Comment", "comment": "We have changed it for you.", "public": True}
        web.json("POST", "/api/followups/", said, self._headers)

    def _close(self, web: Connection) -> None:
        said = {"ticket": next(self._closed), "title": "Closed", "comment": "", "public": True, "new_status": _CLOSED}
        web.json("POST", "/api/followups/", said, self._headers)

    def page(self, web: Connection, query: dict[str, object]) -> Any:
        """A page of the list, as the table on the page gets it."""
        packed = base64.b64encode(json.dumps(query).encode()).decode()
        page = web.json("GET", f"/datatables_ticket_list/{packed}?{urlencode(_ROWS)}", None, self._headers)
        if len(page["data"]) != _ROWS["length"]:
            raise Unanswered(f"a page of {len(page['data'])} tickets")
        return page


@contextmanager
def served(commands: Path, socket: Path, database: str, size: int) -> Iterator[Helpdesk]:
    """The site over one of its databases, logged in."""
    port = free_port()
    kept = ["--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS), "--keep-alive", "75"]
    command = [str(commands / "gunicorn"), "wsgi", *kept, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    process = subprocess.Popen(command, env=_environment(socket, database))
    try:
        wait_for(process, port)
        site = Helpdesk(database, port, size, process.pid)
        site.log_in()
        yield site
    finally:
        process.terminate()
        process.wait()
