"""The timers' queue, and the sweep that feeds it what is due later."""

from chalicelib import context, telemetry
from chalicelib.context import Context
from chalicelib.desk.automation import timers
from chalicelib.desk.core.events import AgentDeadlineSet, AnyEvent, DeadlineSet
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.telemetry import Line


def fire(record: Record) -> None:
    """Handles one record of the timers' queue; again, late or out of order it changes nothing."""
    queued.handle("fire", record, _fire)


def _fire(ctx: Context, event: AnyEvent, line: Line) -> str:
    if not isinstance(event, DeadlineSet | AgentDeadlineSet):
        return "not for timers"
    line.add(kind=event.kind)
    if not (timers.fire(ctx, event) if isinstance(event, DeadlineSet) else timers.fire_agent(ctx, event)):
        return "stands no more, or is not due"
    line.measure(telemetry.TIMER_LATENESS, ctx.now - event.due_at)
    return "fired"


def sweep() -> int:
    """Once a minute: brings what is due soon onto the queue. Returns how many. Raises telemetry.Failed."""
    with Line("sweep", job="sweep") as line:
        sent = timers.sweep(context.system())
        line.add(sent=sent)
    return sent
