"""Triggers for a status that lasts: once for each span, by the sweep and by timers, and never round in circles."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import deletion
from chalicelib.rules.triggers import STAYED
from tests.desk.automation.triggers import PRIORITY, STATUS, change, fired, row, trigger
from tests.world import World


@pytest.mark.parametrize("minutes", [1, 30])
def test_a_status_that_lasts_fires_once_for_each_span_and_a_change_starts_anew(world: World, minutes: int) -> None:
    trigger(world, "short", STAYED, (PRIORITY, "high"), stay_status="pending_internal", stay_minutes=minutes)
    trigger(world, "long", STAYED, (PRIORITY, "urgent"), stay_status="pending_internal", stay_minutes=minutes * 2)
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    change(world, visitor, status="pending_internal")
    world.pass_(minutes * 60 - 1)
    sweep(world)
    assert fired(world, visitor) == []
    wait(world, 1)
    assert (fired(world, visitor), row(world, visitor).priority) == (["short"], "high")
    wait(world, minutes * 60)
    assert (fired(world, visitor), row(world, visitor).priority) == (["short", "long"], "urgent")
    wait(world, minutes * 600)
    assert row(world, visitor).stay_at is None and len(fired(world, visitor)) == 2
    change(world, visitor, status="on_hold")
    change(world, visitor, status="pending_internal")
    wait(world, minutes * 30)
    change(world, visitor, status="on_hold")
    wait(world, minutes * 600)
    assert len(fired(world, visitor)) == 2


def sweep(world: World) -> None:
    world.sweep()
    world.collect()
    world.settle()


def wait(world: World, seconds: int) -> None:
    """Lets time pass with a sweep each minute, from a second before."""
    for _ in range(min(seconds // 60, 200)):
        world.pass_(60)
        sweep(world)
    world.pass_(seconds % 60 + max(0, seconds - 200 * 60))
    sweep(world)


@pytest.mark.parametrize(("deleted_for", "rest"), [(30, 59), (600, 0)])
def test_a_status_lasts_on_when_its_conversation_is_restored(world: World, deleted_for: int, rest: int) -> None:
    trigger(world, "waits", STAYED, (PRIORITY, "high"), stay_status="new", stay_minutes=2)
    visitor = world.asking()
    world.pass_(30)
    deletion.delete(world.ctx(ADMIN), visitor.conversation)
    world.pass_(deleted_for)
    deletion.restore(world.ctx(ADMIN), visitor.conversation)
    world.pass_(rest)
    assert fired(world, visitor) == ([] if rest else ["waits"])
    world.pass_(1)
    wait(world, 600)
    assert fired(world, visitor) == ["waits"]


def test_a_chat_is_new_from_its_first_message_on(world: World) -> None:
    trigger(world, "waits", STAYED, (PRIORITY, "high"), stay_status="new", stay_minutes=2)
    visitor = world.visitor()
    world.pass_(500)
    assert fired(world, visitor) == []
    visitor.say("hello")
    world.pass_(119)
    assert fired(world, visitor) == []
    world.pass_(1)
    assert fired(world, visitor) == ["waits"]


def test_a_trigger_that_comes_later_is_for_changes_of_the_status_after_it(world: World) -> None:
    visitor = world.asking()
    world.settle()
    trigger(world, "late", STAYED, (PRIORITY, "high"), stay_status="new", stay_minutes=1)
    world.pass_(600)
    assert fired(world, visitor) == []
    change(world, visitor, status="on_hold")
    change(world, visitor, status="new")
    world.pass_(61)
    assert fired(world, visitor) == ["late"]


def test_triggers_that_set_each_others_status_by_the_clock_come_to_rest(world: World) -> None:
    trigger(world, "tick", STAYED, (STATUS, "on_hold"), stay_status="new", stay_minutes=1)
    trigger(world, "tock", STAYED, (STATUS, "new"), stay_status="on_hold", stay_minutes=1)
    visitor = world.asking()
    for _ in range(20):
        world.pass_(61)
    assert fired(world, visitor) == ["tick", "tock"]
    change(world, visitor, status="pending_internal")
    change(world, visitor, status="new")
    for _ in range(20):
        world.pass_(61)
    assert fired(world, visitor) == ["tick", "tock"] * 2
