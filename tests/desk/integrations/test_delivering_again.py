"""Webhooks that don't answer, or whose deliveries can't be made: tries, timers, pauses, and others that don't wait for them."""

import itertools
import json
from types import SimpleNamespace
from typing import Any

import pytest

import app
from chalicelib.context import ADMIN
from chalicelib.desk.integrations import deliveries, webhooks
from chalicelib.desk.integrations.posting import Network, Outcome
from chalicelib.desk.integrations.webhooks import Change, Webhook
from chalicelib.dialects.anytime import webhook_payloads
from chalicelib.jobs import deliver
from chalicelib.models import mail, people
from chalicelib.models import webhook_deliveries as rows
from tests.desk.integrations.delivered import DAY, HOUR, MINUTE, all_of, due, later, put
from tests.desk.integrations.receivers import URL, Receiver, receiving, silent, webhook
from tests.visitors import Visitor
from tests.world import World


def number_of_contact(world: World, visitor: Visitor) -> int:
    person = people.get(world.account, visitor.id)
    assert person
    return person.number


def to_next_try(world: World, hook: Webhook) -> None:
    """Moves the clock to when the next delivery of a webhook is due, and lets its timer come."""
    due_at = rows.next_due(world.account, hook.id)
    assert due_at is not None
    world.now = max(world.now, due_at)
    world.deliver("webhooks", due(world, hook.id))


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
    world.deliver("webhooks", due(world, hook.id))
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
        world.deliver("webhooks", due(world, hook.id))
        world.collect()
        if second % 20 == 0:
            other.visitor()
            other.settle()
            assert len(quick.told) == second // 20 + 1
        world.pass_(1)
    assert len(tried) == 9, "eight at once, then one after 30 seconds, which is silent too"
    receiver.answer = lambda _: 200 if len(receiver.told) < 200 else None
    world.pass_(2 * MINUTE)
    assert 200 <= len(receiver.told) < 220, "all that waits is sent as soon as it answers one"


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
