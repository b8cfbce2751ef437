"""Conversations with members, and lists of them, as PPMessage's clients send and get them."""

import msgspec

from chalicelib.dialects.bounds import Checked, Id, Name, Number
from chalicelib.dialects.ppmessage.wire.apps import AppRequest
from chalicelib.dialects.ppmessage.wire.conversations import Conversation, ConversationData
from chalicelib.dialects.ppmessage.wire.messages import FromUser, Message
from chalicelib.dialects.ppmessage.wire.people import Unset


class CreateConversation(AppRequest, kw_only=True):
    """PP_CREATE_CONVERSATION: P2S with a contact, S2S among agents. `member_list` must be a list of uuids."""

    user_uuid: Id
    conversation_type: Name
    conversation_name: Name | None = None
    member_list: Checked = None
    group_uuid: Id | None = None


class TalkWith(msgspec.Struct, kw_only=True):
    """PPKEFU_CREATE_CONVERSATION: `member_list` must be a list of one uuid."""

    user_uuid: Id
    member_list: Checked
    app_uuid: Id | None = None


class ConversationCreated(Conversation, kw_only=True):
    """PP_CREATE_CONVERSATION; `user_list` has the members without the caller."""

    createtimestamp: float
    updatetimestamp: float
    user_list: list[str]


class TalkOfTwo(ConversationCreated, kw_only=True):
    """PPKEFU_CREATE_CONVERSATION: under the name and the picture of the other one."""

    peer_uuid: str


class OneConversation(AppRequest, kw_only=True):
    """PP_OPEN_CONVERSATION, PP_CLOSE_CONVERSATION."""

    user_uuid: Id
    conversation_uuid: Id


class UpdateConversation(AppRequest, kw_only=True):
    """PP_UPDATE_CONVERSATION."""

    conversation_uuid: Id
    assigned_uuid: Id


class UpdateMembers(AppRequest, kw_only=True):
    """PP_UPDATE_CONVERSATION_MEMBER: `action` is ADD or REMOVE, `member_list` must be a list of uuids."""

    conversation_uuid: Id
    group_uuid: Id | None = None
    action: Name | None = None
    member_list: Checked = None


class ConversationMembers(AppRequest, kw_only=True):
    """PP_GET_CONVERSATION_USER_LIST."""

    conversation_uuid: Id
    user_uuid: Id | None = None


class Group(msgspec.Struct):
    """The group of a member."""

    uuid: str
    group_name: str | None


class Member(msgspec.Struct, kw_only=True):
    """A member of a conversation. Visitors do not see an agent's e-mail."""

    uuid: str
    user_fullname: str
    user_email: str | None
    user_icon: str | None
    user_signature: str | None
    updatetime: str
    group: Group | None
    is_browser_online: bool
    is_mobile_online: bool


class Members(msgspec.Struct):
    """PP_GET_CONVERSATION_USER_LIST."""

    list: list[Member]


class AppConversations(AppRequest, kw_only=True):
    """PP_GET_APP_CONVERSATION_LIST; the page is undocumented."""

    user_uuid: Id | None = None
    page_offset: Number | None = None
    page_size: Number | None = None


class UserConversations(AppRequest, kw_only=True):
    """PP_GET_USER_CONVERSATION_LIST; the page is undocumented."""

    user_uuid: Id
    page_offset: Number | None = None
    page_size: Number | None = None


class PageConversations(UserConversations, kw_only=True):
    """PP_PAGE_USER_CONVERSATION: by page, or older than `max_uuid`, or newer than `min_uuid`."""

    min_uuid: Id | None = None
    max_uuid: Id | None = None


class CreateUser(Unset, kw_only=True):
    """The person a conversation is with. The trace is a visitor's secret: only they and agents get it."""

    uuid: str
    user_name: str
    user_fullname: str
    user_email: str
    user_icon: str | None
    user_signature: str | None
    user_status: str
    is_anonymous_user: bool
    service_user_status: str | None
    ppcom_trace_uuid: str | None
    latest_send_message_time: str | None
    createtime: str
    updatetime: str
    user_firstname: str | None = None
    user_lastname: str | None = None
    user_language: str | None = None


class LatestMessage(Message, kw_only=True):
    """The last message of a listed conversation."""

    title: str | None
    to_device_uuid: str | None = None
    is_development: bool | None = None


class ListedConversation(Conversation, kw_only=True):
    """A conversation of a list; `conversation_data` is the list's user's own view, null in the account's list."""

    latest_message: LatestMessage | None
    create_user: CreateUser | None
    from_user: FromUser | None
    message_total_count: int
    conversation_data: ConversationData | None


class Conversations(msgspec.Struct):
    """PP_GET_APP_CONVERSATION_LIST, PP_GET_USER_CONVERSATION_LIST."""

    list: list[ListedConversation]


class ConversationPage(msgspec.Struct, kw_only=True):
    """PP_PAGE_USER_CONVERSATION."""

    list: list[ListedConversation]
    total_count: int
    return_count: int
    page_offset: int
    page_size: int
    min_uuid: str | None
    max_uuid: str | None
