"""The timers' queue: deadlines, and what takes longer than a call; and the sweep that feeds it what is due later."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from chalicelib import context, telemetry
from chalicelib.context import Context
from chalicelib.desk.automation import timers
from chalicelib.desk.conversations import handing_on, merging, purging
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import ConversationMerged, ConversationPurged, DeadlineSet, Event, StatisticsDue, TimersDue
from chalicelib.desk.core.people_events import AgentDeadlineSet, ContactMerged
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
    return _more(ctx, event, merging.settle(ctx, event.conversation, event.source))


def _purged(ctx: Context, event: ConversationPurged, line: Line) -> str:
    return _more(ctx, event, purging.run(ctx, event.conversation))


def _contact_merged(ctx: Context, event: ContactMerged, line: Line) -> str:
    return _more(ctx, event, handing_on.hand_on(ctx, event.contact, event.into))


def _statistics_due(ctx: Context, event: StatisticsDue, line: Line) -> str:
    return _more(ctx, StatisticsDue(ctx.account, ctx.now, ctx.now), compacting.compact(ctx))


def _more(ctx: Context, event: Event, more: bool) -> str:
    """Publishes the event again if there is more work than one message may do."""
    publishing.publish([event] if more else [], ctx.now)
    return "goes on" if more else "done"


HANDLERS: Mapping[type[Event], Handler] = {
    DeadlineSet: _conversation_due,
    AgentDeadlineSet: _agent_due,
    TimersDue: _timers_due,
    ConversationMerged: _merged,
    ConversationPurged: _purged,
    ContactMerged: _contact_merged,
    StatisticsDue: _statistics_due,
}


def sweep() -> int:
    """Once a minute, puts what is due soon on the queue. Returns how many. Raises telemetry.Failed."""
    with Line("sweep", job="sweep") as line:
        sent = timers.sweep(context.system())
        line.add(sent=sent)
    return sent
