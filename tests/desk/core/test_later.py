"""Events that are held back, from a second to a year: on their queue, or as rows that the sweep brings back."""

import pytest

from chalicelib.context import SYSTEM
from chalicelib.desk.core import later
from chalicelib.desk.core.events import DeadlineSet
from chalicelib.desk.core.people_events import AgentDeadlineSet
from chalicelib.models import timers
from chalicelib.models.timers import Timer
from tests.lambdas import counted
from tests.machine.deliveries import empty_all
from tests.world import World


@pytest.fixture(autouse=True)
def _nothing_else(world: World) -> None:
    empty_all()


YEAR = 366 * 86_400


def held(world: World, seconds: int, name: str = "c") -> DeadlineSet:
    event = DeadlineSet(world.account, world.now, name, "close", world.now + seconds * 1000)
    later.hold(world.ctx(SYSTEM), event, f"{world.account}#{name}#close")
    return event


def stored(world: World, due_at: int, shards: range = range(timers.SHARDS)) -> list[Timer]:
    return [row for shard in shards for row in timers.list_due(due_at // 60_000, shard)]


@pytest.mark.parametrize("seconds", [1, 59, 899, 900])
def test_up_to_fifteen_minutes_an_event_waits_on_its_queue(world: World, seconds: int) -> None:
    with counted() as sent:
        event = held(world, seconds)
    assert "PutItem" not in sent
    world.collect()
    ((at, queue, _),) = world.queued
    assert (queue, event.due_at <= at < event.due_at + 1000) == ("timers", True)


@pytest.mark.parametrize("seconds", [901, 3_600, 86_400, YEAR])
def test_beyond_it_is_a_row_until_it_is_due_and_a_week_longer(world: World, seconds: int) -> None:
    with counted() as sent:
        event = held(world, seconds)
    assert sent == ["PutItem"]
    (row,) = [row for row in stored(world, event.due_at) if row.due_at == event.due_at]
    assert (row.queue, row.expires_at) == ("timers", event.due_at // 1000 + 7 * 86_400)
    world.collect()
    assert world.queued == []


def test_a_minute_that_gets_many_is_spread_and_says_so_first(world: World) -> None:
    for at in range(later.CROWD + 40):
        with counted() as sent:
            event = held(world, 7_200, f"c{at}")
        assert sent == ["PutItem"] * (2 if at == later.CROWD else 1)
    mark, *first = timers.list_due(event.due_at // 60_000, 0)
    assert mark.is_mark and not any(row.is_mark for row in first)
    assert len(stored(world, event.due_at)) == later.CROWD + 1
    further = stored(world, event.due_at, range(timers.SHARDS, timers.SHARDS + timers.CROWDED_SHARDS))
    assert (len(further), len({row.minute for row in further}) > 15) == (40, True)


def test_a_process_that_dies_after_its_mark_has_lost_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "CROWD", 0)
    with monkeypatch.context() as patch:
        patch.setattr(timers, "put", lambda *given, **more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            held(world, 7_200)
    later._stored.clear()
    event = held(world, 7_200)
    assert [row.is_mark for row in timers.list_due(event.due_at // 60_000, 0)] == [True]
    further = stored(world, event.due_at, range(timers.SHARDS, timers.SHARDS + timers.CROWDED_SHARDS))
    assert [row.due_at for row in further] == [event.due_at]


def test_the_same_again_is_the_same_row_and_others_are_others(world: World) -> None:
    event = held(world, 7_200)
    held(world, 7_200)
    gone = AgentDeadlineSet(world.account, world.now, "c", "away", event.due_at)
    later.hold(world.ctx(SYSTEM), gone, f"{world.account}#c#away")
    assert len({row.event for row in stored(world, event.due_at)}) == len(stored(world, event.due_at)) == 2
