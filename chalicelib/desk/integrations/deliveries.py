"""Deliveries: what a webhook was sent and will be sent, with all tries; and sending it again."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.context import ADMIN, SYSTEM, Context
from chalicelib.desk.core import access, publishing, rate_limits
from chalicelib.desk.core.account_events import WebhookDue, WebhookReplayed
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.integrations import happenings
from chalicelib.desk.integrations.happenings import About
from chalicelib.desk.integrations.webhooks import WEBHOOKS, Webhook
from chalicelib.models import webhook_deliveries as rows
from chalicelib.models.webhook_deliveries import DELIVERED, FAILED, WAITING, WebhookDelivery, WebhookTurn

STATES = (WAITING, DELIVERED, FAILED)
#: Deliveries of a page, rows that one page looks at, and deliveries that are sent again at most by one call.
PAGE, _LOOKED_AT, MOST_REPLAYED = 50, 400, 10_000
#: Deliveries that one message sends again, and how much a call for many counts.
_AT_ONCE, _WEIGHT = 100, 50
#: Before and behind all places.
_FIRST, _LAST = "0", "~"
#: Parts of a list, as its cursors name them: turns that were never tried, or all; and deliveries.
_TURNS, _DELIVERIES = "turns", "deliveries"


class Try(msgspec.Struct, frozen=True):
    """A try: when, how long it took (both milliseconds), the status of the answer with its beginning, or what went wrong."""

    at: int
    milliseconds: int
    status: int | None
    error: str | None
    answer: str


class Delivery(msgspec.Struct, frozen=True):
    """A delivery to a webhook. `due_at` is when it is tried next, None for one that is over; `id` is its place."""

    id: str
    event: str
    event_id: str
    about: About
    state: str
    due_at: int | None
    tries: Sequence[Try]


class Page(msgspec.Struct, frozen=True):
    """Deliveries, and the cursor of the next page, None for the last."""

    deliveries: list[Delivery]
    next: tuple[str, str] | None


@access.allow(ADMIN)
def page(ctx: Context, webhook: Webhook, state: str = "", cursor: tuple[str, str] | None = None) -> Page:
    """Returns 50 deliveries of a webhook at most: those that were never tried, soonest first, then the others, latest event
    first. With a state, only those, waiting ones by when they are due. Up to nine requests.

    Any page may be short. Raises Invalid for an unknown state or a bad cursor.
    """
    if state and state not in STATES:
        raise Invalid("state", f"must be one of {', '.join(STATES)}")
    part, place = cursor or (_DELIVERIES if state in (DELIVERED, FAILED) else _TURNS, "")
    if part == _DELIVERIES and place:
        _check_place(place, "cursor")
    if part == _TURNS:
        return _turns(ctx, webhook, state, place)
    return _deliveries(ctx, webhook, state, place or _LAST)


def _turns(ctx: Context, webhook: Webhook, state: str, after: str) -> Page:
    found = rows.list_turns(ctx.account, webhook.id, after or _FIRST, PAGE)
    kept = [turn for turn in found if turn.expires_at * 1000 > ctx.now]
    shown = [turn for turn in kept if state or not (turn.tried or turn.round)]
    known = rows.get_many(ctx.account, webhook.id, [turn.delivery for turn in shown if turn.tried or turn.round])
    more = (_TURNS, found[-1].place) if len(found) == PAGE else None if state else (_DELIVERIES, "")
    deliveries = [_of_turn(ctx, turn, known.get(turn.delivery)) for turn in shown]
    if more == (_DELIVERIES, "") and not deliveries:
        return _deliveries(ctx, webhook, state, _LAST)
    return Page(deliveries, more)


def _deliveries(ctx: Context, webhook: Webhook, state: str, before: str) -> Page:
    oldest = _oldest(ctx)
    found: list[WebhookDelivery] = []
    place: str | None = before
    for _ in range(_LOOKED_AT // PAGE):
        if place is None or len(found) >= PAGE:
            break
        read, place = rows.page(ctx.account, webhook.id, oldest, place, PAGE - len(found), newest_first=True, state=state or None)
        found += read
    return Page([_of_row(ctx, row) for row in found], (_DELIVERIES, place) if place else None)


def _oldest(ctx: Context) -> str:
    """Returns the place before all deliveries that are kept still."""
    return _moment(ctx.now - rows.KEPT_SECONDS * 1000)


def _moment(at: int) -> str:
    """Returns a moment as places begin, or the nearest that they have."""
    return f"{min(max(0, at), 10**13 - 1):013d}"


def _check_place(place: str, field: str) -> None:
    if not rows.is_place(place):
        raise Invalid(field, "is not one of ours")


def _of_turn(ctx: Context, turn: WebhookTurn, known: WebhookDelivery | None) -> Delivery:
    tries = _tries(known.tries) if known else []
    return _delivery(ctx, turn.delivery, turn, WAITING, turn.due_at, tries)


def _of_row(ctx: Context, row: WebhookDelivery) -> Delivery:
    return _delivery(ctx, row.place, row, row.state, row.due_at, _tries(row.tries))


def _delivery(
    ctx: Context, place: str, row: WebhookTurn | WebhookDelivery, state: str, due_at: int | None, tries: list[Try]
) -> Delivery:
    event_id = happenings.event_id(ctx.account, row.event, place)
    return Delivery(place, row.event, event_id, msgspec.convert(row.about, About), state, due_at, tries)


def _tries(stored: Sequence[dict[str, Any]]) -> list[Try]:
    return [Try(one["at"], one["ms"], one.get("status"), one.get("error"), one.get("answer", "")) for one in stored]


@access.allow(ADMIN)
def get(ctx: Context, webhook: Webhook, place: str) -> Delivery:
    """Returns a delivery of a webhook with its tries. One request, two for one that was never tried. Raises NotFound."""
    if rows.is_place(place) and place > _oldest(ctx):
        if row := rows.get(ctx.account, webhook.id, place):
            return _of_row(ctx, row)
        if turn := _untried(ctx, webhook, place):
            return _of_turn(ctx, turn, None)
    raise NotFound("delivery", place)


def _untried(ctx: Context, webhook: Webhook, place: str) -> WebhookTurn | None:
    return rows.find_turn(ctx.account, webhook.id, rows.happened_at(place), place)


@access.allow(ADMIN)
def replay(ctx: Context, number: int, place: str) -> tuple[Webhook, Delivery]:
    """Sends a delivery again, once more for each call: at once, and with all tries where it fails. One that waits is tried now.
    Returns it, waiting, with its webhook. Up to seven requests. Raises NotFound, Invalid for a webhook that is switched off,
    TooMany.
    """
    rate_limits.spend_replay(ctx)
    webhook = WEBHOOKS.get_by_number(ctx, number)
    found = get(ctx, webhook, place)
    _check_enabled(webhook)
    if found.tries:
        _queue(ctx, webhook, [found], ctx.now)
    if found.tries and found.due_at is not None:
        rows.remove_turns([_new_turn(ctx, webhook, found, found.due_at)])
    publishing.publish([WebhookDue(ctx.account, ctx.now, webhook.id, ctx.now)], ctx.now)
    return webhook, replace(found, state=WAITING, due_at=ctx.now)


def _check_enabled(webhook: Webhook) -> None:
    if not webhook.is_enabled:
        raise Invalid("", "the webhook is not enabled")


def _queue(ctx: Context, webhook: Webhook, found: Sequence[Delivery], round_: int) -> None:
    """Stores turns of a round, which are due when it began. A request for each 25."""
    rows.put_turns([_new_turn(ctx, webhook, one, round_, round_) for one in found])


def _new_turn(ctx: Context, webhook: Webhook, one: Delivery, due_at: int, round_: int = 0) -> WebhookTurn:
    return rows.new_turn(ctx.account, webhook.id, due_at, one.id, one.event, msgspec.to_builtins(one.about), round_)


@access.allow(ADMIN)
def replay_range(ctx: Context, number: int, since: int, until: int) -> Webhook:
    """Has all sent again that a webhook was sent for what happened between two moments, MOST_REPLAYED at most, oldest first.
    Returns the webhook. Three requests. Raises NotFound, Invalid, TooMany.
    """
    if since >= until:
        raise Invalid("to", "must be later than from")
    rate_limits.spend_replay(ctx, _WEIGHT)
    webhook = WEBHOOKS.get_by_number(ctx, number)
    _check_enabled(webhook)
    publishing.publish([WebhookReplayed(ctx.account, ctx.now, webhook.id, since, until, MOST_REPLAYED)], ctx.now)
    return webhook


@access.allow(SYSTEM)
def go_on(ctx: Context, event: WebhookReplayed) -> int:
    """Sends the next deliveries of a range again, and publishes an event for the rest. Returns how many. If it is repeated,
    nothing is sent twice. Seven requests at most.
    """
    try:
        webhook = WEBHOOKS.get(ctx, event.webhook)
    except NotFound:
        return 0
    first = event.after or max(_moment(event.since // 1000 * 1000), _oldest(ctx))
    last = f"{_moment(event.until)}~"
    found, rest = rows.page(ctx.account, webhook.id, first, last, min(_AT_ONCE, event.left), newest_first=False)
    wanted = [_of_row(ctx, row) for row in found if row.state != WAITING and row.round < event.at]
    _queue(ctx, webhook, wanted, event.at)
    more = event.left - len(found)
    events: list[WebhookDue | WebhookReplayed] = [WebhookDue(ctx.account, ctx.now, webhook.id, ctx.now)] if wanted else []
    if rest and more > 0:
        events.append(WebhookReplayed(ctx.account, event.at, webhook.id, event.since, event.until, more, rest))
    publishing.publish(events, ctx.now)
    return len(wanted)
