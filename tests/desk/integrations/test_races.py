"""Webhooks beside others: what is held, called, removed or merged while it is sent."""

from typing import Any

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.conversations import deletion
from chalicelib.desk.core.account_events import WebhookDue, WebhookPaused, WebhookReplayed
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.integrations import deliveries, delivering, pauses, subjects, webhooks
from chalicelib.desk.integrations.happenings import About
from chalicelib.desk.integrations.webhooks import Change
from chalicelib.models import mail
from chalicelib.models import webhook_deliveries as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.rules import webhooks as rules
from tests.desk.integrations.receivers import receiving, webhook
from tests.world import World


def due(world: World, hook: str) -> list[WebhookDue]:
    """What is on its way of a webhook."""
    world.collect()
    found = [delivering_event(body) for _, queue, body in world.queued if queue == "webhooks"]
    return [one for one in found if one and one.webhook == hook]


def delivering_event(body: str) -> WebhookDue | None:
    from chalicelib.desk.core import publishing

    event = publishing.decode(body)
    return event if isinstance(event, WebhookDue) else None


def held(world: World, hook: str) -> Any:
    ctx = world.ctx(SYSTEM)
    return rows.hold(ctx.account, hook, ctx.new_id(), ctx.now, ctx.now + delivering.HELD)


def test_who_was_called_while_they_sent_lets_go_and_has_an_event_come(world: World) -> None:
    receiving(world)
    hook, ctx = webhook(world), world.ctx(SYSTEM)
    state = held(world, hook.id)
    assert delivering._call(ctx, hook) == delivering.BUSY
    world.collect()
    world.queued.clear()
    assert delivering._release(ctx, hook, state) is False
    assert [one.due_at for one in due(world, hook.id)] == [world.now]
    assert held(world, hook.id), "it is free"


def test_who_is_taken_for_dead_lets_another_go_on(world: World) -> None:
    receiving(world)
    hook, ctx = webhook(world), world.ctx(SYSTEM)
    late = held(world, hook.id)
    world.now += delivering.HELD + 1
    other = held(world, hook.id)
    assert delivering._release(ctx, hook, late) is False
    with pytest.raises(ConditionFailed):
        held(world, hook.id)
    delivering._release(world.ctx(SYSTEM), hook, other)
    assert held(world, hook.id)


def test_nothing_is_sent_again_of_a_webhook_that_is_gone_or_off(world: World) -> None:
    receiving(world)
    hook, ctx = webhook(world), world.ctx(ADMIN)
    event = WebhookReplayed(world.account, world.now, hook.id, world.now - 1000, world.now + 1, 100)
    webhooks.change(ctx, hook.number, Change(is_enabled=False))
    with pytest.raises(Invalid, match="the webhook is not enabled"):
        deliveries.replay_range(ctx, hook.number, world.now - 1000, world.now)
    with pytest.raises(Invalid, match="to: must be later than from"):
        deliveries.replay_range(ctx, hook.number, world.now, world.now)
    webhooks.remove(ctx, hook.number)
    assert deliveries.go_on(world.ctx(SYSTEM), event) == 0
    assert delivering.deliver(world.ctx(SYSTEM), WebhookDue(world.account, 0, hook.id, 0), *[None] * 3) == delivering.GONE  # type: ignore[arg-type]


def test_deliveries_in_a_state_that_is_none_are_refused(world: World) -> None:
    hook = webhook(world)
    with pytest.raises(Invalid, match="state: must be one of"):
        deliveries.page(world.ctx(ADMIN), hook, "gone")


def test_a_pause_is_told_to_nobody_where_there_is_nobody_or_no_webhook(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hook, ctx = webhook(world), world.ctx(SYSTEM)
    event = WebhookPaused(world.account, world.now, hook.id, world.now)
    monkeypatch.setitem(mail._NEEDED, "POLYDESK_MAIL_FROM", "")
    assert pauses.send_mail(ctx, event) == pauses.NOBODY
    webhooks.remove(world.ctx(ADMIN), hook.number)
    assert pauses.send_mail(ctx, replace_since(event)) == pauses.GONE


def replace_since(event: WebhookPaused) -> WebhookPaused:
    return WebhookPaused(event.account, event.at, event.webhook, event.since + 1)


def test_of_a_conversation_that_is_removed_for_good_an_event_tells_nothing(world: World) -> None:
    visitor = world.asking("hello")
    world.settle()
    about = About(world.now, 1, conversation=visitor.conversation)
    assert subjects.load(world.ctx(SYSTEM), rules.CLOSED, about).conversation
    deletion.delete(world.ctx(ADMIN), visitor.conversation)
    deletion.purge(world.ctx(ADMIN), visitor.conversation)
    found = subjects.load(world.ctx(SYSTEM), rules.CLOSED, about)
    assert (found.conversation, found.message, found.contact) == (None, None, None)


@pytest.mark.parametrize("secret", ["short", "with space " * 4, "ü" * 40])
def test_a_secret_that_can_not_sign_is_refused(world: World, secret: str) -> None:
    with pytest.raises(Invalid, match="secret: must have"):
        webhooks.create(world.ctx(ADMIN), Change(event="*", url="https://receiver.example/", secret=secret))


def test_a_breach_is_told_with_its_clock_and_policy(world: World) -> None:
    receiver = receiving(world)
    webhook(world, rules.BREACHED)
    made = {"name": "Quick", "isEnabled": True, "isBusinessHours": False, "firstRespondWithin": 1}
    assert world.call("POST", "/api/v3/anytime/SLAPolicies", made, **world.bearer(world.owner)).status == 200
    world.asking("hello")
    world.settle()
    for _ in range(9):
        world.pass_(900)
        world.sweep()
    world.settle()
    (told,) = receiver.told
    assert told["eventTime"] == told["payload"]["breach"]["dueTime"] == "2027-01-15T09:00:00.000Z"
    assert (told["payload"]["breach"]["clock"], told["payload"]["breach"]["slaPolicyId"]) == ("firstRespond", 1)
