"""Calls about groups of agents, which PPMessage calls org groups."""

from collections.abc import Callable

from chalicelib.context import Context
from chalicelib.desk.automation import group_selection, waiting_queue
from chalicelib.desk.conversations import conversations
from chalicelib.desk.core.errors import DeskError, Invalid
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Group
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage import errors
from chalicelib.dialects.ppmessage.auth import CONSOLES, EVERY_LEVEL, PPCOM
from chalicelib.dialects.ppmessage.errors import Coded, code_of
from chalicelib.dialects.ppmessage.mapping import groups as mapping
from chalicelib.dialects.ppmessage.mapping.people import user_summary
from chalicelib.dialects.ppmessage.wire import groups as wire
from chalicelib.dialects.ppmessage.wire.apps import AppRequest, Done

#: Users that one call moves.
_MOST = 100


def list_groups(ctx: Context, request: AppRequest) -> wire.GroupList:
    """PP_GET_APP_ORG_GROUP_LIST: all groups, each with the number of its users."""
    sizes = groups.count_members(ctx)
    return wire.GroupList([mapping.listed(group, ctx.account, sizes[group.id]) for group in groups.list_all(ctx)])


def show_group(ctx: Context, request: wire.GroupRequest) -> wire.GroupShown:
    """PP_GET_ORG_GROUP_DETAIL: one group."""
    return mapping.shown(groups.get(ctx, request.group_uuid), ctx.account)


def create_group(ctx: Context, request: wire.CreateGroup) -> wire.GroupShown:
    """PP_CREATE_ORG_GROUP: a new group without users."""
    return mapping.shown(groups.create(ctx, request.group_name, mapping.change(request)), ctx.account)


def update_group(ctx: Context, request: wire.UpdateGroup) -> wire.GroupShown:
    """PP_UPDATE_ORG_GROUP: changes what is given."""
    return mapping.shown(groups.change(ctx, request.group_uuid, mapping.change(request)), ctx.account)


def remove_group(ctx: Context, request: wire.GroupRequest) -> Done:
    """PP_REMOVE_ORG_GROUP: removes a group; its users stay without one."""
    groups.remove(ctx, request.group_uuid)
    return Done()


def group_users(ctx: Context, request: wire.GroupRequest) -> wire.UserList:
    """PP_GET_ORG_GROUP_USER_LIST: the users of a group."""
    group = groups.get(ctx, request.group_uuid)
    names = {group.id: group.name}
    return wire.UserList([user_summary(view, names) for view in people.views_of(ctx, groups.list_members(ctx, group))])


def groupless_users(ctx: Context, request: AppRequest) -> wire.GrouplessList:
    """PP_GET_NO_GROUP_USER_LIST: the service users of no group."""
    return wire.GrouplessList([mapping.groupless(agent) for agent in people.as_caller_sees(ctx, groups.list_groupless(ctx))])


def add_group_users(ctx: Context, request: wire.GroupUsers) -> Done:
    """PP_ADD_ORG_GROUP_USER: moves users into a group. `failed` lists those who could not be moved; the others are."""
    return _each(ctx, request, groups.add_member)


def remove_group_users(ctx: Context, request: wire.GroupUsers) -> Done:
    """PP_REMOVE_ORG_GROUP_USER: takes users out of a group. `failed` lists those who could not be; the others are."""
    return _each(ctx, request, groups.remove_member)


def _each(ctx: Context, request: wire.GroupUsers, act: Callable[[Context, Group, str], None]) -> Done:
    if len(request.user_list) > _MOST:
        raise Invalid("user_list", f"has more than {_MOST} users")
    group, failed = groups.get(ctx, request.group_uuid), {}
    for user in dict.fromkeys(request.user_list):
        try:
            act(ctx, group, user)
        except DeskError as error:
            failed[user] = code_of(error)
    if failed:
        raise Coded(next(iter(failed.values())), failed=[errors.failed(*each) for each in failed.items()])
    return Done()


def group_conversation(ctx: Context, request: wire.GroupConversation) -> wire.ConversationOfGroup:
    """PP_GET_ORG_GROUP_CONVERSATION: the visitor's conversation with a group."""
    return wire.ConversationOfGroup(waiting_queue.get_of_group(ctx, request.user_uuid, request.group_uuid).id)


def select_users(ctx: Context, request: wire.SelectUsers) -> wire.UuidList:
    """PP_SELECT_USERS_BY_GROUP_ALGORITHM: the users of another group who would get a conversation."""
    conversation = conversations.load(ctx, request.conversation_uuid)
    if conversation.is_internal:
        raise Coded(36, "a conversation among agents goes to no group")
    if conversation.group == request.group_uuid:
        raise Coded(37, "the conversation is this group's already")
    chosen = group_selection.select(ctx, groups.get(ctx, request.group_uuid))
    return wire.UuidList([agent.id for agent in chosen])


ROWS = [
    Endpoint("POST", "/api/PP_GET_APP_ORG_GROUP_LIST", list_groups, EVERY_LEVEL),
    Endpoint("POST", "/api/PP_GET_ORG_GROUP_DETAIL", show_group, EVERY_LEVEL),
    Endpoint("POST", "/api/PP_CREATE_ORG_GROUP", create_group, CONSOLES),
    Endpoint("POST", "/api/PP_UPDATE_ORG_GROUP", update_group, CONSOLES),
    Endpoint("POST", "/api/PP_REMOVE_ORG_GROUP", remove_group, CONSOLES),
    Endpoint("POST", "/api/PP_GET_ORG_GROUP_USER_LIST", group_users, EVERY_LEVEL),
    Endpoint("POST", "/api/PP_GET_NO_GROUP_USER_LIST", groupless_users, EVERY_LEVEL),
    Endpoint("POST", "/api/PP_ADD_ORG_GROUP_USER", add_group_users, CONSOLES),
    Endpoint("POST", "/api/PP_REMOVE_ORG_GROUP_USER", remove_group_users, CONSOLES),
    Endpoint("POST", "/api/PP_GET_ORG_GROUP_CONVERSATION", group_conversation, PPCOM, actor="user_uuid"),
    Endpoint("POST", "/api/PP_SELECT_USERS_BY_GROUP_ALGORITHM", select_users, EVERY_LEVEL),
]
