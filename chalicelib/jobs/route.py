"""The routing queue: who gets what has come, and what has waited for an agent."""

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import routing
from chalicelib.desk.core import events
from chalicelib.desk.core.events import (
    AgentAvailable,
    AgentOffline,
    AgentRemoved,
    AnyEvent,
    ConversationBegun,
    ConversationDeserted,
    ConversationMoved,
    ConversationOpened,
    ConversationReopened,
    ConversationWaits,
    DomainChanged,
    GroupChanged,
    RoutingChanged,
)
from chalicelib.desk.teams import domains
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
    if isinstance(event, ConversationDeserted):
        return "left its agent" if routing.take_over(ctx, event.conversation) else "stays"
    if isinstance(event, AgentOffline):
        return _hand_over(ctx, event)
    if isinstance(event, RoutingChanged):
        return _resume(ctx, event)
    return "not for routing"


def _hand_over(ctx: Context, event: AgentOffline) -> str:
    if not routing.hand_over(ctx, event.agent, is_lost=event.is_lost):
        return "gave out what is waited for"
    events.publish([event], ctx.now)
    return "goes on"


def _resume(ctx: Context, event: RoutingChanged) -> str:
    accounts.forget(ctx.account)
    after = routing.resume(ctx, (event.after, event.after_at) if event.after else None)
    if not after:
        return "looked at what waits"
    events.publish([RoutingChanged(ctx.account, ctx.now, event.due_at, *after)], ctx.now)
    return "goes on"


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
