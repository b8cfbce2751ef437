"""Calls about conversations."""

from chalicelib.context import Context
from chalicelib.desk import accounts, conversations, people
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import EVERY_LEVEL, PPCOM
from chalicelib.dialects.ppmessage.mapping import conversations as mapping
from chalicelib.dialects.ppmessage.wire import conversations as wire


def default_conversation(ctx: Context, request: wire.DefaultConversation) -> wire.DefaultConversationShown:
    """PPCOM_GET_DEFAULT_CONVERSATION: the visitor's conversation, opened where he has none."""
    found = conversations.chat(ctx, request.user_uuid)
    account = accounts.load(ctx)
    serving = [found.assignee] if account.routed else [agent.id for agent in people.agents(ctx)]
    cards = people.cards(ctx, [found.contact, *serving])
    agents = [cards[id_] for id_ in serving if id_ in cards]
    return mapping.default_conversation(found, account, cards[found.contact], agents)


def conversation_info(ctx: Context, request: wire.ConversationInfo) -> wire.ConversationShown:
    """PP_GET_CONVERSATION_INFO: a conversation, and what concerns the user named."""
    found = conversations.load(ctx, request.conversation_uuid)
    return mapping.conversation_info(found, request.user_uuid, conversations.people_of(ctx, [found]))


ROWS = [
    Endpoint("POST", "/api/PPCOM_GET_DEFAULT_CONVERSATION", default_conversation, PPCOM),
    Endpoint("POST", "/api/PP_GET_CONVERSATION_INFO", conversation_info, EVERY_LEVEL),
]
