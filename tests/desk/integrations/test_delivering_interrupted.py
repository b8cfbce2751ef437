"""Processes that die or find another one at work while they tell webhooks: nothing is lost."""

import pytest

import app
from chalicelib.desk.integrations import delivering
from chalicelib.models import queues
from chalicelib.models import webhook_deliveries as rows
from chalicelib.models.base import ConditionFailed
from tests.desk.integrations.delivered import HOUR, all_of, put
from tests.desk.integrations.receivers import receiving, webhook
from tests.interruptions import interrupted
from tests.world import World


def test_a_process_that_dies_between_any_two_requests_loses_nothing(world: World) -> None:
    receiver = receiving(world, lambda _: 500 if len(receiver.told) % 3 == 0 else 200)
    hook = webhook(world)
    visitor = world.asking()
    put(world, visitor, priority="high")
    world.relay()
    bodies = [body for at, queue, body in world.queued if queue == "webhooks"]
    world.queued = [one for one in world.queued if one[1] != "webhooks"]

    def act() -> None:
        world.now += delivering.HELD  # who died holds it no longer
        for body in bodies:
            world.deliver("webhooks", body)

    assert interrupted(world.monkeypatch, act) > 10
    receiver.answer = lambda _: 200
    world.now += 2 * HOUR * 1000
    for body in bodies:
        world.deliver("webhooks", body)
    world.settle()
    world.pass_(2 * HOUR)
    states = {one.id: one.state for one in all_of(world, hook)}
    assert set(states.values()) == {"delivered"} and len(states) == 4
    assert rows.next_due(world.account, hook.id) is None


def test_a_relay_that_dies_keeps_all_and_tells_it_again(world: World) -> None:
    receiver = receiving(world)
    webhook(world)
    world.asking()
    records = {table: world.records(table) for table in ("conversations", "people")}

    def act() -> None:
        for table, found in records.items():
            getattr(app, f"relay_{table}")({"Records": found}, None)

    with world.monkeypatch.context() as broken:
        broken.setattr(queues, "send", lambda *_: (_ for _ in ()).throw(queues.NotSent("webhooks", [0], "down")))
        with pytest.raises(Exception, match="NotSent"):
            act()
    interrupted(world.monkeypatch, act)
    world.collect()
    world.settle()
    assert sorted(set(receiver.events())) == ["contact.created", "conversation.created", "message.created"]
    assert len(receiver.told) == 3


def test_who_finds_a_webhook_taken_calls_and_what_came_meanwhile_is_sent(world: World) -> None:
    receiver = receiving(world)
    hook = webhook(world, "contact_created")
    world.visitor()
    world.relay()
    (mine,) = [body for _, queue, body in world.queued if queue == "webhooks"]
    world.queued = [one for one in world.queued if one[1] != "webhooks"]
    state = rows.hold(world.account, hook.id, "another", world.now, world.now + 5_000)
    for _ in range(3):
        world.deliver("webhooks", mine)
    world.collect()
    assert receiver.told == []
    assert len([one for one in world.queued if one[1] == "webhooks"]) == 1, "one event, however often it was called"
    with pytest.raises(ConditionFailed):
        rows.release(state)
    world.pass_(6)
    assert receiver.events() == ["contact.created"]
