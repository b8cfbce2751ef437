"""Members: who is in a conversation by name, and closing for one alone."""

import pytest
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.conversations import conversations, group_chats, members, messages, participants, updates
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.desk.conversations.members import ChangeMembers
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.core.errors import Conflict, NotFound
from chalicelib.desk.teams import groups
from chalicelib.models import conversations as rows
from tests.desk.conversations.talks import internal, load, loads
from tests.lambdas import counted
from tests.world import World


def test_an_internal_conversation_is_seen_by_its_members_alone(world: World) -> None:
    visitor, found = world.visitor(), internal(world, 1)
    for at in (0, 1):
        assert conversations.load(world.as_agent(at), found.id).id == found.id
    outsiders = [world.as_agent(2), world.ctx(ADMIN, world.owner), world.as_visitor(visitor.id)]
    outsiders += [world.as_visitor(world.agents[0].id), world.as_visitor(world.agents[1].id)]
    for ctx in outsiders:
        with pytest.raises(NotFound):
            conversations.load(ctx, found.id)
        with pytest.raises(NotFound):
            messages.post(ctx, PostMessage(found.id, "let me in"))


def test_an_internal_conversation_has_no_agent_no_deadline_and_no_place_in_the_inbox(world: World) -> None:
    world.online(*world.agents)
    before, found = loads(world), internal(world, 1)
    messages.post(world.as_agent(1), PostMessage(found.id, "psst"))
    world.pass_(3_600)
    stored = load(world, found)
    assert stored.is_open and stored.message_count == 1 and not (stored.holder_key or stored.inbox_key)
    assert not any((stored.reassign_at, stored.warn_at, stored.close_at))
    assert loads(world) == before
    listed = world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"]
    assert [entry["id"] for entry in listed] == []
    assert world.call("GET", "/cs-chat-ticket/v1/tickets", **world.bearer(world.agents[1])).body == []
    with pytest.raises(NotFound):
        updates.close(world.as_agent(1), found.id)


def test_who_joins_sees_it_and_who_leaves_does_not(world: World) -> None:
    found, late = internal(world, 1), world.agents[2].id
    before = world.as_agent(2)
    members.change(world.as_agent(), found.id, ChangeMembers(add=(late, late)))
    assert conversations.load(before, found.id).member_count == 3
    assert set(participants.list_participants(before, load(world, found))) == {agent.id for agent in world.agents}
    members.change(world.as_agent(), found.id, ChangeMembers(remove=(late,)))
    with pytest.raises(NotFound):
        conversations.load(before, found.id)
    assert load(world, found).member_count == 2


def test_a_pair_that_others_join_is_a_pair_no_longer(world: World) -> None:
    found = internal(world, 1)
    members.change(world.as_agent(), found.id, ChangeMembers(add=(world.agents[2].id,)))
    assert load(world, found).assignee is None
    again = internal(world, 1)
    assert again.id != found.id
    members.change(world.as_agent(), again.id, ChangeMembers(remove=(world.agents[1].id,)))
    assert internal(world, 1).id not in (found.id, again.id)
    with pytest.raises(NotFound):
        conversations.load(world.as_agent(1), again.id)


def test_joining_again_and_leaving_twice_change_nothing(world: World) -> None:
    found, agent = internal(world, 1, 2), world.agents[1].id
    members.change(world.as_agent(), found.id, ChangeMembers(add=(agent,)))
    assert load(world, found).version == found.version
    for _ in range(2):
        members.change(world.as_agent(), found.id, ChangeMembers(remove=(agent,)))
    assert load(world, found).member_count == 2
    with pytest.raises(Conflict):
        members.change(world.as_agent(), found.id, ChangeMembers(remove=(world.agents[0].id,)))


def test_what_waits_and_is_moved_to_another_group_goes_to_who_is_there(world: World) -> None:
    group = groups.create(world.ctx(ADMIN), "Dancers", groups.Change())
    groups.add_member(world.ctx(ADMIN), group, world.agents[2].id)
    empty = groups.create(world.ctx(ADMIN), "Nobody", groups.Change())
    visitor = world.asking()
    world.settle()
    members.change(world.ctx(ADMIN), visitor.conversation, ChangeMembers(group=empty.id))
    world.online(*world.agents)
    members.change(world.ctx(ADMIN), visitor.conversation, ChangeMembers(group=group.id))
    world.settle()
    assert conversations.load(world.ctx(ADMIN), visitor.conversation).assignee == world.agents[2].id


def test_where_the_last_agent_leaves_it_is_routed_again(world: World) -> None:
    visitor, first, second = world.visitor(), world.agents[0].id, world.agents[1].id
    found = group_chats.create(world.as_visitor(visitor.id), CreateConversation(visitor.id, (first, second))).conversation
    ctx = world.ctx(ADMIN)
    members.change(ctx, found.id, ChangeMembers(remove=(first,)))
    world.online(world.agents[2])
    world.pass_(200)
    assert load(world, found).assignee is None
    members.change(ctx, found.id, ChangeMembers(remove=(second,)))
    assert load(world, found).holder_key == rows.of_key(world.account, rows.WAITING)
    world.settle()
    assert load(world, found).assignee == world.agents[2].id


def test_an_agent_who_is_taken_out_is_freed_of_it(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.visitor()
    visitor.say("hello")
    world.settle()
    assert load(world, visitor).assignee == world.agents[0].id
    members.change(world.ctx(ADMIN), visitor.conversation, ChangeMembers(remove=(world.agents[0].id,)))
    assert load(world, visitor).assignee is None and loads(world) == [0, 0, 0]


def test_a_contact_who_is_added_reads_and_writes_as_himself(world: World) -> None:
    visitor, friend = world.visitor(), world.visitor()
    visitor.say("hello")
    ctx = world.as_visitor(friend.id)
    with pytest.raises(NotFound):
        conversations.load(ctx, visitor.conversation)
    members.change(world.as_visitor(visitor.id), visitor.conversation, ChangeMembers(add=(friend.id,)))
    assert load(world, visitor).holder_key == rows.of_key(world.account, rows.WAITING)
    posted = messages.post(ctx, PostMessage(visitor.conversation, "me too"))
    assert (posted.sender, posted.sender_kind) == (friend.id, "contact")
    members.change(world.ctx(ADMIN), visitor.conversation, ChangeMembers(remove=(friend.id,)))
    with pytest.raises(NotFound):
        conversations.load(ctx, visitor.conversation)


def test_closing_is_for_one_alone_until_the_next_message(world: World) -> None:
    visitor = world.visitor()
    visitor.say("hello")
    agent, other = world.agents[0].id, world.agents[1].id
    ctx = world.as_agent()

    def closed(person: str) -> bool:
        found = load(world, visitor)
        return members.is_closed(found, members.get_membership(ctx, found, person))

    members.close_for(ctx, visitor.conversation, agent)
    assert [closed(person) for person in (agent, other, visitor.id)] == [True, False, False]
    members.close_for(world.as_visitor(visitor.id), visitor.conversation, visitor.id)
    assert closed(visitor.id)
    members.open_for(ctx, visitor.conversation, agent)
    assert [closed(person) for person in (agent, visitor.id)] == [False, True]
    members.close_for(ctx, visitor.conversation, agent)
    visitor.say("still there?")
    assert [closed(person) for person in (agent, visitor.id)] == [False, False]
    for stranger in (world.visitor().id, "nobody"):
        with pytest.raises(NotFound):
            members.close_for(ctx, visitor.conversation, stranger)


def test_opening_what_is_closed_for_all_opens_it_for_all(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.visitor()
    visitor.say("hello")
    world.settle()
    updates.close(world.as_agent(), visitor.conversation)
    assert loads(world) == [0, 0, 0]
    members.open_for(world.as_agent(), visitor.conversation, world.agents[0].id)
    assert (load(world, visitor).is_open, loads(world)) == (True, [1, 0, 0])
    updates.close(world.as_agent(), visitor.conversation)
    members.open_for(world.as_visitor(visitor.id), visitor.conversation, visitor.id)
    assert load(world, visitor).assignee is None
    world.settle()
    assert (load(world, visitor).assignee, loads(world)) == (world.agents[0].id, [1, 0, 0])


def test_what_it_costs(world: World) -> None:
    visitor, agents = world.visitor(), [agent.id for agent in world.agents]
    visitor.say("hello")
    ctx = world.as_agent()
    with counted() as sent:
        group_chats.create(ctx, CreateConversation(agents[0], (agents[1],), internal=True))
    assert sent == ["BatchGetItem", "GetItem", "UpdateItem", "TransactWriteItems"]
    with counted() as sent:
        group_chats.create(ctx, CreateConversation(agents[0], (agents[1],), internal=True))
    assert sent == ["BatchGetItem", "GetItem", "GetItem"]
    members.close_for(ctx, visitor.conversation, agents[0])
    with counted() as sent:
        members.close_for(ctx, visitor.conversation, agents[0])
    assert sent == ["GetItem", "UpdateItem"]
    with counted() as sent:
        members.open_for(ctx, visitor.conversation, agents[0])
    assert sent == ["GetItem", "UpdateItem"]
    with counted() as sent:
        members.change(ctx, visitor.conversation, ChangeMembers(add=(agents[1],)))
    assert sent == ["GetItem", "BatchGetItem", "GetItem", "BatchGetItem", "TransactWriteItems"]


def test_another_account_is_not_reached(world: World, other: World) -> None:
    visitor = other.visitor()
    ctx = replace(world.as_agent(), caller=replace(world.as_agent().caller, level=AGENT))
    for act in (members.close_for, members.open_for):
        with pytest.raises(NotFound):
            act(ctx, visitor.conversation, world.agents[0].id)
    with pytest.raises(NotFound):
        members.change(ctx, visitor.conversation, ChangeMembers(add=(world.agents[0].id,)))
    members_of_ours = ChangeMembers(add=(other.agents[0].id,))
    with pytest.raises(NotFound):
        members.change(ctx, world.visitor().conversation, members_of_ours)
