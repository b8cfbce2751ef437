"""Right now: how many conversations are open, by status, priority, agent and department, and what the last days brought."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.reports import names, reading
from chalicelib.rules import counting, quarters, series, spans
from chalicelib.rules.counting import Cell

#: Most days of `by_day`.
MOST_DAYS = 15
_QUARTER = 900_000


class Open(msgspec.Struct, frozen=True):
    """What an agent, a department or the site has open now: by status and priority, and how many have no agent. For an agent also
    in how many conversations they replied first today, and how many of theirs were closed today.
    """

    id: int
    name: str
    by: Counter[tuple[str, str]]
    unassigned: int
    replied: int = 0
    resolved: int = 0

    def count(self, status: str | None = None, priority: str | None = None) -> int:
        """Returns how many have a status, or a priority; without them all."""
        return sum(n for (one, other), n in self.by.items() if status in (None, one) and priority in (None, other))


class Day(msgspec.Struct, frozen=True):
    """What happened on a day; times are epoch milliseconds."""

    start: int
    end: int
    created: int
    resolved: int
    replied: int
    reopened: int


@access.allow(AGENT)
def get(ctx: Context) -> Open:
    """Returns what is open now. One request."""
    present = reading.load_present(ctx)
    return Open(0, "", reading.open_now(present), reading.open_now(present, _is_unassigned).total())


@access.allow(AGENT)
def by_department(ctx: Context) -> list[Open]:
    """Returns what is open now by department. One request, and what names need."""
    return list(_by(ctx, names.DEPARTMENT, 0))


@access.allow(AGENT)
def by_agent(ctx: Context, offset: int = 0) -> list[Open]:
    """Returns what is open now by agent, and what each did today, which began where it is so many quarters of an hour later than
    in UTC. One request, and what names need.
    """
    return list(_by(ctx, names.AGENT, offset))


def _by(ctx: Context, kind: str, offset: int) -> Iterator[Open]:
    present = reading.load_present(ctx)
    first, end = _today(ctx, offset)
    did: dict[names.Key, Counter[str]] = {}
    for cell, counts in series.between(present.recent, first, end).items():
        did.setdefault(names.key_of(kind, cell), Counter()).update(counts)
    did = {key: counts for key, counts in did.items() if counts[counting.REPLIED] or counts[counting.CLOSED]}
    has = reading.open_by(present, partial(names.key_of, kind))
    unassigned = reading.open_by(present, partial(names.key_of, kind), _is_unassigned)
    for key, (number, name) in names.load(ctx, kind, {*did, *has}).items():
        counts = did.get(key, Counter())
        yield Open(number, name, has[key], unassigned[key].total(), counts[counting.REPLIED], counts[counting.CLOSED])


def _is_unassigned(cell: Cell) -> bool:
    return not cell.agent


@access.allow(AGENT)
def by_day(ctx: Context, days: int, offset: int = 0) -> list[Day]:
    """Returns what happened on each of the last days and today, which begin as `by_agent` says. Two requests, one for two days.

    Raises Invalid for more than fifteen.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days", f"must be from 1 to {MOST_DAYS}")
    first, end = _today(ctx, offset)
    amounts, _ = reading.load_series(ctx, series.SITE, first - (days - 1) * series.A_DAY, end)
    found = []
    for start, after in spans.spans(first - (days - 1) * series.A_DAY, end, spans.DAY, offset):
        counts: Counter[str] = Counter()
        for of_cell in series.between(amounts, start, after).values():
            counts.update(of_cell)
        numbers = (counts[name] for name in (counting.CREATED, counting.CLOSED, counting.REPLIED, counting.REOPENED))
        found.append(Day(start * _QUARTER, after * _QUARTER, *numbers))
    return found


def _today(ctx: Context, offset: int) -> tuple[int, int]:
    """Returns the first quarter of today and its end."""
    begin = (quarters.quarter(ctx.now) + offset) // series.A_DAY * series.A_DAY - offset
    return begin, begin + series.A_DAY
