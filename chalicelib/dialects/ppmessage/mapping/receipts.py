"""Acknowledgements in PPMessage's words."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people.people import PersonView
from chalicelib.desk.realtime.receipts import MOST, Handle, PageRequest
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping.socket import handle, push_id, pushed
from chalicelib.dialects.ppmessage.wire import receipts as wire

_PAGE, _LONGEST_PAGE = 30, 100


def handles(given: Any) -> list[Handle]:
    """What a client acknowledges. Raises code 31 if it is not a list, Invalid for a bad pid."""
    if not isinstance(given, list):
        raise Coded(31)
    if len(given) > MOST:
        raise Invalid("list", f"has more than {MOST} entries")
    found = [handle(pid) for pid in given]
    if None in found:
        raise Invalid("list", "must only have pids")
    return [each for each in found if each]


def unacked(account: str, device: str, found: Sequence[Message], views: Mapping[str, PersonView]) -> wire.UnackedMessages:
    """Messages that a device has to acknowledge."""
    texts = {
        push_id(stored, device): msgspec.json.encode(pushed(account, stored, views.get(stored.sender), device)).decode()
        for stored in found
    }
    return wire.UnackedMessages(size=len(texts), list=list(texts), message=texts)


def turn(request: wire.PageUnacked) -> PageRequest:
    """The page that is asked for. Raises 42 for both `max_uuid` and `min_uuid`, 41 for too large a page, Invalid."""
    if request.max_uuid and request.min_uuid:
        raise Coded(42)
    offset, size = request.page_offset or 0, _PAGE if request.page_size is None else request.page_size
    if offset < 0 or size < 1:
        raise Invalid("page_offset" if offset < 0 else "page_size", "is too small")
    if size > _LONGEST_PAGE:
        raise Coded(41, f"page_size is {_LONGEST_PAGE} at most")
    return PageRequest(size, offset, _pivot("max_uuid", request.max_uuid), _pivot("min_uuid", request.min_uuid))


def _pivot(field: str, given: str | None) -> Handle | None:
    found = handle(given)
    if given and found is None:
        raise Invalid(field, "is not a pid")
    return found


def unacked_page(found: wire.UnackedMessages, total: int, asked: PageRequest) -> wire.UnackedPage:
    """The same, a page of all."""
    return wire.UnackedPage(
        total_count=total,
        return_count=found.size,
        page_size=asked.size,
        page_offset=asked.offset,
        list=found.list,
        message=found.message,
    )
