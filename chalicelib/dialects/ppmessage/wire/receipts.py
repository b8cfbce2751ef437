"""Acknowledgements, as PPMessage's clients send and get them."""

import msgspec

from chalicelib.dialects.bounds import Checked, Id
from chalicelib.dialects.ppmessage.wire.apps import AppRequest


class Acknowledge(msgspec.Struct, kw_only=True):
    """ACK_MESSAGE: `list` has the `pid` of each message. What is no list has a code of its own, so it is looked at later."""

    list: Checked
    app_uuid: Id | None = None
    user_uuid: Id | None = None


class Acknowledged(msgspec.Struct):
    """ACK_MESSAGE."""


class Unacked(AppRequest, kw_only=True):
    """GET_UNACKED_MESSAGES: of a user's device."""

    from_uuid: Id
    device_uuid: Id


class UnackedMessages(msgspec.Struct, kw_only=True):
    """GET_UNACKED_MESSAGES: how many, the `pid` of each in order, and by it each as the JSON text of its letters."""

    size: int
    list: list[str]
    message: dict[str, str]
