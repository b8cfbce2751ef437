"""PPMessage's requests and answers, with the documented names."""

from typing import Any

import msgspec


class AppRequest(msgspec.Struct, kw_only=True):
    """What most calls carry: the account."""

    app_uuid: str


class CreateAnonymous(AppRequest, kw_only=True):
    """PP_CREATE_ANONYMOUS."""

    ppcom_trace_uuid: str


class CreateDevice(AppRequest, kw_only=True):
    """PP_CREATE_DEVICE."""

    user_uuid: str
    device_id: str
    device_ostype: str
    ppcom_trace_uuid: str


class DefaultConversation(AppRequest, kw_only=True):
    """PPCOM_GET_DEFAULT_CONVERSATION."""

    user_uuid: str
    device_uuid: str


class ConversationInfo(AppRequest, kw_only=True):
    """PP_GET_CONVERSATION_INFO."""

    user_uuid: str
    conversation_uuid: str


class PageHistory(msgspec.Struct, kw_only=True):
    """PP_PAGE_HISTORY_MESSAGE: by page, or older than `max_uuid`, or newer than `min_uuid`."""

    conversation_uuid: str
    app_uuid: str | None = None
    user_uuid: str | None = None
    page_offset: int | None = None
    page_size: int | None = None
    min_uuid: str | None = None
    max_uuid: str | None = None


class SendMessage(msgspec.Struct, kw_only=True):
    """PP_SEND_MESSAGE: the socket's `send` object, flat."""

    uuid: str
    from_uuid: str
    from_type: str
    to_uuid: str
    to_type: str
    message_type: str
    message_subtype: str
    message_body: str
    conversation_uuid: str
    conversation_type: str | None = None
    app_uuid: str | None = None
    device_uuid: str | None = None


class AnonymousCreated(msgspec.Struct):
    """PP_CREATE_ANONYMOUS."""

    user_uuid: str
    user_fullname: str
    user_icon: str | None
    user_email: str


class DeviceCreated(msgspec.Struct):
    """PP_CREATE_DEVICE."""

    device_uuid: str


class AppInfo(msgspec.Struct, kw_only=True):
    """PP_GET_APP_INFO. Secrets are the owner's console's alone; others get null."""

    uuid: str
    user_uuid: str
    app_name: str
    company_name: str
    createtime: str
    updatetime: str
    app_route_policy: str | None
    welcome_message: str | None
    app_key: str | None = None
    app_secret: str | None = None
    api_uuid: str | None = None
    app_icon: str | None = None
    app_billing_email: str | None = None
    app_billing_uuid: str | None = None
    offline_message: str | None = None
    return_offline_message: bool | None = None
    ppcom_launcher_color: str | None = None
    ppcom_launcher_style: str | None = None
    ppcom_powered_by_link: str | None = None
    ppcom_powered_by_name: str | None = None
    ppcom_powered_by_visible: bool | None = None
    show_ppcom_hover: bool | None = None
    robot_user_uuid: str | None = None
    robot_train_chat: str | None = None
    robot_train_click: str | None = None
    robot_train_method: str | None = None
    robot_train_track: str | None = None


class Conversation(msgspec.Struct, kw_only=True):
    """A conversation as lists and single calls show it."""

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


class UserSummary(msgspec.Struct, kw_only=True):
    """A member of a conversation; `updatetime` is an integer epoch in seconds."""

    uuid: str
    user_fullname: str
    user_email: str
    user_icon: str | None
    user_signature: str | None
    updatetime: int
    group: dict[str, str] | None
    is_browser_online: bool
    is_mobile_online: bool


class DefaultConversationShown(Conversation, kw_only=True):
    """PPCOM_GET_DEFAULT_CONVERSATION."""

    app_name: str
    app_welcome: str | None
    user_list: list[UserSummary]


class FromUser(msgspec.Struct):
    """Who sent a message."""

    uuid: str
    user_fullname: str
    user_email: str
    user_icon: str | None


class Message(msgspec.Struct, kw_only=True):
    """A message of a history page; `message_body` is the JSON text that sockets carry."""

    uuid: str
    app_uuid: str
    conversation_uuid: str
    conversation_type: str
    from_uuid: str
    from_type: str
    from_device_uuid: str | None
    from_user: FromUser | None
    to_uuid: str
    to_type: str
    message_type: str
    message_subtype: str
    message_body: str
    body: str
    task_status: str
    createtime: str
    updatetime: str


class HistoryPage(msgspec.Struct, kw_only=True):
    """PP_PAGE_HISTORY_MESSAGE."""

    list: list[Message]
    total_count: int
    return_count: int
    page_offset: int
    page_size: int


class Letters(msgspec.Struct, kw_only=True):
    """A message as sockets carry it: ci conversation, fi/ft from, ti/tt to, mt type, ms subtype, bo body, ts seconds."""

    ci: str
    ct: str
    fi: str
    ft: str
    ti: str
    tt: str
    mt: str
    ms: str
    bo: str
    tl: str | None
    ts: float
    id: str


class Sent(msgspec.Struct):
    """PP_SEND_MESSAGE: the message that is stored now, and where."""

    uuid: str
    conversation_uuid: str


Shown = dict[str, Any]
