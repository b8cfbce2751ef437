"""Scanning: narrow rows of an inbox window, read in parallel ranges of time, for lists that no index can answer."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import msgspec
from pynamodb.pagination import PageIterator

from chalicelib.models import capacity
from chalicelib.models.conversations import CLOSED, Conversation, inbox_key, key
from chalicelib.models.inbox import Window, filter_of

#: Ranges that the closed partition is read in, how many of them at the same time, and requests (1 MB each) for a whole scan.
_RANGES, _AT_ONCE, _MOST_REQUESTS = 32, 8, 160
#: What every row is read with, besides what is asked for: its key and where it stands.
_ALWAYS = ("key", "last_activity_at", "inbox_key")
#: Rows that a MB has at least.
_A_MB = 1_500
_NUMBER = Conversation.number.attr_name
_Keep = Callable[[list[Conversation]], list[Conversation]]


class Scanned(msgspec.Struct, frozen=True):
    """Rows with the attributes asked for, in no order, and whether these are all of the window."""

    rows: list[Conversation]
    is_whole: bool


class _Range(msgspec.Struct, frozen=True):
    """A span of time of a partition; the lower `place`, the sooner it is read."""

    partition: str
    span: tuple[int, int]
    place: int


class Bound(msgspec.Struct, frozen=True):
    """How far a scan goes: until so many rows are found, or so many requests sent. With `may`, rows are made of conversations
    alone whose numbers it allows, for which `number` is read; `share` is about how many these are, 1 for all, 0 if nobody knows.
    """

    found: int
    requests: int = _MOST_REQUESTS
    may: Callable[[int], bool] | None = None
    share: float = 0

    @property
    def page_size(self) -> int | None:
        """How many rows a request reads: all at once, twice, as many as are wanted. None for a MB."""
        wanted = self.found / self.share / _AT_ONCE / 2 if self.share else _A_MB
        return max(1, int(wanted)) if wanted < _A_MB else None


def scan(window: Window, attributes: Sequence[str], keep: _Keep, bound: Bound) -> Scanned:
    """Returns the rows of a window that `keep` keeps of each request's, with some attributes. `keep` runs in several threads.

    A request for each MB of rows, 160 at most, and two to see where the closed ones begin and end; these are read in ranges of
    time, several at once. Ranges at the window's beginning come first: where they have more than `bound` wants, the others are
    not read.
    """
    ranges = sorted((one for name in window.filters() for one in _ranges(window, name)), key=lambda one: one.place)
    reader = _Reader(window, _attributes(attributes), keep, bound, [0] * len(ranges))
    with ThreadPoolExecutor(_AT_ONCE, **capacity.in_threads()) as pool:
        parts = list(pool.map(reader.read, range(len(ranges)), ranges))
    return Scanned([row for part in parts for row in part.rows], all(part.is_whole for part in parts))


def _attributes(names: Sequence[str]) -> list[Any]:
    return [getattr(Conversation, name) for name in dict.fromkeys([*_ALWAYS, *names])]


class _Reader(msgspec.Struct):
    """Reads ranges for one scan. `counts` says how much was found in each, `requests` how many were sent."""

    window: Window
    attributes: list[Any]
    keep: _Keep
    bound: Bound
    counts: list[int]
    requests: int = 0

    def read(self, at: int, wanted: _Range) -> Scanned:
        """Returns what a range has, or the part of it that was read before there was enough."""
        found: list[Conversation] = []
        pages = self._query(wanted)
        while sum(self.counts[: at + 1]) <= self.bound.found and self.requests < self.bound.requests:
            self.requests += 1
            items = next(pages, None)
            if items is None:
                return Scanned(found, True)
            found += self.keep([Conversation.from_raw_data(item) for item in items["Items"] if self._may(item)])
            self.counts[at] = len(found)
            if pages.last_evaluated_key is None:
                return Scanned(found, True)
        return Scanned(found, False)

    def _may(self, item: dict[str, Any]) -> bool:
        return self.bound.may is None or self.bound.may(int(item[_NUMBER]["N"]))

    def _query(self, wanted: _Range) -> PageIterator[dict[str, Any]]:
        window = self.window
        return Conversation.by_activity.query(
            inbox_key(window.account, wanted.partition),
            Conversation.last_activity_at.between(*wanted.span),
            filter_of(window.filters()[wanted.partition]),
            scan_index_forward=window.oldest_first,
            page_size=self.bound.page_size,
            attributes_to_get=self.attributes,
        ).page_iter


def _ranges(window: Window, partition: str) -> Iterator[_Range]:
    """Yields spans of time that together have all of a partition's rows in the window, those at its beginning first."""
    span = _span_of_rows(window, partition) if partition == CLOSED else window.span
    if span is None:
        return
    since, until = span
    parts = _RANGES if partition == CLOSED and until - since >= _RANGES else 1
    edges = [since + (until + 1 - since) * at // parts for at in range(parts + 1)]
    spans = [(low, high - 1) for low, high in pairwise(edges)]
    for place, one in enumerate(spans if window.oldest_first else reversed(spans)):
        yield _Range(partition, one, place)


def _span_of_rows(window: Window, partition: str) -> tuple[int, int] | None:
    """Returns when a partition's first and last rows in the window were active, None if it has none. Two requests."""
    ends = [
        row.last_activity_at
        for is_forward in (True, False)
        for row in Conversation.by_activity.query(
            inbox_key(window.account, partition),
            Conversation.last_activity_at.between(*window.span),
            scan_index_forward=is_forward,
            limit=1,
        )
    ]
    return (min(ends), max(ends)) if ends else None


def read_parallel(account: str, ids: Sequence[str], attributes: Sequence[str]) -> list[Conversation]:
    """Returns the conversations that exist, with some attributes, in no order, a moment old. One request for each hundred."""
    keys = [key(account, id_) for id_ in ids]
    parts = [keys[at : at + 100] for at in range(0, len(keys), 100)]
    wanted = _attributes(attributes)
    with ThreadPoolExecutor(_AT_ONCE, **capacity.in_threads()) as pool:
        found = list(pool.map(lambda part: list(Conversation.batch_get(part, attributes_to_get=wanted)), parts))
    return [row for part in found for row in part]
