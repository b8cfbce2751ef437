"""The routing queue: who gets what has come, and what has waited for an agent."""

from chalicelib import context
from chalicelib.desk import events, routing
from chalicelib.desk.events import AgentAvailable, ConversationOpened, ConversationReopened


def route(body: str) -> None:
    """Handles one event of the routing queue; again, late or out of order it changes nothing."""
    event = events.decode(body)
    ctx = context.system(event.account)
    if isinstance(event, ConversationOpened | ConversationReopened):
        routing.assign(ctx, event.conversation)
    elif isinstance(event, AgentAvailable) and routing.drain(ctx) == routing.MOST_AT_ONCE:
        events.publish([event], ctx.now)
