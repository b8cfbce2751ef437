"""Merging: the order of two conversations' messages in one. Pure, so that every process that finishes one gets the same order."""

from collections.abc import Iterable
from typing import NamedTuple


class Entry(NamedTuple):
    """A message: when it came (epoch milliseconds), its integer id, its uuid so far, whether the contact sees it."""

    at: int
    number: int
    id: str
    is_public: bool


class Numbered(NamedTuple):
    """A message and its numbers in the conversation: of all messages, and of the public ones (None for a note)."""

    entry: Entry
    sequence: int
    public_sequence: int | None


def number(entries: Iterable[Entry]) -> list[Numbered]:
    """Returns messages with their numbers from 1, in the order of time; those of one moment in the order of their ids."""
    numbered: list[Numbered] = []
    public = 0
    for sequence, entry in enumerate(sorted(entries), 1):
        public += entry.is_public
        numbered.append(Numbered(entry, sequence, public if entry.is_public else None))
    return numbered
