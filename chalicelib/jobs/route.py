"""The routing queue: who gets what has come, and what has waited for an agent."""

from chalicelib.context import Context
from chalicelib.desk import events, routing
from chalicelib.desk.events import AgentAvailable, AnyEvent, ConversationOpened, ConversationReopened
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.telemetry import Line


def route(record: Record) -> None:
    """Handles one record of the routing queue; again, late or out of order it changes nothing."""
    queued.handle("route", record, _route)


def _route(ctx: Context, event: AnyEvent, line: Line) -> str:
    if isinstance(event, ConversationOpened | ConversationReopened):
        return "has an agent" if routing.assign(ctx, event.conversation) else "has none"
    if isinstance(event, AgentAvailable):
        return _drain(ctx, event, line)
    return "not for routing"


def _drain(ctx: Context, event: AgentAvailable, line: Line) -> str:
    given = routing.drain(ctx)
    line.add(given=given)
    if given < routing.MOST_AT_ONCE:
        return "gave out what waits"
    events.publish([event], ctx.now)
    return "goes on"
