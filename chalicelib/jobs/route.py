"""The routing queue: who gets what has come, and what has waited for an agent."""

from chalicelib import context
from chalicelib.context import Context
from chalicelib.desk import events, routing
from chalicelib.desk.events import AgentAvailable, AgentRemoved, ConversationOpened, ConversationReopened


def route(body: str) -> None:
    """Handles one event of the routing queue; again, late or out of order it changes nothing."""
    event = events.decode(body)
    ctx = context.system(event.account)
    if isinstance(event, ConversationOpened | ConversationReopened):
        routing.assign(ctx, event.conversation)
    elif isinstance(event, AgentAvailable | AgentRemoved) and _given_out(ctx, event) == routing.MOST_AT_ONCE:
        events.publish([event], ctx.now)


def _given_out(ctx: Context, event: AgentAvailable | AgentRemoved) -> int:
    return routing.drain(ctx) if isinstance(event, AgentAvailable) else routing.hand_back(ctx, event.agent)
