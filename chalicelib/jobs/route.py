"""The routing queue: which agent gets a new conversation, and what has waited for an agent."""

from collections.abc import Mapping

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import routing
from chalicelib.desk.core import publishing
from chalicelib.desk.core.account_events import DomainChanged, GroupChanged, RoutingChanged
from chalicelib.desk.core.events import (
    ConversationBegun,
    ConversationDeserted,
    ConversationMoved,
    ConversationOpened,
    ConversationReopened,
    ConversationWaits,
    Event,
)
from chalicelib.desk.core.people_events import (
    AgentAvailable,
    AgentFreed,
    AgentOffline,
    AgentRemoved,
)
from chalicelib.desk.teams import domains
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.jobs.queued import Handler
from chalicelib.telemetry import Line


def route(record: Record) -> None:
    """Handles one record of the routing queue. Repeated, late or out of order it changes nothing."""
    queued.handle("route", record, HANDLERS)


def _assign(
    ctx: Context, event: ConversationOpened | ConversationBegun | ConversationReopened | ConversationMoved, line: Line
) -> str:
    """Gives a conversation to an agent. A contact who sees it only once an agent has it is told that they wait."""
    if routing.assign(ctx, event.conversation):
        return "has an agent"
    if accounts.load(ctx).by_group:
        publishing.publish([ConversationWaits(ctx.account, ctx.now, event.conversation)], ctx.now)
    return "has none"


def _available(ctx: Context, event: AgentAvailable, line: Line) -> str:
    return _more(ctx, event, routing.drain(ctx))


def _freed(ctx: Context, event: AgentFreed, line: Line) -> str:
    return _more(ctx, event, routing.drain(ctx, event.agent))


def _removed(ctx: Context, event: AgentRemoved, line: Line) -> str:
    return _more(ctx, event, routing.hand_back(ctx, event.agent))


def _group_changed(ctx: Context, event: GroupChanged, line: Line) -> str:
    accounts.forget(ctx.account)
    return _more(ctx, event, routing.drain(ctx))


def _domain_changed(ctx: Context, event: DomainChanged, line: Line) -> str:
    domains.forget(ctx)
    return _more(ctx, event, routing.drain(ctx))


def _offline(ctx: Context, event: AgentOffline, line: Line) -> str:
    more = routing.hand_over(ctx, event.agent, is_lost=event.is_lost)
    return _more(ctx, event, more, "gave out what is waited for")


def _deserted(ctx: Context, event: ConversationDeserted, line: Line) -> str:
    return "left its agent" if routing.take_over(ctx, event.conversation) else "stays"


def _routing_changed(ctx: Context, event: RoutingChanged, line: Line) -> str:
    accounts.forget(ctx.account)
    after = routing.resume(ctx, (event.after, event.after_at) if event.after else None)
    rest = RoutingChanged(ctx.account, ctx.now, event.due_at, *(after or ()))
    return _more(ctx, rest, bool(after), "looked at what waits")


def _more(ctx: Context, rest: Event, more: bool, done: str = "gave out what waits") -> str:
    """Publishes `rest` if there is more work than one message may do."""
    if not more:
        return done
    publishing.publish([rest], ctx.now)
    return "goes on"


HANDLERS: Mapping[type[Event], Handler] = {
    ConversationOpened: _assign,
    ConversationBegun: _assign,
    ConversationReopened: _assign,
    ConversationMoved: _assign,
    ConversationDeserted: _deserted,
    AgentAvailable: _available,
    AgentFreed: _freed,
    AgentRemoved: _removed,
    AgentOffline: _offline,
    GroupChanged: _group_changed,
    DomainChanged: _domain_changed,
    RoutingChanged: _routing_changed,
}
