"""Messages are stored once, in order, and seen by those who may."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import conversations, history, messages
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.core.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.models import messages as rows
from chalicelib.models.base import ConditionFailed
from tests.world import World

ID = "0190F5C7-1111-7000-8000-00000000000A"


def test_the_same_uuid_stores_once_and_answers_as_the_first_time(world: World) -> None:
    visitor = world.visitor()
    first = messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, "hello", id=ID))
    world.now += 5000
    again = messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, "changed", id=ID))
    assert (again.id, again.body, again.created_at) == (first.id, "hello", first.created_at)
    found = conversations.load(world.ctx(ADMIN), visitor.conversation)
    assert (found.message_count, found.last_message_at) == (1, first.created_at)


def test_an_exact_repetition_is_demanded_where_it_is_asked_for(world: World) -> None:
    visitor = world.visitor()
    post = PostMessage(visitor.conversation, "hello", id=ID, exactly=True)
    messages.post(world.as_agent(), post)
    assert messages.post(world.as_agent(), post).body == "hello"
    with pytest.raises(Conflict):
        messages.post(world.as_agent(), PostMessage(visitor.conversation, "other", id=ID, exactly=True))
    with pytest.raises(Conflict):
        messages.post(world.as_agent(1), post)


def test_sequences_have_no_gap_and_notes_are_the_agents_alone(world: World) -> None:
    visitor = world.visitor()
    for count in range(7):
        ctx = world.as_visitor(visitor.id) if count % 3 == 0 else world.as_agent()
        messages.post(ctx, PostMessage(visitor.conversation, str(count), kind="note" if count % 3 == 2 else "reply"))
    everything = history.list_latest(world.as_agent(), visitor.conversation)
    assert [(row.sequence, row.body) for row in everything.messages] == [(count + 1, str(count)) for count in range(7)]
    seen = history.list_page(world.as_visitor(visitor.id), visitor.conversation, 0, 10)
    assert ([row.body for row in seen.messages], seen.total) == (["6", "4", "3", "1", "0"], 5)
    with pytest.raises(Forbidden):
        history.list_latest(world.as_visitor(visitor.id), visitor.conversation)
    with pytest.raises(Forbidden):
        messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, "x", kind="note"))


@pytest.mark.parametrize(("offset", "expected"), [(0, ["6", "4"]), (1, ["3", "1"]), (2, ["0"]), (3, [])])
def test_pages_skip_notes_exactly(world: World, offset: int, expected: list[str]) -> None:
    visitor = world.visitor()
    for count in range(7):
        messages.post(world.as_agent(), PostMessage(visitor.conversation, str(count), kind="note" if count % 3 == 2 else "reply"))
    assert [row.body for row in history.list_page(world.as_agent(), visitor.conversation, offset, 2).messages] == expected


def test_pages_around_a_message_leave_it_out(world: World) -> None:
    visitor = world.visitor()
    ctx = world.as_visitor(visitor.id)
    posted = [messages.post(ctx, PostMessage(visitor.conversation, str(count))) for count in range(5)]
    older = history.list_around(ctx, visitor.conversation, 2, older_than=posted[3].id)
    newer = history.list_around(ctx, visitor.conversation, 10, newer_than=posted[3].id)
    assert [row.body for row in older.messages] == ["2", "1"]
    assert [row.body for row in newer.messages] == ["4"]
    with pytest.raises(NotFound):
        history.list_around(ctx, visitor.conversation, 2, older_than=ID)


def test_a_write_that_another_overtook_stores_nothing(world: World) -> None:
    visitor = world.visitor()
    ctx = world.as_visitor(visitor.id)
    stale = conversations.load(ctx, visitor.conversation)
    messages.post(ctx, PostMessage(visitor.conversation, "first"))
    with pytest.raises(ConditionFailed):
        messages.add(ctx, stale, PostMessage(visitor.conversation, "late"), ID.lower())
    assert rows.get_many(world.account, visitor.conversation, [ID.lower()]) == {}
    assert visitor.history() == ["first"]


@pytest.mark.parametrize(
    ("command", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": "x" * (messages.MOST_BYTES + 1)}, "body"),
        ({"body": "é" * (messages.MOST_BYTES // 2 + 1)}, "body"),
        ({"body": "x", "id": "not a uuid"}, "id"),
        ({"body": "x", "subject": "s" * 501}, "subject"),
        ({"body": "x", "device": "d" * 257}, "device"),
    ],
)
def test_what_cannot_be_a_message_is_refused_by_field(world: World, command: dict[str, str], field: str) -> None:
    visitor = world.visitor()
    with pytest.raises(Invalid) as refusal:
        messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, **command))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert visitor.history() == []


def test_nobody_writes_into_or_reads_another_s_conversation(world: World, other: World) -> None:
    visitor, stranger, foreign = world.visitor(), world.visitor(), other.visitor()
    for ctx in (world.as_visitor(stranger.id), other.as_visitor(foreign.id), other.as_agent(), other.ctx(ADMIN)):
        with pytest.raises(NotFound):
            messages.post(ctx, PostMessage(visitor.conversation, "x"))
        with pytest.raises(NotFound):
            history.list_page(ctx, visitor.conversation, 0, 10)
    assert visitor.history() == []


def test_an_agent_who_answers_what_waits_has_it_and_has_picked_it(world: World) -> None:
    visitor = world.visitor()
    messages.post(world.as_agent(2), PostMessage(visitor.conversation, "I am here"))
    found = conversations.load(world.as_agent(), visitor.conversation)
    assert (found.assignee, found.picked_at, found.status) == (world.agents[2].id, world.now, "pending_external")
    world.online(world.agents[0])
    assert conversations.load(world.as_agent(), visitor.conversation).assignee == world.agents[2].id
