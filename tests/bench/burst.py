"""A thousand conversations at once, on the desk as `make run` starts it: how long each waits for its agent, and how late
its warning and its closing come.

All is read from what is stored: the journal of the embedded AWS has every version of every row. SIZE=… for fewer.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx

from chalicelib.models.conversations import Conversation, is_summary
from chalicelib.models.messages import Message
from infra.replay.desk import Agent, Web
from infra.replay.desk import Desk as Known
from tests.bench.figures import Report
from tests.bench.peer.desk import Desk, running
from tests.bench.web import Connection, Unanswered, timed

_AT_ONCE, _PATIENCE = 8, 300
#: Seconds of silence after which a conversation is warned: the burst's answers are still being sent by then. Seconds from then on
#: until it is closed, for each conversation: a backlog of warnings must not meet the closings, before which a warning is dropped.
_WARN_AFTER, _APART = 5, 0.15
_HERE = "`make run`: one process over ministack with its journal, two threads a queue"
_ON_AWS = "on AWS each queue has as many lambdas as it needs; its delays are whole seconds as here"


@dataclass
class Chat:
    """What is stored of a conversation. Times are epoch milliseconds; each list has what came in its order."""

    number: int
    opened: int
    assigned: list[int] = field(default_factory=list)
    assignee: str | None = None
    due: dict[str, int] = field(default_factory=dict)
    closed: list[int] = field(default_factory=list)
    warned: list[int] = field(default_factory=list)

    def change(self, row: Conversation) -> None:
        """Takes the next version of its row in."""
        if row.assigned_at and row.assigned_at not in self.assigned:
            self.assigned.append(row.assigned_at)
            self.assignee = row.assignee
        if row.closed_at and row.closed_at not in self.closed:
            self.closed.append(row.closed_at)
        self.due |= {kind: at for kind in ("warn", "close") if (at := getattr(row, f"{kind}_at"))}

    @property
    def faults(self) -> int:
        """How often it was not assigned, warned and closed just once."""
        return sum(len(happened) != 1 for happened in (self.assigned, self.warned, self.closed))


class Stored:
    """The conversations of a desk, read from its journal as it grows."""

    def __init__(self, journal: Path) -> None:
        self._file = journal.open()
        self._rest = ""
        self.chats: dict[str, Chat] = {}

    def _rows(self) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
        """Table and row of every change since the last time."""
        *lines, self._rest = (self._rest + self._file.read()).split("\n")
        for change in (change for line in lines for change in json.loads(line)):
            if change.get("t") and change.get("n"):
                yield change["t"].rpartition("-")[2], change["n"]

    def look(self) -> list[Chat]:
        """All conversations as they are by now."""
        for table, item in self._rows():
            if table == "conversations" and is_summary(Conversation.hash_key_of(item)):
                row = Conversation.from_raw_data(item)
                self.chats.setdefault(row.key, Chat(row.number, row.created_at)).change(row)
            elif table == "messages" and (said := Message.from_raw_data(item)).sender_kind == "system":
                self.chats[said.conversation_key].warned.append(said.created_at)
        return list(self.chats.values())

    def until(self, holds: Callable[[Chat], object], count: int) -> list[Chat]:
        """The conversations once so many are as they should be, or after five minutes."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and sum(bool(holds(chat)) for chat in self.look()) < count:
            time.sleep(0.1)
        return self.look()


def measure(report: Report) -> None:
    """Adds waits and latenesses in seconds, what they are of the burst's length, and what was lost or doubled."""
    size = int(os.environ.get("SIZE") or 1000)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="burst-")))
        port = stack.enter_context(running(folder))
        desk, stored = Desk(folder, port, 0), Stored(folder / "journal.jsonl")
        web = Web(stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)))
        agents = _on_duty(web, folder, size)
        sent, answered = _play(desk, stored, agents, size)
        chats = stored.until(lambda chat: chat.closed and chat.warned, size)
    _tell(report, chats, sent, answered, size)


def _on_duty(web: Web, folder: Path, size: int) -> dict[str, Agent]:
    """The demo account's agents, online, by uuid; silence is noticed after seconds."""
    document = json.loads((folder / "desk.json").read_text())
    form = {"grant_type": "password", "email": document["owner"]["email"], "password": document["owner"]["password"]}
    token = web.ask("POST", "/oauth/token", data=form)["access_token"]
    spans = {"reassignUnpickedAfter": 3600, "warnAfter": _WARN_AFTER, "closeAfter": _WARN_AFTER + max(1, round(size * _APART))}
    web.ask("PUT", "/api/v3/anytime/autoClose", json={"isEnabled": True, **spans}, headers={"Authorization": f"Bearer {token}"})
    agents = [Agent.log_in(web, known) for known in Known.load(folder).agents]
    return {agent.id: agent for agent in agents}


def _play(desk: Desk, stored: Stored, agents: dict[str, Agent], size: int) -> tuple[float, float]:
    """The burst, and when all have their agent, an answer to each. Returns the seconds that each of the two took."""
    connections = [Connection(desk.port) for _ in range(_AT_ONCE)]
    visitors = [desk.arrive(connections[0]) for _ in range(size)]
    sent = timed(lambda web: desk.open(web, visitors.pop()), connections, size // _AT_ONCE).seconds
    chats = stored.until(lambda chat: chat.assigned, size)
    waiting = [chat.number for chat in chats if chat.assignee is None]
    if waiting:
        raise Unanswered(f"{len(waiting)} conversations have no agent after {_PATIENCE} seconds")
    started = time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda chat: agents[str(chat.assignee)].reply(chat.number, "One moment please.", str(chat.number)), chats))
    return sent, time.monotonic() - started


def _tell(report: Report, chats: list[Chat], sent: float, answered: float, size: int) -> None:
    burst = f"{size:,} conversations opened in {sent:.0f} s, answered in {answered:.0f} s. {_HERE}"
    waits = [chat.assigned[0] - chat.opened for chat in chats]
    _spread(report, "routing wait", waits, sent, f"from opened to assigned, as stored; {burst}")
    report.add(
        "lost or doubled", size - len(chats) + sum(chat.faults for chat in chats), "chats", 0, "assigned, warned, closed once"
    )
    for kind, name in (("warn", "warning"), ("close", "closing")):
        done = [(getattr(chat, f"{kind}ed".replace("ee", "e")), chat.due.get(kind)) for chat in chats]
        late = [at[0] - due for at, due in done if at and due]
        _spread(report, f"{name} late by", late, answered, f"after its deadline, as stored; {_ON_AWS}")


def _spread(report: Report, name: str, milliseconds: list[int], took: float, note: str) -> None:
    """Median, 99th percentile and maximum in seconds, and the second as a share of what the burst took."""
    hundredths = quantiles(milliseconds, n=100, method="inclusive")
    report.add(f"{name}, median", hundredths[49] / 1000, "s", note=note)
    report.add(f"{name}, p99", hundredths[98] / 1000, "s")
    report.add(f"{name}, most", max(milliseconds) / 1000, "s")
    report.add(f"{name}, p99 to the burst's length", hundredths[98] / 1000 / took, "x")
