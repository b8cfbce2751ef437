"""Webhooks get what happens: each event at least once, in order, signed, and again where they don't answer."""

import itertools
import json
import random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app
from chalicelib.context import ADMIN
from chalicelib.desk.conversations import conversations
from chalicelib.desk.core import publishing
from chalicelib.desk.core.account_events import WebhookDue
from chalicelib.desk.integrations import deliveries, delivering, happenings, webhooks
from chalicelib.desk.integrations.posting import Network, Outcome
from chalicelib.desk.integrations.webhooks import Change, Webhook
from chalicelib.dialects.anytime import webhook_payloads
from chalicelib.jobs import deliver
from chalicelib.models import conversations as conversations_rows
from chalicelib.models import mail, people, queues
from chalicelib.models import webhook_deliveries as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import Person
from chalicelib.rules.actors import IMPORT, Actor, pack
from tests.desk.integrations.receivers import URL, Receiver, is_signed, receiving, silent, webhook
from tests.interruptions import interrupted
from tests.world import Visitor, World, counted

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def number_of(world: World, visitor: Visitor) -> int:
    return conversations.load(world.ctx(ADMIN), visitor.conversation).number


def number_of_contact(world: World, visitor: Visitor) -> int:
    person = people.get(world.account, visitor.id)
    assert person
    return person.number


def reply(world: World, visitor: Visitor, kind: str = "reply") -> None:
    path = f"/api/v3/anytime/conversations/{number_of(world, visitor)}/messages"
    assert world.call("POST", path, {"type": kind, "plainBody": "yes"}, **world.bearer()).status == 200


def put(world: World, visitor: Visitor, **fields: Any) -> None:
    path = f"/api/v3/anytime/conversations/{number_of(world, visitor)}"
    assert world.call("PUT", path, fields, **world.bearer()).status == 200


def later(world: World, seconds: float) -> None:
    """Moves the clock so far that the visitors' token has ended, of which there is another then."""
    world.now += int(seconds * 1000)
    world.tokens.clear()


def all_of(world: World, hook: Webhook) -> list[deliveries.Delivery]:
    """All deliveries of a webhook, page by page."""
    found, cursor = list[deliveries.Delivery](), None
    while True:
        page = deliveries.page(world.ctx(ADMIN), hook, "", cursor)
        found, cursor = found + page.deliveries, page.next
        if cursor is None:
            return found


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


def to_next_try(world: World, hook: Webhook) -> None:
    """Moves the clock to when the next delivery of a webhook is due, and lets its timer come."""
    due_at = rows.next_due(world.account, hook.id)
    assert due_at is not None
    world.now = max(world.now, due_at)
    world.deliver("webhooks", _due(world, hook.id))


def test_a_delivery_is_tried_seven_times_and_then_given_up(world: World) -> None:
    receiver = receiving(world, lambda _: 500)
    hook = webhook(world, "contact_created")
    times = [world.now]
    world.visitor()
    world.settle()
    for _ in range(6):
        webhooks.change(world.ctx(ADMIN), hook.number, Change(is_enabled=True))  # as if it took others meanwhile
        to_next_try(world, hook)
        times.append(world.now)
    for (before, after), least in zip(itertools.pairwise(times), [MINUTE, 10 * MINUTE, HOUR, DAY, DAY, DAY], strict=True):
        assert least * 1000 <= after - before <= least * 1100
    assert len(receiver.told) == 7 and len({one["eventId"] for one in receiver.told}) == 1
    (failed,) = all_of(world, hook)
    assert (failed.state, failed.due_at, [one.at for one in failed.tries]) == ("failed", None, times)
    assert {(one.status, one.error) for one in failed.tries} == {(500, "status")}
    assert rows.next_due(world.account, hook.id) is None


def test_a_try_that_is_due_in_an_hour_has_a_timer(world: World) -> None:
    receiver = receiving(world, lambda _: 500)
    webhook(world, "contact_created")
    world.visitor()
    world.settle()
    world.pass_(13 * MINUTE)  # the tries after a minute and ten are each later by a tenth at most
    assert len(receiver.told) == 3
    world.pass_(45 * MINUTE)
    for _ in range(25):
        world.pass_(MINUTE)
        world.sweep()
    assert len(receiver.told) == 4


def test_an_address_that_fails_for_a_day_is_paused_its_owner_told_once_and_resumed(world: World) -> None:
    receiver, mails = receiving(world, lambda _: 503), list[tuple[str, Any]]()
    world.monkeypatch.setattr(mail, "send_raw", lambda raw, *to: mails.append((bytes(raw).decode(), to[-1])))
    hook = webhook(world, "contact_created")
    world.visitor()
    world.settle()
    for _ in range(4):
        to_next_try(world, hook)
    paused = webhooks.get(world.ctx(ADMIN), hook.number)
    assert (paused.is_enabled, paused.paused_at) == (False, world.now)
    bodies = world.note_deliveries()
    world.settle()
    world.deliver(*next(one for one in bodies if one[0] == "mail"))
    ((text, to),) = mails
    assert to == [world.owner.email] and "receiver.example" in text
    later(world, 0)
    late = world.visitor()
    world.settle()
    later(world, 2 * DAY)
    world.deliver("webhooks", _due(world, hook.id))
    assert len(receiver.told) == 5, "nothing is sent to one that is paused"
    receiver.answer = lambda _: 200
    path = f"/api/v3/anytime/webhooks/{hook.number}"
    shown = world.call("PUT", path, {"isEnabled": True}, **world.bearer(world.owner)).body["webhook"]
    assert (shown["isEnabled"], shown["pausedTime"]) == (True, None)
    world.settle()
    assert [one.state for one in all_of(world, hook)] == ["delivered"] * 2
    assert late.id and len(mails) == 1


def test_what_happens_more_than_a_week_after_a_pause_is_not_kept(world: World) -> None:
    hook = webhook(world, "contact_created")
    webhooks.pause(world.ctx(ADMIN), hook, world.now)
    world.settle()
    world.visitor()
    world.settle()
    later(world, webhooks.KEEPS_FOR / 1000)
    world.visitor()
    world.settle()
    assert len(all_of(world, hook)) == 1


def test_a_webhook_that_was_switched_off_keeps_nothing_new_and_one_that_was_removed_gets_nothing(world: World) -> None:
    receiver = receiving(world)
    hook, gone = webhook(world, "contact_created"), webhook(world, "contact_created")
    webhooks.change(world.ctx(ADMIN), hook.number, Change(is_enabled=False))
    world.visitor()
    webhooks.remove(world.ctx(ADMIN), gone.number)
    world.settle()
    webhooks.change(world.ctx(ADMIN), hook.number, Change(is_enabled=True))
    world.settle()
    assert (receiver.told, all_of(world, hook), all_of(world, gone)) == ([], [], [])


def test_an_account_without_webhooks_pays_nothing(world: World, other: World) -> None:
    webhook(other)
    visitor = world.asking()
    world.settle()
    bodies = world.note_deliveries()
    visitor.say("once more")
    records = world.records("conversations")
    with counted() as sent:
        app.relay_conversations({"Records": records}, None)
    world._collect()
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
    world._collect()
    world.settle()
    once = receiver.events()
    app.relay_conversations({"Records": records}, None)
    world._collect()
    world.settle()
    for queue, body in random.Random(3).sample(bodies, len(bodies)):
        deliver_(queue, body)
    world.settle()
    assert receiver.events() == once
    assert sorted(one.id for one in all_of(world, hook)) == sorted({one.id for one in all_of(world, hook)})
    assert len(all_of(world, hook)) == len(once)


def test_a_process_that_dies_between_any_two_requests_loses_nothing(world: World) -> None:
    receiver = receiving(world, lambda _: 500 if len(receiver.told) % 3 == 0 else 200)
    hook = webhook(world)
    visitor = world.asking()
    put(world, visitor, priority="high")
    world.relay()
    bodies = [body for at, queue, body in world.queued if queue == "webhooks"]
    world.queued = [one for one in world.queued if one[1] != "webhooks"]

    def act() -> None:
        world.now += delivering.HELD  # who died holds it no longer
        for body in bodies:
            world.deliver("webhooks", body)

    assert interrupted(world.monkeypatch, act) > 10
    receiver.answer = lambda _: 200
    world.now += 2 * HOUR * 1000
    for body in bodies:
        world.deliver("webhooks", body)
    world.settle()
    world.pass_(2 * HOUR)
    states = {one.id: one.state for one in all_of(world, hook)}
    assert set(states.values()) == {"delivered"} and len(states) == 4
    assert rows.next_due(world.account, hook.id) is None


def test_a_relay_that_dies_keeps_all_and_tells_it_again(world: World) -> None:
    receiver = receiving(world)
    webhook(world)
    world.asking()
    records = {table: world.records(table) for table in ("conversations", "people")}

    def act() -> None:
        for table, found in records.items():
            getattr(app, f"relay_{table}")({"Records": found}, None)

    with world.monkeypatch.context() as broken:
        broken.setattr(queues, "send", lambda *_: (_ for _ in ()).throw(queues.NotSent("webhooks", [0], "down")))
        with pytest.raises(Exception, match="NotSent"):
            act()
    interrupted(world.monkeypatch, act)
    world._collect()
    world.settle()
    assert sorted(set(receiver.events())) == ["contact.created", "conversation.created", "message.created"]
    assert len(receiver.told) == 3


def test_who_finds_a_webhook_taken_calls_and_what_came_meanwhile_is_sent(world: World) -> None:
    receiver = receiving(world)
    hook = webhook(world, "contact_created")
    world.visitor()
    world.relay()
    (mine,) = [body for _, queue, body in world.queued if queue == "webhooks"]
    world.queued = [one for one in world.queued if one[1] != "webhooks"]
    state = rows.hold(world.account, hook.id, "another", world.now, world.now + 5_000)
    for _ in range(3):
        world.deliver("webhooks", mine)
    world._collect()
    assert receiver.told == []
    assert len([one for one in world.queued if one[1] == "webhooks"]) == 1, "one event, however often it was called"
    with pytest.raises(ConditionFailed):
        rows.release(state)
    world.pass_(6)
    assert receiver.events() == ["contact.created"]


def test_a_thousand_events_a_minute_to_an_address_that_is_silent_delay_nobody(world: World, other: World) -> None:
    """Each second 17 events for an address that never answers. Its process is busy for a small part of the time, and another
    account's event is sent in the second in which it happens.
    """
    tried: list[int] = []
    receiver, quick = Receiver(lambda _: None), Receiver()

    def post(url: str, headers: dict[str, str], body: bytes) -> Outcome:
        tried.extend([world.now] if url == URL else [])
        return (receiver if url == URL else quick).post(url, headers, body)

    world.monkeypatch.setattr(deliver, "_post", post)
    hook = webhook(world, "contact_created")
    webhook(other, "contact_created", url="https://quick.example/")
    for second in range(60):
        places = [rows.place(world.now // 1000, 1, 11, second * 100 + at) for at in range(17)]
        about = [{"at": world.now, "number": 1, "contact": place} for place in places]
        turns = zip(places, about, strict=True)
        rows.put_turns([rows.new_turn(world.account, hook.id, world.now, place, "contact_created", one) for place, one in turns])
        world.deliver("webhooks", _due(world, hook.id))
        world._collect()
        if second % 20 == 0:
            other.visitor()
            other.settle()
            assert len(quick.told) == second // 20 + 1
        world.pass_(1)
    assert len(tried) == 9, "eight at once, then one after 30 seconds, which is silent too"
    receiver.answer = lambda _: 200 if len(receiver.told) < 200 else None
    world.pass_(2 * MINUTE)
    assert 200 <= len(receiver.told) < 220, "all that waits is sent as soon as it answers one"


def _due(world: World, hook: str) -> str:
    return publishing.encode(WebhookDue(world.account, world.now, hook, world.now))


def test_a_real_address_that_never_answers_is_tried_at_once_for_eight_and_then_alone(world: World) -> None:
    with silent() as port:
        world.monkeypatch.setattr(deliver, "NETWORK", Network(seconds=0.2, allowed={"127.0.0.1"}))
        world.monkeypatch.setattr("chalicelib.config.WEBHOOK_HOSTS", frozenset({"127.0.0.1"}))
        hook = webhook(world, "contact_created", url=f"http://127.0.0.1:{port}/")
        for _ in range(20):
            world.visitor()
        world.settle()
        tried = [one for one in all_of(world, hook) if one.tries]
        assert 8 <= len(tried) <= 10, "three of them say that it is silent; two may have made room before that"
        assert {one.tries[0].error for one in tried} == {"timeout"}
        assert all(200 <= one.tries[0].milliseconds < 3_000 for one in tried)
        world.pass_(31)
        assert sum(len(one.tries) for one in all_of(world, hook)) == len(tried) + 1


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
        world.deliver("webhooks", _due(world, hook.id))
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


def test_what_failed_in_an_order_is_tried_again_in_it(world: World) -> None:
    receiver = receiving(world, lambda _: 500)
    webhook(world)
    visitor = world.asking()
    for priority in ("high", "low", "urgent"):
        put(world, visitor, priority=priority)
    world.settle()
    receiver.answer = lambda _: 200
    failed = [one["eventId"] for one in receiver.told if one["event"] != "contact.created"]
    world.pass_(2 * MINUTE)
    again = [one["eventId"] for one in receiver.told[len(failed) + 1 :] if one["event"] != "contact.created"]
    assert again == failed and len(failed) == 5


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
        world.deliver("webhooks", _due(world, hook.id))
    assert sent == [*sending, "Query", "Query", "UpdateItem"]
    assert receiver.events() == ["contact.created"] * 2
    with counted() as idle:
        world.deliver("webhooks", _due(world, hook.id))
    assert idle == ["GetItem", "UpdateItem", "Query", "Query", "UpdateItem"]


@pytest.mark.parametrize("place", ["payload", "post"])
def test_a_delivery_that_we_can_not_make_fails_by_itself_and_holds_up_none(world: World, place: str) -> None:
    receiver, broken = receiving(world), [True]
    hook = webhook(world, "contact_created")

    def payload(ctx: Any, subject: Any) -> dict[str, Any]:
        if broken and place == "payload" and subject.about.number == first:
            raise KeyError("a status of tomorrow")
        return webhook_payloads.payload(ctx, subject)

    def post(url: str, headers: dict[str, str], body: bytes) -> Outcome:
        if broken and place == "post" and json.loads(body)["payload"]["contactId"] == first:
            raise OverflowError
        return receiver.post(url, headers, body)

    words = SimpleNamespace(event=webhook_payloads.event, moment=webhook_payloads.moment, payload=payload)
    world.monkeypatch.setattr(app, "webhook_payloads", words)
    world.monkeypatch.setattr(deliver, "_post", post)
    first = number_of_contact(world, world.visitor())
    world.visitor()
    world.settle()
    assert [one["payload"]["contactId"] for one in receiver.told] == [first + 1]
    failed = deliveries.page(world.ctx(ADMIN), hook, "waiting").deliveries[0]
    assert [one.error for one in failed.tries] == ["no payload" if place == "payload" else "bad answer"]
    broken.clear()
    later(world, 70)
    world.settle()
    assert [one["payload"]["contactId"] for one in receiver.told] == [first + 1, first]


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
