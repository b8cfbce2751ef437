"""Deletion: what deleted conversations are in no list of, and what restoring brings back."""

import uuid

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import tags
from chalicelib.desk.conversations import conversations, deletion, group_chats, inbox, lists, merging, messages, updates
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.conversations.wanted import Wanted
from chalicelib.desk.core.errors import Conflict, NotFound, Stale
from chalicelib.desk.people import agents, people
from chalicelib.desk.search import search
from chalicelib.models import conversations as rows
from chalicelib.models import details, labels
from chalicelib.models.details import Mention
from tests.desk.conversations.marked import mark
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.websockets import Socket
from tests.world import World


def _load(world: World) -> int:
    return people.list_agents(world.ctx(ADMIN))[1].open_conversations or 0


def _listed(world: World, *, is_deleted: bool = False) -> list[str]:
    return [row.id for row in inbox.page(world.as_agent(), Listing(is_deleted=is_deleted)).conversations]


def test_a_deleted_conversation_is_in_the_deleted_list_alone_and_its_agent_is_free(world: World, assigned: Visitor) -> None:
    assert _load(world) == 1
    with counted() as sent:
        deletion.delete(world.as_agent(), assigned.conversation)
    assert sent == ["GetItem", "TransactWriteItems"]
    assert _load(world) == 0
    assert _listed(world) == []
    assert _listed(world, is_deleted=True) == [assigned.conversation]
    assert rows.held(world.account, world.agents[0].id, 10, newest_first=True) == []
    row = deletion.load(world.as_agent(), assigned.conversation)
    assert row.status == "new" and row.assignee == world.agents[0].id
    assert not (row.reassign_at or row.warn_at or row.close_at)
    with pytest.raises(NotFound):
        deletion.delete(world.as_agent(), assigned.conversation)
    with pytest.raises(NotFound):
        updates.close(world.as_agent(), assigned.conversation)


def test_another_version_is_not_deleted(world: World, assigned: Visitor) -> None:
    version = conversations.load(world.as_agent(), assigned.conversation).version
    with pytest.raises(Stale):
        deletion.delete(world.as_agent(), assigned.conversation, {version + 1})
    deletion.delete(world.as_agent(), assigned.conversation, {version})


def test_labels_go_and_come_back_with_their_counts(world: World, assigned: Visitor) -> None:
    """Also more of them than one transaction has room for."""
    tag = tags.create(world.ctx(ADMIN, world.owner), "urgent").number
    mentions = {agent: Mention(1, is_read=False) for agent in range(1, 60)}
    mark(world, assigned.conversation, tags=[tag], mentions=mentions)
    names = [labels.tag(tag), *map(labels.mention, mentions)]
    assert labels.counts(world.account, names) == dict.fromkeys(names, 1)
    deletion.delete(world.as_agent(), assigned.conversation)
    assert labels.counts(world.account, names) == dict.fromkeys(names, 0)
    assert [labels.conversations_with(world.account, name)[0] for name in names] == [[]] * len(names)
    deletion.restore(world.as_agent(), assigned.conversation)
    assert labels.counts(world.account, names) == dict.fromkeys(names, 1)
    assert labels.conversations_with(world.account, labels.mention(59))[0] == [assigned.conversation]
    found = details.get(conversations.load(world.as_agent(), assigned.conversation).key)
    assert found is not None and found.tags == [tag]


def test_restoring_brings_it_back_to_its_agent_or_lets_it_wait(world: World, assigned: Visitor) -> None:
    ctx = world.as_agent()
    deletion.delete(ctx, assigned.conversation)
    restored = deletion.restore(ctx, assigned.conversation)
    assert not restored.deleted_at
    assert (restored.status, restored.assignee) == ("new", world.agents[0].id)
    assert _load(world) == 1
    assert _listed(world) == [assigned.conversation] and _listed(world, is_deleted=True) == []
    deletion.delete(ctx, assigned.conversation)
    agents.remove(world.ctx(ADMIN), world.agents[0].id)
    world.settle()
    world.online(world.agents[1])
    restored = deletion.restore(ctx, assigned.conversation)
    assert restored.assignee is None and restored.waits_since == world.now
    world.settle()
    assert assigned.info()["assigned_uuid"] == world.agents[1].id
    with pytest.raises(NotFound):
        deletion.restore(ctx, assigned.conversation)


def test_a_closed_one_comes_back_closed(world: World, assigned: Visitor) -> None:
    ctx = world.as_agent()
    updates.close(ctx, assigned.conversation)
    deletion.delete(ctx, assigned.conversation)
    assert deletion.restore(ctx, assigned.conversation).status == "closed"
    assert _load(world) == 0
    assert [row.id for row in inbox.page(ctx, Listing()).conversations] == [assigned.conversation]


def test_an_empty_chat_that_is_restored_expires_again(world: World) -> None:
    visitor = world.visitor()
    deletion.delete(world.as_agent(), visitor.conversation)
    assert deletion.load(world.as_agent(), visitor.conversation).expire_at is None
    restored = deletion.restore(world.as_agent(), visitor.conversation)
    assert restored.expire_at is not None and not restored.is_listed


def test_many_are_deleted_together_or_none(world: World) -> None:
    ctx, visitors = world.as_agent(), [world.asking() for _ in range(3)]
    numbers = [conversations.load(ctx, visitor.conversation).number for visitor in visitors]
    with pytest.raises(NotFound, match="98765, 99999"):
        deletion.delete_many(ctx, [numbers[0], 98765, numbers[1], 99999])
    assert len(_listed(world)) == 3
    with counted() as sent:
        deletion.delete_many(ctx, [numbers[0], numbers[1], numbers[0]])
    assert sent == ["BatchGetItem"] * 2 + ["GetItem", "TransactWriteItems"] * 2
    assert _listed(world) == [visitors[2].conversation]
    with pytest.raises(NotFound, match=f"{numbers[0]}$"):
        deletion.delete_many(ctx, [numbers[0], numbers[2]])


def test_nobody_is_pushed_anything_of_a_deleted_conversation(world: World, assigned: Visitor) -> None:
    socket = Socket()
    assert socket.auth(world, assigned.id, assigned.device)["code"] == 0
    messages.post(world.as_agent(), messages.PostMessage(assigned.conversation, "too late"))
    before = len(socket.received)
    deletion.delete(world.as_agent(), assigned.conversation)
    world.settle()
    world.pass_(3600)
    assert len(socket.received) == before


def test_a_visitor_whose_chat_was_deleted_opens_another(world: World, assigned: Visitor) -> None:
    deletion.delete(world.as_agent(), assigned.conversation)
    own = {"app_uuid": world.account, "user_uuid": assigned.id}
    assert assigned.say("hello?").body["error_code"] == 16
    history = world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=assigned.conversation, user_uuid=assigned.id).body
    unknown = world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=str(uuid.uuid4()), user_uuid=assigned.id).body
    assert history["error_code"] == unknown["error_code"] != 0
    chats = world.pp("PP_GET_USER_CONVERSATION_LIST", **own).body
    assert assigned.conversation not in str(chats)
    fresh = world.pp("PPCOM_GET_DEFAULT_CONVERSATION", device_uuid=assigned.device, **own).body["uuid"]
    assert fresh != assigned.conversation
    assigned.conversation = fresh
    assert assigned.say("hello!").body["error_code"] == 0
    assert assigned.history() == ["hello!"]


def test_a_conversation_with_a_member_whose_pair_was_deleted_is_another(world: World) -> None:
    visitor, agent = world.visitor(), world.agents[0]
    command = group_chats.CreateConversation(visitor.id, (agent.id,))
    first = group_chats.create(world.as_visitor(visitor.id), command).conversation
    deletion.delete(world.as_agent(), first.id)
    world.now += 1000
    second = group_chats.create(world.as_visitor(visitor.id), command).conversation
    assert second.id != first.id
    assert group_chats.create(world.as_visitor(visitor.id), command).conversation.id == second.id


def _wanted(world: World, words: str) -> Wanted:
    return Wanted(Listing(is_deleted=True), keywords=search.read(world.as_agent(), words))


def test_deleted_ones_are_found_by_their_words(world: World) -> None:
    ctx = world.as_agent()
    visitors = [world.asking(text) for text in ("My parcel is lost", "The invoice is wrong", "A parcel, an INVOICE")]
    for visitor in visitors:
        deletion.delete(ctx, visitor.conversation)
    world.index()

    def found(words: str) -> set[str]:
        return {row.id for row in lists.page(ctx, _wanted(world, words)).conversations}

    first, second, third = (visitor.conversation for visitor in visitors)
    assert found("Parcel") == {first, third}
    assert found("invoice") == {second, third}
    assert found("invoice parcel") == {third}
    assert found("") == {first, second, third}
    assert found("nothing of it") == set()
    assert lists.page(ctx, Wanted(Listing())).conversations == []


def test_a_merged_one_is_not_among_the_deleted_and_stays(world: World) -> None:
    first, second = world.asking(), world.asking()
    merging.merge(world.as_agent(), first.conversation, second.conversation)
    assert _listed(world, is_deleted=True) == []
    for refused in (deletion.restore, deletion.purge):
        with pytest.raises(Conflict, match="was merged into"):
            refused(world.as_agent(), second.conversation)
    with pytest.raises(NotFound):
        deletion.load(world.as_agent(), second.conversation)
    with pytest.raises(NotFound):
        deletion.delete(world.as_agent(), second.conversation)
    assert conversations.load(world.as_agent(), first.conversation).deleted_at is None


def test_a_member_of_a_deleted_conversation_can_leave_the_account(world: World) -> None:
    visitor = world.visitor()
    command = group_chats.CreateConversation(visitor.id, tuple(agent.id for agent in world.agents[:2]))
    talk = group_chats.create(world.as_visitor(visitor.id), command).conversation
    messages.post(world.as_visitor(visitor.id), messages.PostMessage(talk.id, "to both"))
    world.settle()
    deletion.delete(world.as_agent(2), talk.id)
    agents.remove(world.ctx(ADMIN), world.agents[1].id)
    world.settle()
    assert deletion.restore(world.as_agent(2), talk.id).agent_count == 2
    shown = world.pp("PP_GET_USER_CONVERSATION_LIST", app_uuid=world.account, user_uuid=visitor.id).body["list"]
    assert [one["uuid"] for one in shown] == [talk.id]
