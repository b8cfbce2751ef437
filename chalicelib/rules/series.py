"""Series: how amounts by cell are kept for long. The whole account, each agent and each department have series by quarters of an
hour, which keep only the channel of a cell. One more series has all cells by UTC days.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from chalicelib.rules import counting
from chalicelib.rules.counting import Amounts, Cell

SITE, CELLS = "site", "cells"
A_DAY = 96
#: Names under which a day has the quarters of an hour in which an agent wrote, a bit each: the first half of the day, the second.
_WROTE = ("w0", "w1")
_HALF = A_DAY // 2
_EPOCH = date(1970, 1, 1)


def of_agent(number: int) -> str:
    """Returns the name of an agent's series."""
    return f"a{number}"


def of_group(number: int) -> str:
    """Returns the name of a department's series."""
    return f"g{number}"


def views_of(cell: Cell) -> Iterator[tuple[str, Cell]]:
    """Yields the series that a cell belongs to, with the cell that it is there."""
    yield SITE, Cell(cell.quarter, channel=cell.channel)
    if cell.agent:
        yield of_agent(cell.agent), Cell(cell.quarter, cell.agent, channel=cell.channel)
    if cell.group:
        yield of_group(cell.group), Cell(cell.quarter, group=cell.group, channel=cell.channel)


def by_day(cells: Amounts) -> dict[int, Amounts]:
    """Returns amounts by the UTC day since the epoch."""
    found: dict[int, Amounts] = {}
    for cell, counts in cells.items():
        found.setdefault(cell.quarter // A_DAY, {})[cell] = counts
    return found


def of_days(cells: Amounts) -> Amounts:
    """Returns amounts by cells whose quarter is the first one of their UTC day, with the quarters in which agents wrote."""
    found: Amounts = {}
    for cell, counts in without_gauges(cells).items():
        day, place = divmod(cell.quarter, A_DAY)
        kept = found.setdefault(cell._replace(quarter=day * A_DAY), Counter())
        kept.update(counts)
        if counts[counting.OF_AGENTS] > 0 or counts[counting.AMONG_AGENTS] > 0:
            half, bit = divmod(place, _HALF)
            kept[_WROTE[half]] |= 1 << bit
    return found


def wrote(cell: Cell, counts: Counter[str]) -> Iterator[int]:
    """Yields the quarters in which a cell's agent wrote, of a day's cell or of a quarter's."""
    if counts[counting.OF_AGENTS] > 0 or counts[counting.AMONG_AGENTS] > 0:
        bits = counts[_WROTE[0]] | counts[_WROTE[1]] << _HALF
        yield from (cell.quarter + at for at in range(A_DAY) if bits >> at & 1) if bits else (cell.quarter,)


def clean(cells: Amounts) -> Amounts:
    """Returns amounts without those that are zero."""
    kept = {cell: Counter({name: n for name, n in counts.items() if n}) for cell, counts in cells.items()}
    return {cell: counts for cell, counts in kept.items() if counts}


def gauges(cells: Amounts) -> Amounts:
    """Returns the numbers of open ones by status and priority alone."""
    kept = {cell: Counter({name: n for name, n in counts.items() if counting.read_gauge(name)}) for cell, counts in cells.items()}
    return clean(kept)


def without_gauges(cells: Amounts) -> Amounts:
    """Returns amounts without the numbers of open ones by status and priority, which are of the present alone."""
    kept = {
        cell: Counter({name: n for name, n in counts.items() if n and not counting.read_gauge(name)})
        for cell, counts in cells.items()
    }
    return {cell: counts for cell, counts in kept.items() if counts}


def total(cells: Amounts) -> Amounts:
    """Returns what is added up over all time: open ones by status and priority, messages and contacts."""
    found: Amounts = {}
    for cell, counts in cells.items():
        for name, n in counts.items():
            if counting.read_gauge(name):
                found.setdefault(cell._replace(quarter=0), Counter())[name] += n
            elif name in (*counting.MESSAGES, counting.CONTACTS):
                found.setdefault(Cell(0), Counter())[name] += n
    return clean(found)


def between(cells: Amounts, first: int, end: int) -> Amounts:
    """Returns the amounts of the quarters from the first to before the end."""
    return {cell: counts for cell, counts in cells.items() if first <= cell.quarter < end}


def month(day: int) -> str:
    """Returns the month of a UTC day since the epoch, as 2027-01."""
    return (_EPOCH + timedelta(day)).strftime("%Y-%m")


def date_of(day: int) -> str:
    """Returns a UTC day since the epoch, as 2027-01-31."""
    return (_EPOCH + timedelta(day)).isoformat()


def added(parts: Iterable[Amounts]) -> Amounts:
    """Returns the sum of amounts."""
    found: Amounts = {}
    for part in parts:
        counting.join(found, part)
    return found
