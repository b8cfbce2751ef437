"""Calls that succeed of Anytime's webhooks and their deliveries: each makes by itself what it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.desk.integrations import webhooks
from chalicelib.desk.integrations.webhooks import Change, Webhook
from chalicelib.models import webhook_deliveries as rows
from chalicelib.rules.webhooks import CLOSED
from tests.conformance.cases_settings import nothing, with_room

if TYPE_CHECKING:
    from tests.conformance.scene import Scene
    from tests.conformance.table import Row

_BASE = "/api/v3/anytime/webhooks"
_URL = "https://receiver.example/hooks"
_ROOM = 6


def _made(scene: Scene) -> Webhook:
    """A new webhook, whose address nobody has."""
    ctx = with_room(scene, webhooks.WEBHOOKS, _ROOM)
    return webhooks.create(ctx, Change(event=CLOSED, url="https://receiver.invalid/hooks"))


def delivery(scene: Scene) -> tuple[int, str]:
    """A new webhook with a delivery that has failed once; its number, and the delivery's id."""
    hook, now = _made(scene), scene.world.time
    place = rows.place(now // 1000, 3, 7, 1)
    turn = rows.new_turn(scene.world.account, hook.id, now, place, CLOSED, {"at": now, "number": 1, "conversation": "c"})
    row = rows.new_delivery(turn)
    row.state, row.tries = rows.FAILED, [{"at": now, "ms": 5, "status": 500, "error": "status", "answer": "no"}]
    rows.finish(row)
    return hook.number, f"{hook.number}-{place}"


def _given(scene: Scene, _: str) -> dict[str, Any]:
    with_room(scene, webhooks.WEBHOOKS, _ROOM)
    return {"event": "conversation.closed", "url": _URL}


def new_id(scene: Scene, row: Row) -> dict[str, str]:
    """What a row's path names: a new webhook, and a delivery of it."""
    if not row.endpoint.path.startswith(f"{_BASE}/"):
        return {}
    number, id_ = delivery(scene)
    return {"id": str(number), "deliveryId": id_}


CASES: dict[tuple[str, str], Callable[[Scene, str], dict[str, Any]]] = {
    ("GET", _BASE): nothing,
    ("POST", _BASE): _given,
    ("GET", f"{_BASE}/{{id}}"): nothing,
    ("PUT", f"{_BASE}/{{id}}"): lambda *_: {"event": "*", "targetUrl": _URL, "secret": "0123456789abcdef", "isEnabled": False},
    ("DELETE", f"{_BASE}/{{id}}"): nothing,
    ("POST", f"{_BASE}/{{id}}/secret"): nothing,
    ("GET", f"{_BASE}/{{id}}/deliveries"): nothing,
    ("GET", f"{_BASE}/{{id}}/deliveries/{{deliveryId}}"): nothing,
    ("POST", f"{_BASE}/deliveries/{{deliveryId}}/replay"): nothing,
    ("POST", f"{_BASE}/{{id}}/replay"): lambda *_: {"from": "2027-01-01T00:00:00Z", "to": "2027-02-01"},
}
