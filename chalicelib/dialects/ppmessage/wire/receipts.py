"""Acknowledgements, as PPMessage's clients send and get them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from chalicelib.dialects.bounds import Checked, Id, Number
from chalicelib.dialects.ppmessage.wire.apps import AppRequest

Pid = Annotated[str, Meta(max_length=200)]


class Acknowledge(msgspec.Struct, kw_only=True):
    """ACK_MESSAGE: `list` has the `pid` of each message. Checked later: a wrong type has a code of its own."""

    list: Checked
    app_uuid: Id | None = None
    user_uuid: Id | None = None


class Acknowledged(msgspec.Struct):
    """ACK_MESSAGE."""


class Unacked(AppRequest, kw_only=True):
    """GET_UNACKED_MESSAGES: of a user's device."""

    from_uuid: Id
    device_uuid: Id


class PageUnacked(msgspec.Struct, kw_only=True):
    """PP_PAGE_UNACKED_MESSAGE: by page, or older than `max_uuid`, or newer than `min_uuid`, each a `pid`.

    For a user's device; if no device is named, for the one that the user uses.
    """

    user_uuid: Id
    app_uuid: Id | None = None
    device_uuid: Id | None = None
    page_offset: Number | None = None
    page_size: Number | None = None
    max_uuid: Pid | None = None
    min_uuid: Pid | None = None


class UnackedPage(msgspec.Struct, kw_only=True):
    """PP_PAGE_UNACKED_MESSAGE: as GET_UNACKED_MESSAGES, a page of it."""

    total_count: int
    return_count: int
    page_size: int
    page_offset: int
    list: list[str]
    message: dict[str, str]


class UnackedMessages(msgspec.Struct, kw_only=True):
    """GET_UNACKED_MESSAGES: how many, the `pid` of each in order, and by it each as the JSON text of its letters."""

    size: int
    list: list[str]
    message: dict[str, str]
