"""What a list is to have: its conditions, keywords and order; which conversations match, and how they are sorted in memory."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from chalicelib.context import Context
from chalicelib.desk.conversations import facts, sla
from chalicelib.desk.conversations.inbox import Listing, Position
from chalicelib.models import conversations
from chalicelib.models.conversations import Conversation
from chalicelib.models.inbox import Like, Window
from chalicelib.rules import conditions, status
from chalicelib.rules.conditions import ALL, ID, IS, Condition, ConditionList
from chalicelib.rules.search_words import Keywords

#: Matches that are sorted, and counted.
MOST = 10_000
#: Fields that DynamoDB compares itself.
_COMPARED = frozenset(["status", "priority", "assignee_number", "group_number", "contact_number", "is_read"])
#: The field of a conversation's contact, which an index has.
CONTACT = "contact_number"
_STATUS_RANK = {name: at for at, name in enumerate(status.STATUSES)}
_PRIORITY_RANK = {name: at for at, name in enumerate(status.PRIORITIES)}
#: Attributes of a row's clocks, and whether they run.
_CLOCKS = ("first_due_at", "next_due_at", "resolve_due_at", "sla_told", "status", "deleted_at")
#: A value after all times.
_NEVER = 2**53 - 1


class Sort(NamedTuple):
    """A sort: the attributes that it reads, and a row's value. Rows with the largest value come first, or with the smallest in a
    list of the oldest first. Rows without a value come last either way.
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


class Wanted(msgspec.Struct, frozen=True):
    """What to list. The window, the order, the size and the page are the listing's; its own conditions are left empty.

    `conditions` are resolved, all of them must hold. `mark` says where a sorted list goes on.
    """

    listing: Listing
    conditions: tuple[ConditionList, ...] = ()
    keywords: Keywords | None = None
    sort: str = LAST_REPLY
    mark: Mark | None = None


class Page(msgspec.Struct, frozen=True):
    """A page of conversations, the total, and whether that is exact. The next page begins after one of `after` and `mark`."""

    conversations: list[Conversation]
    total: int
    is_exact: bool
    after: Position | None = None
    mark: Mark | None = None


class Found(msgspec.Struct, frozen=True):
    """The places of what was found, in order, and whether it is all there is. Without `is_checked` some may not belong to it."""

    marks: list[Mark] = msgspec.field(default_factory=list)
    is_whole: bool = True
    is_checked: bool = True


def is_within(row: Conversation, window: Window) -> bool:
    """Returns whether a row is in a window and its partitions."""
    return conversations.partition_of(row) in window.partitions and window.span[0] <= row.last_activity_at <= window.span[1]


def pushed(wanted: Wanted) -> tuple[Like, ...]:
    """Returns the conditions that DynamoDB can compare, so that fewer rows come back."""
    every = [one for group in wanted.conditions if group.when == ALL for one in group.conditions]
    return tuple(_like(one) for one in every if _is_compared(one))


def fields_of(wanted: Wanted) -> frozenset[str]:
    """Returns the fields that its conditions are on."""
    return frozenset().union(*(conditions.needed(group) for group in wanted.conditions))


def matching(ctx: Context, wanted: Wanted, rows: Sequence[Conversation]) -> list[Conversation]:
    """Returns those of some rows that meet all conditions. No request, or those of facts.load."""
    fields = fields_of(wanted)
    if not fields or not rows:
        return [*rows]
    known = facts.load(ctx, rows, fields)
    return [row for row, of in zip(rows, known, strict=True) if all(conditions.matches(one, of) for one in wanted.conditions)]


def sort(wanted: Wanted, rows: Sequence[Conversation], *, is_whole: bool) -> Found:
    """Returns the places of rows, at most MOST: the latest replies, or the oldest rows in a list of the oldest first."""
    latest_first = not (wanted.sort == LAST_REPLY and wanted.listing.oldest_first)
    every = sorted({row.id: row for row in rows}.values(), key=lambda row: (row.last_activity_at, row.id), reverse=latest_first)
    value, last = SORTS[wanted.sort].value, _NEVER if wanted.listing.oldest_first else -_NEVER
    values = (last if (found := value(row)) is None else found for row in every[:MOST])
    marks = [Mark(found, row.last_activity_at, row.id) for found, row in zip(values, every, strict=False)]
    return Found(sorted(marks, reverse=not wanted.listing.oldest_first), is_whole and len(every) <= MOST)


def likes(wanted: Wanted) -> tuple[Like, ...] | None:
    """Returns the conditions as DynamoDB compares them, None where it can't."""
    every = [one for group in wanted.conditions for one in group.conditions]
    is_plain = all(group.when == ALL for group in wanted.conditions)
    return tuple(map(_like, every)) if is_plain and all(map(_is_compared, every)) else None


def _is_compared(condition: Condition) -> bool:
    """An index finds a contact's conversations. A word that stands for nobody is not a number to compare."""
    is_indexed = condition.field == CONTACT and condition.match == IS and condition.value
    is_word = condition.kind == ID and any(isinstance(value, str) for value in condition.value)
    return condition.field in _COMPARED and len(condition.value) <= 1 and not is_indexed and not is_word


def _like(condition: Condition) -> Like:
    return condition.field, condition.match == IS, condition.value[0] if condition.value else None
