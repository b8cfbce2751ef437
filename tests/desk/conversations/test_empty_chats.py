"""Empty chats: nobody's work until their visitor writes, routed once then, and gone after a day."""

import random

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import waiting_queue
from chalicelib.desk.conversations import conversations, group_chats, inbox, members, messages, updates
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.people import agents, people
from chalicelib.desk.teams import groups
from tests.lambdas import counted, invoke
from tests.visitors import Visitor
from tests.world import World

#: Seconds after which these tests' desks close an empty chat; without a setting it is a day.
LIFE = 1800
ALLOCATIONS = [accounts.LEAST_LOADED, accounts.EVERYONE]


def stored(world: World, visitor: Visitor) -> Conversation:
    return conversations.load(world.ctx(ADMIN), visitor.conversation)


def listed(world: World) -> tuple[list[str], int]:
    """What Anytime lists, and its total."""
    body = world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body
    return [row["lastMessage"] for row in body["conversations"]], body["total"]


def tickets(world: World) -> list[str]:
    return [row["id"] for row in world.call("GET", "/cs-chat-ticket/v1/tickets", **world.bearer()).body]


def desk_of(world: World, allocation: str) -> World:
    desk = World(world.monkeypatch, clock_of=world, name="another", allocation=allocation)
    accounts.change(desk.ctx(ADMIN), accounts.Change(expire_after=LIFE))
    return desk


def says(world: World, visitor: Visitor, text: str) -> None:
    """Writes with a new token, because a visitor's ends meanwhile."""
    messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, text))
    world.settle()


def passes(world: World, seconds: int) -> None:
    """Time in which the sweep runs, too."""
    for _ in range(seconds // 600):
        world.sweep()
        world.pass_(600)


@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_a_hundred_empty_chats_are_nobody_s_work(world: World, allocation: str) -> None:
    desk = desk_of(world, allocation)
    desk.online(desk.agents[0])
    visitors = [desk.visitor() for _ in range(5)]
    desk.settle()
    assert all(visitor.conversation and visitor.info()["status"] == "NEW" for visitor in visitors)
    assert (listed(desk), tickets(desk), waiting_queue.length(desk.ctx(ADMIN))) == (([], 0), [], 0)
    assert inbox.page(desk.ctx(ADMIN), inbox.Listing(size=2)).total == 0
    answer = desk.pp("PP_PAGE_USER_CONVERSATION", "PPKEFU", app_uuid=desk.account, user_uuid=desk.agents[0].id)
    assert answer.body["list"] == []
    visitors[3].say("hello")
    desk.settle()
    assert listed(desk) == (["hello"], 1)
    assert stored(desk, visitors[3]).assignee == (desk.agents[0].id if allocation == accounts.LEAST_LOADED else None)
    assert people.list_agents(desk.ctx(ADMIN))[1].open_conversations == (allocation == accounts.LEAST_LOADED)


def test_the_first_message_routes_once_however_often_late_and_in_whatever_order_it_is_told(world: World) -> None:
    deliver = world.deliver
    bodies = world.note_deliveries()
    world.online(*world.agents)
    visitors = [world.visitor() for _ in range(3)]
    world.settle()
    assert not [body for queue, body in bodies if queue == "routing" and "conversation." in body]
    for visitor in visitors:
        visitor.say("hello")
        visitor.say("anybody?")
    world.settle()
    begun = [body for queue, body in bodies if queue == "routing" and "conversation.begun" in body]
    assert len(begun) == 3
    had = [stored(world, visitor).assignee for visitor in visitors]
    assert None not in had and len(set(had)) == 3
    for queue, body in random.Random(3).sample(bodies * 2, len(bodies) * 2):
        deliver(queue, body)
    assert [stored(world, visitor).assignee for visitor in visitors] == had


def test_opening_and_the_first_message_in_one_batch_of_the_stream_route_it(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    first, second = world.records("conversations")
    # Where only the opening's record comes, and already has the message.
    first["dynamodb"] = {**first["dynamodb"], "NewImage": second["dynamodb"]["NewImage"]}
    invoke("relay_conversations", {"Records": [first]})
    world.collect()
    world.settle()
    assert stored(world, visitor).assignee == world.agents[0].id


def test_a_program_s_greeting_and_a_note_are_nobody_s_work_either(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.visitor()
    ctx = world.ctx(ADMIN)
    messages.post(ctx, PostMessage(visitor.conversation, "Welcome!"))
    messages.post(ctx, PostMessage(visitor.conversation, "a bot?", kind="note"))
    world.settle()
    found = stored(world, visitor)
    assert not (found.assignee or found.waits_since)
    assert listed(world) == ([], 0)
    assert found.expire_at
    visitor.say("hello")
    world.settle()
    assert (stored(world, visitor).assignee, listed(world)) == (world.agents[0].id, (["hello"], 1))


def test_an_agent_who_writes_first_has_it(world: World) -> None:
    visitor = world.visitor()
    messages.post(world.as_agent(1), PostMessage(visitor.conversation, "May I help you?"))
    world.settle()
    found = stored(world, visitor)
    assert (found.assignee, listed(world)[1]) == (world.agents[1].id, 1)
    assert found.expire_at is None


@pytest.mark.parametrize("allocation", accounts.ALLOCATIONS)
def test_an_empty_chat_expires_after_a_day_and_its_visitor_goes_on_in_it(world: World, allocation: str) -> None:
    desk = desk_of(world, allocation)
    visitor = desk.visitor()
    if allocation == accounts.GROUP:
        visitor.conversation = str(people.get(desk.ctx(ADMIN), visitor.id).chat)
        assert waiting_queue.length(desk.ctx(ADMIN)) == 1
    passes(desk, LIFE - 600)
    assert stored(desk, visitor).is_open
    passes(desk, 1200)
    found = stored(desk, visitor)
    assert not found.is_open
    assert not (found.inbox_key or found.holder_key or found.expire_at)
    assert listed(desk) == ([], 0)
    again = waiting_queue.join(desk.as_visitor(visitor.id), visitor.id)
    assert (again.id, again.status, again.is_begun) == (visitor.conversation, "new", allocation == accounts.GROUP)
    says(desk, visitor, "I am back")
    assert (stored(desk, visitor).is_open, listed(desk)) == (True, (["I am back"], 1))


def test_who_writes_into_an_expired_chat_is_routed(world: World) -> None:
    accounts.change(world.ctx(ADMIN), accounts.Change(expire_after=LIFE))
    visitor = world.visitor()
    passes(world, LIFE + 1200)
    world.online(world.agents[0])
    says(world, visitor, "hello")
    found = stored(world, visitor)
    assert (found.status, found.assignee) == ("pending_internal", world.agents[0].id)


def test_an_empty_chat_that_an_agent_was_given_by_the_queue_expires_and_frees_them(world: World) -> None:
    desk = desk_of(world, accounts.GROUP)
    desk.online(desk.agents[0])
    groups.add_member(
        desk.ctx(ADMIN), groups.create(desk.ctx(ADMIN), "All", groups.Change(is_distributor=True)), desk.agents[0].id
    )
    visitor = desk.visitor()
    desk.settle()
    assert tickets(desk) == [visitor.conversation]
    passes(desk, LIFE + 1200)
    assert tickets(desk) == []
    assert people.get(desk.ctx(ADMIN), desk.agents[0].id).open_conversations == 0


def test_what_an_agent_opens_keeps_its_agent_and_does_not_expire(world: World) -> None:
    accounts.change(world.ctx(ADMIN), accounts.Change(expire_after=LIFE))
    visitor, agent = world.visitor(), world.agents[1]
    by_agent = group_chats.create(world.as_agent(1), group_chats.CreateConversation(agent.id, (visitor.id,))).conversation
    passes(world, LIFE + 1200)
    (kept,) = conversations.get_many(world.ctx(ADMIN), [by_agent.id])
    assert (kept.is_open, kept.assignee) == (True, agent.id)


def open_loads(world: World) -> list[int]:
    return [agent.open_conversations for agent in people.list_agents(world.ctx(ADMIN))][1:]


def test_an_agent_that_a_visitor_names_has_no_chat_until_something_is_said(world: World) -> None:
    agent = world.agents[2]
    real = world.asking()
    updates.change(world.ctx(ADMIN), real.conversation, updates.Change(assignee=agent.number))
    asked = []
    for _ in range(3):
        visitor = world.visitor()
        asked.append(waiting_queue.join_with_agents(world.as_visitor(visitor.id), visitor.id, [agent.id]))
        group_chats.create(
            world.as_visitor(visitor.id), group_chats.CreateConversation(visitor.id, (agent.id, world.agents[1].id))
        )
    world.settle()
    listed = world.call("GET", "/cs-chat-ticket/v1/tickets", **world.bearer(agent)).body
    assert ([ticket["id"] for ticket in listed], open_loads(world)) == ([real.conversation], [0, 0, 1])
    first, second, third = asked
    messages.post(world.as_visitor(first.contact), messages.PostMessage(first.id, "hello"))
    messages.post(world.ctx("agent", world.agents[1]), messages.PostMessage(second.id, "can I help?"))
    assert open_loads(world) == [0, 1, 2]
    agents.set_active(world.ctx(ADMIN), agent.id, on=False)
    messages.post(world.as_visitor(third.contact), messages.PostMessage(third.id, "hello"))
    world.online(world.agents[0])
    world.settle()
    (begun,) = conversations.get_many(world.ctx(ADMIN), [third.id])
    assert begun.assignee == world.agents[0].id, "who was named has gone meanwhile"


def test_one_that_names_its_agent_expires_and_counts_to_nobody(world: World) -> None:
    accounts.change(world.ctx(ADMIN), accounts.Change(expire_after=LIFE))
    visitor = world.visitor()
    named = waiting_queue.join_with_agents(world.as_visitor(visitor.id), visitor.id, [world.agents[2].id])
    passes(world, LIFE + 1200)
    (row,) = conversations.get_many(world.ctx(ADMIN), [named.id])
    assert (row.is_open, open_loads(world)) == (False, [0, 0, 0])


def test_many_chats_that_visitors_add_an_agent_to_hide_no_ticket(world: World) -> None:
    agent, real = world.agents[0], world.asking()
    updates.change(world.ctx(ADMIN), real.conversation, updates.Change(assignee=agent.number))
    for _ in range(3):
        visitor = world.visitor()
        members.change(world.as_visitor(visitor.id), visitor.conversation, members.ChangeMembers(add=(agent.id,)))
    found = conversations.list_own_open(world.as_agent(), limit=1)
    assert [row.id for row, _ in found] == [real.conversation]


def test_after_how_long_it_expires_is_the_account_s(world: World) -> None:
    for wrong in (0, -1, 10**9):
        assert world.pp("PP_UPDATE_APP_INFO", "PPCONSOLE", app_uuid=world.account, expire_after=wrong).body["error_code"] == 28
    assert world.pp("PP_UPDATE_APP_INFO", "PPCONSOLE", app_uuid=world.account, expire_after=300).body["error_code"] == 0
    early, late = world.visitor(), world.visitor()
    world.pass_(299)
    late.say("hello")
    world.pass_(2)
    assert (stored(world, early).is_open, stored(world, late).is_open) == (False, True)


def test_expiry_in_any_order_and_again_closes_nothing_that_was_spoken_in(world: World) -> None:
    deliver = world.deliver
    bodies = world.note_deliveries()
    visitor = world.visitor()
    due = stored(world, visitor).expire_at
    assert due == world.now + 86_400_000
    world.settle()
    visitor.say("hello")
    world.now = (due or 0) + 1
    world.settle()
    (expiry,) = {body for _, body in bodies if '"expire"' in body}
    for _ in range(3):
        deliver("timers", expiry)
    assert stored(world, visitor).is_open


def test_an_empty_chat_is_opened_in_three_requests_and_closed_in_two(world: World) -> None:
    visitor = world.visitor()
    world.relay()
    (body,) = [body for _, _, body in world.queued if '"expire"' in body]
    world.now += 86_400_000
    accounts.load(world.ctx(ADMIN))
    conversations.load(world.ctx(ADMIN), visitor.conversation)
    world.pp("PP_GET_APP_INFO", app_uuid=world.account)
    with counted() as sent:
        world.deliver("timers", body)
    assert sent == ["GetItem", "TransactWriteItems"]
