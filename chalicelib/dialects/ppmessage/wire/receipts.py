"""Acknowledgements, as PPMessage's clients send and get them."""

from typing import Any

import msgspec

from chalicelib.dialects.ppmessage.wire.apps import AppRequest


class Acknowledge(msgspec.Struct, kw_only=True):
    """ACK_MESSAGE: `list` has the `pid` of each message. What is no list has a code of its own, so it is looked at later."""

    list: Any
    app_uuid: str | None = None
    user_uuid: str | None = None


class Acknowledged(msgspec.Struct):
    """ACK_MESSAGE."""


class Unacked(AppRequest, kw_only=True):
    """GET_UNACKED_MESSAGES: of a user's device."""

    from_uuid: str
    device_uuid: str


class UnackedMessages(msgspec.Struct, kw_only=True):
    """GET_UNACKED_MESSAGES: how many, the `pid` of each in order, and by it each as the JSON text of its letters."""

    size: int
    list: list[str]
    message: dict[str, str]
