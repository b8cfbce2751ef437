"""Status history: how a conversation has moved between agents. Each change is a letter and a time (epoch milliseconds)."""

from collections.abc import Mapping
from typing import NamedTuple

#: It waits for an agent again; has one; has another one; was escalated to a supervisor; is closed.
WAITING, ASSIGNED, REASSIGNED, ESCALATED, CLOSED = "W", "A", "R", "E", "C"
#: How many changes of a conversation are kept.
MOST = 16


class Ownership(NamedTuple):
    """Whether a conversation is open, and who has it."""

    is_open: bool
    assignee: str | None


class StatusChange(NamedTuple):
    """One change and its time, the integer id of the agent from then on, and how many messages there were until then."""

    kind: str
    at: int
    agent: int = 0
    messages: int = 0


def kind_of(before: Ownership, after: Ownership, *, escalates: bool = False) -> str | None:
    """Returns the kind of change between two states, None where there is none."""
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
    """Returns a change as it is stored."""
    return f"{step.kind}{step.at}.{step.agent}.{step.messages}"


def unpack(text: str) -> StatusChange:
    """Returns the change that was stored."""
    return StatusChange(text[0], *map(int, text[1:].split(".")))


def messages_until_lost(taken: Mapping[int, StatusChange], agent: int, last: int) -> int:
    """Returns how many messages a conversation had when an agent, who got it by change number `last`, had lost it before.

    `taken` are changes by number, from 1. 0 if the agent never had it, as far as these tell.
    """
    had = max((number for number, step in taken.items() if number < last and step.agent == agent), default=last)
    after = sorted(number for number, step in taken.items() if had < number < last and step.agent != agent)
    return taken[after[0]].messages if after else 0
