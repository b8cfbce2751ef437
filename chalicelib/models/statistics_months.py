"""Months of statistics: days that are over, by series: a row for each month, of all cells one for each day. Key
account#m#series · 2027-01 or 2027-01-31.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.models import statistics_rows
from chalicelib.models.base import transaction
from chalicelib.models.statistics_rows import BEHIND, Cells, Statistic, is_version, pack, unpack

#: Rows that are read at once, and bytes that one transaction writes and replaces (DynamoDB: 4 MB).
_AT_ONCE, MOST_BYTES = 20, 3_000_000
#: What keys of rows behind a month's are before.
_AFTER_BEHIND = chr(ord(BEHIND) + 1)


class _Part(msgspec.Struct, array_like=True):
    """A day in the row of a month: the version of the day that it was made of, and its amounts, packed."""

    version: int
    packed: bytes


_parts = msgspec.msgpack.Decoder(dict[int, _Part])
#: A row to be written, and the one that was read, None for none.
_Written = tuple[Statistic, Statistic | None]


def months(account: str, series: str, first: str, last: str) -> dict[int, dict[tuple[Any, ...], dict[str, int]]]:
    """Returns the amounts of a series by day, of the rows from `first` to `last`. One request for each MB: a year at least.

    Raises ConditionFailed where a large row is written each time that it is read.
    """
    spans = Statistic.span.between(first, last + _AFTER_BEHIND)
    rows = statistics_rows.read_whole(lambda: list(Statistic.query(_key(account, series), spans, consistent_read=True)))
    return {day: unpack(part.packed) for row in rows for day, part in _parts_of(row).items()}


def put_months(account: str, span: str, day: int, version: int, found: Mapping[str, Cells]) -> None:
    """Puts a day into the rows `span` of series, where they don't have a later version of it. Two requests for each twenty, more
    where they are large.

    Raises ConditionFailed where others write the same row.
    """
    names = list(found)
    for at in range(0, len(names), _AT_ONCE):
        some = {_key(account, name): found[name] for name in names[at : at + _AT_ONCE]}
        known = {row.account: row for row in statistics_rows.get_whole([(key, span) for key in some])}
        changed = [(_with_part(key, span, known.get(key), day, _Part(version, pack(some[key]))), known.get(key)) for key in some]
        for together in _together(changed):
            _write(together)


def _key(account: str, series: str) -> str:
    return f"{account}#m#{series}"


def _parts_of(row: Statistic | None) -> dict[int, _Part]:
    return _parts.decode(row.packed) if row and row.packed else {}


def _with_part(key: str, span: str, row: Statistic | None, day: int, part: _Part) -> Statistic:
    parts = _parts_of(row)
    if day not in parts or parts[day].version <= part.version:
        parts[day] = part
    return Statistic(key, span, packed=msgspec.msgpack.encode(parts), version=((row.version if row else None) or 0) + 1)


def _together(changed: Sequence[_Written]) -> Iterator[list[_Written]]:
    """Yields as many as one transaction has room for."""
    some: list[_Written] = []
    size = 0
    for one in changed:
        own = sum(len(row.packed or b"") for row in one if row)
        if some and size + own > MOST_BYTES:
            yield some
            some, size = [], 0
        some.append(one)
        size += own
    if some:
        yield some


def _write(changed: Sequence[_Written]) -> None:
    with transaction() as write:
        for fresh, row in changed:
            statistics_rows.forget(write, row)
            statistics_rows.save(write, fresh, is_version(row.version if row else None))
