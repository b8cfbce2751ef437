"""Calls about conversations with members, and lists of conversations."""

from chalicelib.context import VISITOR, Context
from chalicelib.desk.conversations import conversations, group_chats, members, open_lists, participants, updates
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.desk.conversations.open_lists import ListedConversation
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import EVERY_LEVEL, KEFU_AND_CONSOLES, PPCOM_AND_KEFU, PPKEFU, named
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping import talks as mapping
from chalicelib.dialects.ppmessage.wire import talks as wire
from chalicelib.dialects.ppmessage.wire.apps import Done

_PAGE, _LIST = 30, open_lists.MOST_ON_A_PAGE


def create_conversation(ctx: Context, request: wire.CreateConversation) -> wire.ConversationCreated:
    """PP_CREATE_CONVERSATION: one besides a contact's chat, or among agents. The same pair, or user and group, has one."""
    try:
        return mapping.created(group_chats.create(named(ctx, request.user_uuid), mapping.create(request)))
    except Invalid as error:
        raise _of_type(error) from error


def talk_with(ctx: Context, request: wire.TalkWith) -> wire.TalkOfTwo:
    """PPKEFU_CREATE_CONVERSATION: the conversation of an agent with another agent or a contact. The same two have one."""
    other = _peer(ctx, mapping.peer(request))
    wanted = CreateConversation(request.user_uuid, (other.id,), internal=other.kind == people.AGENT_KIND)
    try:
        return mapping.of_two(group_chats.create(named(ctx, request.user_uuid), wanted), request.user_uuid, other)
    except Invalid as error:
        raise _of_type(error) from error


def _peer(ctx: Context, person: str) -> people.PersonView:
    try:
        return people.load_view(ctx, person)
    except NotFound as missing:
        raise NotFound("member", person) from missing


def _of_type(error: Invalid) -> Exception:
    return Coded(36, error.reason) if error.field == "kind" else error


def update_members(ctx: Context, request: wire.UpdateMembers) -> Done:
    """PP_UPDATE_CONVERSATION_MEMBER: its group, or who joins or leaves, or both."""
    try:
        members.change(ctx, request.conversation_uuid, mapping.change(request))
    except Invalid as error:
        raise _of_type(error) from error
    return Done()


def update_conversation(ctx: Context, request: wire.UpdateConversation) -> Done:
    """PP_UPDATE_CONVERSATION: gives it to an agent by hand."""
    agent = people.load_view(ctx, request.assigned_uuid)
    if agent.kind != people.AGENT_KIND:
        raise NotFound("person", request.assigned_uuid)
    if conversations.load(ctx, request.conversation_uuid).is_internal:
        raise Coded(36, "nobody is assigned to a conversation among agents")
    updates.change(ctx, request.conversation_uuid, Change(assignee=agent.number))
    return Done()


def open_conversation(ctx: Context, request: wire.OneConversation) -> Done:
    """PP_OPEN_CONVERSATION: opens it for the user, and for all if it was closed for all."""
    members.open_for(named(ctx, request.user_uuid), request.conversation_uuid, request.user_uuid)
    return Done()


def close_conversation(ctx: Context, request: wire.OneConversation) -> Done:
    """PP_CLOSE_CONVERSATION: closes it for the user only, until the next message."""
    members.close_for(named(ctx, request.user_uuid), request.conversation_uuid, request.user_uuid)
    return Done()


def conversation_users(ctx: Context, request: wire.ConversationMembers) -> wire.Members:
    """PP_GET_CONVERSATION_USER_LIST: all who take part."""
    conversation = conversations.load(ctx, request.conversation_uuid)
    ids = participants.list_participants(ctx, conversation)
    views = people.load_views(ctx, ids)
    names = groups.load_names(ctx) if any(view.group for view in views.values()) else {}
    return wire.Members([mapping.member(views[id_], names) for id_ in ids if id_ in views])


def app_conversations(ctx: Context, request: wire.AppConversations) -> wire.Conversations:
    """PP_GET_APP_CONVERSATION_LIST: the account's open ones by last activity, the newest 100 or a page; a visitor's own."""
    found = open_lists.list_of_account(ctx, mapping.turn(request, _LIST))
    return wire.Conversations(_shown(ctx, found.listed, ctx.caller.person if ctx.caller.level == VISITOR else None))


def user_conversations(ctx: Context, request: wire.UserConversations) -> wire.Conversations:
    """PP_GET_USER_CONVERSATION_LIST: a user's open ones, the newest 100 or a page."""
    found = open_lists.list_of_person(named(ctx, request.user_uuid), request.user_uuid, mapping.turn(request, _LIST))
    return wire.Conversations(_shown(ctx, found.listed, request.user_uuid))


def page_conversations(ctx: Context, request: wire.PageConversations) -> wire.ConversationPage:
    """PP_PAGE_USER_CONVERSATION: the same, 30 a page; older or newer than one of them."""
    asked = mapping.turn(request, _PAGE)
    found = open_lists.list_of_person(named(ctx, request.user_uuid), request.user_uuid, asked)
    return mapping.page(_shown(ctx, found.listed, request.user_uuid), found, asked, request)


def _shown(ctx: Context, listed: list[ListedConversation], reader: str | None) -> list[wire.ListedConversation]:
    rows = [one.conversation for one in listed]
    views = conversations.load_people(ctx, rows)
    names, public = participants.conversation_names(ctx, rows, views), ctx.caller.level == VISITOR
    return [mapping.listed(one, reader, views, names.get(one.conversation.id), public=public) for one in listed]


ROWS = [
    Endpoint("POST", "/api/PP_CREATE_CONVERSATION", create_conversation, PPCOM_AND_KEFU, actor="user_uuid"),
    Endpoint("POST", "/api/PPKEFU_CREATE_CONVERSATION", talk_with, PPKEFU, actor="user_uuid"),
    Endpoint("POST", "/api/PP_GET_APP_CONVERSATION_LIST", app_conversations, EVERY_LEVEL, actor="user_uuid"),
    Endpoint("POST", "/api/PP_GET_USER_CONVERSATION_LIST", user_conversations, EVERY_LEVEL, actor="user_uuid"),
    Endpoint("POST", "/api/PP_PAGE_USER_CONVERSATION", page_conversations, PPCOM_AND_KEFU, actor="user_uuid"),
    Endpoint("POST", "/api/PP_OPEN_CONVERSATION", open_conversation, EVERY_LEVEL, actor="user_uuid"),
    Endpoint("POST", "/api/PP_CLOSE_CONVERSATION", close_conversation, EVERY_LEVEL, actor="user_uuid"),
    Endpoint("POST", "/api/PP_UPDATE_CONVERSATION", update_conversation, KEFU_AND_CONSOLES),
    Endpoint("POST", "/api/PP_UPDATE_CONVERSATION_MEMBER", update_members, PPCOM_AND_KEFU),
    Endpoint("POST", "/api/PP_GET_CONVERSATION_USER_LIST", conversation_users, EVERY_LEVEL, actor="user_uuid"),
]
