"""Audit logs: the event logs of a whole account by time, newest first, read from its two partitions of `by_account`."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from pynamodb.expressions.condition import Condition

from chalicelib.models.event_logs import AGENT, BUSY, CONTACT, CONVERSATION, QUIET, LogEntry, list_key

#: Kinds that a list may be limited to; all kinds of settings count as one.
SETTING = "setting"
KINDS = (CONVERSATION, CONTACT, AGENT, SETTING)
#: Rows that a Query looks through where it has to filter.
LOOKED_THROUGH = 2_000
#: The last place of a moment: no row's place of that moment is behind it.
_LAST = "~"


class Window(msgspec.Struct, frozen=True):
    """Which changes a list has: of a span (epoch milliseconds, both ends included), of a kind, of an actor; None for any.

    `actors` is a range of packed actors (rules.actors), both ends included.
    """

    account: str
    span: tuple[int, int]
    kind: str | None = None
    actors: tuple[int, int] | None = None

    @property
    def partitions(self) -> Sequence[str]:
        """Where rows of its kind are."""
        if self.kind is None:
            return (BUSY, QUIET)
        return (BUSY,) if self.kind in (CONVERSATION, CONTACT) else (QUIET,)

    @property
    def filter(self) -> Condition | None:
        """What rows of its partitions have to meet."""
        of_kind = None if self.kind is None else LogEntry.kind != AGENT if self.kind == SETTING else LogEntry.kind == self.kind
        by = LogEntry.changed_by.between(*self.actors) if self.actors else None
        return of_kind & by if of_kind is not None and by is not None else by if of_kind is None else of_kind


class _Part(NamedTuple):
    """Rows of a partition, newest first, and the place down to which it was looked through, empty for to its end."""

    rows: list[LogEntry]
    end: str


def list_rows(window: Window, limit: int, before: str | None) -> tuple[list[LogEntry], str | None]:
    """Returns the latest rows of a window, or the latest before a place, newest first, and the place to go on before, None at the
    end. A moment old.

    One request for each partition, of LOOKED_THROUGH rows at most where they are filtered: then what was found, which may be
    nothing, and where to go on.
    """
    parts = [_read(window, partition, limit, before) for partition in window.partitions]
    end = max(part.end for part in parts)
    rows = [row for part in parts for row in part.rows if (row.listed_at or "") >= end]
    rows.sort(key=lambda row: row.listed_at or "", reverse=True)
    if len(rows) > limit:
        return rows[:limit], rows[limit - 1].listed_at
    return rows, end or None


def _read(window: Window, partition: str, limit: int, before: str | None) -> _Part:
    since, until = (f"{at:013d}" for at in window.span)
    last = min(f"{until}{_LAST}", before or _LAST)
    if last < since:
        return _Part([], "")
    wanted = window.filter
    most = limit + 2 if wanted is None else LOOKED_THROUGH  # one is `before` itself, one says that there are more
    among, holder = LogEntry.listed_at.between(since, last), list_key(window.account, partition)
    pages = LogEntry.by_account.query(holder, among, wanted, scan_index_forward=False, page_size=most).page_iter
    rows = [LogEntry.from_raw_data(item) for item in next(pages)["Items"]]
    goes_on = pages.last_evaluated_key
    end = str(goes_on[LogEntry.listed_at.attr_name]["S"]) if goes_on else ""
    return _Part([row for row in rows if row.listed_at != before], end)
