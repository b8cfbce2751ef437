"""Writes of an import: which messages of a conversation are stored together.

What a write adds to the numbers of reports is stored with it, and a transaction has room for few days of these: so a write ends
where a day (UTC) does.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from chalicelib.rules import quarters

#: Rows of messages of one write, beside a conversation's other ones (DynamoDB: 100 rows and 4 MB), and bytes of their texts.
MOST, MOST_BYTES = 40, 2_500_000


class Said(msgspec.Struct, frozen=True):
    """A message: when it was posted (epoch milliseconds), its bytes, and the rows that it is stored in."""

    at: int
    size: int
    rows: int


_T = TypeVar("_T", bound=Said)


def together(said: Iterable[_T]) -> Iterator[list[_T]]:
    """Yields the messages in parts, each for one write."""
    part: list[_T] = []
    size = rows = 0
    for one in said:
        is_apart = bool(part) and quarters.utc_day(part[-1].at) != quarters.utc_day(one.at)
        if part and (is_apart or rows + one.rows > MOST or size + one.size > MOST_BYTES):
            yield part
            part, size, rows = [], 0, 0
        part.append(one)
        size, rows = size + one.size, rows + one.rows
    if part:
        yield part
