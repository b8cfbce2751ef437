"""Events in the words of PPMessage's socket: each a JSON text."""

from typing import Any

import msgspec

from chalicelib.desk.automation import routing
from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.people.people import PersonView
from chalicelib.desk.realtime.receipts import Handle
from chalicelib.dialects.ppmessage.mapping.messages import letters
from chalicelib.dialects.ppmessage.mapping.words import icon, is_there
from chalicelib.dialects.ppmessage.wire import socket as wire

_encode = msgspec.json.Encoder().encode
#: Reasons, by an ack's code.
REASONS = {
    0: "success",
    1: "no uuids",
    2: "no is_service_user",
    3: "no extra data",
    4: "wrong parameters",
    5: "unknown type",
    6: "not json",
    7: "bad message",
    8: "no such token",
    9: "wrong api level",
    10: "no such conversation",
    11: "waiting",
    12: "no such group",
    13: "no such user",
}
_WAITS = {routing.NOBODY_ONLINE: 11, routing.NO_GROUP: 12, routing.NOBODY_THERE: 13}
_PRESENCE = {True: "ONLINE", False: "OFFLINE", None: "UNCHANGED"}


def ack(what: str, code: int, *, why: str = "", **extra: Any) -> str:
    """The answer to what a socket sent. `why` says more than the code does."""
    return _encode(wire.Ack(what=what, code=code, reason=why or REASONS[code], extra=extra)).decode()


def failed(what: str, **extra: Any) -> str:
    """The answer where the desk itself has failed: an ack with code 7, so that the client knows that nothing has happened."""
    return _encode(wire.Ack(what=what, code=7, reason="internal error, try again", extra=extra)).decode()


def pushed(account: str, stored: Message, sender: PersonView | None, device: str) -> wire.Pushed:
    """A message's letters for a device, which has to acknowledge it."""
    short = msgspec.structs.asdict(letters(stored, account))
    return wire.Pushed(**short, pid=push_id(stored, device), from_user=from_user(sender) if sender else None)


def from_user(sender: PersonView) -> wire.FromUser:
    """Who wrote."""
    return wire.FromUser(
        uuid=sender.id,
        user_icon=icon(sender.id, sender.icon),
        user_email=sender.email,
        user_fullname=sender.name,
        updatetime=sender.updated_at // 1000,
    )


def message(account: str, stored: Message, sender: PersonView | None, device: str) -> str:
    """A message, to a device."""
    return _encode(wire.Msg(msg=pushed(account, stored, sender, device))).decode()


def assigned(conversation: str) -> str:
    """The conversation that the visitor waited for is there."""
    return ack("CONVERSATION", 0, conversation_uuid=conversation)


def waits(reason: str) -> str:
    """Nobody is there yet. The visitor learns the conversation's uuid once somebody is."""
    return ack("CONVERSATION", _WAITS[reason], conversation_uuid=None)


def presence(person: str, presence: str) -> str:
    """An agent's presence, the same for all their devices."""
    word = _PRESENCE[is_there(presence)]
    return _encode(wire.Online(user_uuid=person, mobile="UNCHANGED", browser=word)).decode()


def online(person: str, *, mobile: bool | None, browser: bool | None) -> str:
    """A device was connected (True) or has gone (False)."""
    return _encode(wire.Online(user_uuid=person, mobile=_PRESENCE[mobile], browser=_PRESENCE[browser])).decode()


def typing(person: str, number: int | None, conversation: str) -> str:
    """Somebody types, who has this integer id."""
    return _encode(wire.Typing(user_uuid=person, conversation_uuid=conversation, user_id=number)).decode()


def changed(conversation: str, number: int) -> str:
    """A conversation is another one than before."""
    return _encode(wire.Changed(conversation_uuid=conversation, conversation_id=number)).decode()


def settings(kind: str) -> str:
    """Settings of a kind, such as tags, are others than before."""
    return _encode(wire.SettingsChanged(kind=kind)).decode()


def logout(device: str) -> str:
    """Sent to a device that another one has replaced."""
    return _encode(wire.Logout(msg=wire.Kicked(bo=device))).decode()


def push_id(stored: Message, device: str) -> str:
    """What a device acknowledges of a message. It has all that is needed to store that."""
    return f"{device}:{stored.conversation}:{stored.sequence}"


def handle(push: Any) -> Handle | None:
    """What a push id stands for, None for a bad one."""
    parts = push.split(":") if isinstance(push, str) else []
    if len(parts) != 3 or not (parts[2].isascii() and parts[2].isdecimal() and len(parts[2]) < 12):
        return None
    return Handle(parts[0], parts[1], int(parts[2]))
