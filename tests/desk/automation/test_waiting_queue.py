"""The waiting queue: a visitor waits once, is let in when an agent is there, and leaves when they want to."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import waiting_queue
from chalicelib.desk.conversations import conversations, inbox, messages, updates
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from tests.desk.teams.test_groups import arrived, asks, made, stored
from tests.lambdas import counted
from tests.world import World


@pytest.fixture
def desk(world: World) -> World:
    """An account that allocates by group, with a group that distributes, of the first agent."""
    desk = World(world.monkeypatch, clock_of=world, name="grouped", allocation=accounts.GROUP)
    made(desk, "Desk", 0, is_distributor=True)
    return desk


def length(world: World) -> int:
    return waiting_queue.length(world.ctx(ADMIN))


def cancelled(world: World, contact: str, group: str | None = None) -> None:
    waiting_queue.leave(world.as_visitor(contact), contact, group)


def test_a_visitor_waits_once_however_often_they_ask(desk: World) -> None:
    contact, group = arrived(desk), made(desk, "Dancers")
    first = asks(desk, contact)
    assert {asks(desk, contact).id for _ in range(3)} == {first.id}
    assert asks(desk, contact, group).id == asks(desk, contact, group).id == asks(desk, contact).id == first.id
    assert (length(desk), stored(desk, first.id).group) == (1, group.id)


def test_two_calls_at_once_open_one_conversation(desk: World) -> None:
    contact = arrived(desk)
    seen, read = people.get(desk.ctx(ADMIN), contact), people.get
    first = asks(desk, contact)
    stale = [seen]
    desk.monkeypatch.setattr(people, "get", lambda ctx, id_: stale.pop() if stale else read(ctx, id_))
    assert asks(desk, contact).id == first.id
    assert stale == []
    assert len(inbox.page(desk.ctx(ADMIN), inbox.Listing()).conversations) == 1


def test_he_is_let_in_at_once_where_an_agent_is_there_else_when_one_comes(desk: World) -> None:
    early = asks(desk, arrived(desk))
    assert waiting_queue.is_in_queue(desk.ctx(ADMIN), early)
    desk.online(desk.agents[0])
    assert not waiting_queue.is_in_queue(desk.ctx(ADMIN), stored(desk, early.id))
    late = asks(desk, arrived(desk))
    assert (late.assignee, length(desk)) == (desk.agents[0].id, 0)
    desk.settle()
    assert people.list_agents(desk.ctx(ADMIN))[1].open_conversations == 2


def test_the_longest_wait_goes_first(desk: World) -> None:
    order = [asks(desk, arrived(desk)).id for _ in range(4)]
    desk.online(desk.agents[0])
    held = conversations.list_own_open(desk.as_agent())
    assert {row.id for row, _ in held} == set(order)
    assert [stored(desk, id_).version for id_ in order] == [2] * 4


def test_cancelling_takes_a_visitor_off_and_asking_again_puts_them_at_the_end(desk: World) -> None:
    first, second = arrived(desk), arrived(desk)
    waits, other = asks(desk, first), asks(desk, second)
    cancelled(desk, first)
    cancelled(desk, first)
    assert (length(desk), stored(desk, waits.id).is_open) == (1, False)
    desk.now += 1000
    desk.clock_of.now += 1000  # type: ignore[union-attr]
    again = asks(desk, first)
    assert (again.id, waiting_queue.is_in_queue(desk.ctx(ADMIN), again), length(desk)) == (waits.id, True, 2)
    assert (stored(desk, again.id).held_since or 0) > (stored(desk, other.id).held_since or 0)
    desk.online(desk.agents[0])
    assert stored(desk, waits.id).assignee == stored(desk, other.id).assignee == desk.agents[0].id


def test_cancelling_for_a_group_leaves_another_wait_alone(desk: World) -> None:
    contact, group, other = arrived(desk), made(desk, "Dancers"), made(desk, "Singers")
    asks(desk, contact, group)
    cancelled(desk, contact, other.id)
    assert length(desk) == 1
    groups.remove(desk.ctx(ADMIN), group.id)
    cancelled(desk, contact, group.id)
    assert length(desk) == 0


def test_cancelling_closes_nothing_that_is_not_in_the_queue(desk: World) -> None:
    cancelled(desk, arrived(desk))
    desk.online(desk.agents[0])
    contact = arrived(desk)
    found = asks(desk, contact)
    cancelled(desk, contact)
    assert stored(desk, found.id).is_open


def test_a_visitor_has_one_conversation_a_group_and_the_latest_is_their_chat(desk: World) -> None:
    dancers, singers = made(desk, "Dancers", 1), made(desk, "Singers", 2)
    desk.online(*desk.agents)
    contact = arrived(desk)
    first, second, third = asks(desk, contact), asks(desk, contact, dancers), asks(desk, contact, singers)
    assert len({first.id, second.id, third.id}) == 3
    assert [row.assignee for row in (first, second, third)] == [agent.id for agent in desk.agents]
    assert asks(desk, contact, dancers).id == second.id
    assert asks(desk, contact).id == third.id
    ctx = desk.as_visitor(contact)
    assert waiting_queue.get_of_group(ctx, contact, dancers.id).id == second.id
    assert waiting_queue.get_of_group(ctx, contact, singers.id).id == third.id


def test_a_conversation_of_a_group_is_found_once_its_visitor_is_in(desk: World) -> None:
    contact, group = arrived(desk), made(desk, "Dancers", 1)
    ctx = desk.as_visitor(contact)
    for wanted in (group.id, "nothing"):
        with pytest.raises(NotFound):
            waiting_queue.get_of_group(ctx, contact, wanted)
    asks(desk, contact, group)
    with pytest.raises(NotFound):
        waiting_queue.get_of_group(ctx, contact, group.id)
    desk.online(desk.agents[1])
    assert waiting_queue.get_of_group(ctx, contact, group.id).assignee == desk.agents[1].id


def test_he_may_ask_for_an_agent(desk: World, other: World) -> None:
    contact = arrived(desk)
    ctx, wanted = desk.as_visitor(contact), [agent.id for agent in desk.agents[1:]]
    found = waiting_queue.join_with_agents(ctx, contact, wanted)
    assert (found.assignee, length(desk)) == (desk.agents[1].id, 0)
    assert waiting_queue.join_with_agents(ctx, contact, [desk.agents[1].id]).id == found.id
    assert waiting_queue.join_with_agents(ctx, contact, [desk.agents[2].id]).id != found.id
    desk.settle()
    assert [agent.open_conversations for agent in people.list_agents(desk.ctx(ADMIN))] == [0, 0, 0, 0], "nothing is said yet"
    messages.post(ctx, messages.PostMessage(found.id, "hello"))
    assert [agent.open_conversations for agent in people.list_agents(desk.ctx(ADMIN))] == [0, 0, 1, 0]
    for stranger in (other.agents[0].id, contact, "nobody"):
        with pytest.raises(NotFound):
            waiting_queue.join_with_agents(ctx, contact, [desk.agents[1].id, stranger])


def test_nobody_waits_where_nobody_is_assigned(world: World) -> None:
    ours = World(world.monkeypatch, clock_of=world, name="broadcast", allocation=accounts.EVERYONE)
    contact = arrived(ours)
    found = asks(ours, contact)
    assert (length(ours), waiting_queue.is_in_queue(ours.ctx(ADMIN), found)) == (0, False)
    cancelled(ours, contact)
    assert stored(ours, found.id).is_open


def test_what_has_been_spoken_in_is_not_hidden_though_it_waits_again(desk: World) -> None:
    desk.online(desk.agents[0])
    visitor = desk.visitor()
    visitor.say("hello")
    updates.close(desk.ctx(ADMIN), visitor.conversation)
    assert desk.call("PUT", "/cs-chat-ticket/v1/offline", **desk.bearer()).status == 200
    visitor.say("still there?")
    desk.settle()
    found = stored(desk, visitor.conversation)
    assert found.assignee is None
    assert (waiting_queue.is_in_queue(desk.ctx(ADMIN), found), length(desk)) == (False, 1)


def test_what_it_costs(desk: World) -> None:
    contact = arrived(desk)
    ctx = desk.as_visitor(contact)
    accounts.load(ctx)
    with counted() as opened:
        waiting_queue.join(ctx, contact)
    with counted() as polled:
        length(desk)
    desk.online(desk.agents[0])
    late = arrived(desk)
    ctx = desk.as_visitor(late)
    accounts.load(ctx)
    with counted() as let_in:
        waiting_queue.join(ctx, late)
    assert opened == ["GetItem", "UpdateItem", "TransactWriteItems", "Query"]
    assert let_in == [*opened, "TransactWriteItems"]
    assert polled == ["Query"]
