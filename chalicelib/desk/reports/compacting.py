"""Compacting: rows of single batches are moved into rows of days, and days that are over into rows of months.

Each step is one transaction, or can be repeated, so that nothing is counted twice or lost wherever a process ends. Readers see
each number once meanwhile (models/statistics.py).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.account_events import StatisticsDue
from chalicelib.desk.core.errors import Conflict
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import statistics, statistics_months
from chalicelib.models.base import ConditionFailed
from chalicelib.models.statistics import Pending
from chalicelib.models.statistics_rows import Statistic, unpack
from chalicelib.rules import counting, quarters, series
from chalicelib.rules.counting import Amounts

#: Days until the present one that stay near: today's numbers, and yesterday's, are one request.
NEAR_DAYS = 2
#: Bytes of the days that one transaction writes (DynamoDB: 4 MB), both rows of a day counted.
MOST_BYTES = 3_000_000
#: Milliseconds until another try after a lost race, at least and at most; and for how long it tries again.
_SOONEST, _LATEST, _PATIENCE = 5_000, 60_000, 3_600_000
#: Milliseconds that the clocks of two functions may differ by, and much more.
_LATE = 3_600_000


@access.allow(SYSTEM)
def run(ctx: Context, event: StatisticsDue) -> StatisticsDue | None:
    """Does for an event what `compact` does, once. Returns the event that it goes on with, None if all is done.

    If several do it at once, as happens while much is counted, one goes on; the others try again within a minute, each at another
    moment. Raises Conflict for one that has lost for an hour.
    """
    try:
        return StatisticsDue(ctx.account, ctx.now, ctx.now) if _move(ctx) or _settle(ctx) else None
    except ConditionFailed as beaten:
        if ctx.now - event.at > _PATIENCE:
            raise Conflict("others have moved the same rows for an hour") from beaten
        wait = _SOONEST + int.from_bytes(ctx.entropy(4)) % (_LATEST - _SOONEST)
        return StatisticsDue(ctx.account, event.at, ctx.now + wait)


@access.allow(SYSTEM)
def compact(ctx: Context) -> bool:
    """Moves rows of batches into their days, and where that were all puts a day that is over among the months. Returns whether
    there may be more to do. Four requests for sixty rows; for a day three more, and two for each twenty agents and departments.
    """
    return retry_on_conflict(ctx, lambda: _move(ctx) or _settle(ctx))


def _move(ctx: Context) -> bool:
    """Moves rows of batches. Returns whether there are more than one transaction has room for."""
    live = statistics.live(ctx.account)
    rows, found = _chosen(live)
    known = statistics.days(ctx.account, sorted(found)) if found else {}
    while len(rows) > 1 and sum(len(row.packed or b"") for day in found for row in known[day] if row) > MOST_BYTES:
        rows, found = _chosen(rows[: len(rows) // 2])
    if rows:
        _write(ctx.account, rows, found, {day: [row.span for row in rows] for day in found}, known)
    return len(rows) < len(live) or len(live) == statistics.MOST_MOVED


def _chosen(live: Sequence[Statistic]) -> tuple[list[Statistic], dict[int, Amounts]]:
    """Returns as many rows as one transaction has room for, with their amounts by day."""
    chosen: list[Statistic] = []
    found: dict[int, Amounts] = {}
    for row in live:
        by_day = series.by_day(read(row))
        if chosen and len({*found, *by_day}) > statistics.MOST_DAYS:
            break
        chosen.append(row)
        for day, amounts in by_day.items():
            counting.join(found.setdefault(day, {}), amounts)
    return chosen, found


def write(account: str, rows: Sequence[Statistic], found: dict[int, Amounts], absorbed: dict[int, list[str]]) -> None:
    """Adds amounts to days and removes the rows that they were in. Two requests. Raises ConditionFailed."""
    _write(account, rows, found, absorbed, statistics.days(account, sorted(found)))


def _write(
    account: str,
    rows: Sequence[Statistic],
    found: dict[int, Amounts],
    absorbed: dict[int, list[str]],
    known: dict[int, tuple[Statistic | None, Statistic | None]],
) -> None:
    changed = []
    for day in sorted(found):
        pending, kept = known[day]
        cells = read(pending or kept)
        counting.join(cells, found[day])
        changed.append(pending_day(day, pending, kept, cells))
        absorbed[day] = [*(pending.absorbed or () if pending else ()), *absorbed.get(day, ())]
    statistics.move(account, rows, changed, absorbed)


def pending_day(day: int, pending: Statistic | None, kept: Statistic | None, cells: Amounts) -> Pending:
    """Returns a day to be written in the place of what was read of it."""
    base = read_base(pending) if pending else series.total(read(kept))
    versions = [row.version or 0 for row in (pending, kept) if row]
    return Pending(day, series.clean(cells), base, pending, max(versions, default=0) + 1)


def read(row: Statistic | None) -> Amounts:
    """Returns a row's amounts, nothing for None."""
    return counting.amounts_of(row.cells) if row else {}


def read_base(row: Statistic) -> Amounts:
    """Returns what the total has of a pending day already."""
    return counting.amounts_of(unpack(row.base))


def _settle(ctx: Context) -> bool:
    """Puts the oldest pending day that is over into the rows of its month. Returns whether there was one."""
    near = statistics.near(ctx.account)
    due = sorted(day for day in near.pending if day <= quarters.utc_day(ctx.now - _LATE) - NEAR_DAYS)
    if not due:
        return False
    pending = near.pending[due[0]]
    kept = statistics.days(ctx.account, due[:1])[due[0]][1]
    cells, before = read(pending), read(kept)
    for span, parts in _parts(pending.day, cells, before).items():
        statistics_months.put_months(ctx.account, span, pending.day, pending.version or 0, parts)
    total = read(near.total)
    counting.join(total, series.total(cells))
    counting.join(total, read_base(pending), -1)
    statistics.settle(ctx.account, pending, kept, near.total, series.clean(total))
    return True


def _parts(day: int, cells: Amounts, before: Amounts) -> dict[str, dict[str, Amounts]]:
    """Returns the parts of rows of months that a day is, by the rows' span and series, empty ones of what it had before
    alone.
    """
    views = sorted({name for cell in (*cells, *before) for name, _ in series.views_of(cell)})
    split: defaultdict[str, Amounts] = defaultdict(dict)
    for cell, counts in cells.items():
        for name, kept in series.views_of(cell):
            split[name].setdefault(kept, Counter()).update(counts)
    months = {view: series.without_gauges(split[view]) for view in views}
    return {series.month(day): months, series.date_of(day): {series.CELLS: series.of_days(cells)}}
