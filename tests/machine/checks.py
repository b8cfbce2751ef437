"""What must be true of a desk at rest, in whatever order its events came and wherever a process died."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime

from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, event_logs, history, messages, sla, sla_policies
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.event_logs import Event
from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import MessagePosted, TriggerEvents
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person
from chalicelib.desk.reports import statistics
from chalicelib.desk.teams import groups
from chalicelib.models import loads
from chalicelib.rules import deadlines, presence, status
from chalicelib.rules import sla as rules
from chalicelib.rules.groups import Work
from chalicelib.rules.sla import Clocks, Turn
from chalicelib.rules.triggers import MOVED
from tests.machine.stage import Stage
from tests.machine.witness import AMONG_AGENTS, NOTE


class Rest:
    """A desk at rest: its conversations, their messages and its agents, read once."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.ctx = stage, stage.world.ctx(ADMIN)
        self.account = accounts.load(self.ctx)
        self.rows = stage.conversations()
        wanted = [stage.world.owner.id, *(each.person.id for each in stage.staff)]
        self.agents = people.get_many(self.ctx, wanted)
        self._logs: dict[str, list[Event]] = {}
        self.said = {row.id: self._messages_of(row) for row in self.rows}

    def _messages_of(self, row: Conversation) -> list[Message]:
        return history.list_latest(self._inside(row), row.id).messages if row.message_count else []

    def _inside(self, row: Conversation) -> Context:
        """A context of who may see it: one among agents is seen by who began it."""
        return self.stage.world.ctx(AGENT, self.agents[row.contact]) if row.is_internal else self.ctx

    def log(self, row: Conversation) -> list[Event]:
        """What was changed about a conversation, read once."""
        if row.id not in self._logs:
            self._logs[row.id] = event_logs.of_conversation(self.ctx, row).events
        return self._logs[row.id]

    def serving(self, row: Conversation) -> list[Person]:
        """The agents that a conversation is for."""
        active = [agent for agent in self.agents.values() if people.can_serve(agent)]
        return groups.agents_serving(self.ctx, active, row.group, row.domain)

    def public(self) -> list[tuple[Conversation, Message]]:
        """All messages but notes."""
        return [(row, message) for row in self.rows for message in self.said[row.id] if message.kind != messages.NOTE]


def check(stage: Stage) -> None:
    """Fails where anything is not as it must be."""
    rest = Rest(stage)
    for holds in (
        loads_equal_held_rows,
        what_is_paused_is_counted,
        routing_gives_nobody_too_much,
        each_has_one_agent,
        no_deadline_is_overdue,
        what_is_routable_has_a_next_look,
        a_message_is_pushed_by_one_event,
        counters_equal_a_recount,
        nothing_said_is_lost_or_doubled,
        nothing_internal_reached_a_visitor,
        a_trigger_fires_once_for_an_event,
        clocks_are_those_that_follow_from_what_happened,
    ):
        holds(rest)


def check_later(stage: Stage) -> None:
    """The same, and what comes true with time, hours after anybody did anything."""
    check(stage)
    nobody_waits_while_somebody_is_there(Rest(stage))


def loads_equal_held_rows(rest: Rest) -> None:
    """Each agent's count of open conversations is that of those that are theirs."""
    held = Counter(row.assignee for row in rest.rows if row.is_open and row.is_listed and row.assignee)
    counted = {id_: agent.open_conversations for id_, agent in rest.agents.items()}
    assert counted == {id_: held[id_] for id_ in counted}, "open conversations that agents are said to have, and have"


def what_is_paused_is_counted(rest: Rest) -> None:
    """Agents' rows count the conversations that do not count toward a limit, each in the status that it is in."""
    for id_, agent in rest.agents.items():
        paused = Counter(row.paused for row in rest.rows if row.carrier == id_)
        assert all(row.paused in (None, row.status) for row in rest.rows), "paused in a status that it is not in"
        assert {name: paused[name] for name in loads.PAUSED} == {name: getattr(agent, name) or 0 for name in loads.PAUSED}


def routing_gives_nobody_too_much(rest: Rest) -> None:
    """Whoever was given a conversation by routing accepts them, and had no more than their limit with it."""
    assert not rest.stage.given_too_much


def each_has_one_agent(rest: Rest) -> None:
    """A conversation stands in its agent's list and in nobody else's; whoever has one may log in."""
    listed = defaultdict(list)
    for agent in rest.agents.values():
        for row, _ in conversations.list_own_open(rest.stage.world.ctx(AGENT, agent)):
            listed[row.id].append(agent.id)
    held = {row.id: [row.assignee] for row in rest.rows if row.is_open and row.is_listed and row.assignee}
    assert listed == held
    stuck = [id_ for id_, (agent,) in held.items() if not people.can_serve(rest.agents[str(agent)])]
    assert not stuck, "conversations of agents who were removed or are switched off"


def no_deadline_is_overdue(rest: Rest) -> None:
    """What is to happen by itself has happened, or is still to come. A clock that has breached keeps its moment."""
    now = rest.stage.world.now
    for row in rest.rows:
        due = {kind: getattr(row, f"{kind}_at") for kind in deadlines.KINDS}
        told = {f"{clock}_due" for clock in rules.CLOCKS if sla.clocks_of(row).has_breached(clock)}
        late = {kind: at for kind, at in due.items() if at is not None and 0 < at <= now and kind not in told}
        assert not (row.is_open and late), (row.id, late, now)
    for agent in rest.agents.values():
        due = {step: getattr(agent, f"{step}_at") for step in presence.STEPS}
        assert all(at is None or at > now for at in due.values()) or not people.can_serve(agent), (agent.name, due, now)


def what_is_routable_has_a_next_look(rest: Rest) -> None:
    """Nothing is forgotten: who waits for an agent in an account that assigns them is looked at again."""
    forgotten = [
        row.id
        for row in rest.rows
        if rest.account.routed and row.is_open and row.is_begun and row.is_routed and not (row.assignee or row.reassign_at)
    ]
    assert not forgotten, "conversations that wait, and are never looked at again"


def nobody_waits_while_somebody_is_there(rest: Rest) -> None:
    """What waits is given out when an agent for it comes online; what was taken from its agent, at its next look."""
    waiting = [row for row in rest.rows if rest.account.routed and row.waits_since]
    could = rest.account.auto_allocation.may_take
    assert not [row.id for row in waiting if any(map(could, rest.serving(row)))], "conversations that somebody could take"


def a_message_is_pushed_by_one_event(rest: Rest) -> None:
    """A socket is told a message once, but for what AWS repeats."""
    doubled = {push: causes for push, causes in rest.stage.witness.pushed_by.items() if len(causes) > 1}
    assert not doubled, "messages that a socket was told by several events"


def counters_equal_a_recount(rest: Rest) -> None:
    """The console's numbers are those of the messages that there are."""
    said, total = rest.public(), statistics.totals(rest.ctx)
    assert (total.contacts, total.messages) == (len(rest.stage.guests), len(said))
    days: Counter[date] = Counter()
    writers: defaultdict[date, set[int]] = defaultdict(set)
    for _, message in said:
        day = datetime.fromtimestamp(message.created_at / 1000, UTC).date()
        days[day] += 1
        writers[day] |= {message.sender_number} if message.sender_kind == status.STAFF else set()
    counted = statistics.last_days(rest.ctx, 3)
    assert {day: (found.messages, found.agents) for day, found in counted.items()} == {
        day: (days[day], writers[day]) for day in counted
    }
    had = statistics.work_today(rest.ctx)
    work = {agent.id: had[agent.number].messages for agent in rest.agents.values() if had.get(agent.number, Work()).messages}
    assert work == _heard_today(rest), "messages today of conversations that were an agent's"


def _heard_today(rest: Rest) -> Counter[str]:
    """How many messages of today came while each agent had their conversation, by the events that were sent."""
    today, heard = rest.stage.world.now // 86_400_000, Counter[str]()
    of_today = {message.id for row, message in rest.public() if message.created_at // 86_400_000 == today and not row.is_internal}
    told = {
        event.message: event.agent for event in map(publishing.decode, rest.stage.pool.sent) if isinstance(event, MessagePosted)
    }
    for message in of_today:
        heard[str(told[message])] += 1
    del heard["None"]
    return heard


def nothing_said_is_lost_or_doubled(rest: Rest) -> None:
    """What a visitor has sent stands in their conversation once, in its order, and all numbers follow each other."""
    for row in rest.rows:
        assert [message.sequence for message in rest.said[row.id]] == list(range(1, row.message_count + 1))
    for guest in rest.stage.guests:
        for chat, sent in guest.sent.items():
            assert [message.body for message in rest.said[chat] if message.sender == guest.id] == sent


def nothing_internal_reached_a_visitor(rest: Rest) -> None:
    """No note, no talk among agents, no agent's address in an answer to a visitor or on a socket of theirs."""
    secrets = [NOTE, AMONG_AGENTS, *(agent.email for agent in rest.agents.values())]
    assert not rest.stage.witness.leaked(secrets)


def a_trigger_fires_once_for_an_event(rest: Rest) -> None:
    """What begins has fired its trigger once, and each change of the status those for it, which set what they should, too."""
    told = Counter(
        (event.conversation, *event.happened)
        for event in map(publishing.decode, rest.stage.pool.sent)
        if isinstance(event, TriggerEvents)
    )
    for row in (row for row in rest.rows if row.is_listed):
        log = rest.log(row)
        fired = Counter(event.after for event in log if event.field == event_logs.FIRED)
        moved = sum(count for (of, *happened), count in told.items() if of == row.id and MOVED in happened)
        assert fired == Counter({"begins": 1, "raises": moved, "lowers": moved}) - Counter(), (row.id, fired, moved)
        assert row.priority in (("low", "high") if moved else ("high",))


def clocks_are_those_that_follow_from_what_happened(rest: Rest) -> None:
    """A conversation has the account's policy from its first message on, and the clocks that messages and statuses make since."""
    (found,) = sla_policies.list_all(rest.ctx)
    policy = sla_policies.clocks_of(rest.ctx, found)
    for row in rest.rows:
        is_served = row.message_count > 0 and not row.is_internal
        assert row.sla_policy == (found.number if is_served else None)
        expected = _followed(rest, row, policy) if is_served else Clocks()
        assert sla.clocks_of(row) == expected, (row.id, sla.clocks_of(row), expected)


def _followed(rest: Rest, row: Conversation, policy: rules.Policy) -> Clocks:
    """A conversation's clocks, made again from its messages and the statuses that its log tells."""
    said = rest.said[row.id]
    moves = [event for event in rest.log(row) if event.field == "status"]
    moments = sorted({message.created_at for message in said} | {move.at for move in moves} | {rest.stage.world.now})
    clocks: Clocks | None = None
    for at in (moment for moment in moments if moment >= said[0].created_at):
        now = [move.after for move in moves if move.at <= at]
        state = str(now[-1]) if now else status.NEW
        turn = Turn(at, state != status.CLOSED, state in (status.ON_HOLD, status.PENDING_EXTERNAL))
        for message in [message for message in said if message.created_at == at]:
            told = replace(turn, said=None if message.kind == messages.NOTE else message.sender_kind)
            clocks = rules.follow(clocks, told, policy) if clocks else rules.begin(told, policy)
        clocks = rules.follow(clocks or Clocks(), turn, policy)
    return clocks or Clocks()
