"""Anytime's webhooks: addresses that events are sent to. Their deliveries are in webhook_deliveries."""

from typing import Annotated, Literal, get_args

from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import ADMIN, Context
from chalicelib.desk.core.errors import Missing
from chalicelib.desk.integrations import webhooks
from chalicelib.desk.integrations.webhooks import Change
from chalicelib.dialects.anytime.shapes import BASE, Spellings, Wire, moment
from chalicelib.dialects.anytime.webhook_payloads import EVENTS, event
from chalicelib.dialects.bounds import Line, Moment, Number, one_of
from chalicelib.dialects.endpoint import Endpoint, Nothing

EventName = Literal[
    "*",
    "conversation.created",
    "conversation.updated",
    "conversation.assigned",
    "conversation.statusChanged",
    "conversation.replied",
    "conversation.closed",
    "conversation.deleted",
    "message.created",
    "sla.breached",
    "contact.created",
    "ticket.AgentReplied",
    "anytimeConversation.FileUploaded",
]
WebhookSecret = Annotated[str, Meta(max_length=webhooks.LONGEST)]
_SPELLINGS = Spellings(event=["event"], url=["url", "target_url"], is_enabled=["is_enabled"], secret=["secret"])


class Webhook(Wire, kw_only=True):
    """A webhook. `secret` is there only in the answer to the call that has set one of ours. `pausedTime` is when it was disabled
    because its address had failed for a day; until `oldSecretUntil`, the secret before the present one signs too.
    """

    id: int
    event: Annotated[str, one_of(*get_args(EventName))]
    url: str
    target_url: str
    is_enabled: bool
    paused_time: Moment | None
    old_secret_until: Moment | None
    created_time: Moment
    secret: str | UnsetType = UNSET


class WebhookList(Wire, kw_only=True):
    """Webhooks under their name."""

    webhooks: list[Webhook]


class WrappedWebhook(Wire, kw_only=True):
    """One webhook under its name."""

    webhook: Webhook


class OneWebhook(Wire, kw_only=True):
    """A webhook by its integer id."""

    id: Number


class SetWebhook(Wire, kw_only=True):
    """Base: what can be set of a webhook. Null and an empty text as `secret` say nothing."""

    url: Line | UnsetType = UNSET
    target_url: Line | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    secret: WebhookSecret | None | UnsetType = UNSET


class MakeWebhook(SetWebhook, kw_only=True):
    """`POST /webhooks`."""

    event: EventName


class ChangeWebhook(SetWebhook, kw_only=True):
    """`PUT /webhooks/{id}`: what is given changes."""

    id: Number
    event: EventName | UnsetType = UNSET


def list_webhooks(ctx: Context, request: Nothing) -> WebhookList:
    """`GET /webhooks`: all webhooks, in the order in which they were made, without their secrets."""
    return WebhookList(webhooks=[_show(ctx, one) for one in webhooks.list_all(ctx)])


def get_webhook(ctx: Context, request: OneWebhook) -> WrappedWebhook:
    """`GET /webhooks/{id}`: a webhook without its secret."""
    return WrappedWebhook(webhook=_show(ctx, webhooks.get(ctx, request.id)))


def make_webhook(ctx: Context, request: MakeWebhook) -> WrappedWebhook:
    """`POST /webhooks`: a new webhook. A secret that the desk has made is only in this answer."""
    if not (request.url or request.target_url):
        raise Missing("url")
    given = _change(request, None)
    with _SPELLINGS.told(request):
        made = webhooks.create(ctx, given)
    return WrappedWebhook(webhook=_show(ctx, made)) if given.secret else _with_secret(ctx, made)


def change_webhook(ctx: Context, request: ChangeWebhook) -> WrappedWebhook:
    """`PUT /webhooks/{id}`: changes the given fields. Enabling sends what waits; the secret before goes on signing for a day."""
    given = _change(request, webhooks.get(ctx, request.id))
    with _SPELLINGS.told(request):
        return WrappedWebhook(webhook=_show(ctx, webhooks.change(ctx, request.id, given)))


def rotate_secret(ctx: Context, request: OneWebhook) -> WrappedWebhook:
    """`POST /webhooks/{id}/secret`: a new secret, which is only in this answer. The one before goes on signing for a day."""
    return _with_secret(ctx, webhooks.rotate(ctx, request.id))


def remove_webhook(ctx: Context, request: OneWebhook) -> None:
    """`DELETE /webhooks/{id}`: removes a webhook. Deliveries that wait for it are not sent."""
    webhooks.remove(ctx, request.id)


def _change(request: MakeWebhook | ChangeWebhook, now: webhooks.Webhook | None) -> Change:
    url = _SPELLINGS.given(request, "url", now and now.url)
    named = request.event
    return Change(
        event=UNSET if isinstance(named, UnsetType) else EVENTS[named],
        url=url.strip() if isinstance(url, str) else url,
        is_enabled=request.is_enabled,
        secret=request.secret or UNSET,
    )


def _with_secret(ctx: Context, found: webhooks.Webhook) -> WrappedWebhook:
    shown = _show(ctx, found)
    shown.secret = found.secret
    return WrappedWebhook(webhook=shown)


def _show(ctx: Context, found: webhooks.Webhook) -> Webhook:
    return Webhook(
        id=found.number,
        event=event(found.event),
        url=found.url,
        target_url=found.url,
        is_enabled=found.is_enabled,
        paused_time=moment(found.paused_at) if found.paused_at else None,
        old_secret_until=moment(found.old_until) if found.old_until > ctx.now else None,
        created_time=moment(found.created_at),
    )


_PATH, _ONE = f"{BASE}/webhooks", f"{BASE}/webhooks/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_webhooks, ADMIN),
    Endpoint("POST", _PATH, make_webhook, ADMIN, has_secret=True),
    Endpoint("GET", _ONE, get_webhook, ADMIN),
    Endpoint("PUT", _ONE, change_webhook, ADMIN),
    Endpoint("DELETE", _ONE, remove_webhook, ADMIN),
    Endpoint("POST", f"{_ONE}/secret", rotate_secret, ADMIN, has_secret=True),
]
