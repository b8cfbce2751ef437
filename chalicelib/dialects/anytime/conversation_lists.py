"""Anytime's lists of conversations, a page at a time."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, inbox
from chalicelib.desk.conversations.inbox import Like, Listing, Position
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime import paging
from chalicelib.dialects.anytime.conversations import OF_LIST, STATUS_OF, Conversation, show
from chalicelib.dialects.anytime.paging import Paged
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


class ListConversations(Paged, kw_only=True):
    """`GET /conversations`. The last parameters are for things the desk does not have, and are refused."""

    time_from: Name | None = None
    time_to: Name | None = None
    sort_by: Literal["lastReplyTime", "lastActivityTime"] = "lastReplyTime"
    sort_order: Literal["ascending", "descending"] = "descending"
    time_zone_offset: Annotated[float, Meta(ge=-14, le=14)] = 0
    include: Line | Lines = ""
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
    return paging.cursor(after.at, after.conversation, after.partition)


def read_cursor(text: str) -> Position:
    """Returns the position of a cursor. Raises Invalid for a bad one."""
    at, id_, partition = paging.read_cursor(text, 3)
    return Position(id_, paging.read_number(at), partition)


def list_conversations(ctx: Context, request: ListConversations) -> ConversationList:
    """`GET /conversations`: the account's, latest activity first, 50 a page; `nextPage` costs one query however deep."""
    asked = includes(request.include, OF_LIST)
    page = inbox.page(ctx, listing(request))
    views = conversations.load_people(ctx, page.conversations) if asked else {}
    metadata = conversations.metadata_of(ctx, page.conversations)
    around = paging.addresses(_PATH, request, cursor(page.next_after) if page.next_after else None)
    return ConversationList(
        conversations=[show(found, asked, views, metadata.get(found.id, {})) for found in page.conversations],
        total=page.total,
        previous_page=around.previous,
        next_page=around.next,
        current_page=around.current,
    )


ROWS = [Endpoint("GET", _PATH, list_conversations, AGENT)]
