"""A real customer chat as a script: who speaks when. Pure but for reading the file.

MultiDoGO files hold the customer's turns alone; a gap in their numbers is where the agent spoke.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from infra.replay.check import Line

VISITOR, AGENT = "visitor", "agent"
COLUMNS = ("conversationId", "turnNumber", "utterance")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says, and the number that the file gives the turn (of several missing ones, the first)."""

    number: int
    speaker: str
    text: str

    @property
    def line(self) -> Line:
        """The line that must be found in the desk."""
        return Line(self.speaker, self.text)


@dataclass(frozen=True, slots=True)
class Script:
    """A chat under the name that its file gives it."""

    name: str
    turns: tuple[Turn, ...]

    @property
    def is_greeted(self) -> bool:
        """Whether the agent speaks first."""
        return self.turns[0].speaker == AGENT


def read(path: Path, limit: int | None = None) -> list[Script]:
    """The first `limit` chats of a MultiDoGO file, in its order. Raises OSError; ValueError for a file of another kind."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise ValueError(f"has no columns {', '.join(COLUMNS)}")
        return scripts(rows, limit)


def scripts(rows: Iterable[Mapping[str, str]], limit: int | None = None) -> list[Script]:
    """The first `limit` chats of a file's rows. Some files write turn numbers as `2.0`."""
    said: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        said.setdefault(row["conversationId"], []).append((int(float(row["turnNumber"])), row["utterance"]))
    return [Script(name, turns(chat)) for name, chat in islice(said.items(), limit)]


def turns(said: Sequence[tuple[int, str]]) -> tuple[Turn, ...]:
    """The customer's turns with an answer at every gap and at the end. An empty utterance is the customer's, and silent."""
    script: list[Turn] = []
    due = 0
    for number, text in said:
        if number > due:
            script.append(answer(due))
        if text.strip():
            script.append(Turn(number, VISITOR, text))
        due = number + 1
    return (*script, answer(due))


def answer(number: int) -> Turn:
    """What the agent says at a turn."""
    return Turn(number, AGENT, f"(agent, turn {number}) Thank you, one moment please.")
