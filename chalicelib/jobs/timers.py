"""The timers' queue: deadlines, and what takes longer than a call; and the sweep that feeds it what is due later."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from chalicelib import context, telemetry
from chalicelib.context import Context
from chalicelib.desk.automation import timers
from chalicelib.desk.conversations import handing_on, merging, purging
from chalicelib.desk.core import publishing
from chalicelib.desk.core.account_events import AccountEmptied, RetentionDue, StatisticsDue
from chalicelib.desk.core.events import ConversationMerged, ConversationPurged, DeadlineSet, Event, TimersDue
from chalicelib.desk.core.people_events import AgentDeadlineSet, ContactMerged, ErasureDue, ExportDue
from chalicelib.desk.privacy import account_removal, erasures, exports, retention
from chalicelib.desk.reports import compacting
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.jobs.queued import Handler
from chalicelib.telemetry import Line

_Due = TypeVar("_Due", DeadlineSet, AgentDeadlineSet)


def fire(record: Record) -> None:
    """Handles one record of the timers' queue. Repeated, late or out of order it changes nothing."""
    queued.handle("fire", record, HANDLERS)


def _conversation_due(ctx: Context, event: DeadlineSet, line: Line) -> str:
    return _due(ctx, event, line, timers.fire)


def _agent_due(ctx: Context, event: AgentDeadlineSet, line: Line) -> str:
    return _due(ctx, event, line, timers.fire_agent)


def _due(ctx: Context, event: _Due, line: Line, act: Callable[[Context, _Due], bool]) -> str:
    line.add(kind=event.kind)
    if not act(ctx, event):
        return "stands no more, or is not due"
    line.measure(telemetry.TIMER_LATENESS, ctx.now - event.due_at)
    return "fired"


def _timers_due(ctx: Context, event: TimersDue, line: Line) -> str:
    line.add(sent=timers.bring(ctx, event))
    return "sent"


def _merged(ctx: Context, event: ConversationMerged, line: Line) -> str:
    line.add(source=event.source)
    return _go_on(ctx, event if merging.settle(ctx, event.conversation, event.source) else None)


def _purged(ctx: Context, event: ConversationPurged, line: Line) -> str:
    return _go_on(ctx, event if purging.run(ctx, event.conversation) else None)


def _contact_merged(ctx: Context, event: ContactMerged, line: Line) -> str:
    return _go_on(ctx, event if handing_on.hand_on(ctx, event.contact, event.into) else None)


def _erase(ctx: Context, event: ErasureDue, line: Line) -> str:
    due_at = erasures.run(ctx, event.contact)
    return _go_on(ctx, None if due_at is None else ErasureDue(ctx.account, ctx.now, event.contact, due_at))


def _export(ctx: Context, event: ExportDue, line: Line) -> str:
    return _go_on(ctx, event if exports.run(ctx, event.contact) else None)


def _empty_account(ctx: Context, event: AccountEmptied, line: Line) -> str:
    line.add(stage=event.stage or None)
    return "goes on" if account_removal.run(ctx, event) else "done, or not to be done"


def _retain(ctx: Context, event: RetentionDue, line: Line) -> str:
    removed, goes_on = retention.run(ctx, event)
    line.add(stage=event.stage or None, removed=removed)
    return "goes on" if goes_on else "done, or not to be done"


def _statistics_due(ctx: Context, event: StatisticsDue, line: Line) -> str:
    return _go_on(ctx, compacting.run(ctx, event))


def _go_on(ctx: Context, next_: Event | None) -> str:
    """Publishes what the rest of the work is due by, if there is more than one message may do."""
    publishing.publish([] if next_ is None else [next_], ctx.now)
    return "done" if next_ is None else "goes on"


HANDLERS: Mapping[type[Event], Handler] = {
    DeadlineSet: _conversation_due,
    AgentDeadlineSet: _agent_due,
    TimersDue: _timers_due,
    ConversationMerged: _merged,
    ConversationPurged: _purged,
    ContactMerged: _contact_merged,
    ErasureDue: _erase,
    ExportDue: _export,
    AccountEmptied: _empty_account,
    RetentionDue: _retain,
    StatisticsDue: _statistics_due,
}


def sweep() -> int:
    """Once a minute, puts what is due soon on the queue. Returns how many. Raises telemetry.Failed."""
    with Line("sweep", job="sweep") as line:
        sent = timers.sweep(context.system())
        line.add(sent=sent)
    return sent
