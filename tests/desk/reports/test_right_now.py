"""Right now: what the last days brought, wherever their amounts are kept, and who has what is open."""

from collections import Counter

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.reports import compacting, reading, reports, right_now
from chalicelib.models import statistics
from chalicelib.rules import counting
from chalicelib.rules.counting import CLOSED, CREATED, REOPENED, REPLIED, Cell
from tests.desk.reports.played import ask, settle
from tests.lambdas import counted as requests
from tests.streams_and_queues import START
from tests.world import World

A_DAY = 96
TODAY = START // 900_000 // A_DAY * A_DAY


def add(world: World, name: str, amounts: dict[Cell, dict[str, int]]) -> None:
    """What a batch of a stream has counted."""
    statistics.add(f"{world.account}{name}", 1, {world.account: {cell: Counter(of) for cell, of in amounts.items()}}, world.now)


def test_each_of_the_last_days_says_what_it_brought_by_the_clock_of_whoever_asks(world: World) -> None:
    last = [{CREATED: at, CLOSED: 2 * at, REPLIED: 3, REOPENED: at % 2} for at in range(5)]
    for at, counts in enumerate(last):
        add(world, str(at), {Cell(TODAY - at * A_DAY, 7, channel="chat"): counts, Cell(TODAY - at * A_DAY + 95): {CREATED: 100}})
    settle(world)
    assert sorted(statistics.near(world.account).pending) == [TODAY // A_DAY - 1, TODAY // A_DAY]
    for offset, created in ((0, [100, 101, 102, 103, 104]), (4, [100, 101, 102, 103, 4])):
        with requests() as sent:
            found = right_now.by_day(world.ctx(ADMIN), 5, offset)
        assert sent == ["Query"] * 2
        assert [day.created for day in reversed(found)] == created
        assert [day.end - day.start for day in found] == [86_400_000] * 5
        assert found[-1].start <= world.now < found[-1].end
        assert (found[-1].start + offset * 900_000) % 86_400_000 == 0
    newest = right_now.by_day(world.ctx(ADMIN), 1)[0]
    assert (newest.created, newest.resolved, newest.replied, newest.reopened) == (100, 0, 3, 0)
    for days in (0, right_now.MOST_DAYS + 1):
        with pytest.raises(Invalid, match="days: must be from 1 to 15"):
            right_now.by_day(world.ctx(ADMIN), days)


def test_what_is_open_of_many_agents_is_told_of_each_and_once_of_the_site(world: World) -> None:
    new, held = counting.gauge("new", "high"), counting.gauge("on_hold", "low")
    amounts = {Cell(TODAY, agent, agent % 3): {new: agent, held: 1} for agent in range(1, 40)}
    add(world, "open", amounts | {Cell(TODAY, 0, 1): {new: 5}, Cell(TODAY + 1, 2): {REPLIED: 4, CLOSED: 1}})
    by_agent = {one.id: one for one in right_now.by_agent(world.as_agent())}
    assert {id_: one.count() for id_, one in by_agent.items() if id_ in (0, 7, 39)} == {0: 5, 7: 8, 39: 40}
    assert (by_agent[7].count("new"), by_agent[7].count(priority="low"), by_agent[7].unassigned) == (7, 1, 0)
    assert (by_agent[2].replied, by_agent[2].resolved, by_agent[0].unassigned) == (4, 1, 5)
    by_department = {one.id: one for one in right_now.by_department(world.as_agent())}
    assert sum(one.count() for one in by_department.values()) == right_now.get(world.as_agent()).count() == 39 * 40 // 2 + 39 + 5
    assert (by_department[1].unassigned, right_now.get(world.as_agent()).unassigned) == (5, 5)


def test_what_was_open_at_the_end_of_a_span_is_what_is_open_now_without_what_came_after(world: World) -> None:
    new, day = counting.gauge("new", "normal"), 86_400_000
    add(world, "opened", {Cell(TODAY - A_DAY, 7): {counting.NOW_OPEN: 1, new: 1, CREATED: 1}})
    add(
        world,
        "closed",
        {Cell(TODAY, 7): {counting.NOW_OPEN: -1, new: -1, CLOSED: 1}, Cell(TODAY, 8): {counting.NOW_OPEN: 1, new: 1}},
    )
    for end, wanted in ((TODAY * 900_000, {7: 1}), (world.now + day, {7: 0, 8: 1})):
        lines = ask(world, by=reports.AGENT, start=(TODAY - A_DAY) * 900_000, end=end).lines
        assert {line.id: line.open for line in lines if line.counts or line.open} == wanted


def test_a_transaction_moves_the_rows_of_as_many_days_as_it_has_room_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MOST_DAYS", 2)
    monkeypatch.setattr(compacting, "MOST_BYTES", 1)
    for at in range(5):
        add(world, str(at), {Cell(TODAY - at % 3 * A_DAY, 1): {CREATED: 1}, Cell(TODAY + at): {CREATED: 10}})
    before = reading.load_present(world.ctx("system")).recent
    assert compacting.compact(world.ctx("system")) is True
    assert 0 < len(statistics.near(world.account).live) < 5
    settle(world)
    assert statistics.near(world.account).live == []
    assert sum(line.counts[CREATED] for line in ask(world, by=reports.TIME, start=START - 5 * 86_400_000).lines) == 55
    assert sum(counts[CREATED] for counts in before.values()) == 55
