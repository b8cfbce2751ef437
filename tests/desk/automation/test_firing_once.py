"""A trigger fires once for an event that comes again, in another order, to two functions, or after a crash."""

import itertools
import random
from typing import Any

import pytest

from chalicelib.context import SYSTEM
from chalicelib.desk.automation import firing
from chalicelib.desk.conversations import updates
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import TriggerEvents
from chalicelib.rules.triggers import CREATED, MOVED
from tests.desk.automation.triggers import (
    AGENT,
    MAIL,
    PRIORITY,
    STATUS,
    SUBJECT,
    email,
    fired,
    mails,
    meets,
    row,
    thread,
    trigger,
)
from tests.machine.deliveries import CrashPoint, dies
from tests.visitors import Visitor
from tests.world import World


def everything(world: World) -> None:
    """Triggers of all that they can do."""
    given = {**MAIL, "to_contact": True, "to_agents": True, "recipients": (world.agents[0].number, world.agents[1].number)}
    trigger(world, "mails", CREATED, (PRIORITY, "high"), **given, shows_mail=True)
    trigger(world, "moves", CREATED, (STATUS, "on_hold"), (AGENT, str(world.agents[0].number)))
    trigger(world, "follows", MOVED, (SUBJECT, "moved"), **MAIL, to_agents=True, recipients=(world.agents[0].number,))


def asks(world: World) -> tuple[Visitor, str]:
    """A visitor with an address, whose first message is about to be told."""
    visitor = world.visitor()
    address = email(world, visitor)
    visitor.say("help me")
    return visitor, address


def check(world: World, visitor: Visitor, address: str) -> None:
    """All has happened once."""
    assert fired(world, visitor) == ["mails", "moves", "follows"]
    found = row(world, visitor)
    assert (found.priority, found.status, found.subject, found.assignee_number) == (
        "high",
        "on_hold",
        "moved",
        world.agents[0].number,
    )
    assert [message.kind for message in thread(world, visitor)] == ["reply", "system"]
    assert len(mails(address)) == 1
    assert [len(mails(str(agent.email))) for agent in world.agents[:2]] == [2, 1]
    assert {body for _, body in mails(str(world.agents[0].email))} == {"help me"}


def test_an_event_that_comes_again_in_any_order_changes_nothing(world: World) -> None:
    everything(world)
    deliver = world.deliver
    bodies = world.note_deliveries()
    visitor, address = asks(world)
    world.settle()
    check(world, visitor, address)
    version = row(world, visitor).version
    for queue, body in random.Random(3).sample(bodies * 3, len(bodies) * 3):
        deliver(queue, body)
    world.settle()
    check(world, visitor, address)
    assert row(world, visitor).version == version


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_between_any_two_calls_is_made_good_by_the_next_delivery(world: World, after: bool) -> None:
    everything(world)
    deliver = world.deliver
    for call in itertools.count(1):
        visitor, address = asks(world)
        before = {agent.email: len(mails(str(agent.email))) for agent in world.agents}
        died: list[bool] = []

        def crash(queue: str, body: str, call: int = call, died: list[bool] = died) -> None:
            if queue == "automation":
                died.append(dies(lambda: deliver(queue, body), CrashPoint(call, after)))
            deliver(queue, body)

        world.monkeypatch.setattr(world, "deliver", crash)
        world.settle()
        sent = {agent.email: len(mails(str(agent.email))) - before[agent.email] for agent in world.agents}
        assert fired(world, visitor) == ["mails", "moves", "follows"], call
        assert [message.kind for message in thread(world, visitor)] == ["reply", "system"], call
        assert (len(mails(address)), [*sent.values()]) == (1, [2, 1, 0]), call
        if not any(died):
            break
    assert call > 10


def test_a_function_that_is_stopped_half_way_goes_on_where_it_was_when_it_is_called_again(world: World) -> None:
    """As one whose time is over before all of an account's triggers have fired."""
    names = [f"trigger {at}" for at in range(20)]
    for at, name in enumerate(names):
        trigger(world, name, CREATED, (SUBJECT, name), **(meets(SUBJECT, names[at - 1]) if at else {}))
    visitor = world.asking()
    world.relay()
    (body,) = [body for _, queue, body in world.queued if queue == "automation"]
    world.queued.clear()
    seen = [0]
    while dies(lambda: world.deliver("automation", body), CrashPoint(12, after=True)):
        seen.append(len(fired(world, visitor)))
        assert seen[-1] > seen[-2], "a run that is stopped has made no progress"
    assert len(seen) > 3
    assert fired(world, visitor) == names
    world.settle()
    assert (row(world, visitor).subject, fired(world, visitor)) == (names[-1], names)


def test_two_lambdas_with_the_same_event_let_a_trigger_fire_once(world: World) -> None:
    """The second comes while the first is about to write."""
    trigger(world, "raises", CREATED, (SUBJECT, "raised"))
    visitor = world.asking()
    bodies = world.note_deliveries()
    world.relay()
    (event,) = [publishing.decode(body) for _, queue, body in world.queued if queue == "automation"]
    assert isinstance(event, TriggerEvents) and bodies == []
    store, ctx = updates.store, world.ctx(SYSTEM)

    def meanwhile(*given: Any) -> None:
        world.monkeypatch.setattr(updates, "store", store)
        assert firing.run(ctx, event) == [1]
        store(*given)

    world.monkeypatch.setattr(updates, "store", meanwhile)
    assert firing.run(ctx, event) == [1]
    world.relay()
    assert fired(world, visitor) == ["raises"]
