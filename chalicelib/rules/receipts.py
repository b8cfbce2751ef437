"""What a device has not yet acknowledged of a conversation."""

from collections.abc import Collection, Iterable
from typing import NamedTuple, Protocol, TypeVar


class Numbered(Protocol):
    """A message in its conversation."""

    sequence: int


M = TypeVar("M", bound=Numbered)


class Left(NamedTuple):
    """What is still to be acknowledged, up to where all is done with, and which numbers past that need be kept no more."""

    messages: list[int]
    upto: int
    settled: set[int]


def left(read: Iterable[int], wanted: Collection[int], upto: int, acknowledged: Collection[int]) -> Left:
    """`read` are the numbers of a conversation past `upto` in order, `wanted` those of them that the device is to get."""
    pending: list[int] = []
    for number in read:
        if number in wanted and number not in acknowledged:
            pending.append(number)
        elif not pending:
            upto = number
    return Left(pending, upto, {number for number in acknowledged if number <= upto})
