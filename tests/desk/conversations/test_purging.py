"""Purging: nothing is left of a conversation in any table or in the bucket, whatever it had."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chalicelib import config
from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.accounts import tags
from chalicelib.desk.conversations import (
    conversations,
    deletion,
    drafts,
    group_chats,
    inbox,
    members,
    merging,
    messages,
    purging,
)
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.conversations.messages import NOTE, PostMessage
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.people import agents
from chalicelib.desk.reports import statistics
from chalicelib.models import conversations as rows
from chalicelib.models import labels, memberships, receipts
from chalicelib.models.details import Mention
from chalicelib.models.memberships import Membership
from tests.desk.conversations.marked import mark
from tests.interruptions import interrupted
from tests.lambdas import counted
from tests.pictures import picture
from tests.visitors import Visitor
from tests.world import World


def _items() -> Iterator[tuple[str, str]]:
    """Every item of every table, as text."""
    client: Any = boto3.client("dynamodb")
    for table in client.list_tables()["TableNames"]:
        for page in client.get_paginator("scan").paginate(TableName=table):
            yield from ((table, repr(item)) for item in page["Items"])


def _left(*words: str) -> list[tuple[str, str]]:
    """Items in which one of the words stands, also as the bytes of a uuid, but for that somebody removed it."""
    packed = [repr(uuid.UUID(word).bytes)[2:-1] for word in words if len(word) == 36 and word.count("-") == 4]
    found = [(table, item) for table, item in _items() if any(word in item for word in [*words, *packed])]
    return [(table, item) for table, item in found if "#purged" not in item]


def _purges(conversation: str) -> list[str]:
    """Rows that say that somebody removed it."""
    return [item for _, item in _items() if f"#{conversation}#purged" in item]


def _objects() -> list[str]:
    client: Any = boto3.client("s3")
    found = client.list_objects_v2(Bucket=config.ATTACHMENTS, Prefix="files/").get("Contents", [])
    return [entry["Key"] for entry in found]


def _send_file(world: World, visitor: Visitor, data: bytes, kind: str) -> str:
    fid = str(world.upload(visitor.id, data, "secret-name.png").body["fuuid"])
    attach = Attach(fid, kind)
    ctx = world.as_visitor(visitor.id)
    messages.post(ctx, PostMessage(visitor.conversation, "", attachments=(attach,)))
    return fid


def _full(world: World, visitor: Visitor) -> list[str]:
    """Gives a conversation some of everything. Returns what must not be found of it afterwards."""
    ctx, agent = world.as_agent(), world.agents[0]
    number = conversations.load(ctx, visitor.conversation).number
    picture_id = _send_file(world, visitor, picture(), "image")
    file_id = _send_file(world, visitor, b"words", "file")
    messages.post(ctx, PostMessage(visitor.conversation, "unmistakable answer"))
    messages.post(ctx, PostMessage(visitor.conversation, "unmistakable note", kind=NOTE))
    tag = tags.create(world.ctx(ADMIN, world.owner), f"tag {number}").number
    mark(world, visitor.conversation, [tag], {agent.number: Mention(1, is_read=False)}, custom_fields={1: "unmistakable"})
    members.change(ctx, visitor.conversation, members.ChangeMembers(add=(world.agents[1].id,)))
    members.close_for(world.as_agent(2), visitor.conversation, world.agents[2].id)
    drafts.save(world.as_agent(2), visitor.conversation, {"plain_body": "unmistakable draft"})
    receipts.acknowledge(world.account, visitor.device, visitor.conversation, [1], world.now)
    world.settle()
    return [visitor.conversation, "unmistakable", picture_id, file_id]


def _purge(world: World, conversation: str) -> None:
    deletion.delete(world.as_agent(), conversation)
    deletion.purge(world.as_agent(), conversation)


def test_nothing_is_left_of_a_conversation_but_its_numbers_and_who_removed_it(world: World, assigned: Visitor) -> None:
    other = world.asking("someone else")
    words = _full(world, assigned)
    kept = len(_left(other.conversation))
    assert {table.rsplit("-", 1)[1] for table, _ in _left(*words)} >= {"conversations", "messages", "files", "receipts"}
    assert len(_objects()) == 3
    world.count()
    before = statistics.totals(world.as_agent()).messages
    _purge(world, assigned.conversation)
    for refused in (deletion.load, deletion.restore, deletion.purge, conversations.load):
        with pytest.raises(NotFound):
            refused(world.as_agent(), assigned.conversation)
    assert inbox.page(world.as_agent(), Listing(is_deleted=True)).conversations == []
    world.settle()
    assert _left(*words) == []
    (purged,) = _purges(assigned.conversation)
    assert not any(word in purged for word in ("'be'", "'af'", *(word for word in words if word != assigned.conversation)))
    assert _objects() == []
    assert len(_left(other.conversation)) == kept
    assert statistics.totals(world.as_agent()).messages == before
    assert sum(labels.counts(world.account, [labels.tag(at) for at in range(1, 9)]).values()) == 0
    world.settle()


def test_a_contact_whose_chat_was_purged_opens_another(world: World, assigned: Visitor) -> None:
    _purge(world, assigned.conversation)
    world.settle()
    own = {"app_uuid": world.account, "user_uuid": assigned.id, "device_uuid": assigned.device}
    fresh = world.pp("PPCOM_GET_DEFAULT_CONVERSATION", **own).body["uuid"]
    assert fresh != assigned.conversation


def test_a_pair_s_name_is_free_again(world: World) -> None:
    visitor, agent = world.visitor(), world.agents[0]
    command = group_chats.CreateConversation(visitor.id, (agent.id,))
    first = group_chats.create(world.as_visitor(visitor.id), command).conversation
    _purge(world, first.id)
    world.settle()
    assert _left(first.id) == []


def test_many_messages_go_in_several_runs(world: World, assigned: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(purging, "_PART", 2)
    for at in range(9):
        messages.post(world.as_agent(), PostMessage(assigned.conversation, f"unmistakable {at}"))
    world.settle()
    told = world.note_deliveries()
    _purge(world, assigned.conversation)
    world.settle()
    assert [json.loads(body)["event"] for _, body in told].count("conversation.purged.v1") >= 3
    assert _left("unmistakable", assigned.conversation) == []


def test_an_interrupted_run_is_finished_by_the_next(world: World, assigned: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    words = _full(world, assigned)
    _purge(world, assigned.conversation)
    ctx = world.ctx(SYSTEM)
    assert interrupted(monkeypatch, lambda: purging.run(ctx, assigned.conversation)) > 3
    assert _left(*words) == []
    with counted() as sent:
        assert purging.run(ctx, assigned.conversation) is False
    assert sent == ["GetItem", "Query"]


def test_with_a_conversation_go_those_that_were_merged_into_it(world: World, assigned: Visitor) -> None:
    second, third = world.asking("unmistakable words"), world.asking("unmistakable too")
    world.settle()
    words = [_send_file(world, second, b"bytes", "file"), second.conversation, third.conversation, "unmistakable"]
    world.settle()
    ctx = world.as_agent()
    merging.merge(ctx, third.conversation, second.conversation)
    merging.merge(ctx, assigned.conversation, third.conversation)
    world.settle()
    assert len(_objects()) == 1
    _purge(world, assigned.conversation)
    world.settle()
    left = _left(*words, assigned.conversation)
    assert {table.rpartition("-")[2] for table, _ in left} == {"people"}  # contacts' rows note the ids of what is past
    assert "unmistakable" not in repr(left)
    assert _objects() == []


def test_what_was_not_marked_is_not_removed(world: World, assigned: Visitor) -> None:
    deletion.delete(world.as_agent(), assigned.conversation)
    before = len(_left(assigned.conversation))
    assert purging.run(world.ctx(SYSTEM), assigned.conversation) is False
    assert len(_left(assigned.conversation)) == before


def test_its_rows_are_found_by_those_who_left_the_account(world: World, assigned: Visitor) -> None:
    """An agent who was removed has written, and has closed it for themselves."""
    agent = world.agents[2]
    messages.post(world.as_agent(2), PostMessage(assigned.conversation, "bye"))
    memberships.close(world.account, assigned.conversation, agent.id, 1)
    drafts.save(world.as_agent(1), assigned.conversation, {"plain_body": "unmistakable draft"})
    agents.remove(world.ctx(ADMIN), world.agents[1].id)
    agents.remove(world.ctx(ADMIN), agent.id)
    world.settle()
    key = memberships.key(world.account, assigned.conversation, agent.id)
    assert Membership.find(key) is not None
    _purge(world, assigned.conversation)
    world.settle()
    assert Membership.find(key) is None
    assert _left("unmistakable") == []
    assert rows.get(world.account, assigned.conversation) is None
