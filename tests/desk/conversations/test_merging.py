"""Merging: one conversation's messages in another."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import tags
from chalicelib.desk.conversations import conversations, deletion, history, inbox, merging, messages
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.core import publishing
from chalicelib.desk.core.errors import Conflict, Invalid, NotFound
from chalicelib.desk.core.events import ConversationMerged
from chalicelib.desk.people import people
from chalicelib.desk.reports import statistics
from chalicelib.models import conversations as rows
from chalicelib.models import details, labels
from chalicelib.models.details import Mention
from chalicelib.models.messages import Message
from chalicelib.models.people import Person
from chalicelib.rules import ids
from tests.desk.conversations.marked import mark
from tests.desk.conversations.merged import MERGED, rows_of, texts, write
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.world import World

_LONG = "x" * 50_000


def _talk(world: World) -> tuple[Visitor, Visitor]:
    """Two chats in which people write in turn, the second one's first and last; with notes and a file."""
    world.online(world.agents[0])
    first, second = write(world)
    world.settle()
    return first, second


def test_messages_come_in_time_order_and_keep_their_ids(world: World) -> None:
    first, second = _talk(world)
    before = {row.body: messages.number_of(row) for one in (first, second) for row in _rows(world, one.conversation)}
    with counted() as sent:
        merged = merging.merge(world.as_agent(), first.conversation, second.conversation)
    assert len(sent) <= 22 and sent.count("TransactWriteItems") == 3
    assert texts(world, first.conversation) == MERGED
    after = _rows(world, first.conversation)
    assert {row.body: messages.number_of(row) for row in after} == before
    assert [row.sequence for row in after] == list(range(1, 8))
    assert [row.public_sequence for row in after] == [1, 2, None, 3, None, 4, 5]
    assert {row.conversation_number for row in after} == {merged.number}
    assert (merged.message_count, merged.note_count, merged.preview) == (7, 2, "b3")
    assert (merged.last_sender, merged.last_message) == (second.id, after[-1].id)
    assert merged.version == conversations.load(world.as_agent(), first.conversation).version
    for text, number in before.items():
        assert history.get_by_number(world.as_agent(), merged.id, number).body == text
    with pytest.raises(NotFound):
        history.get_by_number(world.as_agent(), merged.id, ids.message_number(merged.number, 99))
    messages.post(world.as_agent(), PostMessage(first.conversation, "next"))
    assert texts(world, first.conversation) == [*MERGED, "next"]
    world.settle()
    assert len({messages.number_of(row) for row in _rows(world, first.conversation)}) == 8


def _rows(world: World, conversation: str) -> list[Message]:
    return history.list_latest(world.as_agent(), conversation).messages


def test_the_source_is_in_no_list_and_leads_to_the_target(world: World) -> None:
    first, second = _talk(world)
    loads = people.list_agents(world.ctx(ADMIN))[1].open_conversations
    ctx = world.as_agent()
    merging.merge(ctx, first.conversation, second.conversation)
    world.settle()
    assert people.list_agents(world.ctx(ADMIN))[1].open_conversations == (loads or 0) - 1
    assert [row.id for row in inbox.page(ctx, Listing()).conversations] == [first.conversation]
    assert conversations.load(ctx, second.conversation).id == first.conversation
    source = conversations.load_even_merged(ctx, second.conversation)
    assert (source.id, source.merged_into) == (second.conversation, first.conversation)
    tickets = world.call("GET", "/cs-chat-ticket/v1/tickets", **world.bearer()).body
    assert second.conversation not in str(tickets) and first.conversation in str(tickets)
    assert list(Message.query(rows.key(world.account, second.conversation))) == []


def test_repeating_a_merge_changes_nothing_and_another_one_is_refused(world: World) -> None:
    first, second = _talk(world)
    third, ctx = world.asking(), world.as_agent()
    merged = merging.merge(ctx, first.conversation, second.conversation)
    assert merging.merge(ctx, first.conversation, second.conversation).version == merged.version
    for target, source, refusal in [
        (first.conversation, first.conversation, Invalid),
        (second.conversation, first.conversation, Conflict),
        (third.conversation, second.conversation, Conflict),
        (third.conversation, ids.derived("nobody"), NotFound),
        (ids.derived("nobody"), third.conversation, NotFound),
    ]:
        with pytest.raises(refusal):
            merging.merge(ctx, target, source)
    assert merging.merge(ctx, third.conversation, first.conversation).id == third.conversation
    assert texts(world, second.conversation) == [*MERGED, "hello"]


def test_too_many_messages_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = _talk(world)
    monkeypatch.setattr(merging, "MOST_MESSAGES", 6)
    with pytest.raises(Invalid, match="more than 6 messages"):
        merging.merge(world.as_agent(), first.conversation, second.conversation)
    monkeypatch.setattr(merging, "MOST_MESSAGES", 7)
    monkeypatch.setattr(merging, "MOST_SOURCES", 0)
    with pytest.raises(Invalid, match="one too many"):
        merging.merge(world.as_agent(), first.conversation, second.conversation)
    assert conversations.load(world.as_agent(), second.conversation).id == second.conversation


def test_a_contact_goes_on_in_the_target_and_another_one_begins_anew(world: World) -> None:
    first, second = _talk(world)
    merging.merge(world.as_agent(), first.conversation, second.conversation)
    assert second.say("am I here?").body["error_code"] == 16
    answer = world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=second.conversation)
    assert answer.body["error_code"] != 0  # it is another contact's conversation now
    own = {"app_uuid": world.account, "user_uuid": second.id, "device_uuid": second.device}
    fresh = world.pp("PPCOM_GET_DEFAULT_CONVERSATION", **own).body["uuid"]
    assert fresh not in (first.conversation, second.conversation)
    second.conversation = fresh
    world.now += 1000
    second.say("b4")
    _give(world, fresh, first.id)
    merging.merge(world.as_agent(), first.conversation, fresh)
    assert texts(world, first.conversation) == [*MERGED, "b4"]


def _give(world: World, conversation: str, contact: str) -> None:
    """Makes it a conversation of another contact, whose latest chat it is."""
    number = people.get(world.ctx(ADMIN), contact).number
    path = f"/api/v3/anytime/conversations/{conversations.load(world.as_agent(), conversation).number}"
    assert world.call("PUT", path, {"contactId": number}, **world.bearer()).status == 200


def test_the_same_contact_s_later_chat_may_be_merged_into_the_earlier_one(world: World) -> None:
    visitor = world.asking("first")
    earlier, own = visitor.conversation, {"app_uuid": world.account, "user_uuid": visitor.id, "device_uuid": visitor.device}
    deletion.delete(world.as_agent(), earlier)
    visitor.conversation = later = world.pp("PPCOM_GET_DEFAULT_CONVERSATION", **own).body["uuid"]
    world.now += 1000
    visitor.say("second")
    deletion.restore(world.as_agent(), earlier)
    merging.merge(world.as_agent(), earlier, later)
    assert visitor.say("third").body["error_code"] == 0
    assert visitor.history() == ["first", "second", "third"]
    assert world.pp("PPCOM_GET_DEFAULT_CONVERSATION", **own).body["uuid"] == earlier
    assert texts(world, earlier) == ["first", "second", "third"]


def test_tags_mentions_and_fields_are_united(world: World) -> None:
    first, second = _talk(world)
    one, two, three = (tags.create(world.ctx(ADMIN, world.owner), name).number for name in ("one", "two", "three"))
    few = {agent: Mention(agent, is_read=True) for agent in range(1, 50)}
    mark(world, first.conversation, [one, two], {1: Mention(7, is_read=False)}, custom_fields={1: "target"})
    source = {"custom_fields": {1: "source", 2: "kept"}, "metadata": {"order": "17"}}
    mark(world, second.conversation, [three, two], few, **source)
    merged = merging.merge(world.as_agent(), first.conversation, second.conversation)
    world.settle()
    known = details.get(merged.key)
    assert known is not None
    assert known.tags == [one, two, three]
    assert known.mentions == few | {1: Mention(7, is_read=False)}
    assert known.custom_fields == {1: "target", 2: "kept"} and known.metadata == {"order": "17"}
    assert known.sources == [second.conversation]
    names = [*map(labels.tag, (one, two, three)), *map(labels.mention, few)]
    assert labels.counts(world.account, names) == dict.fromkeys(names, 1)
    assert [labels.conversations_with(world.account, name)[0] for name in names] == [[first.conversation]] * len(names)


def test_another_contact_s_address_gets_copies(world: World) -> None:
    first, second = _talk(world)
    Person(world.account, second.id).update([Person.email.set("second@shop.test")])
    merged = merging.merge(world.as_agent(), first.conversation, second.conversation)
    known = details.get(merged.key)
    assert known is not None and list(known.cc or []) == ["second@shop.test"]
    third = world.asking("a visitor without an address")
    merging.merge(world.as_agent(), first.conversation, third.conversation)
    known = details.get(merged.key)
    assert known is not None and list(known.cc or []) == ["second@shop.test"]
    assert known.sources == [second.conversation, third.conversation]


def test_messages_of_one_uuid_in_both_are_both_kept(world: World) -> None:
    first, second = world.visitor(), world.visitor()
    same = ids.derived("the same")
    first.say("mine", same)
    world.now += 1000
    second.say("theirs", same)
    merging.merge(world.as_agent(), first.conversation, second.conversation)
    assert texts(world, first.conversation) == ["mine", "theirs"]


def test_long_messages_go_over_in_several_writes(world: World) -> None:
    first, second = world.asking("short"), world.visitor()
    for at in range(3):
        world.now += 1000
        for part in range(20):
            body = f"{at} {part} {_LONG}"
            messages.post(world.as_agent(), PostMessage(second.conversation, body, html_body=f"<p>{body}</p>"))
    merged = merging.merge(world.as_agent(), first.conversation, second.conversation)
    assert merged.message_count == 61
    assert len(rows_of(world, merged.id)) == 61


def test_merged_messages_are_not_counted_or_told_again(world: World) -> None:
    first, second = _talk(world)
    world.count()
    before = statistics.totals(world.as_agent()).messages
    world.settle()
    told = world.note_deliveries()
    merging.merge(world.as_agent(), first.conversation, second.conversation)
    world.settle()
    world.count()
    assert statistics.totals(world.as_agent()).messages == before
    assert {type(publishing.decode(body)) for _, body in told} == {ConversationMerged}
