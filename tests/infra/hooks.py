"""All that webhooks are told and answer, for the rights of the lambda behind them."""

import json
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts, custom_fields, tags
from chalicelib.desk.conversations import conversations, updates
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.integrations import deliveries, webhooks
from chalicelib.models import webhook_deliveries as rows
from chalicelib.rules import webhooks as rules
from tests.desk.integrations.receivers import Receiver, receiving, webhook
from tests.world import World


def tell(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of all kinds, files with a verdict, tries that fail, an address that is paused and goes on, and replays."""
    ours = World(monkeypatch, clock_of=world, name="hooks", allocation=accounts.EVERYONE)
    receiver, admin = receiving(ours), ours.ctx(ADMIN, ours.owner)
    hooks = [webhook(ours, event) for event in ("*", rules.AGENT_REPLIED, rules.FILE_UPLOADED)]
    tag = tags.create(admin, "told").number
    custom_fields.create(admin, custom_fields.Change("size", "text"))
    visitor = ours.asking()
    updates.change(ours.as_agent(), visitor.conversation, Change(tags=(tag,)))
    path = f"/api/v3/anytime/conversations/{conversations.load(admin, visitor.conversation).number}"
    guid = ours.form_data("/api/v3/anytime/attachments", ours.bearer(), file=("a.txt", "text/x", b"1")).body["guid"]
    receiver.body = json.dumps({"guid": guid, "result": "failed"}).encode()
    given: dict[str, Any] = {"type": "reply", "plainBody": "yes", "attachments": [{"guid": guid}]}
    assert ours.call("POST", f"{path}/messages", given, **ours.bearer()).status == 200
    assert ours.call("POST", f"{path}/messages", {"type": "note", "plainBody": "hm"}, **ours.bearer()).status == 200
    assert ours.call("PUT", f"{path}/draft", {"plainBody": "so"}, **ours.bearer()).status < 500
    ours.settle()
    for crowd in (25, 0):
        monkeypatch.setattr("chalicelib.desk.core.later.CROWD", crowd)
        _fail_for_an_hour(ours, receiver)
    _fail_for_a_day(ours, hooks[0], receiver)
    receiver.answer = lambda _: 200
    base = f"/api/v3/anytime/webhooks/{hooks[0].number}"
    assert ours.call("GET", f"{base}/deliveries?state=waiting", **ours.bearer(ours.owner)).body["deliveries"]
    assert ours.call("PUT", base, {"isEnabled": True}, **ours.bearer(ours.owner)).status == 200
    ours.settle()
    deliveries.replay_range(admin, hooks[0].number, 0, world.now)
    ours.settle()


def _fail_for_an_hour(world: World, receiver: Receiver) -> None:
    """An address fails three times, so that the next try is due later than a queue can hold it, and then answers."""
    receiver.answer, before = lambda _: 500, receiver.events().count("contact.created")
    world.tokens.clear()
    world.visitor()
    world.pass_(15 * 60)
    assert receiver.events().count("contact.created") == before + 3
    receiver.answer = lambda _: 200
    for _ in range(70):
        world.pass_(60)
        world.sweep()
    world.settle()
    assert receiver.events().count("contact.created") == before + 4


def _fail_for_a_day(world: World, hook: webhooks.Webhook, receiver: Receiver) -> None:
    """An address has failed for a day, and fails again while another process is sending to it."""
    receiver.answer = lambda _: 500
    state = rows.hold(world.account, hook.id, "another", world.time, world.time + 1_000)
    world.tokens.clear()
    world.visitor()
    world.settle()
    state.failing_since = world.time - rules.PATIENCE
    rows.release(state, even_if_called=True)
    world.pass_(2)
    assert not webhooks.get(world.ctx(ADMIN), hook.number).is_enabled
