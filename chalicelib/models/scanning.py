"""Scanning: narrow rows of an inbox window, read in parallel ranges of time, for lists that no index can answer."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from chalicelib.models.base import read_raw
from chalicelib.models.conversations import CLOSED, Conversation, inbox_key, key
from chalicelib.models.inbox import Window, filter_of

#: Ranges of a partition that are read at the same time, and requests (1 MB each) for one range.
_RANGES, _MOST_REQUESTS = 8, 40
#: What every row is read with, besides what is asked for: its key and where it stands.
_ALWAYS = ("key", "last_activity_at", "inbox_key")


@dataclass(frozen=True, slots=True)
class Scanned:
    """Rows with the attributes asked for, in no order, and whether these are all of the window."""

    rows: list[Conversation]
    is_whole: bool


def scan(window: Window, attributes: Sequence[str], keep: Callable[[list[Conversation]], list[Conversation]]) -> Scanned:
    """Returns the rows of a window that `keep` keeps of each request's, with some attributes. A request for each MB of rows; the
    closed partition is read in parallel ranges. `keep` runs in several threads.
    """
    ranges = [one for partition in window.filters() for one in _ranges(window, partition)]
    names = [*dict.fromkeys([*_ALWAYS, *attributes])]
    with ThreadPoolExecutor(_RANGES) as pool:
        parts = list(pool.map(lambda one: _scan_range(window, one[0], one[1], names, keep), ranges))
    return Scanned([row for part in parts for row in part.rows], all(part.is_whole for part in parts))


def _ranges(window: Window, partition: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yields spans of time that together are the window's. One where few rows are to be expected."""
    since, until = window.span
    parts = _RANGES if partition == CLOSED and until - since >= _RANGES else 1
    edges = [since + (until + 1 - since) * at // parts for at in range(parts + 1)]
    for low, high in pairwise(edges):
        yield partition, (low, high - 1)


def _scan_range(
    window: Window,
    partition: str,
    span: tuple[int, int],
    names: Sequence[str],
    keep: Callable[[list[Conversation]], list[Conversation]],
) -> Scanned:
    results = Conversation.by_activity.query(
        inbox_key(window.account, partition),
        Conversation.last_activity_at.between(*span),
        filter_of(window.filters()[partition]),
        attributes_to_get=[getattr(Conversation, name) for name in names],
    )
    found: list[Conversation] = []
    for page in islice(results.page_iter, _MOST_REQUESTS):
        found += keep([Conversation.from_raw_data(item) for item in page["Items"]])
    return Scanned(found, results.last_evaluated_key is None)


def read_parallel(account: str, ids: Sequence[str]) -> list[Conversation]:
    """Returns the conversations that exist, whole, in no order, a moment old. One request for each hundred."""
    keys = [Conversation.raw(key=key(account, id_)) for id_ in ids]
    parts = [keys[at : at + 100] for at in range(0, len(keys), 100)]
    with ThreadPoolExecutor(_RANGES) as pool:
        found: list[list[dict[str, Any]]] = list(pool.map(lambda part: read_raw({Conversation: part})[Conversation], parts))
    return [Conversation.from_raw_data(item) for part in found for item in part]
