"""Anytime's lists of conversations, a page at a time."""

import base64
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from chalicelib import config
from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, inbox
from chalicelib.desk.conversations.inbox import Like, Listing, Position
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime.conversations import OF_LIST, STATUS_OF, Conversation, show
from chalicelib.dialects.anytime.shapes import BASE, Wire, includes, read_moment, refuse
from chalicelib.dialects.bounds import Line, Lines, Name
from chalicelib.dialects.endpoint import Endpoint

_PATH = f"{BASE}/conversations"
_WORDS = {"status": STATUS_OF, "priority": {word: word for word in ("urgent", "high", "normal", "low")}}
_FIELDS = {
    "status": "status",
    "priority": "priority",
    "agentAssigneeId": "assignee_number",
    "departmentAssigneeId": "group_number",
    "contactId": "contact_number",
}


class Condition(Wire, kw_only=True):
    """One of `conditions[n]`; an empty value means unset."""

    field: Literal["status", "priority", "agentAssigneeId", "departmentAssigneeId", "contactId"]
    match_type: Literal["is", "isNot"] = "is"
    value: Name = ""


class ListConversations(Wire, kw_only=True):
    """`GET /conversations`. The last parameters are for things the desk does not have, and are refused."""

    time_from: Name | None = None
    time_to: Name | None = None
    page_index: Annotated[int, Meta(ge=1, le=2**53 - 1)] = 1
    sort_by: Literal["lastReplyTime", "lastActivityTime"] = "lastReplyTime"
    sort_order: Literal["ascending", "descending"] = "descending"
    time_zone_offset: Annotated[float, Meta(ge=-14, le=14)] = 0
    include: Line | Lines = ""
    cursor: Line = ""
    conditions: Annotated[dict[Name, Condition], Meta(max_length=100)] = msgspec.field(default_factory=dict)
    filter_id: Name | None = None
    tag_id: Name | None = None
    keywords: Line | None = None


class ConversationList(Wire, kw_only=True):
    """A page of conversations; `total` counts up to 10,000."""

    conversations: list[Conversation]
    total: int
    previous_page: str | None
    next_page: str | None
    current_page: str


def listing(request: ListConversations) -> Listing:
    """Returns what to list. Raises Invalid for a bad time, condition or cursor, or a parameter that is not served."""
    refuse(request, "filter_id", "tag_id", "keywords")
    return Listing(
        since=read_moment(request.time_from, "timeFrom", request.time_zone_offset),
        until=read_moment(request.time_to, "timeTo", request.time_zone_offset),
        conditions=tuple(_condition(f"conditions[{at}][value]", given) for at, given in sorted(request.conditions.items())),
        oldest_first=request.sort_order == "ascending",
        page=request.page_index,
        after=read_cursor(request.cursor) if request.cursor else None,
    )


def _condition(name: str, given: Condition) -> Like:
    return _FIELDS[given.field], given.match_type == "is", _value(name, given.field, given.value)


def _value(name: str, field: str, value: str) -> str | int | None:
    known = _WORDS.get(field)
    if known is not None:
        if value not in known:
            raise Invalid(name, f"must be one of {', '.join(known)}")
        return known[value]
    if value and not (value.isdecimal() and len(value) < 16):
        raise Invalid(name, "must be an integer id")
    return int(value) if value else None


def cursor(after: Position) -> str:
    """Returns where a list continues, as an opaque text."""
    return base64.urlsafe_b64encode(f"{after.at}:{after.conversation}:{after.partition}".encode()).decode()


def read_cursor(text: str) -> Position:
    """Returns the position of a cursor. Raises Invalid for a bad one."""
    try:
        at, id_, partition = base64.urlsafe_b64decode(text).decode().split(":")
        return Position(id_, int(at), partition)
    except ValueError as error:
        raise Invalid("cursor", "is not one of ours") from error


def list_conversations(ctx: Context, request: ListConversations) -> ConversationList:
    """`GET /conversations`: the account's, latest activity first, 50 a page; `nextPage` costs one query however deep."""
    asked = includes(request.include, OF_LIST)
    page = inbox.page(ctx, listing(request))
    views = conversations.load_people(ctx, page.conversations) if asked else {}
    metadata, same, index = conversations.metadata_of(ctx, page.conversations), _query(request), request.page_index
    return ConversationList(
        conversations=[show(found, asked, views, metadata.get(found.id, {})) for found in page.conversations],
        total=page.total,
        previous_page=_address(same, index - 1, "") if index > 1 else None,
        next_page=_address(same, index + 1, cursor(page.next_after)) if page.next_after else None,
        current_page=_address(same, index, request.cursor),
    )


def _query(request: ListConversations) -> str:
    """Returns what the addresses of all pages of a list share: everything but where a page begins."""
    given = msgspec.to_builtins(request) | {"pageIndex": None, "cursor": None}
    conditions = {
        f"conditions[{at}][{name}]": value for at, row in given.pop("conditions").items() for name, value in row.items()
    }
    values = {name: value for name, value in given.items() if value not in ("", None, 0)} | conditions
    return urlencode(values, doseq=True)


def _address(same: str, index: int, cursor: str) -> str:
    place = urlencode({"pageIndex": index} | ({"cursor": cursor} if cursor else {}))
    return f"{config.PUBLIC_URL}{_PATH}?{'&'.join(filter(None, [same, place]))}"


ROWS = [Endpoint("GET", _PATH, list_conversations, AGENT)]
