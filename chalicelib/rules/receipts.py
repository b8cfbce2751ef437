"""Receipts: what a device has not acknowledged of a conversation."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from chalicelib.rules import status

#: How many of a conversation's last messages a device may still get. Older ones are only in the history.
FURTHEST = 1000


class ReceivedMessage(Protocol):
    """A public message of a conversation: who wrote it, and when (epoch milliseconds)."""

    @property
    def sender_kind(self) -> str:
        """Kind of the sender (rules.status)."""

    @property
    def created_at(self) -> int:
        """When it came."""


S = TypeVar("S", bound=ReceivedMessage)


class Pending(NamedTuple):
    """The sequence numbers still to acknowledge, the number up to which all are, and those past it that need not be kept."""

    messages: list[int]
    upto: int
    settled: set[int]


def first_pending(upto: int, last: int) -> int:
    """Returns the first sequence number that a device may still get of a conversation with `last` messages."""
    return max(upto + 1, last - FURTHEST + 1, 1)


def pending(
    read: Iterable[int], wanted: Collection[int], upto: int, acknowledged: Collection[int], last: int | None = None
) -> Pending:
    """Returns what is still to acknowledge. `read` are the sequence numbers past `upto` in order, `wanted` those for the
    device.

    A number acknowledged past `last` belongs to no message and need not be kept.
    """
    pending: list[int] = []
    for number in read:
        if number in wanted and number not in acknowledged:
            pending.append(number)
        elif not pending:
            upto = number
    return Pending(pending, upto, {number for number in acknowledged if number <= upto or (last is not None and number > last)})


def since(said: Sequence[S], at: int, *, unanswered: bool) -> Sequence[S]:
    """Returns the messages (in order) that came at `at` (epoch milliseconds) or later.

    With `unanswered`, also the contact's earlier messages that nobody has answered, because the next agent has to answer them.
    """
    start = next((index for index, each in enumerate(said) if each.created_at >= at), len(said))
    return [*unanswered_of(said[:start]), *said[start:]] if unanswered else said[start:]


def unanswered_of(said: Sequence[S]) -> Sequence[S]:
    """Returns the messages (in order) from the contact's first one after the last agent's. System messages answer nothing."""
    start = len(said)
    for index in range(len(said) - 1, -1, -1):
        if said[index].sender_kind == status.STAFF:
            break
        start = index if said[index].sender_kind == status.CONTACT else start
    return said[start:]
