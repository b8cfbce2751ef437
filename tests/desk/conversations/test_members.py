"""Members: who is in a conversation by name, pairs that have but one, and closing for one alone."""

from dataclasses import replace

import pytest

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.conversations import conversations, group_chats, members, messages, participants, updates
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.desk.conversations.members import ChangeMembers
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.core.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.desk.teams import groups
from chalicelib.models import conversations as rows
from chalicelib.models import people as people_rows
from chalicelib.models import unique_names
from tests.world import Visitor, World, counted


def internal(world: World, *members_: int, by: int = 0) -> conversations.Conversation:
    """A conversation among agents, by their places in the world's list."""
    names = tuple(world.agents[at].id for at in members_)
    return group_chats.create(world.as_agent(by), CreateConversation(world.agents[by].id, names, internal=True)).conversation


def load(world: World, found: conversations.Conversation | Visitor) -> conversations.Conversation:
    id_ = found.conversation if isinstance(found, Visitor) else found.id
    return conversations.load(world.ctx(ADMIN), id_)


def loads(world: World) -> list[int]:
    stored = people_rows.get_many(world.account, {agent.id for agent in world.agents}, consistent=True)
    return [stored[agent.id].open_conversations for agent in world.agents]


def test_a_pair_has_one_conversation_whoever_of_them_begins_it(world: World) -> None:
    first = internal(world, 1)
    assert internal(world, 1).id == internal(world, 0, by=1).id == first.id
    assert internal(world, 2).id != first.id
    assert internal(world, 1, 2).id != internal(world, 1, 2).id


def test_two_at_once_begin_one_conversation(world: World) -> None:
    find = unique_names.find
    begun: list[str | None] = []

    def find_before_another(scope: str, kind: str, name: str) -> unique_names.UniqueName | None:
        found = find(scope, kind, name)
        if kind == "pair" and not begun:
            begun.append(None)
            begun[0] = internal(world, 0, by=1).id
        return found

    world.monkeypatch.setattr(unique_names, "find", find_before_another)
    assert internal(world, 1).id == begun[0]
    assert len(rows.held(world.account, world.agents[0].id, 10, newest_first=True)) == 1


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


def test_one_agent_that_a_contact_asks_for_is_their_agent(world: World) -> None:
    world.online(world.agents[1])
    visitor, agent = world.asking(), world.agents[2]
    world.settle()
    ctx = world.as_visitor(visitor.id)
    opened = group_chats.create(ctx, CreateConversation(visitor.id, (agent.id,)))
    assert (opened.conversation.assignee, opened.conversation.contact) == (agent.id, visitor.id)
    assert group_chats.create(ctx, CreateConversation(visitor.id, (agent.id,))).conversation.id == opened.conversation.id
    assert opened.conversation.id != visitor.conversation
    assert loads(world) == [0, 1, 0]
    messages.post(ctx, PostMessage(opened.conversation.id, "hello"))
    world.pass_(3_600)
    assert load(world, opened.conversation).assignee == agent.id
    assert loads(world) == [0, 1, 1]


def test_a_chat_that_an_agent_has_is_the_one_that_they_or_the_contact_would_open(world: World) -> None:
    world.online(world.agents[1])
    visitor, agent = world.asking(), world.agents[1]
    world.settle()
    for command in (CreateConversation(visitor.id, (agent.id,)), CreateConversation(agent.id, (visitor.id,))):
        assert group_chats.create(world.ctx(ADMIN), command).conversation.id == visitor.conversation
    other = group_chats.create(world.ctx(ADMIN), CreateConversation(visitor.id, (world.agents[0].id,))).conversation
    assert other.id != visitor.conversation


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


def test_several_agents_that_a_contact_asks_for_serve_them_together(world: World) -> None:
    world.online(*world.agents)
    visitor = world.visitor()
    world.settle()
    before = sum(loads(world))
    both = (world.agents[0].id, world.agents[1].id)
    found = group_chats.create(world.as_visitor(visitor.id), CreateConversation(visitor.id, both)).conversation
    messages.post(world.as_visitor(visitor.id), PostMessage(found.id, "hello"))
    messages.post(world.as_agent(1), PostMessage(found.id, "hi"))
    world.pass_(200)
    assert load(world, found).assignee is None and sum(loads(world)) == before
    assert set(participants.list_participants(world.as_agent(), found)) == {*both, visitor.id}


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


def test_an_agent_opens_a_conversation_with_a_contact(world: World) -> None:
    visitor = world.visitor()
    opened = group_chats.create(world.as_agent(), CreateConversation(world.agents[0].id, (visitor.id,)))
    assert (opened.conversation.contact, opened.conversation.assignee) == (visitor.id, world.agents[0].id)


def refused(ctx: Context, command: CreateConversation) -> type[Exception]:
    with pytest.raises((NotFound, Forbidden, Invalid)) as caught:
        group_chats.create(ctx, command)
    return caught.type


def test_conversations_that_cannot_be(world: World, other: World) -> None:
    visitor, agents = world.visitor(), [agent.id for agent in world.agents]
    mine, theirs = world.as_agent(), world.as_visitor(visitor.id)
    assert refused(mine, CreateConversation(agents[0], (visitor.id,), internal=True)) is Invalid
    assert refused(mine, CreateConversation(agents[0], (agents[0],), internal=True)) is NotFound
    assert refused(mine, CreateConversation(agents[1], (agents[2],), internal=True)) is Forbidden
    assert refused(mine, CreateConversation(agents[0], (agents[1],))) is Invalid
    assert refused(mine, CreateConversation(agents[0], tuple(agents * 20), internal=True)) is Invalid
    assert refused(mine, CreateConversation(agents[0], (other.agents[0].id,), internal=True)) is NotFound
    assert refused(mine, CreateConversation(other.agents[0].id, (agents[0],))) is NotFound
    assert refused(theirs, CreateConversation(visitor.id)) is NotFound
    assert refused(theirs, CreateConversation(visitor.id, (agents[0], "nobody"))) is NotFound
    assert refused(theirs, CreateConversation(world.visitor().id, (agents[0],))) is Forbidden
    assert refused(theirs, CreateConversation(visitor.id, group="none")) is NotFound
    assert refused(world.as_visitor(agents[0]), CreateConversation(agents[0], (visitor.id,))) is NotFound


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
