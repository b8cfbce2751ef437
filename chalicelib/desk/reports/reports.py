"""Reports: what happened in a span of time, by time, agent, department, channel or SLA policy. docs/reports.md says what each
number means.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from datetime import date

import msgspec

from chalicelib.context import ADMIN, Context
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.reports import names, reading
from chalicelib.desk.reports.names import AGENT as AGENT
from chalicelib.desk.reports.names import CHANNEL as CHANNEL
from chalicelib.desk.reports.names import DEPARTMENT as DEPARTMENT
from chalicelib.desk.reports.names import POLICY as POLICY
from chalicelib.rules import counting, quarters, series
from chalicelib.rules.counting import Amounts, Cell
from chalicelib.rules.spans import UNITS as UNITS
from chalicelib.rules.spans import spans

#: What a report is of, and what its lines are, besides agents, departments, channels and policies.
SITE, TIME = "site", "time"
#: The longest span, in days, and the most lines that time may have.
MOST_DAYS, MOST_LINES = 366, 1_000
_MINUTE = 60_000
_QUARTER = 15 * _MINUTE
#: The last quarter that a span may have: dates can still name the month after it.
_LAST = (date(9999, 11, 1) - date(1970, 1, 1)).days * series.A_DAY


class Question(msgspec.Struct, frozen=True):
    """A report that is asked for: from `start` to before `end` (epoch milliseconds; whole quarters of an hour count), of the site
    or the agent, department or channel `value`, by `by`. `offset` is how many quarters of an hour east of UTC days begin.
    """

    start: int
    end: int
    view: str = SITE
    value: int | str = 0
    by: str = TIME
    unit: str = "day"
    offset: int = 0


class Line(msgspec.Struct):
    """A line: an agent, department, channel or policy with its name, or a span of time. `created` counts conversations that were
    created, or for an agent or a department that came to them; `open` is at the end. `by_channel` has the messages of people.
    """

    id: int = 0
    name: str = ""
    start: int = 0
    end: int = 0
    counts: Counter[str] = msgspec.field(default_factory=Counter)
    created: int = 0
    open: int = 0
    by_channel: Counter[str] = msgspec.field(default_factory=Counter)


class Report(msgspec.Struct, frozen=True):
    """Lines, and their sum; `open` of that is what the whole has at the end."""

    lines: list[Line]
    total: Line


@access.allow(ADMIN)
def make(ctx: Context, question: Question) -> Report:
    """Returns a report. By time one request for today and yesterday, else two, one more for each MB: three for a busy account's
    year by day. By something else at most three for the numbers, one more for each MB, and what names need (names.py).

    Raises Invalid for a span that can't be, TooMany.
    """
    first, end = _span(question)
    rate_limits.spend_report(ctx, (end - first) // series.A_DAY)
    lines = _by_time(ctx, question, first, end) if question.by == TIME else _by_thing(ctx, question, first, end)
    total = Line(start=first * _QUARTER, end=end * _QUARTER)
    for line in lines:
        total.counts.update(line.counts)
        total.by_channel.update(line.by_channel)
        total.created += line.created
        total.open = line.open if question.by == TIME else total.open + line.open
    return Report(lines, total)


def _span(question: Question) -> tuple[int, int]:
    """Returns the first quarter and the end. Raises Invalid."""
    first, end = quarters.quarter(question.start), -(-question.end // _QUARTER)
    if first < series.A_DAY:
        raise Invalid("start_time", "is too early")
    if end > _LAST:
        raise Invalid("end_time", "is too late")
    if first >= end:
        raise Invalid("end_time", "must be after startTime")
    if end - first > MOST_DAYS * series.A_DAY:
        raise Invalid("end_time", f"must be {MOST_DAYS} days after startTime at most")
    if question.by == TIME and question.unit == "hour" and end - first > 4 * MOST_LINES:
        raise Invalid("time_unit", f"has more than {MOST_LINES:,} hours in this span: ask for days, or a shorter one")
    return first, end


def _by_time(ctx: Context, question: Question, first: int, end: int) -> list[Line]:
    now = quarters.quarter(ctx.now) + 1
    amounts, present = reading.load_series(ctx, _series(question), first, max(end, now))
    left = sum(reading.open_now(present, lambda cell: _is_viewed(question, cell)).values())
    parts = spans(first, end, question.unit, question.offset)
    starts = [start for start, _ in parts]
    lines = [Line(start=start * _QUARTER, end=after * _QUARTER) for start, after in parts]
    moved: Counter[int] = Counter()
    for cell, counts in amounts.items():
        if not _is_viewed(question, cell):
            continue
        if cell.quarter < end:
            at = bisect_right(starts, cell.quarter) - 1
            _add(question, lines[at], cell, counts)
            moved[at] += counts[counting.NOW_OPEN]
        else:
            left -= counts[counting.NOW_OPEN]
    for at in range(len(lines) - 1, -1, -1):
        lines[at].open = left
        left -= moved[at]
    return lines


def _series(question: Question) -> str:
    if question.view == AGENT:
        return series.of_agent(int(question.value))
    return series.of_group(int(question.value)) if question.view == DEPARTMENT else series.SITE


def _is_viewed(question: Question, cell: Cell) -> bool:
    """Returns whether a report is of something with this cell."""
    return question.view == SITE or names.key_of(question.view, cell) == question.value


def _by_thing(ctx: Context, question: Question, first: int, end: int) -> list[Line]:
    inside, after, present = reading.load_cells(ctx, first, end)
    lines: dict[int | str, Line] = {}

    def of(cell: Cell) -> Line:
        return lines.setdefault(names.key_of(question.by, cell), Line(start=first * _QUARTER, end=end * _QUARTER))

    for cell, counts in _viewed(question, inside):
        if any(counts[name] for name in _SHOWN):
            _add(question, of(cell), cell, counts)
    for cell, counts in _viewed(question, present.total):
        if is_open := sum(n for name, n in counts.items() if counting.read_gauge(name)):
            of(cell).open += is_open
    for cell, counts in _viewed(question, after):
        if counts[counting.NOW_OPEN]:
            of(cell).open -= counts[counting.NOW_OPEN]
    return _named(ctx, question, {key: line for key, line in lines.items() if line.counts or line.open}, first, end)


def _viewed(question: Question, amounts: Amounts) -> list[tuple[Cell, Counter[str]]]:
    return [(cell, counts) for cell, counts in amounts.items() if _is_viewed(question, cell)]


def _named(ctx: Context, question: Question, lines: Mapping[int | str, Line], first: int, end: int) -> list[Line]:
    """Returns a line for everything that there is, and for what counts and is not there any more, with names, in their order."""
    named = names.load(ctx, question.by, lines)
    found = []
    for key, (number, name) in named.items():
        line = lines.get(key) or Line(start=first * _QUARTER, end=end * _QUARTER)
        line.id, line.name = number, name
        found.append(line)
    return found


#: What lines count: not what PPMessage's numbers alone do.
_SHOWN = frozenset({counting.CREATED, counting.CLOSED, counting.REOPENED, counting.REPLIED, counting.TO_AGENT, counting.TO_GROUP})
_SHOWN |= {counting.OF_CONTACTS, counting.OF_AGENTS, counting.FIRST_ANSWERS, counting.FIRST_WAITED, counting.NEXT_ANSWERS}
_SHOWN |= {counting.NEXT_WAITED, counting.ENDS, counting.LASTED, counting.BREACHED_ONCE}
_SHOWN |= {*counting.IN_TIME.values(), *counting.BREACHED.values()}


def _add(question: Question, line: Line, cell: Cell, counts: Counter[str]) -> None:
    line.counts.update({name: n for name, n in counts.items() if name in _SHOWN})
    about = (question.view, question.by)
    came = counting.TO_AGENT if AGENT in about else counting.TO_GROUP if DEPARTMENT in about else counting.CREATED
    line.created += counts[came]
    if said := counts[counting.OF_CONTACTS] + counts[counting.OF_AGENTS]:
        line.by_channel[names.shown_channel(cell.channel)] += said
