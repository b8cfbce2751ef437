"""Statistics: how many contacts came, messages were posted and agents wrote, by hour and day of the account's time zone; and
what each agent has had today.
"""

from collections import Counter
from datetime import date, timedelta

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.desk.reports import reading
from chalicelib.rules import counting, series
from chalicelib.rules import quarters as rules
from chalicelib.rules.counting import Amounts, Cell
from chalicelib.rules.groups import Work

#: Most days in one answer.
MOST_DAYS = 366
#: Days that can be asked for: from the epoch to the last one that dates can hold.
EARLIEST, LATEST = date(1970, 1, 2), date(9999, 12, 30)


class Numbers(msgspec.Struct):
    """What was counted of an hour, a day or all time; `agents` are the numbers of those who wrote."""

    contacts: int = 0
    messages: int = 0
    agents: set[int] = msgspec.field(default_factory=set)


@access.allow(AGENT)
def by_hour(ctx: Context) -> list[Numbers]:
    """Returns today's 24 hours. One request; two more while today began before yesterday did in UTC."""
    zone = accounts.load(ctx).time_zone
    today = rules.today(ctx.now, zone)
    span = rules.quarters(today, today, zone)
    cells, _, _ = reading.load_cells(ctx, span.start, span.stop)
    hours = [Numbers() for _ in range(24)]
    for cell, counts in cells.items():
        _add(hours[rules.local_hour(cell.quarter, zone)[1]], counts)
        hours[rules.local_hour(cell.quarter, zone)[1]].agents |= {cell.agent for _ in series.wrote(cell, counts)}
    return hours


@access.allow(AGENT)
def last_days(ctx: Context, how_many: int) -> dict[date, Numbers]:
    """Returns today and the days before it. Requests as `by_day`."""
    today = rules.today(ctx.now, accounts.load(ctx).time_zone)
    return by_day(ctx, today - timedelta(days=how_many - 1), today)


@access.allow(AGENT)
def by_day(ctx: Context, first: date | None, last: date | None) -> dict[date, Numbers]:
    """Returns every day of a range, by default the last thirty and today. One request for today and yesterday, else three, and
    one more for each MB: a year of a busy account has five. Raises Invalid for a bad range.
    """
    zone = accounts.load(ctx).time_zone
    last = last or rules.today(ctx.now, zone)
    first = first or last - min(timedelta(days=30), last - date.min)
    if not EARLIEST <= first <= last <= LATEST:
        raise Invalid("begin_date", f"must be from {EARLIEST} to the end_date")
    if (last - first).days >= MOST_DAYS:
        raise Invalid("end_date", f"must be less than {MOST_DAYS} days after begin_date")
    days = {day: Numbers() for day in rules.days(first, last)}
    span = rules.quarters(first, last, zone)
    numbers, writers = _load(ctx, span)
    for cell, counts in numbers.items():
        _add(days[rules.local_hour(cell.quarter, zone)[0]], counts)
    for quarter, agent in writers:
        days[rules.local_hour(quarter, zone)[0]].agents.add(agent)
    return days


def _load(ctx: Context, span: range) -> tuple[Amounts, set[tuple[int, int]]]:
    """Returns the account's amounts of a span of quarters, and in which of them which agents wrote."""
    amounts, present = reading.load_series(ctx, series.SITE, span.start, span.stop)
    cells = reading.load_days(ctx, present, span.start, span.stop)
    wrote = {(quarter, cell.agent) for cell, counts in cells.items() for quarter in series.wrote(cell, counts)}
    return amounts, {one for one in wrote if one[0] in span}


def work_today(ctx: Context) -> dict[int, Work]:
    """Returns what each agent has had today (UTC), by number: contacts whose conversations were theirs, and the messages in them.

    One request, a moment old. Agents without any are left out.
    """
    today = rules.utc_day(ctx.now) * series.A_DAY
    found: dict[int, Counter[str]] = {}
    for cell, counts in series.between(reading.load_present(ctx).recent, today, today + series.A_DAY).items():
        found.setdefault(cell.agent, Counter()).update(counts)
    had = {agent: Work(counts[counting.MET], counts[counting.HEARD]) for agent, counts in found.items() if agent}
    return {agent: work for agent, work in had.items() if work != Work()}


@access.allow(AGENT)
def totals(ctx: Context) -> Numbers:
    """Returns all that was ever counted, and today's agents of the account. Two requests."""
    total = reading.load_present(ctx).total.get(Cell(0), Counter[str]())
    agents = {agent.number for agent in people.list_agents(ctx)}
    return Numbers(total[counting.CONTACTS], _messages(total), agents)


def _messages(counts: Counter[str]) -> int:
    return sum(counts[name] for name in counting.MESSAGES)


def _add(numbers: Numbers, counts: Counter[str]) -> None:
    numbers.contacts += counts[counting.CONTACTS]
    numbers.messages += _messages(counts)
