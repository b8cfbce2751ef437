"""Anytime's lists of conversations, a page at a time, and how many of a filter's are unread."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conditions, filters, lists
from chalicelib.desk.conversations.conditions import ConditionList, Given
from chalicelib.desk.conversations.inbox import Listing, Position
from chalicelib.desk.conversations.wanted import LAST_REPLY, Mark, Page, Wanted
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.search import search
from chalicelib.dialects.anytime import paging
from chalicelib.dialects.anytime.conditions import MatchType, in_query, read, read_filters
from chalicelib.dialects.anytime.conversation_shapes import OF_LIST, Conversation, show_all
from chalicelib.dialects.anytime.paging import Paged
from chalicelib.dialects.anytime.shapes import BASE, Wire, includes, naming, read_moment, several
from chalicelib.dialects.bounds import Line, Lines, Name, Number
from chalicelib.dialects.endpoint import Endpoint

_PATH = f"{BASE}/conversations"
#: Filters whose unread conversations one call counts.
MOST_FILTERS = 50
_SORTS = {
    "lastReplyTime": LAST_REPLY,
    "lastActivityTime": "last_activity",
    "nextSLABreach": "next_breach",
    "priority": "priority",
    "status": "status",
}


class Condition(Wire, kw_only=True):
    """One of `conditions[n]`, on a field of the system or of the account by its name; an empty value means unset."""

    field: Name
    match_type: MatchType = "is"
    value: Line = ""


class Windowed(Paged, kw_only=True):
    """Base: a window of last replies, else the last 30 days. Times without a zone are `timeZoneOffset` hours east of UTC."""

    time_from: Name | None = None
    time_to: Name | None = None
    time_zone_offset: Annotated[float, Meta(ge=-14, le=14)] = 0
    keywords: Line = ""


class ListConversations(Windowed, kw_only=True):
    """`GET /conversations`: those that meet all conditions, the filter's, and have the tag and the keywords."""

    sort_by: Literal["lastReplyTime", "lastActivityTime", "nextSLABreach", "priority", "status"] = "lastReplyTime"
    sort_order: Literal["ascending", "descending"] = "descending"
    include: Line | Lines = ""
    conditions: Annotated[dict[Name, Condition], Meta(max_length=100)] = msgspec.field(default_factory=dict)
    filter_id: Number | None = None
    tag_id: Number | None = None


class ConversationList(Wire, kw_only=True):
    """A page of conversations. There are at least `total` of them where `totalIsExact` is false."""

    conversations: list[Conversation]
    total: int
    total_is_exact: bool
    previous_page: str | None
    next_page: str | None
    current_page: str


class UnreadCounts(Wire, kw_only=True):
    """`GET /conversations/unreadCount`: the filters whose unread conversations are counted, and `views` for those of _VIEWS."""

    filter_ids: Line | Annotated[list[Line], Meta(max_length=100)] = ""
    include: Line | Lines = ""


class UnreadCount(Wire, kw_only=True):
    """Unread conversations of a filter, and those of them in which a note mentions the caller."""

    filter_id: int
    unread_count: int
    unread_mentioned_count: int


class ViewCounts(Wire, kw_only=True):
    """Unread conversations that are open: the caller's, those without an agent, and all; and how many of the latest hundred that
    mention the caller do so in an unread note.
    """

    mine: int
    unassigned: int
    open: int
    mentions: int


class UnreadCountList(Wire, kw_only=True):
    """All unread conversations, and those of each filter."""

    all_count: int
    unread_counts: list[UnreadCount]
    views: ViewCounts | UnsetType = UNSET


def window(request: Windowed, *, oldest_first: bool = False, is_deleted: bool = False) -> Listing:
    """Returns the window and page that are asked for. Raises Invalid for a bad time or cursor."""
    position, mark = read_cursor(request.cursor)
    return Listing(
        since=read_moment(request.time_from, "timeFrom", request.time_zone_offset),
        until=read_moment(request.time_to, "timeTo", request.time_zone_offset),
        oldest_first=oldest_first,
        page=1 if mark else request.page_index,
        after=position,
        is_deleted=is_deleted,
    )


def _conditions(ctx: Context, request: ListConversations) -> tuple[ConditionList, ...]:
    """Returns what every conversation of a list must meet. Raises Invalid for a bad condition or an unknown filter."""
    named = [Given(one.field, one.match_type, one.value, in_query(at)) for at, one in sorted(request.conditions.items())]
    if request.tag_id is not None:
        named.append(Given("tagId", "is", str(request.tag_id), lambda _: "tagId"))
    groups = [read(ctx, named, offset_hours=request.time_zone_offset)] if named else []
    if request.filter_id is not None:
        with naming("filter", "filterId"):
            found = filters.get(ctx, request.filter_id)
        groups += read_filters(ctx, [found], offset_hours=request.time_zone_offset)
    return tuple(conditions.resolve(ctx, groups))


def wanted(ctx: Context, request: Windowed, listing: Listing, groups: tuple[ConditionList, ...], sort: str) -> Wanted:
    """Returns what to list. Raises Invalid."""
    return Wanted(listing, groups, search.read(ctx, request.keywords), sort, read_cursor(request.cursor)[1])


def cursor(page: Page) -> str | None:
    """Returns where a list continues, as an opaque text; None at its end."""
    if page.mark:
        return paging.cursor("m", page.mark.value, page.mark.at, page.mark.id)
    return paging.cursor("p", page.after.at, page.after.conversation, page.after.partition) if page.after else None


def read_cursor(text: str) -> tuple[Position | None, Mark | None]:
    """Returns the position or the mark of a cursor. Raises Invalid for a bad one."""
    if not text:
        return None, None
    kind, first, second, last = paging.read_cursor(text, 4)
    try:
        return (None, Mark(int(first), int(second), last)) if kind == "m" else (Position(second, int(first), last), None)
    except ValueError as error:
        raise Invalid("cursor", "is not one of ours") from error


def list_conversations(ctx: Context, request: ListConversations) -> ConversationList:
    """`GET /conversations`: latest reply first unless asked otherwise, 50 a page."""
    asked = includes(request.include, OF_LIST)
    listing = window(request, oldest_first=request.sort_order == "ascending")
    page = lists.page(ctx, wanted(ctx, request, listing, _conditions(ctx, request), _SORTS[request.sort_by]))
    around = paging.addresses(_PATH, request, cursor(page))
    return ConversationList(
        conversations=show_all(ctx, page.conversations, asked),
        total=page.total,
        total_is_exact=page.is_exact,
        previous_page=around.previous,
        next_page=around.next,
        current_page=around.current,
    )


def count_unread(ctx: Context, request: UnreadCounts) -> UnreadCountList:
    """`GET /conversations/unreadCount`: counted in one pass over the unread conversations of the last 30 days."""
    ids = dict.fromkeys(map(_filter_id, several(request.filter_ids)))
    if len(ids) > MOST_FILTERS:
        raise Invalid("filterIds", f"are more than {MOST_FILTERS}")
    with naming("filter", "filterIds"):
        found = filters.get_several(ctx, list(ids))
    views = [read(ctx, given) for given in _VIEWS] if includes(request.include, _OF_COUNTS) else []
    every, counts = lists.count_unread(ctx, conditions.resolve(ctx, [*views, *read_filters(ctx, found)]))
    of_views, counts = counts[: len(views)], counts[len(views) :]
    return UnreadCountList(
        views=_view_counts(ctx, of_views) if of_views else UNSET,
        all_count=every,
        unread_counts=[
            UnreadCount(filter_id=one.number, unread_count=unread, unread_mentioned_count=mentioned)
            for one, (unread, mentioned) in zip(found, counts, strict=True)
        ],
    )


#: What inboxes begin with: open conversations that are the caller's, that nobody has, and all.
_OPEN = Given("status", "isNot", "closed")
_VIEWS = ([_OPEN, Given("agentAssigneeId", "is", "me")], [_OPEN, Given("agentAssigneeId", "is", "")], [_OPEN])
_OF_COUNTS = frozenset({"views"})


def _view_counts(ctx: Context, counts: list[tuple[int, int]]) -> ViewCounts:
    (mine, _), (unassigned, _), (every, _) = counts
    return ViewCounts(mine=mine, unassigned=unassigned, open=every, mentions=lists.count_unread_mentions(ctx))


def _filter_id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Invalid("filterIds", "must be ids of filters")
    return int(text)


ROWS = [Endpoint("GET", _PATH, list_conversations, AGENT), Endpoint("GET", f"{_PATH}/unreadCount", count_unread, AGENT)]
