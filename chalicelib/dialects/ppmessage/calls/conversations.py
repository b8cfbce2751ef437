"""Calls about conversations."""

import msgspec

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import waiting_queue
from chalicelib.desk.conversations import conversations, members
from chalicelib.desk.people import people
from chalicelib.desk.realtime import live
from chalicelib.desk.teams import domains, groups
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import EVERY_LEVEL, PPCOM, named
from chalicelib.dialects.ppmessage.mapping import conversations as mapping
from chalicelib.dialects.ppmessage.wire import conversations as wire


def default_conversation(ctx: Context, request: wire.DefaultConversation) -> wire.DefaultConversationShown | msgspec.UnsetType:
    """PPCOM_GET_DEFAULT_CONVERSATION: the visitor's conversation, opened where he has none; UNSET while he is in the queue."""
    domain = domains.started_on(ctx, request.domain, request.origin)
    found = waiting_queue.ask(ctx, request.user_uuid, domain=domain)
    if waiting_queue.in_queue(ctx, found):
        return msgspec.UNSET
    visitor, agents = serving(ctx, found)
    # A chat that nobody has yet shows the visitor alone, who asks: one that is just opened costs nothing more.
    connected = live.online(ctx, [visitor.id, *(agent.id for agent in agents)]) if agents else {}
    return mapping.default_conversation(found, accounts.load(ctx), visitor, agents, connected)


def serving(ctx: Context, found: conversations.Conversation) -> tuple[people.Card, list[people.Card]]:
    """A conversation's visitor, and the agents who serve it: its own, or all of its group where nobody is to be assigned."""
    alone = found.assignee or accounts.load(ctx).routed
    ids = [found.assignee] if alone else [agent.id for agent in _all_serving(ctx, found)]
    cards = people.cards(ctx, [found.contact, *ids])
    return cards[found.contact], [cards[id_] for id_ in ids if id_ in cards]


def _all_serving(ctx: Context, found: conversations.Conversation) -> list[people.Person]:
    return groups.serving(ctx, people.agents(ctx), found.group, found.domain)


def conversation_info(ctx: Context, request: wire.ConversationInfo) -> wire.ConversationShown:
    """PP_GET_CONVERSATION_INFO: a conversation, and what concerns the user named."""
    found = conversations.load(named(ctx, request.user_uuid), request.conversation_uuid)
    own = members.part(ctx, found, request.user_uuid)
    cards = conversations.people_of(ctx, [found])
    name = members.names(ctx, [found], cards).get(found.id)
    return mapping.conversation_info(found, own, request.user_uuid, cards, name)


ROWS = [
    Endpoint("POST", "/api/PPCOM_GET_DEFAULT_CONVERSATION", default_conversation, PPCOM, {"origin": "Origin"}, actor="user_uuid"),
    Endpoint("POST", "/api/PP_GET_CONVERSATION_INFO", conversation_info, EVERY_LEVEL, actor="user_uuid"),
]
