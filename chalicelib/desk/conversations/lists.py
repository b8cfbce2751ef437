"""Lists of an account's conversations by any conditions, sorted and paged. inbox.py answers what one index can.

Everything else is found among the conversations of a contact, a tag or a mentioned agent, whose uuids an index has, or by looking
through the window's rows in parallel. What is found is sorted in memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import facts, inbox, sla
from chalicelib.desk.conversations.inbox import Listing, Position
from chalicelib.desk.core import access
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.people import contact_lists
from chalicelib.models import conversations, labels, scanning, unique_names
from chalicelib.models.conversations import Conversation
from chalicelib.models.inbox import Like, Window
from chalicelib.rules import conditions, status
from chalicelib.rules.conditions import ALL, ID, IS, Condition, ConditionList
from chalicelib.rules.text import fold

#: Matches that are sorted, and counted.
MOST = 10_000
#: Fields that DynamoDB compares itself.
_COMPARED = frozenset(["status", "priority", "assignee_number", "group_number", "contact_number", "is_read"])
_CONTACT = "contact_number"
#: Fields by whose value an index has the conversations.
_LABELS: Mapping[str, Callable[[int], str]] = {"tags": labels.tag, "mentioned": labels.mention}
_STATUS_RANK = {name: at for at, name in enumerate(status.STATUSES)}
_PRIORITY_RANK = {name: at for at, name in enumerate(status.PRIORITIES)}
#: The agents whose mention they have not read, as a fact.
_UNREAD_MENTIONS = "unread_mentions"
#: Attributes of a row's clocks, and whether they run.
_CLOCKS = ("first_due_at", "next_due_at", "resolve_due_at", "sla_told", "status", "deleted_at")
#: A value after all times.
_NEVER = 2**53 - 1
#: Attributes of a row that `words` are looked for in.
_SEARCHED = ("subject", "preview", "contact_number")


class Sort(NamedTuple):
    """A sort: the attributes that it reads, and a row's value, of which the largest comes first, or with the oldest first the
    smallest. Rows without a value come last either way.
    """

    attributes: tuple[str, ...]
    value: Callable[[Conversation], int | None]


LAST_REPLY = "last_reply"
SORTS: Mapping[str, Sort] = {
    LAST_REPLY: Sort((), lambda row: row.last_activity_at),
    "last_activity": Sort(("changed_at",), lambda row: row.touched_at),
    "priority": Sort(("priority",), lambda row: -_PRIORITY_RANK[row.priority]),
    "status": Sort(("status",), lambda row: -_STATUS_RANK[row.status]),
    "next_breach": Sort(_CLOCKS, sla.soonest),
}


class Mark(NamedTuple):
    """A row's place in a sorted list: its value, its last reply, its uuid."""

    value: int
    at: int
    id: str


class Search(NamedTuple):
    """What keywords look for: all `words` (folded) in a conversation's subject or last message, or one of the `contacts`."""

    words: tuple[str, ...] = ()
    contacts: frozenset[int] = frozenset()


NOTHING = Search()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list. The window, the order, the size and the page are the listing's; its own conditions are left empty.

    `conditions` are resolved, all of them must hold. `mark` says where a sorted list goes on.
    """

    listing: Listing
    conditions: tuple[ConditionList, ...] = ()
    search: Search = NOTHING
    sort: str = LAST_REPLY
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of conversations, the total, and whether that is exact. The next page begins after one of `after` and `mark`."""

    conversations: list[Conversation]
    total: int
    is_exact: bool
    after: Position | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The places of what was found, in order, and whether it is all there is."""

    marks: list[Mark] = field(default_factory=list)
    is_whole: bool = True


#: Lists of a hundred thousand conversations in all.
_found: TimedCache[Found] = TimedCache(100_000, weight=lambda found: len(found.marks) + 1)


@access.allow(AGENT)
def page(ctx: Context, wanted: Wanted) -> Page:
    """Returns a page of the account's conversations. Raises Invalid for a bad window, page or position.

    One or two Queries where an index answers, plus the total's, which is kept for a minute. Else a request for each MB of rows in
    the window, and one for each hundred found; following pages of the same list cost the page alone for a minute.
    """
    likes = _likes(wanted)
    if likes is not None and wanted.sort == LAST_REPLY and wanted.mark is None:
        found = inbox.page(ctx, replace(wanted.listing, conditions=likes))
        return Page(found.conversations, found.total, found.total < inbox.MOST_COUNTED, after=found.next_after)
    return _cut(ctx, wanted, find(ctx, wanted))


def _likes(wanted: Wanted) -> tuple[Like, ...] | None:
    """Returns the conditions as DynamoDB compares them, None where it can't."""
    every = [one for group in wanted.conditions for one in group.conditions]
    is_plain = all(group.when == ALL for group in wanted.conditions) and not wanted.search.words
    return tuple(map(_like, every)) if is_plain and all(map(_is_compared, every)) else None


def _is_compared(condition: Condition) -> bool:
    """A contact's are found by an index, and a word that stands for nobody is no number to compare."""
    is_indexed = condition.field == _CONTACT and condition.match == IS and condition.value
    is_word = condition.kind == ID and any(isinstance(value, str) for value in condition.value)
    return condition.field in _COMPARED and len(condition.value) <= 1 and not is_indexed and not is_word


def _like(condition: Condition) -> Like:
    return condition.field, condition.match == IS, condition.value[0] if condition.value else None


def find(ctx: Context, wanted: Wanted) -> Found:
    """Returns what the whole list has: found anew for a first page, else as a minute ago at most."""
    listing = wanted.listing
    key = repr((ctx.account, ctx.caller.person, replace(listing, page=1), wanted.conditions, wanted.search, wanted.sort))
    is_first = listing.page == 1 and wanted.mark is None
    known = None if is_first else _found.get(key, ctx.now)
    return known if known is not None else _found.put(key, _find(ctx, wanted), ctx.now)


def _find(ctx: Context, wanted: Wanted) -> Found:
    window = inbox.window_of(ctx, wanted.listing)
    by_index = _by_index(ctx, wanted)
    if by_index is None:
        attributes = [
            *SORTS[wanted.sort].attributes,
            *facts.attributes_of(_fields(wanted)),
            *(_SEARCHED if wanted.search.words else ()),
        ]
        oldest_first = window.oldest_first and wanted.sort == LAST_REPLY
        pushed = replace(window, conditions=_pushed(wanted), oldest_first=oldest_first)
        scanned = scanning.scan(pushed, attributes, lambda rows: matching(ctx, wanted, rows), MOST)
        rows, is_whole = scanned.rows, scanned.is_whole
    else:
        ids, is_whole = by_index
        rows = matching(ctx, wanted, [row for row in scanning.read_parallel(ctx.account, ids) if _is_within(row, window)])
    return _sorted(wanted, rows, is_whole=is_whole)


def _sorted(wanted: Wanted, rows: Sequence[Conversation], *, is_whole: bool) -> Found:
    """Returns the places of rows. Of more than MOST, those with the latest replies; of the oldest first, the oldest."""
    latest_first = not (wanted.sort == LAST_REPLY and wanted.listing.oldest_first)
    every = sorted({row.id: row for row in rows}.values(), key=lambda row: (row.last_activity_at, row.id), reverse=latest_first)
    value, last = SORTS[wanted.sort].value, _NEVER if wanted.listing.oldest_first else -_NEVER
    values = (last if (found := value(row)) is None else found for row in every[:MOST])
    marks = [Mark(found, row.last_activity_at, row.id) for found, row in zip(values, every, strict=False)]
    return Found(sorted(marks, reverse=not wanted.listing.oldest_first), is_whole and len(every) <= MOST)


def _by_index(ctx: Context, wanted: Wanted) -> tuple[list[str], bool] | None:
    """Returns the uuids among which an index has all that can match, and whether they are all; None if no index does."""
    for condition in (one for group in wanted.conditions if group.when == ALL for one in group.conditions):
        if condition.match != IS or len(condition.value) != 1 or wanted.listing.is_deleted:
            continue
        if condition.field in _LABELS:
            return labels.conversations_with(ctx.account, _LABELS[condition.field](condition.value[0]))
        if condition.field == _CONTACT:
            contact = unique_names.id_by_number(ctx.account, "person", condition.value[0])
            ids = conversations.of_contact(ctx.account, contact, MOST) if contact else []
            return ids, len(ids) < MOST
    return None


def _is_within(row: Conversation, window: Window) -> bool:
    return conversations.partition_of(row) in window.partitions and window.span[0] <= row.last_activity_at <= window.span[1]


def _pushed(wanted: Wanted) -> tuple[Like, ...]:
    """Returns the conditions that DynamoDB can compare, so that fewer rows come back."""
    every = [one for group in wanted.conditions if group.when == ALL for one in group.conditions]
    return tuple(_like(one) for one in every if _is_compared(one))


def _fields(wanted: Wanted) -> frozenset[str]:
    return frozenset().union(*(conditions.needed(group) for group in wanted.conditions))


def matching(ctx: Context, wanted: Wanted, rows: Sequence[Conversation]) -> list[Conversation]:
    """Returns those of some rows that match."""
    rows = [row for row in rows if _has_words(wanted, row)]
    fields = _fields(wanted)
    if not fields or not rows:
        return rows
    known = facts.load(ctx, rows, fields)
    return [row for row, of in zip(rows, known, strict=True) if all(conditions.matches(one, of) for one in wanted.conditions)]


def _has_words(wanted: Wanted, row: Conversation) -> bool:
    if not wanted.search.words or row.contact_number in wanted.search.contacts:
        return True
    text = fold(f"{row.subject} {row.preview or ''}")
    return all(word in text for word in wanted.search.words)


def _cut(ctx: Context, wanted: Wanted, found: Found) -> Page:
    """Returns a page of what was found: by its number, or after a mark."""
    size, oldest_first = wanted.listing.size, wanted.listing.oldest_first
    first = (wanted.listing.page - 1) * size
    if wanted.mark is not None:
        mark = wanted.mark
        first = next((at for at, one in enumerate(found.marks) if (one > mark if oldest_first else one < mark)), len(found.marks))
    part = found.marks[first : first + size]
    rows = {row.id: row for row in conversations.get_many(ctx.account, [one.id for one in part])}
    more = part[-1] if first + size < len(found.marks) else None
    return Page([rows[one.id] for one in part if one.id in rows], len(found.marks), found.is_whole, mark=more)


@access.allow(AGENT)
def count_unread(ctx: Context, groups: Sequence[ConditionList]) -> tuple[int, list[tuple[int, int]]]:
    """Returns how many conversations of the last 30 days agents have not read. Of these, for each list of conditions, how many
    match, and in how many of them an unread note mentions the caller. One look through the window for all.
    """
    lists = [Wanted(Listing(), (group,)) for group in groups]
    fields = frozenset([_UNREAD_MENTIONS]).union(*map(_fields, lists))
    attributes = [*facts.attributes_of(fields), "contact_number"]
    window = replace(inbox.window_of(ctx, Listing()), conditions=[("is_read", True, False)])
    rows = scanning.scan(window, attributes, list, MOST).rows
    known = facts.load(ctx, rows, fields) if rows and groups else []
    return len(rows), [_count(ctx, group, known) for group in groups]


def _count(ctx: Context, group: ConditionList, known: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    found = [of for of in known if conditions.matches(group, of)]
    return len(found), sum(ctx.caller.number in of[_UNREAD_MENTIONS] for of in found)


@access.allow(AGENT)
def search_for(ctx: Context, keywords: str) -> Search:
    """Returns what keywords look for: their words, and the contacts who have all of them. No request for no keywords, else one
    for each word. Raises Invalid for too many.
    """
    words = tuple(fold(keywords).split())
    return Search(words, contact_lists.numbers_with(ctx, keywords)) if words else NOTHING
