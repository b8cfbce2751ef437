"""Lists of conversations: what is on them, in what order, a page at a time however long they are."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from chalicelib.context import ADMIN, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import group_chats, members, messages, open_lists, updates
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.conversations.open_lists import ConversationPage, PageRequest
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.models import conversations as rows
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import Message
from chalicelib.rules import ids
from tests.lambdas import counted
from tests.world import World


def uuid(at: int) -> str:
    return ids.uuid7(at, at.to_bytes(10, "big"))


def fill(world: World, many: int, contact: str, agent: str | None = None, *, every: int = 1) -> list[str]:
    """Conversations straight into the table, a second apart, every so-manieth with a message; the newest first."""
    items = dynamodb_backends["123456789012"]["us-east-1"].tables[str(Conversation.Meta.table_name)].items
    for at in range(many):
        stored = row(world, at, contact, agent, said=at % every == 0)
        key = DynamoType(Conversation.raw(key=stored.key)["k"])  # as moto keeps it: ten thousand puts take it minutes
        items[key] = Item(key, None, stored.serialize())  # type: ignore[assignment]
    with Message.batch_write() as batch:
        for at in range(many - 1, max(-1, many - 200), -1):
            batch.save(said(world, at, contact))
    return [uuid(at) for at in reversed(range(many))]


def row(world: World, at: int, contact: str, agent: str | None, *, said: bool) -> Conversation:
    found = Conversation(rows.key(world.account, uuid(at)))
    when = world.now + at * 1000
    found.number, found.channel, found.subject, found.contact_number = at, "chat", "x", 1
    found.status = "pending_internal" if said else "new"
    found.contact_key, found.inbox_key = rows.of_key(world.account, contact), rows.inbox_key(world.account, rows.OPEN)
    found.created_at = found.status_since = found.last_activity_at = found.held_since = when
    found.assignee, found.holder_key = agent, rows.of_key(world.account, agent or rows.WAITING)
    if said:
        found.message_count, found.last_message, found.last_sender, found.last_sender_kind = 1, uuid(at), contact, "contact"
    return found


def said(world: World, at: int, contact: str) -> Message:
    return Message(
        rows.key(world.account, uuid(at)),
        uuid(at),
        conversation_number=at,
        sequence=1,
        public_sequence=1,
        kind="reply",
        format="text",
        source="chat",
        body=f"message {at}",
        sender=contact,
        sender_number=1,
        sender_kind="contact",
        created_at=world.now + at * 1000,
    )


def shown(page: ConversationPage) -> list[str]:
    return [one.conversation.id for one in page.listed]


def older(ctx: Context, person: str, size: int, last: str) -> ConversationPage:
    return open_lists.list_of_person(ctx, person, PageRequest(size, older_than=last))


def walk(turn: Callable[[str], ConversationPage]) -> list[str]:
    """All that is listed, by the last one of each page."""
    seen: list[str] = []
    while page := shown(turn(seen[-1] if seen else "")):
        seen += page
    return seen


@pytest.fixture
def broadcast(monkeypatch: pytest.MonkeyPatch, aws: None) -> World:
    """An account where all agents have a part in every conversation."""
    return World(monkeypatch, allocation=accounts.EVERYONE)


def requests(act: Callable[[], Any]) -> list[str]:
    """What the second of two calls sends."""
    act()
    with counted() as sent:
        act()
    return sent


@pytest.mark.parametrize("size", [1, 7, 30])
def test_page_after_page_shows_each_once(world: World, size: int) -> None:
    visitor, agent = world.visitor(), world.agents[0].id
    all_ = fill(world, 40, visitor.id, agent, every=2)
    listed = [id_ for at, id_ in enumerate(reversed(all_)) if at % 2 == 0][::-1]
    ctx = world.as_agent()
    assert walk(partial(older, ctx, agent, size)) == walk(partial(older, ctx, visitor.id, size)) == listed
    by_page = [id_ for at in range(41) for id_ in shown(open_lists.list_of_person(ctx, agent, PageRequest(size, offset=at)))]
    assert by_page == listed
    newest_last = open_lists.list_of_person(ctx, agent, PageRequest(size, newer_than=listed[-1]))
    assert shown(newest_last) == listed[max(0, len(listed) - 1 - size) : -1]


def test_what_is_new_closed_or_closed_for_the_agent_is_not_listed(world: World) -> None:
    world.online(world.agents[0])
    agent, ctx = world.agents[0].id, world.as_agent()
    fresh, open_, left, done = (world.visitor() for _ in range(4))
    for visitor in (open_, left, done):
        visitor.say("hello")
    world.settle()
    members.close_for(ctx, left.conversation, agent)
    updates.close(ctx, done.conversation)
    page = open_lists.list_of_person(ctx, agent, PageRequest())
    assert (shown(page), page.total) == ([open_.conversation], 1)
    assert shown(open_lists.list_of_person(world.as_agent(1), world.agents[1].id, PageRequest())) == []
    assert shown(open_lists.list_of_person(ctx, left.id, PageRequest())) == [left.conversation]
    assert (
        shown(open_lists.list_of_person(ctx, fresh.id, PageRequest()))
        == shown(open_lists.list_of_person(ctx, done.id, PageRequest()))
        == []
    )
    left.say("again")
    assert set(shown(open_lists.list_of_person(ctx, agent, PageRequest()))) == {open_.conversation, left.conversation}
    assert set(shown(open_lists.list_of_account(ctx, PageRequest()))) == {open_.conversation, left.conversation}


def test_internal_ones_are_on_their_members_lists_alone(world: World) -> None:
    ids_ = [agent.id for agent in world.agents]
    found = group_chats.create(world.as_agent(), CreateConversation(ids_[0], (ids_[1],), internal=True)).conversation
    messages.post(world.as_agent(), PostMessage(found.id, "psst"))

    def seen(ctx: Context, person: str) -> list[str]:
        return shown(open_lists.list_of_person(ctx, person, PageRequest()))

    assert seen(world.as_agent(0), ids_[0]) == seen(world.as_agent(1), ids_[1]) == [found.id]
    assert (
        seen(world.as_agent(2), ids_[2]) == seen(world.as_agent(2), ids_[0]) == seen(world.ctx(ADMIN, world.owner), ids_[1]) == []
    )
    assert seen(world.ctx(ADMIN), ids_[0]) == [found.id], "a program acts for the agent that it names"
    assert shown(open_lists.list_of_account(world.as_agent(), PageRequest())) == []


def test_a_visitor_sees_only_their_own_list(world: World, other: World) -> None:
    visitor, another = world.visitor(), world.visitor()
    for one in (visitor, another):
        one.say("hello")
    ctx = world.as_visitor(visitor.id)
    assert (
        shown(open_lists.list_of_person(ctx, visitor.id, PageRequest()))
        == shown(open_lists.list_of_account(ctx, PageRequest()))
        == [visitor.conversation]
    )
    nobody = world.ctx("visitor")
    assert shown(open_lists.list_of_account(nobody, PageRequest())) == []
    for stranger in (world.agents[0].id, "nobody", other.agents[0].id, other.visitor().id):
        with pytest.raises(NotFound):
            open_lists.list_of_person(ctx, stranger, PageRequest())
    assert shown(open_lists.list_of_account(other.ctx(ADMIN), PageRequest())) == []


def test_where_all_agents_share_all_an_agent_s_own_and_the_others_are_merged_by_time(broadcast: World) -> None:
    world = broadcast
    agents = [agent.id for agent in world.agents]
    expected: list[str] = []
    for at in range(9):
        world.now += 1000
        if at % 3 == 0:
            command = CreateConversation(agents[0], (agents[1], agents[2]), internal=True)
            found = group_chats.create(world.as_agent(), command).conversation.id
            messages.post(world.as_agent(), PostMessage(found, "psst"))
        else:
            visitor = world.visitor()
            visitor.say("hello")
            found = visitor.conversation
        expected.insert(0, found)
    ctx = world.as_agent()
    for size in (1, 2, 4, 30):
        assert walk(partial(older, ctx, agents[0], size)) == expected
        assert (
            shown(open_lists.list_of_person(ctx, agents[0], PageRequest(size, newer_than=expected[5])))
            == expected[max(0, 5 - size) : 5]
        )
    by_page = [id_ for at in range(5) for id_ in shown(open_lists.list_of_person(ctx, agents[0], PageRequest(2, offset=at)))]
    assert by_page == expected
    assert requests(lambda: open_lists.list_of_person(ctx, agents[0], PageRequest())) == ["Query", "Query", "BatchGetItem"]
    members.close_for(ctx, expected[0], agents[0])
    assert shown(open_lists.list_of_person(ctx, agents[0], PageRequest())) == expected[1:]
    assert shown(open_lists.list_of_person(world.as_agent(1), agents[1], PageRequest())) == expected


def test_an_agent_who_is_member_and_assignee_has_it_once(broadcast: World) -> None:
    world = broadcast
    visitor, agent = world.visitor(), world.agents[0]
    visitor.say("hello")
    ctx = world.ctx(ADMIN)
    updates.change(ctx, visitor.conversation, updates.Change(assignee=agent.number))
    members.change(ctx, visitor.conversation, members.ChangeMembers(add=(agent.id, world.agents[1].id)))
    assert shown(open_lists.list_of_person(world.as_agent(), agent.id, PageRequest())) == [visitor.conversation]


def test_pages_that_cannot_be(world: World) -> None:
    ctx, agent = world.as_agent(), world.agents[0].id
    for turn in (PageRequest(0), PageRequest(-1), PageRequest(101), PageRequest(offset=-1), PageRequest(30, offset=334)):
        with pytest.raises(Invalid):
            open_lists.list_of_person(ctx, agent, turn)
    for pivot in ("nothing", "x" * 5_000, "a#b", ids.uuid7(1, bytes(10))):
        with pytest.raises(NotFound):
            open_lists.list_of_person(ctx, agent, PageRequest(older_than=pivot))


def test_the_last_message_is_whole_and_always_the_last(world: World) -> None:
    world.online(world.agents[0])
    visitor, ctx = world.visitor(), world.as_agent()
    visitor.say("x" * 5_000)
    world.settle()
    (one,) = open_lists.list_of_person(ctx, world.agents[0].id, PageRequest()).listed
    assert one.last is not None and one.last.body == "x" * 5_000
    visitor.say("short")
    (one,) = open_lists.list_of_person(ctx, world.agents[0].id, PageRequest()).listed
    assert one.last is not None and one.last.body == "short"
