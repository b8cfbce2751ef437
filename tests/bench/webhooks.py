"""Webhooks: what an event costs that they are told of, its deliveries, and what goes wrong with them."""

from typing import Any

import app
from chalicelib.rules.webhooks import MESSAGE_CREATED
from tests.bench import apart
from tests.bench.aws import Bill, billed
from tests.bench.calls import TEXT, Call, Scene, entering
from tests.bench.figures import Report
from tests.desk.integrations.receivers import receiving, webhook
from tests.world import World

CALLS: list[Call] = []
call = entering(CALLS)
_WEBHOOKS = "/api/v3/anytime/webhooks"
_MINUTE, _A_DAY = 60_000, 86_400_000


def measure(report: Report) -> None:
    """The bills."""
    apart.measure(report, CALLS)


def _said(scene: Scene, webhooks: int) -> list[int]:
    """A message was posted that so many webhooks are to be told of; the stream has it. Returns their numbers."""
    numbers = [webhook(scene.world, MESSAGE_CREATED).number for _ in range(webhooks)]
    scene.visitor.say(TEXT)  # the relay and the process that delivers know the account afterwards
    _settle(scene.world)
    scene.visitor.say(TEXT)
    return numbers


def _settle(world: World) -> None:
    world.settle()
    world.pass_(1)


def _relayed(scene: Scene, webhooks: int) -> Bill:
    receiving(scene.world)
    _said(scene, webhooks)
    records = scene.world.records("conversations")
    with billed() as bill:
        app.relay_conversations({"Records": records}, None)
    return bill


@call("a message is relayed, no webhooks", 2, "to two queues")
def relayed_to_none(scene: Scene) -> Bill:
    return _relayed(scene, 0)


@call("a message is relayed, 1 webhook", 4, "the same; what it is to be told; a third queue")
def relayed_to_one(scene: Scene) -> Bill:
    return _relayed(scene, 1)


@call("a message is relayed, 10 webhooks", 4, "the same: deliveries are stored by the 25")
def relayed_to_ten(scene: Scene) -> Bill:
    return _relayed(scene, 10)


def _due(world: World) -> list[str]:
    """What is on the queue for webhooks, soonest first, taken from it."""
    world.relay()
    found = sorted(entry for entry in world.queued if entry[1] == "webhooks")
    world.queued = [entry for entry in world.queued if entry[1] != "webhooks"]
    return [body for _, _, body in found]


def _delivered(scene: Scene, messages: int) -> Bill:
    for _ in range(messages - 1):
        scene.visitor.say(TEXT)
    (body, *_) = _due(scene.world)
    with billed() as bill:
        scene.world.deliver("webhooks", body)
    return bill


def _received(scene: Scene, count: int) -> Bill:
    """What it costs to deliver so many events, all of which a webhook receives."""
    told = receiving(scene.world).told
    _said(scene, 1)
    before = len(told)
    bill = _delivered(scene, count)
    assert len(told) == before + count
    return bill


@call("deliver one event to a webhook", 12)
def deliver_one(scene: Scene) -> Bill:
    return _received(scene, 1)


@call("deliver twenty events of a conversation", 70, "what they show and the note of each; the rest once")
def deliver_twenty(scene: Scene) -> Bill:
    return _received(scene, 20)


@call("a try that fails", 12, "as deliver; its note says when it is tried again")
def fails(scene: Scene) -> Bill:
    receiver = receiving(scene.world)
    _said(scene, 1)
    receiver.answer = lambda _: 500
    return _delivered(scene, 1)


@call(
    "the try after a day of failures: the webhook is paused",
    21,
    "as above; the setting, its log, word to the owner, and to consoles",
)
def paused(scene: Scene) -> Bill:
    receiver, world = receiving(scene.world), scene.world
    (number,) = _said(scene, 1)
    receiver.answer = lambda _: 500
    _delivered(scene, 1)
    (body,) = _due(world)
    world.now += _A_DAY + _MINUTE
    with billed() as bill:
        world.deliver("webhooks", body)
    shown = _ask(scene, "GET", f"/{number}")["webhook"]
    assert shown["pausedTime"], shown
    return bill


def _ask(scene: Scene, method: str, path: str, headers: dict[str, str] | None = None) -> Any:
    headers = headers or scene.world.bearer(scene.world.owner)
    answer = scene.world.call(method, f"{_WEBHOOKS}{path}", **headers)
    assert answer.status in (200, 202), answer
    return answer.body


def _settled(scene: Scene) -> tuple[str, str, dict[str, str]]:
    """What was said is delivered. Returns where deliveries are listed, the last one, and headers of whom the desk knows."""
    receiving(scene.world)
    (number,) = _said(scene, 1)
    _settle(scene.world)
    headers, path = scene.world.bearer(scene.world.owner), f"/{number}/deliveries"
    (one, *_) = _ask(scene, "GET", path, headers)["deliveries"]
    return path, one["id"], headers


@call("replay one delivery", 5)
def replay_one(scene: Scene) -> Bill:
    _, id_, headers = _settled(scene)
    with billed() as bill:
        _ask(scene, "POST", f"/deliveries/{id_}/replay", headers)
    return bill


@call("list a page of deliveries", 3)
def list_deliveries(scene: Scene) -> Bill:
    path, _, headers = _settled(scene)
    with billed() as bill:
        _ask(scene, "GET", path, headers)
    return bill
