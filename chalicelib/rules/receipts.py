"""What a device has not yet acknowledged of a conversation."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from chalicelib.rules import status

#: Messages back from a conversation's last one that a device may still get; what is older stands in the history alone.
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
    """What is still to be acknowledged, up to where all is done with, and which numbers past that need be kept no more."""

    messages: list[int]
    upto: int
    settled: set[int]


def first_pending(upto: int, last: int) -> int:
    """The number from which a device may still get messages of a conversation that has `last` of them."""
    return max(upto + 1, last - FURTHEST + 1, 1)


def pending(
    read: Iterable[int], wanted: Collection[int], upto: int, acknowledged: Collection[int], last: int | None = None
) -> Pending:
    """`read` are the numbers of a conversation past `upto` in order, `wanted` those of them that the device is to get.

    What was acknowledged past `last` is of no message, and settled too.
    """
    pending: list[int] = []
    for number in read:
        if number in wanted and number not in acknowledged:
            pending.append(number)
        elif not pending:
            upto = number
    return Pending(pending, upto, {number for number in acknowledged if number <= upto or (last is not None and number > last)})


def since(said: Sequence[S], at: int, *, unanswered: bool) -> Sequence[S]:
    """Of messages in order those that came at `at` (epoch milliseconds) or later.

    With `unanswered`, also what the contact had said before without an answer: who takes over is to answer that.
    """
    start = next((index for index, each in enumerate(said) if each.created_at >= at), len(said))
    return [*unanswered_of(said[:start]), *said[start:]] if unanswered else said[start:]


def unanswered_of(said: Sequence[S]) -> Sequence[S]:
    """Of messages in order those from the first that the contact wrote after the last agent's. The system's answer nothing."""
    start = len(said)
    for index in range(len(said) - 1, -1, -1):
        if said[index].sender_kind == status.STAFF:
            break
        start = index if said[index].sender_kind == status.CONTACT else start
    return said[start:]
