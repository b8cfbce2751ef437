"""Steps: how a conversation has come and gone between agents, each a letter and its time (epoch milliseconds)."""

from typing import NamedTuple

#: Waits for an agent again; has one; has another one; has a supervisor, by another's decision; is closed.
WAITING, ASSIGNED, REASSIGNED, ESCALATED, CLOSED = "W", "A", "R", "E", "C"
#: Steps of a conversation that are kept, the latest.
MOST = 16


class Standing(NamedTuple):
    """What a step is a change of."""

    is_open: bool
    assignee: str | None


class Step(NamedTuple):
    """One step, and when it was taken."""

    kind: str
    at: int


def kind(before: Standing, after: Standing, *, escalates: bool = False) -> str | None:
    """The step from one standing to another, None where it is none."""
    if not after.is_open:
        return CLOSED if before.is_open else None
    if before.is_open and before.assignee == after.assignee:
        return None
    if after.assignee is None:
        return WAITING
    if escalates:
        return ESCALATED
    return REASSIGNED if before.is_open and before.assignee else ASSIGNED


def packed(step: Step) -> str:
    """A step as it is stored."""
    return f"{step.kind}{step.at}"


def unpacked(text: str) -> Step:
    """The step that was stored."""
    return Step(text[0], int(text[1:]))
