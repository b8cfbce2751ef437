"""Compacting beside others: several processes move the same rows, or a day is written while it is read."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.desk.core import publishing
from chalicelib.desk.core.account_events import StatisticsDue
from chalicelib.desk.core.errors import Conflict
from chalicelib.desk.reports import compacting, reading
from chalicelib.models import statistics, statistics_rows
from chalicelib.models.base import ConditionFailed
from chalicelib.rules.counting import CREATED, Cell
from tests.desk.reports.played import amounts
from tests.streams_and_queues import START
from tests.world import World

QUARTER = START // 900_000


def add(world: World, rows: int) -> None:
    """What so many batches of a stream have counted: a conversation each."""
    for at in range(rows):
        cells = {Cell(QUARTER, 1): Counter({CREATED: 1})}
        statistics.add(f"{world.account}{at:03}", 1, {world.account: cells}, world.now)


def test_of_many_that_move_the_same_rows_one_does_and_the_others_come_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(world, 150)
    before, move, waits = amounts(world), statistics.move, list[bool]()

    def beaten(*given: Any) -> None:
        """Another one has moved them first, each time that this process tries."""
        with monkeypatch.context() as other:
            other.setattr(statistics, "move", move)
            compacting.compact(world.ctx("system"))
        waits.append(True)
        move(*given)

    with monkeypatch.context() as late:
        late.setattr(statistics, "move", beaten)
        world.deliver("timers", publishing.encode(StatisticsDue(world.account, world.now, world.now)))
    assert amounts(world) == before
    world.relay()
    ((due, queue, _),) = [one for one in world.queued if "statistics.due" in one[2]]
    assert (len(waits), queue) == (1, "timers") and world.now + 5_000 <= due <= world.now + 60_000
    world.pass_(60)
    assert statistics.near(world.account).live == [] and amounts(world) == before
    assert not [one for one in world.queued if "statistics.due" in one[2]]


def test_one_that_is_beaten_for_an_hour_fails_where_it_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def beaten(*_: Any) -> None:
        raise ConditionFailed(["ConditionalCheckFailed"], [None])

    add(world, 2)
    monkeypatch.setattr(statistics, "move", beaten)
    event: StatisticsDue | None = StatisticsDue(world.account, world.now, world.now)
    with pytest.raises(Conflict):
        for _ in range(1_000):
            assert event
            world.now = event.due_at
            event = compacting.run(world.ctx("system"), event)
    assert 3_600_000 < world.now - START < 3_720_000


def test_a_day_that_is_written_each_time_that_it_is_read_is_a_conflict_for_readers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics_rows, "MOST_BYTES", 20)  # so that a day has rows behind it
    add(world, 2)
    ctx = world.ctx("system")
    compacting.compact(ctx)
    whole = reading.load_present(ctx).recent
    assert sum(counts[CREATED] for counts in whole.values()) == 2
    (behind, *_) = statistics_rows.Statistic.query(f"{world.account}#near", statistics_rows.Statistic.span.startswith("d"))
    behind.update([statistics_rows.Statistic.version.set(99)])
    with pytest.raises(Conflict):
        reading.load_present(ctx)
