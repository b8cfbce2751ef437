"""Drafts: one an agent and conversation, counted by the conversation, listed among the agent's."""

import pytest

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.conversations import drafts
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.models import conversations, labels
from chalicelib.models import drafts as rows
from chalicelib.models.conversations import Conversation
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.world import World


@pytest.fixture
def visitor(world: World) -> Visitor:
    return world.asking()


def row(world: World, visitor: Visitor) -> Conversation:
    found = conversations.get(world.account, visitor.conversation)
    assert found
    return found


def test_the_conversation_counts_its_drafts_and_is_not_active_by_them(world: World, visitor: Visitor) -> None:
    before = row(world, visitor)
    world.now += 1000
    drafts.save(world.as_agent(0), visitor.conversation, {"plain_body": "a"})
    drafts.save(world.as_agent(0), visitor.conversation, {"plain_body": "b"})
    drafts.save(world.as_agent(1), visitor.conversation, {"plain_body": "c"})
    now = row(world, visitor)
    assert (now.draft_count, now.touched_at) == (2, before.touched_at)
    drafts.remove(world.as_agent(0), visitor.conversation)
    assert row(world, visitor).draft_count == 1
    drafts.remove(world.as_agent(1), visitor.conversation)
    assert row(world, visitor).draft_count is None
    with pytest.raises(NotFound):
        drafts.remove(world.as_agent(1), visitor.conversation)
    assert row(world, visitor).draft_count is None


def test_an_agent_s_drafts_are_listed_latest_first(world: World, visitor: Visitor) -> None:
    other = world.asking()
    for one in (visitor, other, visitor):
        world.now += 1000
        drafts.save(world.as_agent(), one.conversation, {"plain_body": "a"})
    label = labels.draft(world.agents[0].number)
    assert labels.conversations_with(world.account, label) == ([visitor.conversation, other.conversation], True)
    world.now += 1000
    drafts.change(world.as_agent(), other.conversation, {"subject": "b"})
    drafts.remove(world.as_agent(), visitor.conversation)
    assert labels.conversations_with(world.account, label) == ([other.conversation], True)


def test_held_by_knows_the_caller_s_own(world: World, visitor: Visitor) -> None:
    other, none = world.asking(), world.asking()
    drafts.save(world.as_agent(0), visitor.conversation, {"plain_body": "a"})
    drafts.save(world.as_agent(1), other.conversation, {"plain_body": "a"})
    listed = [row(world, one) for one in (visitor, other, none)]
    with counted() as sent:
        assert drafts.held_by(world.as_agent(0), listed) == {visitor.conversation}
        assert drafts.held_by(world.as_agent(2), listed) == set()
    assert sent == ["BatchGetItem", "BatchGetItem"]
    with counted() as sent:
        assert drafts.held_by(world.as_agent(0), listed[2:]) == set()
        assert drafts.held_by(world.ctx(ADMIN), listed) == set()
    assert sent == []


def test_a_program_has_no_drafts_and_nobody_has_one_where_they_can_t_look(world: World, visitor: Visitor) -> None:
    program = world.ctx(AGENT)
    for act in (drafts.get, drafts.remove):
        with pytest.raises(Forbidden):
            act(program, visitor.conversation)
        with pytest.raises(NotFound):
            act(world.as_agent(), "0190f5c7-1111-7000-8000-00000000000a")
    for write in (drafts.save, drafts.change):
        with pytest.raises(Forbidden):
            write(program, visitor.conversation, {})
        with pytest.raises(NotFound):
            write(world.as_agent(), "0190f5c7-1111-7000-8000-00000000000a", {})
        with pytest.raises(Forbidden):
            write(world.as_visitor(visitor.id), visitor.conversation, {})


def test_what_each_costs(world: World, visitor: Visitor) -> None:
    ctx, talk = world.as_agent(), visitor.conversation
    with counted() as sent:
        drafts.save(ctx, talk, {"plain_body": "a"})
    assert sent == ["GetItem", "GetItem", "UpdateItem", "TransactWriteItems"]
    with counted() as sent:
        drafts.save(ctx, talk, {"plain_body": "b"})
    assert sent == ["GetItem", "GetItem", "PutItem"]
    with counted() as sent:
        drafts.change(ctx, talk, {"plain_body": "b"})
    assert sent == ["GetItem", "UpdateItem"]
    with counted() as sent:
        drafts.get(ctx, talk)
    assert sent == ["GetItem", "GetItem"]
    with counted() as sent:
        drafts.remove(ctx, talk)
    assert sent == ["GetItem", "GetItem", "TransactWriteItems"]


def test_two_saves_at_once_are_one_draft(world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx, find = world.as_agent(), rows.get

    def late(conversation: Conversation, agent: str) -> drafts.Draft | None:
        monkeypatch.setattr(rows, "get", find)
        found = find(conversation, agent)
        drafts.save(ctx, conversation.id, {"plain_body": "the other window"})
        return found

    monkeypatch.setattr(rows, "get", late)
    saved = drafts.save(ctx, visitor.conversation, {"plain_body": "this window"})
    assert saved.draft.plain_body == drafts.get(ctx, visitor.conversation).draft.plain_body == "this window"
    assert row(world, visitor).draft_count == 1
