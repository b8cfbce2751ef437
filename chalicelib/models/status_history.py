"""Steps: how a conversation has come and gone between agents, each a letter and its time (epoch milliseconds)."""

from collections.abc import Mapping
from typing import NamedTuple

#: Waits for an agent again; has one; has another one; has a supervisor, by another's decision; is closed.
WAITING, ASSIGNED, REASSIGNED, ESCALATED, CLOSED = "W", "A", "R", "E", "C"
#: Steps of a conversation that are kept, the latest.
MOST = 16


class Ownership(NamedTuple):
    """What a step is a change of."""

    is_open: bool
    assignee: str | None


class StatusChange(NamedTuple):
    """One step, and when it was taken; the integer id of who has it from then on, and how many messages it had until then."""

    kind: str
    at: int
    agent: int = 0
    messages: int = 0


def kind_of(before: Ownership, after: Ownership, *, escalates: bool = False) -> str | None:
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


def pack(step: StatusChange) -> str:
    """A step as it is stored."""
    return f"{step.kind}{step.at}.{step.agent}.{step.messages}"


def unpack(text: str) -> StatusChange:
    """The step that was stored."""
    return StatusChange(text[0], *map(int, text[1:].split(".")))


def messages_until_lost(taken: Mapping[int, StatusChange], agent: int, last: int) -> int:
    """How many messages a conversation had when an agent, who got it by its step number `last`, had lost it before.

    `taken` are steps by number, from 1. 0 where they never had it, as far as these tell.
    """
    had = max((number for number, step in taken.items() if number < last and step.agent == agent), default=last)
    after = sorted(number for number, step in taken.items() if had < number < last and step.agent != agent)
    return taken[after[0]].messages if after else 0
