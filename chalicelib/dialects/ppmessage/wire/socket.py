"""What goes over the socket. `type` is upper case on the way out, in any case on the way in."""

from typing import Any

import msgspec

from chalicelib.dialects.bounds import Checked
from chalicelib.dialects.ppmessage.wire.messages import Letters


class Auth(msgspec.Struct, kw_only=True):
    """`auth`: whose socket it is. Every field is optional, because each missing one has its own error. A visitor's has
    `extra_data`.
    """

    api_token: Checked = None
    app_uuid: Checked = None
    user_uuid: Checked = None
    device_uuid: Checked = None
    is_service_user: Checked = None
    extra_data: Checked = msgspec.UNSET


class Ack(msgspec.Struct, kw_only=True, tag_field="type", tag="ACK"):
    """The answer to what a socket sent, and news of a conversation that a visitor waited for."""

    what: str
    code: int
    reason: str
    extra: dict[str, Any]


class FromUser(msgspec.Struct, kw_only=True):
    """Who wrote; `updatetime` is epoch seconds."""

    uuid: str
    user_icon: str | None
    user_email: str | None
    user_fullname: str
    updatetime: int


class Pushed(Letters, kw_only=True):
    """A message as a device gets it. It acknowledges `pid`."""

    pid: str
    from_user: FromUser | None


class Msg(msgspec.Struct, kw_only=True, tag_field="type", tag="MSG"):
    """A message."""

    msg: Pushed


class Kicked(msgspec.Struct, kw_only=True):
    """The letters of the word that a device is logged out: `bo` is its uuid."""

    mt: str = "SYS"
    ms: str = "LOGOUT"
    bo: str


class Logout(msgspec.Struct, kw_only=True, tag_field="type", tag="MSG"):
    """To a device that another one has taken the place of."""

    msg: Kicked


class Typing(msgspec.Struct, kw_only=True, tag_field="type", tag="TYPING"):
    """Somebody types. `user_id` is their integer id."""

    user_uuid: str
    conversation_uuid: str
    user_id: int | None = None


class Changed(msgspec.Struct, kw_only=True, tag_field="type", tag="CONVERSATION"):
    """To agents who watch the inbox: a conversation has changed, or has come or gone. `conversation_id` is its number."""

    conversation_uuid: str
    conversation_id: int


class SettingsChanged(msgspec.Struct, kw_only=True, tag_field="type", tag="SETTINGS"):
    """To the same agents: settings of a kind have changed."""

    kind: str


class Online(msgspec.Struct, kw_only=True, tag_field="type", tag="ONLINE"):
    """Somebody came or went: ONLINE, OFFLINE or UNCHANGED for each class of device."""

    user_uuid: str
    mobile: str
    browser: str
