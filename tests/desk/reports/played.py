"""Whatever happens at a desk, noted by hand, and what reports and rows say of it."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.reports import compacting, reports
from chalicelib.desk.reports.reports import Question
from chalicelib.models import conversations, statistics
from chalicelib.models.conversations import Conversation
from chalicelib.rules import series
from infra import recount
from tests.desk.conversations.desk import department
from tests.streams_and_queues import START
from tests.world import World

BASE = "/api/v3/anytime"
DAY, QUARTER = 86_400_000, 900_000


@dataclass
class Hand:
    """What somebody notes who watches the desk: each happening with its time, and since when contacts wait."""

    noted: list[tuple[str, int, int]] = field(default_factory=list)
    opened: list[tuple[int, int]] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)
    waits: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)

    def see(self, rows: list[Conversation], now: int) -> None:
        """Notes what has become of conversations since the last look."""
        for row in rows:
            was, is_ = self.seen.get(row.id), place(row)
            if was is None:
                self.note("created", row.created_at)
            if is_ == "closed" and was in ("open", None):
                self.note("closed", int(row.closed_at or 0), row.assignee_number or 0)
            if is_ == "open" and was == "closed":
                self.note("reopened", now)
            if (is_ == "open") != (was == "open"):
                at = row.created_at if was is None else int(row.closed_at or 0) if is_ == "closed" else now
                self.opened.append((at, 1 if is_ == "open" else -1))
            if is_ == "closed":
                self.asked.pop(row.id, None)
            self.seen[row.id] = is_

    def note(self, what: str, at: int, agent: int = 0) -> None:
        self.noted.append((what, at, agent))

    def hear(self, chat: str, agent: int, now: int) -> None:
        """Notes a message of a contact (0), or of an agent."""
        if not agent:
            self.note("asked", now)
            self.asked.setdefault(chat, now)
            return
        self.note("said", now, agent)
        if self.answered.get(chat, -1) != now // DAY:
            self.note("replied", now, agent)
        if chat in self.asked:
            (self.waits if chat in self.answered else self.firsts).append(now - self.asked.pop(chat))
        self.answered[chat] = now // DAY

    def count(self, what: str, start: int, end: int) -> int:
        return sum(one == what and start <= at < end for one, at, _ in self.noted)


def place(row: Conversation) -> str:
    """Where a conversation is: gone, closed or open."""
    return "gone" if row.deleted_at else row.status if row.status == "closed" else "open"


class Play:
    """A desk on which things happen by chance."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world, self.chance, self.hand = world, chance, Hand()
        self.group = department(world, f"Group {uuid.uuid4().hex[:8]}")
        self.removed: set[int] = set()
        self.visitors = [world.asking()]
        world.settle()
        self.hand.see(self.rows(), world.now)
        self.hand.hear(self.visitors[0].conversation, 0, world.now)

    def rows(self) -> list[Conversation]:
        return conversations.get_many(self.world.account, [one.conversation for one in self.visitors], consistent=True)

    def one(self) -> Conversation:
        if not self.rows():  # all are removed for good
            self.arrive()
        return self.chance.choice(self.rows())

    def call(self, method: str, path: str, body: Any = None, at: int = 0) -> bool:
        """Calls as one of the agents; False where they may not, or are no more."""
        if self.world.agents[at].number in self.removed:
            return False
        agent = self.world.agents[at]
        answer = self.world.call(method, BASE + path, body or {}, **self.world.bearer(agent))
        assert answer.status < 500, answer
        return answer.status == 200

    def arrive(self) -> None:
        visitor = self.world.asking()
        self.visitors.append(visitor)
        self.look()
        self.hand.hear(visitor.conversation, 0, self.world.now)

    def say(self) -> None:
        visitor = self.chance.choice(self.visitors)
        before = conversations.get(self.world.account, visitor.conversation)
        if before and not before.deleted_at and visitor.say("more").body["error_code"] == 0:
            self.look()
            self.hand.hear(visitor.conversation, 0, self.world.now)

    def reply(self) -> None:
        row, at = self.one(), self.chance.randrange(2)
        if self.call("POST", f"/conversations/{row.number}/messages", {"type": "reply", "plainBody": "so"}, at):
            while row.merged_into:  # it goes where the other messages went
                row = conversations.get(self.world.account, row.merged_into) or row
            self.hand.hear(row.id, self.world.agents[at].number, self.world.now)
            self.look()

    def note(self) -> None:
        self.call("POST", f"/conversations/{self.one().number}/messages", {"type": "note", "plainBody": "hm"})

    def change(self) -> None:
        fields: list[dict[str, Any]] = [
            {"status": one} for one in ("closed", "closed", "onHold", "pendingInternal", "pendingExternal")
        ]
        fields += [{"priority": one} for one in ("urgent", "high", "normal")]
        fields += [{"agentAssigneeId": one.number} for one in self.world.agents]
        fields += [{"departmentAssigneeId": self.group.number}, {"agentAssigneeId": None}]
        self.call("PUT", f"/conversations/{self.one().number}", self.chance.choice(fields))

    def delete(self) -> None:
        self.call("DELETE", f"/conversations/{self.one().number}")

    def restore(self) -> None:
        self.call("POST", f"/deletedconversations/{self.one().number}/restore")

    def merge(self) -> None:
        target, source = self.one(), self.one()
        self.call("POST", f"/conversations/{target.number}/merge", {"sourceId": source.number})

    def purge(self) -> None:
        row = self.one()
        self.call("DELETE", f"/conversations/{row.number}")
        self.look()
        self.call("DELETE", f"/deletedconversations/{row.number}")
        self.look()

    def rename(self) -> None:
        agent = self.chance.choice(self.world.agents)
        self.call("PUT", f"/agents/{agent.number}", {"name": f"Agent {self.chance.randrange(100)}"})

    def remove(self) -> None:
        """Removes the last agent, whose conversations go to others."""
        agent = self.world.agents[1]
        if self.call("DELETE", f"/agents/{agent.number}"):
            self.removed.add(agent.number)

    def idle(self) -> None:
        """Lets the clock close what nobody goes on with."""
        self.wait(700)

    def wait(self, seconds: int = 0) -> None:
        self.world.pass_(seconds or self.chance.choice([1, 420, 3_600, 40_000]))
        self.world.tokens.clear()

    def look(self) -> None:
        self.world.settle()
        self.hand.see(self.rows(), self.world.now)

    def begin(self) -> None:
        """What has to happen in each play: a conversation is reopened twice, moved, and another one is merged into it; the clock
        closes some, an agent is renamed and one is removed, and a conversation is removed for good.
        """
        for fields in ({"status": "closed"}, {"status": "closed"}, {"departmentAssigneeId": self.group.number}):
            self.call("PUT", f"/conversations/{self.one().number}", fields)
            self.look()
            self.wait()
            self.chance.choice([self.say, self.reply])()
        self.arrive()
        self.merge()
        self.look()
        self.arrive()
        self.reply()
        for act in (self.idle, self.rename, self.remove, self.purge):
            act()
            self.look()
        self.arrive()

    def go_on(self, steps: int) -> None:
        acts: list[Callable[[], None]] = [self.arrive, self.say, self.say, self.reply, self.reply, self.note]
        acts += [self.change, self.change, self.change, self.delete, self.restore, self.merge, self.wait, self.wait]
        acts += [self.purge, self.idle, self.rename]
        for _ in range(steps):
            self.chance.choice(acts)()
            self.look()


def ask(world: World, **given: Any) -> reports.Report:
    """A report of the owner's, of all that has happened."""
    end = given.pop("end", world.now + 1)
    return reports.make(world.ctx(ADMIN, world.owner), Question(given.pop("start", START - DAY), end, **given))


def amounts(world: World) -> Any:
    """All that is counted of the past, by quarters and cells, wherever it is kept."""
    near = statistics.near(world.account)
    kept = statistics.days(world.account, statistics.known_days(world.account)).values()
    days = [compacting.read(pending or row) for pending, row in kept]
    days += [compacting.read(row) for day, row in near.pending.items() if day not in statistics.known_days(world.account)]
    return series.clean(series.added([*days, *map(compacting.read, near.live)]))


def settle(world: World) -> None:
    """Moves all that is counted where it stays."""
    while compacting.compact(world.ctx("system")):
        pass


def of_account(world: World, folder: Path, *, check: bool = False) -> int:
    """How many days of an account a recount puts right, or would."""
    world.monkeypatch.setattr(recount.Kept, "accounts", lambda kept: [world.account])
    return recount.recount("test", folder, days=30, segments=2, check=check)
