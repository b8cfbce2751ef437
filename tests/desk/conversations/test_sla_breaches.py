"""SLA: a breach is told once, whoever finds it."""

from typing import Any

import pytest

from chalicelib.desk.conversations import event_logs
from chalicelib.desk.core import changes
from chalicelib.desk.core.events import ConversationBreached, Event
from tests.desk.conversations.sla import HOUR, MINUTE, answer, policy, say, stored
from tests.streams_and_queues import START
from tests.world import World


@pytest.fixture
def tells(world: World, monkeypatch: pytest.MonkeyPatch) -> list[ConversationBreached]:
    """The breaches that are told from now on, by whatever reads the stream."""
    noted: list[ConversationBreached] = []
    made = changes.conversation_events

    def note(*given: Any) -> list[Event]:
        happened = made(*given)
        noted.extend(event for event in happened if isinstance(event, ConversationBreached))
        return happened

    monkeypatch.setattr(changes, "conversation_events", note)
    return noted


def test_an_answer_that_does_not_come_is_told_once_when_it_is_due(world: World, tells: list[ConversationBreached]) -> None:
    number, visitor = policy(world), world.visitor()
    say(world, visitor)
    world.settle()
    for _ in range(60):
        world.now += MINUTE
        world.sweep()
        world.settle()
    row = stored(world, visitor)
    assert tells == [ConversationBreached(world.account, world.now, row.id, "first", START + HOUR, number)]
    assert (row.first_due_at, row.sla_told) == (START + HOUR, 1)
    world.pass_(600)
    answer(world, visitor)
    world.settle()
    assert len(tells) == 1 and stored(world, visitor).first_due_at == START + HOUR
    (logged,) = [one for one in event_logs.of_conversation(world.as_agent(), row).events if one.field == "breached"]
    assert (logged.after, logged.at, logged.actor.number, logged.text) == (
        "first",
        START + HOUR,
        0,
        "The desk noted that the first answer is late",
    )


def test_a_late_answer_tells_what_no_timer_has_told(world: World, tells: list[ConversationBreached]) -> None:
    policy(world)
    visitor = world.visitor()
    say(world, visitor)
    answer(world, visitor)
    say(world, visitor)
    world.now += 3 * HOUR
    answer(world, visitor)
    world.settle()
    assert [(event.clock, event.due_at) for event in tells] == [("next", START + 2 * HOUR)]
    assert stored(world, visitor).next_due_at is None


def test_a_timer_that_comes_again_or_too_late_tells_nothing(world: World, tells: list[ConversationBreached]) -> None:
    policy(world)
    visitor = world.visitor()
    say(world, visitor)
    world.relay()
    (body,) = [body for _, queue, body in world.queued if queue == "timers" and "first_due" in body]
    world.now += HOUR
    for _ in range(3):
        world.deliver("timers", body)
    answer(world, visitor)
    world.deliver("timers", body)
    world.settle()
    assert [event.clock for event in tells] == ["first"]


def test_an_answer_in_time_is_no_breach(world: World, tells: list[ConversationBreached]) -> None:
    policy(world)
    visitor = world.visitor()
    say(world, visitor)
    world.settle()
    answer(world, visitor)
    for _ in range(70):
        world.now += MINUTE
        world.sweep()
        world.settle()
    assert tells == [] and stored(world, visitor).sla_told is None
