"""The routing queue: who gets what has come, and what has waited for an agent."""

from chalicelib import context
from chalicelib.desk import accounts, events, routing
from chalicelib.desk.events import AgentAvailable, ConversationOpened, ConversationReopened, GroupChanged


def route(body: str) -> None:
    """Handles one event of the routing queue; again, late or out of order it changes nothing."""
    event = events.decode(body)
    ctx = context.system(event.account)
    if isinstance(event, ConversationOpened | ConversationReopened):
        routing.assign(ctx, event.conversation)
    elif isinstance(event, AgentAvailable | GroupChanged):
        if isinstance(event, GroupChanged):
            accounts.forget(ctx)
        if routing.drain(ctx):
            events.publish([event], ctx.now)
