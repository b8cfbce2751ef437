"""Messages, as PPMessage's clients send and get them."""

import msgspec

from chalicelib.dialects.bounds import Id, Name, Number, Text


class PageHistory(msgspec.Struct, kw_only=True):
    """PP_PAGE_HISTORY_MESSAGE: by page, or older than `max_uuid`, or newer than `min_uuid`."""

    conversation_uuid: Id
    app_uuid: Id | None = None
    user_uuid: Id | None = None
    page_offset: Number | None = None
    page_size: Number | None = None
    min_uuid: Id | None = None
    max_uuid: Id | None = None


class GetHistory(msgspec.Struct, kw_only=True):
    """PP_GET_HISTORY_MESSAGE: page -1 is all; from `max_id` on, itself included, back to `since_id`, itself left out."""

    conversation_uuid: Id
    page_offset: Number
    app_uuid: Id | None = None
    user_uuid: Id | None = None
    page_size: Number | None = None
    since_id: Id | None = None
    max_id: Id | None = None


class SendMessage(msgspec.Struct, kw_only=True):
    """PP_SEND_MESSAGE: the socket's `send` object, flat."""

    uuid: Id
    from_uuid: Id
    from_type: Name
    to_uuid: Id
    to_type: Name
    message_type: Name
    message_subtype: Name
    message_body: Text
    conversation_uuid: Id
    conversation_type: Name | None = None
    app_uuid: Id | None = None
    device_uuid: Id | None = None


class FromUser(msgspec.Struct):
    """Who sent a message. Visitors do not see an agent's e-mail."""

    uuid: str
    user_fullname: str
    user_email: str | None
    user_icon: str | None


class Message(msgspec.Struct, kw_only=True):
    """A message of a history page; `message_body` is the JSON text that sockets carry, `body` its `bo`."""

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


class History(msgspec.Struct, kw_only=True):
    """PP_GET_HISTORY_MESSAGE; `max_id` is the newest message of all."""

    list: list[Message]
    total_count: int
    count: int
    page_offset: int
    page_size: int
    max_id: str | None


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
