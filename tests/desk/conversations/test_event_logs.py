"""Event logs: whatever is written about a conversation is kept once, with who did it; messages cost nothing."""

import copy
from typing import Any

import pytest

import app
from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.accounts import custom_fields, tags
from chalicelib.desk.conversations import event_logs, logged_changes, messages, updates
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import cache
from chalicelib.models import batches, conversations, details, summaries
from chalicelib.models.base import connection
from chalicelib.models.conversations import Conversation
from chalicelib.rules.actors import Actor
from chalicelib.telemetry import Failed
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.world import World


def log(world: World, conversation: str) -> list[event_logs.Event]:
    world.settle()
    return event_logs.list_page(world.ctx(ADMIN), conversation).events


def told(world: World, conversation: str) -> list[tuple[str, str | None, str | None, str]]:
    return [(event.field, event.before, event.after, event.text) for event in log(world, conversation)]


@pytest.fixture
def visitor(world: World) -> Visitor:
    visitor = world.asking()
    world.settle()
    return visitor


def change(world: World, visitor: Visitor, **wanted: Any) -> None:
    updates.change(world.as_agent(), visitor.conversation, Change(**wanted))


def relay(records: list[dict[str, Any]]) -> None:
    assert app.relay_conversations({"Records": records}, None) == {"batchItemFailures": []}


# --- what it costs


def test_a_plain_message_and_what_nobody_did_cost_the_relay_no_request(world: World, visitor: Visitor) -> None:
    visitor.say("more")
    change(world, visitor, is_read=True)
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "psst", kind=messages.NOTE))
    records = world.records("conversations")
    assert len(records) >= 3
    with counted() as sent:
        relay(records)
    assert "BatchWriteItem" not in sent
    assert [event.field for event in log(world, visitor.conversation)] == ["created"]


def test_a_batch_writes_25_changes_a_request(world: World, visitor: Visitor) -> None:
    for at in range(13):
        change(world, visitor, subject=f"shoes {at}", priority=("high", "low")[at % 2])
    with counted() as sent:
        relay(world.records("conversations"))
    assert sent.count("BatchWriteItem") == 2
    assert len(log(world, visitor.conversation)) == 27


def test_showing_it_takes_four_requests_at_most(world: World, visitor: Visitor) -> None:
    change(world, visitor, assignee=world.agents[1].number, priority="high")
    world.settle()
    cache.clear_all()
    with counted() as sent:
        event_logs.list_page(world.as_agent(), visitor.conversation)
    assert sent == ["GetItem", "Query", "BatchGetItem", "BatchGetItem"]
    with counted() as sent:
        event_logs.list_page(world.as_agent(), visitor.conversation)
    assert sent == ["GetItem", "Query", "BatchGetItem"]


# --- exactly once


def test_records_that_come_again_late_and_shuffled_add_nothing(world: World, visitor: Visitor) -> None:
    change(world, visitor, subject="shoes", priority="high", metadata={"order": "12"})
    change(world, visitor, status="closed")
    records = world.records("conversations")
    relay(records)
    before = log(world, visitor.conversation)
    relay(records[::-1] + records)
    for record in records:
        relay([record])
    assert log(world, visitor.conversation) == before
    assert [event.field for event in before] == ["created", "priority", "subject", "order", "status"]


def test_a_batch_whose_log_can_t_be_written_comes_again_whole(
    world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(world, visitor, priority="high")
    records = world.records("conversations")
    with monkeypatch.context() as broken:
        broken.setattr(batches, "_PAUSE", 0)
        broken.setattr(connection, "dispatch", lambda _, request: {"UnprocessedItems": request["RequestItems"]})
        with pytest.raises(Failed):
            app.relay_conversations({"Records": records}, None)
    relay(records)
    assert [event.field for event in log(world, visitor.conversation)] == ["created", "priority"]


def test_what_dynamodb_does_not_take_at_once_is_sent_again(
    world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(world, visitor, priority="high", subject="shoes")
    whole, busy = connection.dispatch, iter([True, False])

    def dispatch(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if operation != "BatchWriteItem" or not next(busy):
            return whole(operation, request)
        ((name, puts),) = request["RequestItems"].items()
        whole(operation, {"RequestItems": {name: puts[:1]}})
        return {"UnprocessedItems": {name: puts[1:]}}

    with monkeypatch.context() as slow:
        slow.setattr(batches, "_PAUSE", 0)
        slow.setattr(connection, "dispatch", dispatch)
        relay(world.records("conversations"))
    assert [event.field for event in log(world, visitor.conversation)] == ["created", "priority", "subject"]


# --- what is kept


def test_a_change_has_its_time_and_who_made_it(world: World, visitor: Visitor) -> None:
    world.now += 5_000
    at, ada = world.now, world.agents[0]
    change(world, visitor, priority="high")
    world.now += 5_000
    world.settle()
    event = log(world, visitor.conversation)[-1]
    assert (event.at, event.actor, event.text) == (
        at,
        Actor("agent", ada.number),
        "Ada Agent changed the priority from Normal to High",
    )


def test_details_are_kept_with_their_names_of_now(world: World, visitor: Visitor) -> None:
    admin = world.ctx(ADMIN)
    vip, late = tags.create(admin, "vip"), tags.create(admin, "late")
    size = custom_fields.create(admin, custom_fields.Change(name="size", type="text"))
    ordinary = {"metadata": {"order": "12"}, "custom_fields": {size.number: "42"}}
    change(world, visitor, tags=(vip.number, late.number), **ordinary)
    change(world, visitor, tags=(late.number,), custom_fields={size.number: None}, metadata={"order": "13"})
    tags.rename(admin, late.number, "too late")
    assert told(world, visitor.conversation)[1:] == [
        ("order", None, "12", "Ada Agent set order to “12”"),
        ("tags", None, "vip, too late", "Ada Agent added the tags vip, too late"),
        (f"custom.{size.number}", None, "42", "Ada Agent set size to “42”"),
        ("order", "12", "13", "Ada Agent changed order from “12” to “13”"),
        ("tags", "vip, too late", "too late", "Ada Agent removed the tag vip"),
        (f"custom.{size.number}", "42", None, "Ada Agent cleared size, which was “42”"),
    ]
    tags.remove(admin, vip.number)
    assert told(world, visitor.conversation)[2][3] == "Ada Agent added the tags #1, too late"


def test_the_clock_and_a_program_have_no_name(world: World, visitor: Visitor) -> None:
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(priority="low"))
    world.online(world.agents[0])
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "hi"))
    world.pass_(700)
    shown = log(world, visitor.conversation)
    assert shown[-1].text == "The desk closed the conversation"
    assert (shown[-1].actor, shown[-1].field, shown[-1].after) == (Actor(), "status", "closed")
    assert any(event.text == "The desk assigned the conversation to Ada Agent" for event in shown)
    assert any(event.text == "Ada Agent changed the status from New to Pending external" for event in shown)


def test_deletion_restoring_and_merging_are_one_change_each(world: World, visitor: Visitor) -> None:
    admin, other = world.ctx(ADMIN), world.asking()

    def write(**changes: Any) -> None:
        row = conversations.get(world.account, visitor.conversation)
        assert row
        summaries.change(row, changes, admin.stamp)

    write(deleted_at=world.now)
    write(deleted_at=None)
    target = conversations.get(world.account, other.conversation)
    assert target
    write(deleted_at=world.now, merged_into=target.id, merged_into_number=target.number)
    world.settle()
    shown = log(world, visitor.conversation)
    assert [event.field for event in shown] == ["created", "deleted", "deleted", "merged"]
    assert [event.text.partition("desk ")[2] for event in shown[1:]] == [
        "deleted the conversation",
        "restored the conversation",
        f"merged the conversation into #{target.number}",
    ]


def test_a_deleted_conversation_still_tells_what_happened(world: World, visitor: Visitor) -> None:
    row = conversations.get(world.account, visitor.conversation)
    assert row
    summaries.change(row, {"deleted_at": world.now}, world.as_agent().stamp)
    assert [event.text for event in log(world, visitor.conversation)][-1] == "Ada Agent deleted the conversation"


def test_a_long_value_is_cut(world: World, visitor: Visitor) -> None:
    change(world, visitor, subject="x" * 500)
    event = log(world, visitor.conversation)[-1]
    assert event.after == "x" * 500
    assert event.text.endswith("to “" + "x" * 79 + "…”")


def test_every_write_of_details_says_of_which_version_it_is(world: World, visitor: Visitor) -> None:
    change(world, visitor, metadata={"ccr": "a"})
    change(world, visitor, priority="high", metadata={"ccr": "b"})
    beside, row = (
        details.get(conversations.key(world.account, visitor.conversation)),
        conversations.get(world.account, visitor.conversation),
    )
    assert beside and row and beside.summary_version == row.version
    assert (beside.changed_by, beside.changed_at) == (row.changed_by, world.now)


def test_records_of_other_rows_and_removed_ones_mean_nothing(world: World, visitor: Visitor) -> None:
    row = conversations.get(world.account, visitor.conversation)
    assert row
    image = row.serialize()
    beside = copy.deepcopy(image) | Conversation.raw(key=f"{row.key}#label#t1")
    assert logged_changes.entries_of({"OldImage": image}) == []
    assert logged_changes.entries_of({"NewImage": beside}) == []
    assert logged_changes.entries_of({"OldImage": image, "NewImage": image}) == []
    assert [entry.field for entry in logged_changes.entries_of({"NewImage": image})] == ["created"]


def test_only_the_relay_writes_it(world: World, visitor: Visitor) -> None:
    assert event_logs.keep(world.ctx(SYSTEM), []) == 0
