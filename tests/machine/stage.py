"""A desk and who uses it, as the machine sees them: one account, its visitors, its agents, and what is still to be delivered."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import telemetry
from chalicelib.context import ADMIN, AGENT, Caller, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import tokens
from chalicelib.desk.automation import routing, team
from chalicelib.desk.conversations import conversations, sla_policies, triggers
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.triggers import Change, SetValue
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person
from chalicelib.dialects.ppmessage.auth import LEVELS
from chalicelib.models import people as rows
from chalicelib.models import timers
from chalicelib.rules import ids
from chalicelib.rules.allocation import Choice
from chalicelib.rules.triggers import CREATED, MOVED
from tests import policies
from tests.machine.deliveries import CrashPoint, Pool, dies, empty_all, is_empty
from tests.machine.witness import Page, Witness
from tests.visitors import Answer, Visitor
from tests.websockets import Socket
from tests.world import World

#: Seconds for which the tokens of a stage are good, and after which the gateway ends a socket.
_TOKENS, _SOCKETS = 30 * 86_400, 2 * 3_600
#: The account's triggers: one for what begins, and two that undo what the other does.
_PRIORITY = 7
TRIGGERS = [
    Change(name=name, event=event, sets_values=True, values=(SetValue(field=_PRIORITY, value=value),))
    for name, event, value in (("begins", CREATED, "high"), ("raises", MOVED, "urgent"), ("lowers", MOVED, "low"))
]
#: The account's policy: short enough that clocks breach now and then.
POLICY = sla_policies.Change(name="all", first_within=1_800.0, next_within=1_200.0, resolve_within=9_000.0)


@dataclass(eq=False)
class Line:
    """A client that listens: its socket, since when, and the device that it is on."""

    socket: Socket
    device: str
    since: int


@dataclass(eq=False)
class Guest:
    """A visitor, what they have sent by conversation, and what listens for them."""

    visitor: Visitor
    sent: dict[str, list[str]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Their uuid."""
        return self.visitor.id


@dataclass(eq=False)
class Staff:
    """An agent, whether they were removed or are switched off, and what listens for them."""

    person: Person
    is_gone: bool = False
    is_off: bool = False
    #: How often their logins have been ended.
    token_version: int = 0
    lines: list[Line] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Their uuid."""
        return self.person.id

    @property
    def is_able(self) -> bool:
        """Whether they can log in."""
        return not (self.is_gone or self.is_off)


class Stage:
    """All of it. What is random in it follows from the seed, so that what was found is found again."""

    def __init__(self, seed: int, allocation: str) -> None:
        self.dice = random.Random(seed)
        self._patches = pytest.MonkeyPatch()
        self._make_repeatable()
        empty_all()
        policies.forget()
        self.world = World(self._patches, allocation=allocation)
        for given in TRIGGERS:
            triggers.create(self.world.ctx(ADMIN), given)
        sla_policies.create(self.world.ctx(ADMIN), POLICY)
        self.pool = Pool(self.world)
        self.witness = Witness(self.pool)
        self.page = Page(self.world, self.witness)
        self.guests: list[Guest] = []
        self.owner = Staff(self.world.owner)
        self.staff = [Staff(agent) for agent in self.world.agents]
        #: Uuids of conversations that agents know of: those with a visitor, and those among themselves.
        self.chats: list[str] = []
        self.internal: list[str] = []
        self.groups: list[str] = []
        #: Conversations that routing gave to somebody who had no place for them, or accepts none.
        self.given_too_much: list[str] = []
        self._watch_routing()
        self.counter = self.calls = 0
        for label in ("PPCOM", "PPCONSOLE"):
            self.world.tokens[label] = self.token(label, self.owner if label == "PPCONSOLE" else None)

    def _make_repeatable(self) -> None:
        original, real = ids.uuid7, timers.list_due
        self._patches.setattr(uuid, "uuid4", lambda: uuid.UUID(int=self.dice.getrandbits(128), version=4))
        self._patches.setattr(ids, "uuid7", lambda now, _: original(now, self.dice.randbytes(10)))
        self._patches.setattr(timers, "list_due", lambda *place: [] if is_empty("timers") else real(*place))
        self._patches.setattr(telemetry.log, "disabled", True)

    def _watch_routing(self) -> None:
        """Looks at each agent right after routing gives them a conversation."""
        original = team.give

        def watched(ctx: Context, conversation: Conversation, choice: Choice[Person], changes: dict[str, Any]) -> None:
            original(ctx, conversation, choice, changes)
            account, id_ = accounts.load(ctx), choice.agent.id
            agent = rows.get_many(ctx.account, {id_}, consistent=True)[id_]
            limit, load = account.auto_allocation.limit_of(agent), account.auto_allocation.load_of(agent)
            if agent.refuses_allocation or (account.routed and limit is not None and load > limit):
                self.given_too_much.append(conversation.id)

        self._patches.setattr(team, "give", watched)
        self._patches.setattr(routing, "give", watched)

    def close(self) -> None:
        """Takes the patches back."""
        self._patches.undo()

    # --- who is there

    def token(self, label: str, staff: Staff | None) -> str:
        """A token of a PPMessage api level, or an agent's for the other dialects without one, that outlasts the machine's run."""
        holder = Caller(self.world.account, LEVELS[label] if label else AGENT, client=label)
        if staff:
            who, level = staff.person, holder.level if label else staff.person.level or AGENT
            holder = replace(holder, level=level, person=who.id, number=who.number, token_version=staff.token_version)
        return tokens.issue(self.world.ctx(ADMIN), holder, tokens.ACCESS, _TOKENS)

    def guest(self, which: int) -> Guest:
        """One of the visitors."""
        return self.guests[which % len(self.guests)]

    def agent(self, which: int) -> Staff | None:
        """One of the agents who can log in, None where there is none."""
        able = [each for each in self.staff if each.is_able]
        return able[which % len(able)] if able else None

    def chat(self, which: int) -> str:
        """One of the conversations with a visitor, the latest for 0."""
        return self.chats[-1 - which % len(self.chats)]

    def conversations(self) -> list[Conversation]:
        """All of the account, as they are now."""
        ctx = self.world.ctx(ADMIN)
        with_guests = [row for guest in self.guests for row in conversations.list_of_contact(ctx, guest.id)]
        return [*{row.id: row for row in with_guests}.values(), *conversations.get_many(ctx, self.internal)]

    def learn(self, guest: Guest) -> None:
        """Notes the uuid of a visitor's latest chat as agents know it, even while a queue keeps it from the visitor."""
        chat = people.get(self.world.ctx(ADMIN), guest.id).chat
        if chat and chat not in self.chats:
            self.chats.append(chat)

    def text(self, what: str) -> str:
        """A text that nobody else says."""
        self.counter += 1
        return f"{what} {self.counter}"

    # --- what they do

    def call(
        self, method: str, path: str, body: Any = None, *, by: Staff, at: CrashPoint | None = None, **headers: str
    ) -> Answer:
        """A call of somebody's, which is the desk's to answer. With `at` its process dies there, and the client repeats it."""
        headers |= {"Authorization": f"Bearer {self.token('', by)}"}
        return self.repeated(lambda: self.world.call(method, path, body, **headers), at)

    def repeated(self, ask: Callable[[], Answer], at: CrashPoint | None) -> Answer:
        """What a client gets who asks again where the desk has died."""
        if at:
            dies(ask, at)
            self.meanwhile()
        answer = ask()
        self.meanwhile()
        assert answer.status < 500, answer
        return answer

    def listen(self, who: Guest | Staff, device: str, token: str | None = None) -> Line | None:
        """A new socket of somebody's, None where it is refused."""
        of_visitor = isinstance(who, Guest)
        socket = self.witness.socket(of_visitor=of_visitor)
        ack = socket.auth(self.world, who.id, device, "PPCOM" if of_visitor else "PPKEFU", token)
        if ack["code"] != 0:
            return None
        line = Line(socket, device, self.world.now)
        who.lines.append(line)
        return line

    def hang_up(self, who: Guest | Staff, *, says_so: bool) -> None:
        """All of somebody's sockets go, with a word to the gateway or without."""
        for line in who.lines:
            if line.socket.is_open and says_so:
                line.socket.close()
            elif line.socket.is_open:
                line.socket.lose()
        who.lines.clear()
        self.meanwhile()

    def pass_(self, seconds: int) -> None:
        """Time passes, in which nothing is delivered. The gateway ends sockets that are too old."""
        self.world.now += seconds * 1000
        lines = [line for guest in self.guests for line in guest.lines] + [line for staff in self.staff for line in staff.lines]
        for line in lines:
            if line.socket.is_open and self.world.now - line.since > _SOCKETS * 1000:
                line.socket.closed_by_server()

    def meanwhile(self) -> None:
        """What AWS brings between two calls: nothing or some of what is due, a part of it again; now and then a lambda dies."""
        self.calls += 1
        for _ in range(self.dice.choice([0, 0, 0, 1, 2, 4, 8])):
            ready = self.pool.ready()
            if not ready:
                return
            chance = self.dice.random()
            at = CrashPoint(self.dice.randint(1, 8), self.dice.random() < 0.5) if chance < 0.1 else None
            self.pool.deliver(self.dice.choice(ready), at, most=self.dice.choice([1, 2, 100]), again=chance > 0.9)

    def rest(self) -> None:
        """All that is due is done, in a random order."""
        self.calls = 0
        self.world.sweep()
        self.pool.settle(self.dice)
