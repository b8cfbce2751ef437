"""Anytime's deliveries of webhooks: what was sent, with each try, and sending it again."""

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib import config
from chalicelib.context import ADMIN, Context
from chalicelib.desk.core.errors import Missing, NotFound
from chalicelib.desk.integrations import deliveries, webhooks
from chalicelib.desk.integrations.deliveries import Delivery as Row
from chalicelib.dialects.anytime import paging
from chalicelib.dialects.anytime.shapes import BASE, Wire, moment, read_moment
from chalicelib.dialects.anytime.webhook_payloads import event
from chalicelib.dialects.bounds import Line, Moment, Name, Number, one_of
from chalicelib.dialects.endpoint import Endpoint

State = Literal["", "waiting", "delivered", "failed"]
DeliveryId = Annotated[str, Meta(max_length=64)]


class ListDeliveries(Wire, kw_only=True):
    """`GET /webhooks/{id}/deliveries`. `cursor` is of `nextPage`."""

    id: Number
    state: State = ""
    cursor: Line = ""


class OneDelivery(Wire, kw_only=True):
    """A delivery of a webhook by its id."""

    id: Number
    delivery_id: DeliveryId


class ReplayDelivery(Wire, kw_only=True):
    """`POST /webhooks/deliveries/{deliveryId}/replay`."""

    delivery_id: DeliveryId


class ReplayDeliveries(Wire, kw_only=True):
    """`POST /webhooks/{id}/replay`: for what happened from a moment to another."""

    id: Number
    from_: Name = msgspec.field(name="from")
    to: Name


class DeliveryTry(Wire, kw_only=True):
    """A try: `status` and the beginning of the answer, and what went wrong if something did."""

    time: Moment
    milliseconds: int
    status: int | None
    error: str | None
    answer: str


class Delivery(Wire, kw_only=True):
    """A delivery. `eventId` is the same in each webhook that gets the event; `tries` are shown of one by itself."""

    id: str
    webhook_id: int
    event: str
    event_id: str
    event_time: Moment
    conversation_id: int | None
    contact_id: int | None
    state: Annotated[str, one_of("waiting", "delivered", "failed")]
    next_try_time: Moment | None
    try_count: int
    tries: list[DeliveryTry] | UnsetType = UNSET


class DeliveryList(Wire, kw_only=True):
    """Deliveries: those that were never tried, then the others, latest event first. `nextPage` is null for the last page."""

    deliveries: list[Delivery]
    next_page: str | None


class WrappedDelivery(Wire, kw_only=True):
    """One delivery under its name."""

    delivery: Delivery


class Replay(Wire, kw_only=True):
    """What is sent again: deliveries that were made or given up, for events between two moments, so many at most."""

    webhook_id: int
    from_: Moment = msgspec.field(name="from")
    to: Moment
    most: int


class WrappedReplay(Wire, kw_only=True):
    """A replay under its name."""

    replay: Replay


def list_deliveries(ctx: Context, request: ListDeliveries) -> DeliveryList:
    """`GET /webhooks/{id}/deliveries`: 50 a page, of the last 30 days; with `state`, only those."""
    part, place = paging.read_cursor(request.cursor, 2) if request.cursor else ("", "")
    webhook = webhooks.get(ctx, request.id)
    page = deliveries.page(ctx, webhook, request.state, (part, place) if part else None)
    return DeliveryList(
        deliveries=[_show(webhook.number, one) for one in page.deliveries],
        next_page=_address(request, paging.cursor(*page.next)) if page.next else None,
    )


def _address(request: ListDeliveries, cursor: str) -> str:
    given = {"state": request.state, "cursor": cursor} if request.state else {"cursor": cursor}
    return f"{config.PUBLIC_URL}{_LIST.format(id=request.id)}?{urlencode(given)}"


def get_delivery(ctx: Context, request: OneDelivery) -> WrappedDelivery:
    """`GET /webhooks/{id}/deliveries/{deliveryId}`: a delivery with its tries, oldest first."""
    webhook = webhooks.get(ctx, request.id)
    number, place = _read_id(request.delivery_id)
    if number != webhook.number:
        raise NotFound("delivery", request.delivery_id)
    return WrappedDelivery(delivery=_show_whole(webhook.number, deliveries.get(ctx, webhook, place)))


def replay_delivery(ctx: Context, request: ReplayDelivery) -> WrappedDelivery:
    """`POST /webhooks/deliveries/{deliveryId}/replay`: sends it again, with the same eventId."""
    webhook, found = deliveries.replay(ctx, *_read_id(request.delivery_id))
    return WrappedDelivery(delivery=_show_whole(webhook.number, found))


def replay_deliveries(ctx: Context, request: ReplayDeliveries) -> WrappedReplay:
    """`POST /webhooks/{id}/replay`: sends all again, delivered or not, that happened from `from` to `to`."""
    since, until = read_moment(request.from_, "from", 0), read_moment(request.to, "to", 0)
    if since is None or until is None:
        raise Missing("from" if since is None else "to")
    webhook = deliveries.replay_range(ctx, request.id, since, until)
    told = Replay(webhook_id=webhook.number, from_=moment(since), to=moment(until), most=deliveries.MOST_REPLAYED)
    return WrappedReplay(replay=told)


def _read_id(text: str) -> tuple[int, str]:
    """Returns the number of the webhook, and the place, that an id has. Raises NotFound."""
    number, _, place = text.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise NotFound("delivery", text)
    return int(number), place


def _show(webhook: int, found: Row) -> Delivery:
    about = found.about
    return Delivery(
        id=f"{webhook}-{found.id}",
        webhook_id=webhook,
        event=event(found.event),
        event_id=found.event_id,
        event_time=moment(about.happened_at),
        conversation_id=about.number if about.conversation else None,
        contact_id=about.number if about.contact else None,
        state=found.state,
        next_try_time=None if found.due_at is None else moment(found.due_at),
        try_count=len(found.tries),
    )


def _show_whole(webhook: int, found: Row) -> Delivery:
    shown = _show(webhook, found)
    shown.tries = _tries(found.tries)
    return shown


def _tries(found: Sequence[deliveries.Try]) -> list[DeliveryTry]:
    return [
        DeliveryTry(time=moment(one.at), milliseconds=one.milliseconds, status=one.status, error=one.error, answer=one.answer)
        for one in found
    ]


_PATH = f"{BASE}/webhooks"
_LIST = f"{_PATH}/{{id}}/deliveries"
ROWS = [
    Endpoint("GET", _LIST, list_deliveries, ADMIN),
    Endpoint("GET", f"{_LIST}/{{deliveryId}}", get_delivery, ADMIN),
    Endpoint("POST", f"{_PATH}/deliveries/{{deliveryId}}/replay", replay_delivery, ADMIN),
    Endpoint("POST", f"{_PATH}/{{id}}/replay", replay_deliveries, ADMIN),
]
