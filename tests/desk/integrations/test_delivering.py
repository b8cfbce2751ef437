"""Webhooks get what happens: each event at least once, in order, signed, and nothing that nobody asked for."""

import itertools
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app
from chalicelib.context import ADMIN
from chalicelib.desk.integrations import happenings, webhooks
from chalicelib.models import conversations as conversations_rows
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import Person
from chalicelib.rules.actors import IMPORT, Actor, pack
from tests.desk.integrations.delivered import DAY, MINUTE, all_of, due, later, number_of, put, reply
from tests.desk.integrations.receivers import is_signed, receiving, webhook
from tests.lambdas import counted
from tests.world import World


def test_a_chat_is_told_in_its_order_with_what_each_event_is_about(world: World) -> None:
    receiver = receiving(world)
    webhook(world)
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    reply(world, visitor)
    reply(world, visitor, "note")
    put(world, visitor, priority="urgent")
    put(world, visitor, status="closed")
    world.settle()
    assert receiver.events() == [
        "contact.created",
        "conversation.created",
        "message.created",
        "conversation.assigned",
        "conversation.updated",
        "message.created",
        "conversation.replied",
        "conversation.statusChanged",
        "conversation.updated",
        "message.created",
        "conversation.updated",
        "conversation.statusChanged",
        "conversation.closed",
        "conversation.updated",
    ]
    assert len({one["eventId"] for one in receiver.told}) == len(receiver.told)
    payloads: dict[str, Any] = {one["event"]: one["payload"] for one in receiver.told}
    first = world.agents[0]
    assert payloads["conversation.assigned"]["change"] == {"field": "agentAssigneeId", "from": None, "to": first.number}
    assert payloads["conversation.replied"]["message"]["plainBody"] == "yes"
    assert payloads["message.created"]["message"]["type"] == "note"
    assert payloads["conversation.statusChanged"]["change"]["to"] == "closed"
    assert payloads["conversation.closed"]["conversation"]["id"] == number_of(world, visitor)
    assert payloads["contact.created"]["contact"]["id"] == payloads["contact.created"]["contactId"]
    assert receiver.told[0]["eventTime"].endswith("Z")


def test_another_vendor_s_events_come_by_name_and_tell_in_its_shape(world: World) -> None:
    receiver = receiving(world)
    webhook(world, "agent_replied")
    webhook(world, "file_uploaded")
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    assert receiver.told == []
    guid = world.form_data("/api/v3/anytime/attachments", world.bearer(), file=("a.tar.gz", "text/x", b"1234")).body["guid"]
    path = f"/api/v3/anytime/conversations/{number_of(world, visitor)}/messages"
    given = {"type": "reply", "plainBody": "yes", "attachments": [{"guid": guid}]}
    assert world.call("POST", path, given, **world.bearer()).status == 200
    world.settle()
    told = {one["event"]: one["payload"] for one in receiver.told}
    assert sorted(told) == ["anytimeConversation.FileUploaded", "ticket.AgentReplied"]
    assert set(told["ticket.AgentReplied"]) == {"ticket", "message", "contact"}
    assert told["ticket.AgentReplied"]["message"]["attachments"][0]["guid"] == guid
    file = told["anytimeConversation.FileUploaded"]
    assert file.pop("fileURL").startswith(f"https://desk.test/download/{guid}")
    number = number_of(world, visitor)
    assert file == {"objectId": number, "guid": guid, "fileName": "a.tar.gz", "fileExtension": "gz", "fileSize": 4}


@pytest.mark.parametrize(
    ("answer", "available"),
    [
        ({"result": "passed"}, True),
        ({"result": "failed"}, False),
        ({"result": "delay"}, False),
        ({"result": "?"}, True),
        ({"result": "failed", "guid": "another"}, True),
        ("no JSON", True),
        (b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b',"result":"failed","guid":"another"}', True),
    ],
)
def test_a_verdict_says_whether_anybody_may_have_a_file(world: World, answer: Any, available: bool) -> None:
    receiver = receiving(world)
    webhook(world, "file_uploaded")
    visitor = world.visitor()
    guid = world.form_data("/api/v3/anytime/attachments", world.bearer(), file=("a", "text/x", b"1")).body["guid"]
    said = {"guid": guid, **answer} if isinstance(answer, dict) else answer
    receiver.body = said if isinstance(said, bytes) else json.dumps(said).encode()
    world.online(world.agents[0])
    visitor.say("hello")
    world.settle()
    path = f"/api/v3/anytime/conversations/{number_of(world, visitor)}/messages"
    assert world.call("POST", path, {"type": "reply", "attachments": [{"guid": guid}]}, **world.bearer()).status == 200
    world.settle()
    assert receiver.events() == ["anytimeConversation.FileUploaded"]
    shown = world.call("GET", f"/api/v3/anytime/attachments/{guid}", **world.bearer()).body
    assert shown["isAvailable"] is available
    put_ = world.call("PUT", f"/api/v3/anytime/attachments/{guid}", {"isAvailable": True}, **world.bearer())
    assert put_.body["isAvailable"] is True


def test_both_secrets_sign_for_a_day_after_a_rotation(world: World) -> None:
    receiver, admin = receiving(world), world.ctx(ADMIN)
    hook = webhook(world, "contact_created", secret="0123456789abcdef")
    world.visitor()
    world.settle()
    second = webhooks.rotate(admin, hook.number).secret
    world.visitor()
    world.settle()
    later(world, DAY + 1)
    world.visitor()
    world.settle()
    signed = [one["X-Polydesk-Signature"] for one in receiver.headers]
    assert [one.count("v1=") for one in signed] == [1, 2, 1]
    assert len(second) == 43
    for header, body, secrets in zip(
        signed, receiver.bodies, (["0123456789abcdef"], ["0123456789abcdef", second], [second]), strict=True
    ):
        assert all(is_signed(secret, header, body) for secret in secrets)
        assert not is_signed("another secret 12", header, body)


def test_an_account_without_webhooks_pays_nothing(world: World, other: World) -> None:
    webhook(other)
    visitor = world.asking()
    world.settle()
    bodies = world.note_deliveries()
    visitor.say("once more")
    records = world.records("conversations")
    with counted() as sent:
        app.relay_conversations({"Records": records}, None)
    world.collect()
    world.settle()
    assert set(sent) == {"SendMessageBatch"}
    assert "webhooks" not in [queue for queue, _ in bodies]


def test_events_that_come_twice_late_and_shuffled_are_sent_once_and_in_order(world: World) -> None:
    receiver = receiving(world)
    hook = webhook(world)
    bodies, deliver_ = world.note_deliveries(), world.deliver
    world.online(world.agents[0])
    visitor = world.asking()
    for priority in ("high", "low", "urgent"):
        put(world, visitor, priority=priority)
    records = world.records("conversations")
    for _ in range(2):
        app.relay_conversations({"Records": records}, None)
    world.collect()
    world.settle()
    once = receiver.events()
    app.relay_conversations({"Records": records}, None)
    world.collect()
    world.settle()
    for queue, body in random.Random(3).sample(bodies, len(bodies)):
        deliver_(queue, body)
    world.settle()
    assert receiver.events() == once
    assert sorted(one.id for one in all_of(world, hook)) == sorted({one.id for one in all_of(world, hook)})
    assert len(all_of(world, hook)) == len(once)


STEPS = st.lists(st.sampled_from(["say", "reply", "note", "priority", "close", "fail", "settle"]), min_size=2, max_size=6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(steps=STEPS, seed=st.integers(0, 99))
def test_whatever_happens_each_event_is_delivered_with_one_id_and_in_order(world: World, steps: list[str], seed: int) -> None:
    for known in webhooks.list_all(world.ctx(ADMIN)):
        webhooks.remove(world.ctx(ADMIN), known.number)
    chance = random.Random(seed)
    failing = {"on": False}
    receiver = receiving(world, lambda _: 500 if failing["on"] and chance.random() < 0.5 else 200)
    hook = webhook(world)
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    priorities = itertools.cycle(["high", "low", "urgent", "normal"])
    for step in steps:
        if step == "say":
            visitor.say("more")
        elif step in ("reply", "note"):
            reply(world, visitor, step)
        elif step == "priority":
            put(world, visitor, priority=next(priorities))
        elif step == "close":
            put(world, visitor, status="closed")
        elif step == "fail":
            failing["on"] = True
        else:
            world.settle()
    world.settle()
    had_failures = any(one.tries and one.tries[0].error for one in all_of(world, hook))
    failing["on"] = False
    if had_failures:
        world.now += 2 * MINUTE * 1000
        world.deliver("webhooks", due(world, hook.id))
    listed = all_of(world, hook)
    assert {one.state for one in listed} == {"delivered"}
    assert {one.event_id for one in listed} == {one["eventId"] for one in receiver.told}
    if not had_failures:
        numbers = {one.event_id: one.about.number for one in listed if one.about.conversation}
        told = [one["eventId"] for one in receiver.told if one["eventId"] in numbers]
        happened = [one.event_id for one in sorted(listed, key=lambda one: one.id) if one.event_id in numbers]
        for number in set(numbers.values()):
            assert [one for one in told if numbers[one] == number] == [one for one in happened if numbers[one] == number]
        assert len(receiver.told) == len(listed)


def test_a_delivery_is_two_requests_and_what_a_call_costs(world: World) -> None:
    receiver = receiving(world)
    hook = webhook(world, "contact_created")
    world.visitor()
    world.settle()
    world.visitor()
    records = world.records("people")
    with counted() as kept:
        app.relay_people({"Records": records}, None)
    assert kept == ["BatchWriteItem", "SendMessageBatch"]
    sending = ["GetItem", "UpdateItem", "Query", "BatchGetItem", "GetItem", "PutItem", "BatchWriteItem"]
    with counted() as sent:
        world.deliver("webhooks", due(world, hook.id))
    assert sent == [*sending, "Query", "Query", "UpdateItem"]
    assert receiver.events() == ["contact.created"] * 2
    with counted() as idle:
        world.deliver("webhooks", due(world, hook.id))
    assert idle == ["GetItem", "UpdateItem", "Query", "Query", "UpdateItem"]


def test_what_is_imported_is_told_to_nobody(world: World) -> None:
    put(world, world.asking(), priority="high")
    meant = {table: [one["dynamodb"] for one in world.records(table)] for table in ("people", "conversations")}
    assert all(any(happenings.of_change(table, one) for one in changes) for table, changes in meant.items())
    for change in meant["people"]:
        person = Person.from_raw_data(change["NewImage"])
        person.external_id = "901"
        assert happenings.of_change("people", change | {"NewImage": person.serialize()}) == []
    for change in meant["conversations"]:
        if conversations_rows.is_summary(Conversation.hash_key_of(change["NewImage"])):
            row = Conversation.from_raw_data(change["NewImage"])
            row.changed_by = pack(Actor("agent", 1, IMPORT))
            assert happenings.of_change("conversations", change | {"NewImage": row.serialize()}) == []
