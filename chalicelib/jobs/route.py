"""The routing queue: who gets what has come, and what has waited for an agent."""

from chalicelib.context import Context
from chalicelib.desk import accounts, domains, events, routing
from chalicelib.desk.events import (
    AgentAvailable,
    AgentRemoved,
    AnyEvent,
    ConversationBegun,
    ConversationMoved,
    ConversationOpened,
    ConversationReopened,
    ConversationWaits,
    DomainChanged,
    GroupChanged,
)
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.telemetry import Line


def route(record: Record) -> None:
    """Handles one record of the routing queue; again, late or out of order it changes nothing."""
    queued.handle("route", record, _route)


def _route(ctx: Context, event: AnyEvent, line: Line) -> str:
    if isinstance(event, ConversationOpened | ConversationBegun | ConversationReopened | ConversationMoved):
        return "has an agent" if routing.assign(ctx, event.conversation) else _waits(ctx, event.conversation)
    if isinstance(event, AgentAvailable | AgentRemoved | GroupChanged | DomainChanged):
        return _give_out(ctx, event)
    return "not for routing"


def _waits(ctx: Context, conversation: str) -> str:
    """Who is shown his conversation only when an agent has it, is told that he waits."""
    if accounts.load(ctx).by_group:
        events.publish([ConversationWaits(ctx.account, ctx.now, conversation)], ctx.now)
    return "has none"


def _give_out(ctx: Context, event: AgentAvailable | AgentRemoved | GroupChanged | DomainChanged) -> str:
    if isinstance(event, GroupChanged):
        accounts.forget(ctx.account)
    if isinstance(event, DomainChanged):
        domains.forget(ctx)
    more = routing.hand_back(ctx, event.agent) if isinstance(event, AgentRemoved) else routing.drain(ctx)
    if not more:
        return "gave out what waits"
    events.publish([event], ctx.now)
    return "goes on"
