"""Months of statistics: what is larger than a row of DynamoDB is stored in several, and read as one."""

import random
from collections import Counter
from uuid import uuid4

import pytest

from chalicelib.models import statistics_months, statistics_rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.statistics_months import months, put_months
from chalicelib.rules import series
from chalicelib.rules.counting import Amounts, Cell
from tests.lambdas import counted

DAY = 20_818  # 31 December 2026
SPAN = (series.date_of(DAY), series.date_of(DAY + 2))


def crowd(day: int, agents: int) -> Amounts:
    """What a day counts of so many agents, each in four departments and on three channels; numbers differ as they really do."""
    cells, chance = dict[Cell, Counter[str]](), random.Random(day)
    for at in range(12 * agents):
        agent, place = divmod(at, 12)
        counts = {"ma": chance.randint(1, 90), "fs": chance.randrange(86_400_000), "w0": chance.getrandbits(48) + 1}
        cells[Cell(day * 96, agent + 1, 1 + place % 4, ("chat", "email", "portal")[place // 4])] = Counter(counts)
    return cells


def rows_of(account: str) -> int:
    return statistics_rows.Statistic.count(f"{account}#m#{series.CELLS}")


def test_a_day_of_three_thousand_agents_is_in_several_rows_and_is_read_as_one(aws: None) -> None:
    account, days = str(uuid4()), {DAY + at: crowd(DAY + at, agents) for at, agents in enumerate((5, 3_000, 5))}
    for day, cells in days.items():
        put_months(account, series.date_of(day), day, 1, {series.CELLS: cells})
    assert rows_of(account) > 3
    with counted() as sent:
        assert months(account, series.CELLS, *SPAN) == days
    assert sent == ["Query"]
    put_months(account, series.date_of(DAY + 1), DAY + 1, 2, {series.CELLS: crowd(DAY + 1, 5)})
    assert (rows_of(account), months(account, series.CELLS, *SPAN)[DAY + 1]) == (3, crowd(DAY + 1, 5))


def test_a_month_keeps_the_latest_version_of_each_day_and_a_transaction_has_no_more_than_it_has_room_for(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics_rows, "MOST_BYTES", 200)
    monkeypatch.setattr(statistics_months, "MOST_BYTES", 2_000)
    account, names = str(uuid4()), [series.of_agent(number) for number in range(1, 26)]
    for day, version in ((DAY, 1), (DAY - 1, 3), (DAY, 2), (DAY - 1, 1)):
        found = {name: crowd(day, version) for name in names}
        with counted() as sent:
            put_months(account, "2026-12", day, version, found)
    assert sent.count("TransactWriteItems") > 2
    assert [months(account, name, "2026-12", "2026-12") for name in names] == [
        {DAY: crowd(DAY, 2), DAY - 1: crowd(DAY - 1, 3)}
    ] * 25


def test_rows_behind_that_are_of_another_version_are_not_taken_for_it(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    account, cells = str(uuid4()), crowd(DAY, 20)
    monkeypatch.setattr(statistics_rows, "MOST_BYTES", 200)
    put_months(account, "2026-12", DAY, 1, {series.SITE: cells})
    first = next(iter(statistics_rows.Statistic.query(f"{account}#m#{series.SITE}")))
    first.update([statistics_rows.Statistic.version.set(7)])
    with pytest.raises(ConditionFailed):
        months(account, series.SITE, "2026-12", "2026-12")
