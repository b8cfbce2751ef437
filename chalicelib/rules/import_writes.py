"""Writes of an import: which messages of a conversation are stored together.

Statistics, and whoever follows a conversation's row, see its last public message only. So a write ends where a quarter of an hour
does, and after the first message of each agent in it: each quarter has its messages and the agents who wrote in it, and
the first answer its time, as if every message had been posted by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from chalicelib.rules import quarters
from chalicelib.rules.status import STAFF

#: Messages of one write, beside a conversation's other rows (DynamoDB: 100 rows and 4 MB), and bytes of their texts.
MOST, MOST_BYTES = 40, 2_500_000


@dataclass(frozen=True, slots=True)
class Said:
    """A message: when it was posted (epoch milliseconds), whether the contact sees it, its sender and their kind, its bytes."""

    at: int
    is_public: bool
    sender: str
    sender_kind: str
    size: int


_T = TypeVar("_T", bound=Said)


def together(said: Iterable[_T]) -> Iterator[list[_T]]:
    """Yields the messages in parts, each for one write. A note is in front of public messages, because what comes last counts."""
    part: list[_T] = []
    size, seen = 0, set[tuple[int, str]]()
    for one in said:
        if part and (_is_apart(part[-1], one) or len(part) == MOST or size + one.size > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(one)
        size += one.size
        turn = (quarters.quarter(one.at), one.sender)
        if one.is_public and one.sender_kind == STAFF and turn not in seen:
            seen = {other for other in seen if other[0] == turn[0]} | {turn}
            yield part
            part, size = [], 0
    if part:
        yield part


def _is_apart(before: Said, after: Said) -> bool:
    """Returns whether a message can't be stored with the one in front of it."""
    if not after.is_public:
        return before.is_public
    return before.is_public and quarters.quarter(before.at) != quarters.quarter(after.at)
