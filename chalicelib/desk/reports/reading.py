"""Reading: what was counted in a span of time, of all rows that have it (models/statistics.py), each number once."""

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

import msgspec

from chalicelib.context import Context
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.reports import compacting
from chalicelib.models import statistics, statistics_months
from chalicelib.models.statistics import Near
from chalicelib.rules import counting, quarters, series
from chalicelib.rules.counting import Amounts, Cell
from chalicelib.rules.series import A_DAY

_K = TypeVar("_K")
#: Whether something of a cell is asked for.
Wanted = Callable[[Cell], bool]


class Present(msgspec.Struct, dict=True):
    """What is near: the days that are not among the months, whole, and what there is now."""

    near: Near

    @cached_property
    def days(self) -> dict[int, Amounts]:
        """The amounts of pending days, which stand for those of the months."""
        return {day: compacting.read(row) for day, row in self.near.pending.items()}

    @cached_property
    def live(self) -> Amounts:
        """What is in no day yet."""
        return series.added(compacting.read(row) for row in self.near.live)

    @cached_property
    def recent(self) -> Amounts:
        """All that is near."""
        return series.added([*self.days.values(), self.live])

    @cached_property
    def total(self) -> Amounts:
        """What is open now by status and priority, and all messages and contacts that there ever were (`series.total`)."""
        found = series.added([compacting.read(self.near.total), series.total(self.live)])
        for day, row in self.near.pending.items():
            if day not in self.near.settled:
                counting.join(found, series.total(self.days[day]))
                counting.join(found, compacting.read_base(row), -1)
        return series.clean(found)


def load_present(ctx: Context) -> Present:
    """Returns what is near: today, yesterday, and what there is now. One request for each MB. Raises Conflict where it is written
    each time that it is read.
    """
    return Present(retry_on_conflict(ctx, lambda: statistics.near(ctx.account)))


def load_series(ctx: Context, name: str, first: int, end: int) -> tuple[Amounts, Present]:
    """Returns the amounts of a series by quarters of an hour, from a first one to before an end, and what is near. One request
    for today and yesterday, else two, one more for each MB: a busy account's year has less than two.
    """
    present = load_present(ctx)
    found: Amounts = {}
    for cell, counts in series.between(present.recent, first, end).items():
        for view, kept in series.views_of(cell):
            if view == name:
                counting.join(found, {kept: counts})
    if _is_near(ctx, first):
        return found, present
    last = series.month((end - 1) // A_DAY)
    for day, amounts in _load_months(ctx, name, series.month(first // A_DAY), last).items():
        if day not in present.days:
            counting.join(found, series.between(amounts, first, end))
    return found, present


def load_cells(ctx: Context, first: int, end: int) -> tuple[Amounts, Amounts, Present]:
    """Returns the amounts by cells in three parts: from a first quarter to before an end, from there until now, and what is near.
    The quarter of an amount for a whole day is the day's first.

    One request for today and yesterday, else three, one more for each MB: a quarter of a busy account's year.
    """
    present = load_present(ctx)
    inside, after = (series.added([series.between(present.recent, *span)]) for span in ((first, end), (end, 2**60)))
    if _is_near(ctx, first):
        return inside, after, present
    edges = {first // A_DAY: first % A_DAY, end // A_DAY: end % A_DAY}
    cut = sorted(day for day, place in edges.items() if place and day not in present.days)
    for _, kept in retry_on_conflict(ctx, lambda: statistics.days(ctx.account, cut)).values():
        whole = compacting.read(kept)
        counting.join(inside, series.between(whole, first, end))
        counting.join(after, series.between(whole, end, 2**60))
    spans = series.date_of(first // A_DAY), series.date_of(quarters.utc_day(ctx.now))
    for day, amounts in _load_months(ctx, series.CELLS, *spans).items():
        if day not in present.days and day not in cut:
            counting.join(inside if day * A_DAY < end else after, amounts)
    return inside, after, present


def load_days(ctx: Context, present: Present, first: int, end: int) -> Amounts:
    """Returns the amounts by cells of whole UTC days that a span touches, those that are near by quarters. No request for today
    and yesterday, else one for each MB.
    """
    found = series.added([present.recent])
    if not _is_near(ctx, first):
        spans = series.date_of(first // A_DAY), series.date_of((end - 1) // A_DAY)
        for day, amounts in _load_months(ctx, series.CELLS, *spans).items():
            if day not in present.days:
                counting.join(found, amounts)
    return found


def _load_months(ctx: Context, name: str, first: str, last: str) -> dict[int, Amounts]:
    found = retry_on_conflict(ctx, lambda: statistics_months.months(ctx.account, name, first, last))
    return {day: counting.amounts_of(amounts) for day, amounts in found.items()}


def _is_near(ctx: Context, first: int) -> bool:
    return first // A_DAY > quarters.utc_day(ctx.now) - compacting.NEAR_DAYS


def open_now(present: Present, wanted: Wanted = lambda cell: True) -> Counter[tuple[str, str]]:
    """Returns how many conversations are open now, by status and priority."""
    return open_by(present, lambda cell: None, wanted)[None]


def open_by(
    present: Present, key_of: Callable[[Cell], _K], wanted: Wanted = lambda cell: True
) -> defaultdict[_K, Counter[tuple[str, str]]]:
    """Returns the same, of the cells that have a key each."""
    found: defaultdict[_K, Counter[tuple[str, str]]] = defaultdict(Counter)
    for cell, counts in present.total.items():
        gauges = [(known, n) for name, n in counts.items() if (known := counting.read_gauge(name))]
        if gauges and wanted(cell):
            of_key = found[key_of(cell)]
            for known, n in gauges:
                of_key[known] += n
    return found
