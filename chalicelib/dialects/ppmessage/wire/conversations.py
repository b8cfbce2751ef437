"""Conversations, as PPMessage's clients send and get them."""

import msgspec

from chalicelib.dialects.bounds import Header, Host, Id
from chalicelib.dialects.ppmessage.wire.apps import AppRequest
from chalicelib.dialects.ppmessage.wire.people import UserSummary


class DefaultConversation(AppRequest, kw_only=True):
    """PPCOM_GET_DEFAULT_CONVERSATION."""

    user_uuid: Id
    device_uuid: Id
    domain: Host | None = None
    origin: Header | None = None


class ConversationInfo(AppRequest, kw_only=True):
    """PP_GET_CONVERSATION_INFO."""

    user_uuid: Id
    conversation_uuid: Id


class Conversation(msgspec.Struct, kw_only=True):
    """A conversation in lists and single answers. The widget takes any field as a sign of one, so a waiting visitor gets none."""

    uuid: str
    app_uuid: str
    user_uuid: str
    status: str
    conversation_type: str
    conversation_name: str | None
    conversation_icon: str | None
    group_uuid: str | None
    assigned_uuid: str | None
    latest_task: str | None
    createtime: str
    updatetime: str


class ConversationData(msgspec.Struct, kw_only=True):
    """A member's own view of a conversation."""

    uuid: str
    conversation_uuid: str
    app_uuid: str
    user_uuid: str
    user_name: str | None
    conversation_type: str
    conversation_name: str | None
    conversation_icon: str | None
    conversation_status: str
    user_mute_notification: bool | None
    createtime: str
    updatetime: str


class ConversationShown(Conversation, kw_only=True):
    """PP_GET_CONVERSATION_INFO."""

    conversation_data: ConversationData


class DefaultConversationShown(Conversation, kw_only=True):
    """PPCOM_GET_DEFAULT_CONVERSATION."""

    app_name: str
    app_welcome: str | None
    user_list: list[UserSummary]
