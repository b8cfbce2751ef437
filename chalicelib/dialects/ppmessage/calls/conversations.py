"""Calls about conversations."""

import msgspec

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import waiting_queue
from chalicelib.desk.conversations import conversations, members, participants
from chalicelib.desk.people import people
from chalicelib.desk.realtime import live
from chalicelib.desk.teams import domains, groups
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import EVERY_LEVEL, PPCOM, named
from chalicelib.dialects.ppmessage.mapping import conversations as mapping
from chalicelib.dialects.ppmessage.wire import conversations as wire


def default_conversation(ctx: Context, request: wire.DefaultConversation) -> wire.DefaultConversationShown | msgspec.UnsetType:
    """PPCOM_GET_DEFAULT_CONVERSATION: the visitor's conversation, opened if there is none; UNSET while they wait in the queue."""
    domain = domains.find_by_page(ctx, request.domain, request.origin)
    conversation = waiting_queue.join(ctx, request.user_uuid, domain=domain)
    if waiting_queue.is_in_queue(ctx, conversation):
        return msgspec.UNSET
    visitor, agents = serving(ctx, conversation)
    # A chat that nobody has yet shows only the visitor who asks, so a new one costs no more requests.
    connected = live.load_online(ctx, [visitor.id, *(agent.id for agent in agents)]) if agents else {}
    account, names = accounts.load(ctx), groups.load_names(ctx)
    return mapping.default_conversation(conversation, account, visitor, agents, names, connected)


def serving(ctx: Context, conversation: conversations.Conversation) -> tuple[people.PersonView, list[people.PersonView]]:
    """A conversation's visitor, and the agents who serve it: its own, or all of its group where nobody is assigned."""
    alone = conversation.assignee or accounts.load(ctx).routed
    ids = [conversation.assignee] if alone else [agent.id for agent in _all_serving(ctx, conversation)]
    views = people.load_views(ctx, [conversation.contact, *ids])
    return views[conversation.contact], [views[id_] for id_ in ids if id_ in views]


def _all_serving(ctx: Context, conversation: conversations.Conversation) -> list[people.Person]:
    return groups.agents_serving(ctx, people.list_agents(ctx), conversation.group, conversation.domain)


def conversation_info(ctx: Context, request: wire.ConversationInfo) -> wire.ConversationShown:
    """PP_GET_CONVERSATION_INFO: a conversation, and what concerns the user named."""
    conversation = conversations.load(named(ctx, request.user_uuid), request.conversation_uuid)
    own = members.get_membership(ctx, conversation, request.user_uuid)
    views = conversations.load_people(ctx, [conversation])
    name = participants.conversation_names(ctx, [conversation], views).get(conversation.id)
    return mapping.conversation_info(conversation, own, request.user_uuid, views, name)


ROWS = [
    Endpoint("POST", "/api/PPCOM_GET_DEFAULT_CONVERSATION", default_conversation, PPCOM, {"origin": "Origin"}, actor="user_uuid"),
    Endpoint("POST", "/api/PP_GET_CONVERSATION_INFO", conversation_info, EVERY_LEVEL, actor="user_uuid"),
]
