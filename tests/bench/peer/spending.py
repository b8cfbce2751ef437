"""Application CPU of a request: of our handler, which is what Lambda bills, and of the peer's processes.

What stores the data is on neither side: not the emulator, not PostgreSQL. Our handler is called in this process, with the event
of API Gateway; what is between a client and it is API Gateway's. The peer's is that of gunicorn and its workers.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chalice.local import LambdaContext

from tests.bench import processes
from tests.bench.figures import Report
from tests.bench.gateway import event
from tests.bench.peer.desk import Desk
from tests.bench.peer.helpdesk import Helpdesk
from tests.bench.web import Connection, Unanswered

#: The most that ours may be of the peer's.
_BUDGET = 0.5
#: Requests of a round; a process's CPU is counted by the hundredth of a second.
TIMES = 20
OPERATIONS = ("create", "post", "list, all", "list, open", "close")
_CONTEXT = LambdaContext("api_handler", 512)


class Handled(Connection):
    """Requests that our handler answers in this process. `spent` is what it took of this thread's CPU, in seconds."""

    def __init__(self) -> None:
        import app  # only now, because it reads the environment

        self._handle: Callable[[dict[str, Any], LambdaContext], dict[str, Any]] = app.app
        self.spent = 0.0

    def json(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON answered to JSON."""
        asked = urlsplit(path)
        sent = event(method, asked.path, body, (headers or {})["Authorization"], dict(parse_qsl(asked.query)) or None)
        before = time.thread_time()
        answer = self._handle(sent, _CONTEXT)
        self.spent += time.thread_time() - before
        if answer["statusCode"] >= 400:
            raise Unanswered(f"{method} {path[:60]} answered {answer['statusCode']}: {answer['body'][:300]}")
        return json.loads(answer["body"])


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds of CPU that one operation took on each side, in a round."""

    ours: float
    theirs: float


def measure(desk: Desk, peer: Helpdesk, rounds: int) -> dict[str, list[Spent]]:
    """By operation, what each round took: both sides in turn. The first round warms up and is not kept."""
    here, there = Handled(), Connection(peer.port)
    spent: dict[str, list[Spent]] = {name: [] for name in OPERATIONS}
    for at in range(rounds + 1):
        for name, kept in spent.items():
            one = Spent(_ours(desk, here, name), _theirs(peer, there, name))
            if at:
                kept.append(one)
    return spent


def _ours(desk: Desk, here: Handled, name: str) -> float:
    here.spent = 0.0
    for _ in range(TIMES):
        desk.operations[name](here)
    return here.spent * 1000 / TIMES


def _theirs(peer: Helpdesk, there: Connection, name: str) -> float:
    before = _taken(peer)
    for _ in range(TIMES):
        peer.operations[name](there)
    return (_taken(peer) - before) * 1000 / TIMES


def _taken(peer: Helpdesk) -> float:
    return sum(map(processes.cpu, processes.family(peer.pid)))


def tell(report: Report, spent: Mapping[str, list[Spent]]) -> None:
    """Adds ours as a share of the peer's, for each operation."""
    for name, rounds in spent.items():
        ours, theirs = median(one.ours for one in rounds), median(one.theirs for one in rounds)
        note = f"{ours:.2f} ms of the handler against {theirs:.2f} ms of the mended peer's processes"
        report.add(f"{name}, application CPU", median(one.ours / one.theirs for one in rounds), "x desk/peer", _BUDGET, note)
