"""Another allocation: what waits goes out without anybody's doing, in all directions, and always has a time to be looked at."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.accounts import EVERYONE, GROUP, LEAST_LOADED
from chalicelib.desk.automation import routing, waiting_queue
from chalicelib.desk.conversations import conversations, updates
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import cache, publishing
from chalicelib.desk.people import presence
from chalicelib.desk.teams import domains, groups
from chalicelib.models import queues
from tests.jobs.test_notify import waits
from tests.lambdas import counted
from tests.visitors import Visitor, arrive
from tests.websockets import Socket
from tests.world import World

ROUTED = [LEAST_LOADED, GROUP]


def desk_of(world: World, allocation: str) -> World:
    """Its first agent distributes."""
    desk = World(world.monkeypatch, clock_of=world, name="another", allocation=allocation)
    everybody = groups.create(desk.ctx(ADMIN), "All", groups.Change(is_distributor=True))
    groups.add_member(desk.ctx(ADMIN), everybody, desk.agents[0].id)
    desk.settle()
    return desk


def allocates(desk: World, allocation: str) -> None:
    accounts.change(desk.ctx(ADMIN), accounts.Change(allocation=allocation))


def stored(desk: World, visitor: Visitor) -> Conversation:
    return conversations.load(desk.ctx(ADMIN), visitor.conversation)


def asked(desk: World) -> Visitor:
    """A visitor who has written; under an allocation by group, after they were let in."""
    visitor = arrive(desk)
    visitor.conversation = visitor.conversation or waiting_queue.join(desk.as_visitor(visitor.id), visitor.id).id
    visitor.say("hello")
    desk.settle()
    return visitor


@pytest.mark.parametrize("after", ROUTED)
@pytest.mark.parametrize("before", accounts.ALLOCATIONS)
def test_what_waits_goes_to_who_is_there(world: World, before: str, after: str) -> None:
    desk = desk_of(world, before)
    visitors = [asked(desk) for _ in range(3)]
    if before == EVERYONE:
        desk.online(desk.agents[0])
    allocates(desk, after)
    if before != EVERYONE:
        desk.online(desk.agents[0])
    desk.settle()
    assert {stored(desk, visitor).assignee for visitor in visitors} == {desk.agents[0].id}


@pytest.mark.parametrize("after", ROUTED)
def test_where_nobody_is_there_it_is_looked_at_again_even_if_no_event_comes(world: World, after: str) -> None:
    desk = desk_of(world, EVERYONE)
    visitor = asked(desk)
    assert stored(desk, visitor).reassign_at is None
    allocates(desk, after)
    desk.settle()
    assert stored(desk, visitor).reassign_at == world.now + 180_000
    presence.set_own(desk.as_agent(0), "online")
    desk.records("people")
    desk.pass_(181)
    assert stored(desk, visitor).assignee == desk.agents[0].id


def test_more_than_one_event_looks_at_follow_one_another(world: World) -> None:
    world.monkeypatch.setattr(routing, "MOST_AT_ONCE", 2)
    desk = desk_of(world, EVERYONE)
    visitors = [asked(desk) for _ in range(5)]
    allocates(desk, LEAST_LOADED)
    desk.settle()
    assert None not in [stored(desk, visitor).reassign_at for visitor in visitors]


def test_a_process_that_knows_late_and_a_call_that_dies_leave_nothing_waiting(world: World) -> None:
    desk = desk_of(world, EVERYONE)
    desk.online(desk.agents[0])
    visitor = asked(desk)
    sent: list[str] = []
    send = queues.send

    def dies(queue: str, bodies: list[tuple[str, int]]) -> None:
        sent.append(queue)
        if len(sent) > 1:
            raise queues.NotSent(queue, range(len(bodies)), "down")
        send(queue, bodies)

    with world.monkeypatch.context() as broken:
        broken.setattr(queues, "send", dies)
        with pytest.raises(queues.NotSent):
            allocates(desk, LEAST_LOADED)
    desk.pass_(89)
    assert stored(desk, visitor).assignee is None
    desk.pass_(2)
    assert stored(desk, visitor).assignee == desk.agents[0].id


def test_the_same_allocation_again_tells_nobody(world: World) -> None:
    noted: list[object] = []
    world.monkeypatch.setattr(publishing, "publish", lambda told, now: noted.append(told))
    allocates(world, LEAST_LOADED)
    assert noted == []


@pytest.mark.parametrize("after", [LEAST_LOADED, EVERYONE])
def test_who_was_in_a_queue_is_let_in_where_there_is_none_any_more(world: World, after: str) -> None:
    desk = desk_of(world, GROUP)
    visitor = arrive(desk)
    socket = Socket()
    socket.auth(desk, visitor.id, visitor.device)
    desk.settle()
    visitor.conversation = waiting_queue.join(desk.as_visitor(visitor.id), visitor.id).id
    assert waiting_queue.length(desk.ctx(ADMIN)) == 1
    allocates(desk, after)
    desk.settle()
    assert waits(socket)[-1] == (0, visitor.conversation)
    found = stored(desk, visitor)
    assert not (found.is_begun or found.waits_since or found.reassign_at)
    desk.online(desk.agents[0])
    assert stored(desk, visitor).assignee is None
    visitor.say("hello")
    desk.settle()
    assert stored(desk, visitor).assignee == (desk.agents[0].id if after == LEAST_LOADED else None)


def test_an_empty_chat_joins_the_queue_where_its_visitor_asks_again(world: World) -> None:
    desk = desk_of(world, LEAST_LOADED)
    visitor = arrive(desk)
    allocates(desk, GROUP)
    desk.settle()
    assert waiting_queue.length(desk.ctx(ADMIN)) == 0
    again = waiting_queue.join(desk.as_visitor(visitor.id), visitor.id)
    assert again.id == visitor.conversation and waiting_queue.is_in_queue(desk.ctx(ADMIN), again)
    assert waiting_queue.length(desk.ctx(ADMIN)) == 1
    desk.online(desk.agents[0])
    assert stored(desk, visitor).assignee == desk.agents[0].id


@pytest.mark.parametrize("before", ROUTED)
def test_where_nobody_is_assigned_any_more_no_deadline_assigns(world: World, before: str) -> None:
    desk = desk_of(world, before)
    visitor = asked(desk)
    assert stored(desk, visitor).reassign_at
    allocates(desk, EVERYONE)
    presence.set_own(desk.as_agent(0), "online")
    desk.records("people")
    desk.pass_(3600)
    found = stored(desk, visitor)
    assert not (found.assignee or found.reassign_at)


def test_with_auto_close_off_and_where_it_is_taken_from_its_agent_it_is_looked_at_again(world: World) -> None:
    accounts.set_auto_close(world.ctx(ADMIN), {"is_enabled": False})
    visitor = world.asking()
    world.settle()
    assert stored(world, visitor).reassign_at
    world.pass_(190)
    assert stored(world, visitor).reassign_at
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=world.agents[2].number))
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=0))
    assert stored(world, visitor).reassign_at == world.now + 180_000


def test_another_domain_s_operator_is_found_by_the_deadline_where_the_event_is_lost(world: World) -> None:
    domain = domains.register(world.ctx(ADMIN), "shop.example", "web@shop.example")
    world.online(world.agents[0])
    visitor = world.visitor()
    waiting_queue.join(world.as_visitor(visitor.id), visitor.id, domain=domain.number)
    visitor.say("hello")
    world.settle()
    assert stored(world, visitor).assignee is None
    with world.monkeypatch.context() as lost:
        lost.setattr(publishing, "publish", lambda told, now: None)
        domains.assign(world.ctx(ADMIN), "shop.example", world.agents[0].id)
    cache.clear_all()
    world.pass_(200)
    assert stored(world, visitor).assignee == world.agents[0].id


def test_the_queue_s_length_is_counted_to_a_bound_and_not_at_every_poll(world: World) -> None:
    world.monkeypatch.setattr(waiting_queue, "_MOST_COUNTED", 2)
    for _ in range(3):
        world.asking()
    assert waiting_queue.length(world.ctx(ADMIN)) == 2
    with counted() as sent:
        for _ in range(3):
            waiting_queue.length(world.ctx(ADMIN))
    assert sent == []
    world.now += 5_000
    with counted() as sent:
        waiting_queue.length(world.ctx(ADMIN))
    assert sent == ["Query"]
