"""Groups of agents, as PPMessage's clients send and get them."""

from typing import ClassVar

import msgspec

from chalicelib.dialects.bounds import Id, Ids, Line, Name
from chalicelib.dialects.ppmessage.wire.apps import AppRequest
from chalicelib.dialects.ppmessage.wire.people import UserSummary


class GroupRequest(AppRequest, kw_only=True):
    """What most calls about a group carry."""

    group_uuid: Id


class CreateGroup(AppRequest, kw_only=True):
    """PP_CREATE_ORG_GROUP. `group_route_algorithm` is BROADCAST, SMART or LOAD."""

    group_name: Line
    group_desc: Line
    is_distributor: bool | None = None
    group_route_algorithm: Name | None = None


class UpdateGroup(GroupRequest, kw_only=True):
    """PP_UPDATE_ORG_GROUP. A missing field stays as it is, an empty text clears it."""

    clears: ClassVar[bool] = True

    group_name: Line | None = None
    group_icon: Line | None = None
    group_desc: Line | None = None
    is_distributor: bool | None = None
    group_route_algorithm: Name | None = None


class GroupUsers(GroupRequest, kw_only=True):
    """PP_ADD_ORG_GROUP_USER and PP_REMOVE_ORG_GROUP_USER."""

    user_list: Ids


class GroupConversation(GroupRequest, kw_only=True):
    """PP_GET_ORG_GROUP_CONVERSATION."""

    user_uuid: Id


class SelectUsers(GroupRequest, kw_only=True):
    """PP_SELECT_USERS_BY_GROUP_ALGORITHM."""

    conversation_uuid: Id


class Group(msgspec.Struct, kw_only=True):
    """A group as lists show it."""

    uuid: str
    app_uuid: str
    group_name: str
    group_desc: str
    group_icon: str
    is_distributor: bool
    createtime: str
    updatetime: str
    conversation_uuid: str | None = None


class GroupListed(Group, kw_only=True):
    """An entry of PP_GET_APP_ORG_GROUP_LIST."""

    user_count: int


class GroupShown(Group, kw_only=True):
    """PP_GET_ORG_GROUP_DETAIL, PP_CREATE_ORG_GROUP and PP_UPDATE_ORG_GROUP."""

    group_uuid: str
    group_route_algorithm: str | None
    group_work_time_str: str | None = None
    group_visible_for_ppcom: bool | None = None
    group_visible_order_for_ppcom: int | None = None
    is_root: bool | None = None


class GroupList(msgspec.Struct):
    """PP_GET_APP_ORG_GROUP_LIST."""

    list: list[GroupListed]


class UserList(msgspec.Struct):
    """PP_GET_ORG_GROUP_USER_LIST."""

    list: list[UserSummary]


class Groupless(msgspec.Struct, kw_only=True):
    """An entry of PP_GET_NO_GROUP_USER_LIST. Visitors get null for what only agents may know."""

    uuid: str
    user_fullname: str
    user_icon: str
    user_signature: str | None
    service_user_status: str | None
    is_anonymous_user: str
    createtime: str
    updatetime: str
    user_status: str | None
    user_email: str | None
    user_firstname: str | None = None
    user_lastname: str | None = None
    user_password: str | None = None
    user_language: str | None = None
    browser_device_uuid: str | None = None
    latest_send_message_time: str | None = None


class GrouplessList(msgspec.Struct):
    """PP_GET_NO_GROUP_USER_LIST."""

    list: list[Groupless]


class ConversationOfGroup(msgspec.Struct):
    """PP_GET_ORG_GROUP_CONVERSATION."""

    conversation_uuid: str


class UuidList(msgspec.Struct):
    """PP_SELECT_USERS_BY_GROUP_ALGORITHM and PP_GET_ALL_PREDEFINED_SCRIPT."""

    list: list[str]
