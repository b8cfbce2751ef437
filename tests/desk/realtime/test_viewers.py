"""Viewers: who has a conversation open, for a minute, without a write of the conversation."""

import pytest

from chalicelib.context import AGENT
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.desk.realtime import viewers
from tests.lambdas import counted
from tests.world import World


def test_looking_and_saying_so_take_two_requests_and_wake_no_stream(world: World) -> None:
    talk = world.asking().conversation
    world.settle()
    viewers.enter(world.as_agent(), talk)
    with counted() as sent:
        viewers.enter(world.as_agent(), talk)
        viewers.list_all(world.as_agent(), talk)
    assert sent == ["GetItem", "UpdateItem", "GetItem", "BatchGetItem"]
    assert world.records("conversations") == []


@pytest.mark.parametrize(("passed", "is_shown"), [(0, True), (59_999, True), (60_000, False), (119_000, False)])
def test_a_viewer_is_shown_for_a_minute_across_minutes(world: World, passed: int, is_shown: bool) -> None:
    world.now += 45_000
    talk = world.asking().conversation
    viewers.enter(world.as_agent(), talk)
    world.now += passed
    shown = viewers.list_all(world.as_agent(1), talk)
    assert [one.agent.name for one in shown] == (["Ada Agent"] if is_shown else [])


def test_the_latest_are_shown_and_no_more_than_so_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = world.asking().conversation
    monkeypatch.setattr(viewers, "MOST", 2)
    for at in (0, 1, 2, 0):
        world.now += 1000
        viewers.enter(world.as_agent(at), talk)
    shown = viewers.list_all(world.as_agent(), talk)
    assert [(one.agent.name, one.seen_at) for one in shown] == [("Ada Agent", world.now), ("Cleo Agent", world.now - 1000)]


def test_a_program_views_nothing_and_nobody_views_what_they_can_t_see(world: World) -> None:
    talk = world.asking().conversation
    with pytest.raises(Forbidden):
        viewers.enter(world.ctx(AGENT), talk)
    for act in (viewers.enter, viewers.list_all):
        with pytest.raises(NotFound):
            act(world.as_agent(), "0190f5c7-1111-7000-8000-00000000000a")
