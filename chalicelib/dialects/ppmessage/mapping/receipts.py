"""Acknowledgements in PPMessage's words."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.desk.errors import Invalid
from chalicelib.desk.messages import Message
from chalicelib.desk.people import Card
from chalicelib.desk.receipts import MOST, Handle
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping.socket import handle, push_id, pushed
from chalicelib.dialects.ppmessage.wire import receipts as wire


def handles(given: Any) -> list[Handle]:
    """What a client acknowledges. Raises code 31 for what is no list, Invalid for what is no pid."""
    if not isinstance(given, list):
        raise Coded(31)
    if len(given) > MOST:
        raise Invalid("list", f"has more than {MOST} entries")
    found = [handle(pid) for pid in given]
    if None in found:
        raise Invalid("list", "has what is no pid")
    return [each for each in found if each]


def unacked(account: str, device: str, found: Sequence[Message], cards: Mapping[str, Card]) -> wire.UnackedMessages:
    """Messages that a device is to acknowledge."""
    texts = {
        push_id(stored, device): msgspec.json.encode(pushed(account, stored, cards.get(stored.sender), device)).decode()
        for stored in found
    }
    return wire.UnackedMessages(size=len(texts), list=list(texts), message=texts)
