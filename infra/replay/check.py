"""What was sent against what is stored. Pure."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


class Line(NamedTuple):
    """Who said what."""

    speaker: str
    text: str


class Shown(NamedTuple):
    """A message as an API shows it; `at` is epoch milliseconds."""

    line: Line
    at: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Messages of one conversation: found, found in their order, missing, there too often or never sent, older than the last."""

    stored: int = 0
    in_order: int = 0
    lost: int = 0
    doubled: int = 0
    backwards: int = 0

    def complaints(self) -> list[str]:
        """What is wrong, nothing where all is right."""
        wrong = {
            "lost": self.lost,
            "doubled or never sent": self.doubled,
            "out of order": self.stored - self.in_order,
            "with a time before the message they follow": self.backwards,
        }
        return [f"{count} {what}" for what, count in wrong.items() if count]

    def worse(self, other: "Verdict") -> "Verdict":
        """The worse of two views of a conversation, number by number."""
        return Verdict(
            stored=min(self.stored, other.stored),
            in_order=min(self.in_order, other.in_order),
            lost=max(self.lost, other.lost),
            doubled=max(self.doubled, other.doubled),
            backwards=max(self.backwards, other.backwards),
        )


def compare(sent: Sequence[Line], shown: Sequence[Shown]) -> Verdict:
    """What became of the messages sent, in the order that an API shows them in, oldest first."""
    lines = [message.line for message in shown]
    wanted, found = Counter(sent), Counter(lines)
    return Verdict(
        stored=(wanted & found).total(),
        in_order=common(sent, lines),
        lost=(wanted - found).total(),
        doubled=(found - wanted).total(),
        backwards=sum(later.at < earlier.at for earlier, later in pairwise(shown)),
    )


def common(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence: how many stand in the same order in both."""
    row = [0] * (len(theirs) + 1)
    for one in ours:
        above = row[:]
        for at, other in enumerate(theirs, 1):
            row[at] = above[at - 1] + 1 if one == other else max(row[at - 1], above[at])
    return row[-1]
