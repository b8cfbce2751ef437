"""Service level clocks: until when a conversation's first answer, its next one and its end are due.

A clock's value is when it is due, in epoch milliseconds. Below zero it stands still, with so many milliseconds of working time
left. A clock whose time has passed has breached: that is reported once, and the value stays.
"""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from chalicelib.rules.calendars import Calendar, due, worked
from chalicelib.rules.status import CONTACT, STAFF

FIRST, NEXT, RESOLVE = "first", "next", "resolve"
CLOCKS = (FIRST, NEXT, RESOLVE)
#: Bits of `told`: which clocks have breached, and that the first answer came after that.
BITS: Mapping[str, int] = {FIRST: 1, NEXT: 2, RESOLVE: 4}
_ANSWERED_LATE = 8


class Policy(msgspec.Struct, frozen=True):
    """A policy: how many milliseconds each clock has (one without does not run), the calendar of its working time (None for all
    time), and whether a conversation that is on hold or waits for its contact stands still.
    """

    number: int
    spans: Mapping[str, int]
    calendar: Calendar | None = None
    pauses: bool = True


class Clocks(msgspec.Struct, frozen=True):
    """A conversation's clocks, None where there is none. `told` has bits for the breaches that were reported."""

    first: int | None = None
    next: int | None = None
    resolve: int | None = None
    told: int = 0

    def values(self) -> dict[str, int | None]:
        """Returns the clocks by name."""
        return {FIRST: self.first, NEXT: self.next, RESOLVE: self.resolve}

    def has_breached(self, clock: str) -> bool:
        """Whether a clock's breach was reported."""
        return bool(self.told & BITS[clock])

    @property
    def awaits_first(self) -> bool:
        """Whether no agent has answered yet."""
        return self.first is not None and not self.told & _ANSWERED_LATE


class Turn(msgspec.Struct, frozen=True):
    """A conversation after a write: whether it is open, and whether it is on hold or waits for its contact. `said` is the kind of
    person who wrote a public message with it (rules.status), None for nobody.
    """

    now: int
    is_open: bool = True
    is_pending: bool = False
    said: str | None = None


def begin(turn: Turn, policy: Policy) -> Clocks:
    """Returns the clocks of a conversation that now has its first message."""
    first = None if turn.said == STAFF else _standing(policy, FIRST)
    return follow(Clocks(first=first, resolve=_standing(policy, RESOLVE)), turn, policy)


def follow(clocks: Clocks, turn: Turn, policy: Policy) -> Clocks:
    """Returns the clocks after a write. An agent's answer ends those for answers, a contact's message begins the next one.

    What has breached until now counts as told.
    """
    clocks = _after_message(_told(clocks, turn.now), turn, policy)
    first, next_, resolve = (_moved(clocks, clock, turn, policy) for clock in CLOCKS)
    return Clocks(first, next_, resolve, clocks.told)


def _standing(policy: Policy, clock: str) -> int | None:
    """Returns a whole clock that stands still, None if the policy has none."""
    return -policy.spans[clock] if clock in policy.spans else None


def _told(clocks: Clocks, now: int) -> Clocks:
    breached = [BITS[clock] for clock, value in clocks.values().items() if value is not None and 0 < value <= now]
    return replace(clocks, told=clocks.told | sum(breached))


def _after_message(clocks: Clocks, turn: Turn, policy: Policy) -> Clocks:
    if turn.said == STAFF and clocks.first is not None and clocks.has_breached(FIRST):
        return replace(clocks, next=None, told=clocks.told | _ANSWERED_LATE)
    if turn.said == STAFF:
        return replace(clocks, first=None, next=None)
    if turn.said != CONTACT or clocks.awaits_first or clocks.next is not None:
        return clocks
    return replace(clocks, next=_standing(policy, NEXT), told=clocks.told & ~BITS[NEXT])


def _moved(clocks: Clocks, clock: str, turn: Turn, policy: Policy) -> int | None:
    """Returns a clock that stands still or runs as it should. One that has breached stays."""
    value = clocks.values()[clock]
    if value is None or clocks.has_breached(clock):
        return value
    stands = not turn.is_open or (clock != FIRST and turn.is_pending and policy.pauses)
    if stands:
        return value if value < 0 else -max(1, worked(policy.calendar, turn.now, value))
    return value if value > 0 else due(policy.calendar, turn.now, -value) or value


def change(clocks: Clocks, turn: Turn, before: Policy | None, after: Policy, since: Mapping[str, int]) -> Clocks:
    """Returns the clocks of a conversation that gets another policy. Time that has passed on a clock has passed on the new one,
    too. A clock that the policy `before` did not have (all of them if it is None) counts from its moment in `since`; without such
    a moment it does not run. Breaches stay.
    """
    first, next_, resolve = (_changed(clocks, clock, turn, before, after, since) for clock in CLOCKS)
    kept = sum(BITS[clock] for clock in CLOCKS if clocks.has_breached(clock) and clock in after.spans)
    late = clocks.told & _ANSWERED_LATE if FIRST in after.spans else 0
    return follow(Clocks(first, next_, resolve, kept | late), turn, after)


def _changed(
    clocks: Clocks, clock: str, turn: Turn, before: Policy | None, after: Policy, since: Mapping[str, int]
) -> int | None:
    value = clocks.values()[clock]
    if clock not in after.spans or (value is not None and clocks.has_breached(clock)):
        return value if clock in after.spans else None
    if before is not None and clock in before.spans:
        return None if value is None else _shifted(value, turn, before, clock, after.spans[clock])
    start = since.get(clock)
    return None if start is None else due(after.calendar, start, after.spans[clock]) or -after.spans[clock]


def _shifted(value: int, turn: Turn, before: Policy, clock: str, span: int) -> int:
    """Returns a clock of `span` on which as much time has passed as on another one; due now if that is more."""
    left = -value if value < 0 else worked(before.calendar, turn.now, value)
    remaining = span - (before.spans[clock] - left)
    return -remaining if remaining > 0 else turn.now


def with_next(clocks: Clocks, due_at: int) -> Clocks:
    """Returns clocks with the next answer due at a moment, unless it was due earlier."""
    if clocks.next is None:
        return replace(clocks, next=due_at, told=clocks.told & ~BITS[NEXT])
    return replace(clocks, next=due_at) if clocks.next < 0 or due_at < clocks.next else clocks


def shown(value: int | None) -> int | None:
    """Returns when a clock is or was due, None while it stands still."""
    return value if value is not None and value > 0 else None


def soonest(clocks: Clocks, *, is_open: bool) -> int | None:
    """Returns when the first of the running clocks is due, which may have passed; None if none runs."""
    values = {**clocks.values(), FIRST: clocks.first if clocks.awaits_first else None}
    running = [value for value in map(shown, values.values()) if value is not None]
    return min(running, default=None) if is_open else None


def newly_breached(before: int, after: int) -> list[str]:
    """Returns the clocks that have breached between two values of `told`."""
    return [clock for clock, bit in BITS.items() if after & ~before & bit]
