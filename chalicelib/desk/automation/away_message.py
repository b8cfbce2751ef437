"""The away message: what the account says to a contact while nobody is there to answer."""

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import messages
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.messages import Message, PostMessage
from chalicelib.desk.core import access
from chalicelib.desk.people import people
from chalicelib.desk.realtime import live
from chalicelib.desk.teams import domains
from chalicelib.rules import presence, status


@access.allow(SYSTEM)
def send(ctx: Context, conversation: Conversation, message: str) -> Message | None:
    """Posts the away message to the contact who has just written `message`, once until an agent answers. Returns None if there is
    nothing to post.

    No request if the account has no away message, one or two if somebody is there, else two more. The message's id belongs to
    this wait, so it is stored once however often this runs.
    """
    account = accounts.load(ctx)
    if (
        not (account.tells_offline and account.offline_message)
        or not _waits(conversation, message)
        or _is_served(ctx, conversation)
    ):
        return None
    key = f"offline {conversation.id} {conversation.status_since}"
    return messages.post(
        ctx, PostMessage(conversation.id, account.offline_message, key=key, kind=messages.SYSTEM, source="system")
    )


def _waits(conversation: Conversation, message: str) -> bool:
    """Returns whether the contact's message is still the last one of an open conversation."""
    return conversation.is_open and conversation.last_message == message and conversation.last_sender_kind == status.CONTACT


def _is_served(ctx: Context, conversation: Conversation) -> bool:
    """Returns whether an agent who could answer is online in some dialect, or has an open socket."""
    agents = [
        agent
        for agent in domains.agents_serving(ctx, people.list_agents(ctx), conversation.domain)
        if conversation.assignee in (None, agent.id)
    ]
    if any(agent.presence != presence.OFFLINE for agent in agents):
        return True
    return any(any(classes) for classes in live.load_online(ctx, [agent.id for agent in agents]).values())
