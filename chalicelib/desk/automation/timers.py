"""Timers: what happens to a conversation, or to an agent who has gone, when a deadline comes.

A deadline is a field of the row, and an event on the timers' queue. The event comes back when it is due, or after 15 minutes, the
longest that a queue can hold it; if the deadline still stands and is due later, it is kept in the timers' table until the sweep
puts it on the queue again. Setting another deadline cancels the first: its event no longer matches the row.
"""

from collections.abc import Callable
from itertools import product

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import routing
from chalicelib.desk.conversations import clocks, messages, snoozing, unfinished, writes
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.core import access, later, publishing
from chalicelib.desk.core.events import DeadlineSet, TimersDue
from chalicelib.desk.core.people_events import AgentDeadlineSet
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import presence
from chalicelib.models import conversations, people, sequences, timers
from chalicelib.models.conversations import Conversation
from chalicelib.models.loads import LoadChanges
from chalicelib.models.people import Person
from chalicelib.rules import deadlines, lifecycle
from chalicelib.rules.deadlines import Deadlines

_MINUTE = 60_000
#: Minutes that a sweep looks ahead, looks back after an outage (rows live for a week), and handles at most.
_AHEAD, _BACK, _MOST_AT_ONCE = 2, 7 * 24 * 60, 240
#: Messages after which a sweep leaves the rest to others.
_MOST_SENT = 1_000


@access.allow(SYSTEM)
def fire(ctx: Context, event: DeadlineSet) -> bool:
    """Does what is due if the deadline still stands, and returns whether it did. Two requests.

    An early event waits on; a late or repeated one does no harm.
    """

    def attempt() -> bool:
        conversation = conversations.get(ctx.account, event.conversation)
        conversation = conversation and unfinished.finish(conversation)
        if conversation is None or not _is_due(ctx, event, conversation):
            return False
        if not conversation.is_open and (conversation.deleted_at or event.kind != deadlines.STAY):
            return False
        _ACTIONS[event.kind](ctx, conversation)
        return True

    return retry_on_conflict(ctx, attempt)


@access.allow(SYSTEM)
def fire_agent(ctx: Context, event: AgentDeadlineSet) -> bool:
    """Does the same for an agent without a socket. Three requests, because a socket may have opened unseen."""

    def attempt() -> bool:
        agent = people.get(ctx.account, event.agent)
        if agent is None or not agent.agents_of or not _is_due(ctx, event, agent):
            return False
        return presence.lapse(ctx, agent, event.kind)

    return retry_on_conflict(ctx, attempt)


def _is_due(ctx: Context, event: DeadlineSet | AgentDeadlineSet, row: Conversation | Person) -> bool:
    """Returns whether the deadline still stands in the row and has come. One that stands and is early waits on."""
    stands = getattr(row, f"{event.kind}_at") == event.due_at
    if stands and ctx.now < event.due_at:
        _wait(ctx, event)
    return stands and ctx.now >= event.due_at


def _wait(ctx: Context, event: DeadlineSet | AgentDeadlineSet) -> None:
    about = event.conversation if isinstance(event, DeadlineSet) else event.agent
    later.hold(ctx, event, f"{event.account}#{about}#{event.kind}")


def _silent(act: Callable[[Context, Conversation], None]) -> Callable[[Context, Conversation], None]:
    """Returns an action for a silent customer. If auto-close has been switched off since, it clears the deadlines instead."""

    def acts(ctx: Context, found: Conversation) -> None:
        if accounts.load(ctx).auto_close.runs(found.last_activity_at):
            act(ctx, found)
        else:
            writes.change(ctx, found, lifecycle.stopped())

    return acts


def _warn(ctx: Context, conversation: Conversation, **then: int) -> None:
    """Tells the visitor, in the conversation, that it will be closed. Once, because the same write clears the deadline."""
    warning = PostMessage(conversation.id, accounts.load(ctx).warning, kind=messages.SYSTEM, source="system")
    messages.add(ctx, conversation, warning, ctx.new_id(), warn_at=None, **then)


def _close_silent(ctx: Context, conversation: Conversation) -> None:
    """Closes a conversation whose visitor was warned. Where the warning could not be given yet, it is given now, and the closing
    waits as long after it as was meant.
    """
    due = Deadlines(warn_at=conversation.warn_at, close_at=conversation.close_at)
    if (again := deadlines.put_off(ctx.now, due)) is None:
        _close(ctx, conversation)
    else:
        _warn(ctx, conversation, close_at=again)


def _stay(ctx: Context, conversation: Conversation) -> None:
    """Sets when the next span ends. The write makes an event for triggers: that a span has ended."""
    writes.change(ctx, conversation, clocks.after_stay(ctx, conversation))


def _close(ctx: Context, conversation: Conversation) -> None:
    writes.change(ctx, conversation, lifecycle.closed(ctx.now), LoadChanges(freed=conversation.carrier))


def _breach(ctx: Context, conversation: Conversation) -> None:
    """Stores that a service level clock has breached, as any later write does, too. No request if that is stored already."""
    if writes.following(ctx, conversation, {}):
        writes.change(ctx, conversation, {})


_ACTIONS: dict[str, Callable[[Context, Conversation], None]] = {
    deadlines.REASSIGN: routing.look_again,
    deadlines.WARN: _silent(_warn),
    deadlines.CLOSE: _silent(_close_silent),
    deadlines.EXPIRE: _close,
    deadlines.STAY: _stay,
    deadlines.WAKE: snoozing.wake,
    **dict.fromkeys(deadlines.BREACHES, _breach),
}


@access.allow(SYSTEM)
def sweep(ctx: Context) -> int:
    """Puts on the queues what the table holds for the next two minutes, and what is left since the last complete sweep. Returns
    how many entries. If much is due it sends a part itself, and a message for each page of the rest, which others send.

    If a sweep fails half-way, the next one repeats it; an event sent twice does no harm. After an outage it catches up by four
    hours a minute.
    """
    now = ctx.now // _MINUTE
    first = max(sequences.swept(otherwise=now - 1) + 1, now - _BACK)
    last = min(now + _AHEAD, first + _MOST_AT_ONCE)
    sent, rest = 0, list[TimersDue]()
    for minute, shard in product(range(first, last + 1), range(timers.SHARDS)):
        place = TimersDue("", ctx.now, minute, shard)
        more = [place]
        if sent < _MOST_SENT:
            count, more = later.bring(ctx, place)
            sent += count
        rest += more
    publishing.publish(rest, ctx.now)
    sequences.set_swept(last)
    return sent


@access.allow(SYSTEM)
def bring(ctx: Context, place: TimersDue) -> int:
    """Puts the next page of a shard of a minute on the queues, and has the one after it sent. Returns how many. Repeated, it
    sends them again, which does no harm.
    """
    sent, more = later.bring(ctx, place)
    publishing.publish(more, ctx.now)
    return sent
