"""Group chats: who may begin a conversation with whom, and pairs that have but one."""

import pytest

from chalicelib.context import ADMIN, Context
from chalicelib.desk.conversations import group_chats, messages, participants
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.models import conversations as rows
from chalicelib.models import unique_names
from tests.desk.conversations.talks import internal, load, loads
from tests.world import World


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
