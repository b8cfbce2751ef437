"""Webhooks: addresses that an account has its events sent to, as administrators set them.

What is read with an account includes which events its webhooks are about, so nobody asks for webhooks that do not exist. A secret
is stored as it is, because signatures are made with it; it is shown only once.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib import config
from chalicelib.context import ADMIN, SYSTEM, Context
from chalicelib.desk.core import access, documents, publishing
from chalicelib.desk.core.account_events import WebhookDue, WebhookPaused
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.documents import ACCOUNT, Document
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.schemas import Secret
from chalicelib.models import webhook_deliveries
from chalicelib.rules import webhook_urls, webhooks

#: Webhooks of an account.
MOST = 50
#: Characters of a secret, and milliseconds for which the one before a new one goes on signing.
SHORTEST, LONGEST, OVERLAP = 16, 256, 86_400_000
#: For how many milliseconds events are still kept for a webhook that was paused.
KEEPS_FOR = 7 * 86_400_000
_SECRET = re.compile(r"[!-~]+")


class Webhook(Entry, frozen=True, kw_only=True):
    """A webhook. `event` is one of rules.webhooks.EVENTS, or ALL. Until `old_until`, `old_secret` signs too.

    `paused_at` is when it was switched off because its address had failed for a day, 0 for one that was not. Times are epoch
    milliseconds.
    """

    event: str
    url: str
    secret: Secret[str]
    is_enabled: bool = True
    old_secret: Secret[str] = ""
    old_until: int = 0
    paused_at: int = 0

    def __repr__(self) -> str:
        return f"Webhook({self.id!r})"  # and no secret, wherever it is written


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What to set of a webhook; UNSET leaves it as it is. Another secret leaves the present one valid for OVERLAP."""

    event: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    secret: str | UnsetType = UNSET


def _check(found: Webhook) -> None:
    if found.event not in (webhooks.ALL, *webhooks.EVENTS):
        raise Invalid("event", f"must be {webhooks.ALL} or one of {', '.join(webhooks.EVENTS)}")
    try:
        webhook_urls.target(found.url, config.WEBHOOK_HOSTS)
    except webhook_urls.Refused as refused:
        raise Invalid("url", str(refused)) from refused
    if not (SHORTEST <= len(found.secret) <= LONGEST and _SECRET.fullmatch(found.secret)):
        raise Invalid("secret", f"must have {SHORTEST} to {LONGEST} letters, digits and signs, all ASCII and without spaces")


WEBHOOKS = Collection(
    "webhook", Webhook, most=MOST, longest={"url": webhook_urls.LONGEST, "secret": LONGEST, "old_secret": LONGEST}, check=_check
)


class Watch(msgspec.Struct, frozen=True):
    """A webhook that gets an event, and until when its events are kept; 0 for one that is enabled."""

    webhook: str
    event: str
    until: int = 0


class Watched(msgspec.Struct, frozen=True):
    """The account's webhooks that get events."""

    webhooks: tuple[Watch, ...] = ()


_WATCHED = Document("watched_webhooks", Watched, partition=ACCOUNT, is_derived=True)


@access.allow(SYSTEM)
def list_watching(ctx: Context) -> list[Watch]:
    """Returns the account's webhooks that get events, at most a minute old. No request where a warm process has them, else that
    of the account.
    """
    known = documents.load(ctx, ACCOUNT).value("watched_webhooks", _WATCHED.of).webhooks
    return [one for one in known if not one.until or ctx.now < one.until]


@access.allow(ADMIN)
def list_all(ctx: Context) -> list[Webhook]:
    """Returns the account's webhooks in the order of creation. One request."""
    return [*WEBHOOKS.load_fresh(ctx).values()]


@access.allow(ADMIN)
def get(ctx: Context, number: int) -> Webhook:
    """Returns a webhook. One request, or two. Raises NotFound."""
    return WEBHOOKS.get_by_number(ctx, number)


@access.allow(ADMIN)
def create(ctx: Context, given: Change) -> Webhook:
    """Creates a webhook, with a secret of ours where none is given, and returns it. Five requests. Raises Invalid."""
    told = {"event": given.event, "url": given.url, "is_enabled": given.is_enabled, "secret": given.secret}
    told = {name: value for name, value in told.items() if value is not UNSET}
    made = WEBHOOKS.create(ctx, {"secret": ctx.secret()} | told)
    _note_watched(ctx)
    return made


@access.allow(ADMIN)
def change(ctx: Context, number: int, given: Change) -> Webhook:
    """Sets the given fields. One that is enabled goes on where it was paused. Up to eight requests. Raises NotFound, Invalid."""
    found = WEBHOOKS.get_by_number(ctx, number)
    _, changed = WEBHOOKS.edit(ctx, found.id, lambda before: _changed(ctx, before, given))
    _note_watched(ctx)
    if given.is_enabled is True:
        webhook_deliveries.forget_failures(ctx.account, found.id)
        publishing.publish([WebhookDue(ctx.account, ctx.now, found.id, ctx.now)], ctx.now)
    return changed


def _changed(ctx: Context, before: Webhook, given: Change) -> Webhook:
    told: dict[str, Any] = {"event": given.event, "url": given.url, "is_enabled": given.is_enabled}
    told = {name: value for name, value in told.items() if value is not UNSET}
    if given.is_enabled is True:
        told["paused_at"] = 0
    if given.secret is not UNSET and given.secret != before.secret:
        told |= {"secret": given.secret, "old_secret": before.secret, "old_until": ctx.now + OVERLAP}
    return WEBHOOKS.schema.patched(before, told)


@access.allow(ADMIN)
def rotate(ctx: Context, number: int) -> Webhook:
    """Gives a webhook a new secret of ours, beside which the one before is valid for OVERLAP, and returns it. Requests as
    `change`. Raises NotFound.
    """
    return change(ctx, number, Change(secret=ctx.secret()))


@access.allow(ADMIN)
def remove(ctx: Context, number: int) -> None:
    """Removes a webhook; nothing more is sent. Up to eight requests. Raises NotFound."""
    found = WEBHOOKS.get_by_number(ctx, number)
    WEBHOOKS.remove(ctx, found.id)
    _note_watched(ctx)
    webhook_deliveries.forget(ctx.account, found.id)


def pause(ctx: Context, webhook: Webhook, since: int) -> None:
    """Switches a webhook off whose address has failed since then, and has its owner told by mail. Up to seven requests.

    Repeated after a crash it goes on, and tells once.
    """
    publishing.publish([WebhookPaused(ctx.account, ctx.now, webhook.id, since)], ctx.now)
    paused = {"is_enabled": False, "paused_at": ctx.now}
    WEBHOOKS.edit(ctx, webhook.id, lambda before: WEBHOOKS.schema.patched(before, paused) if before.is_enabled else before)
    _note_watched(ctx)


def secrets_of(ctx: Context, webhook: Webhook) -> list[str]:
    """Returns the secrets with which a delivery is signed now, the latest first."""
    return [webhook.secret, *([webhook.old_secret] if ctx.now < webhook.old_until else [])]


def _note_watched(ctx: Context) -> None:
    """Notes which webhooks get events. Two requests, four where that is new. A crash before leaves it to the next change, which
    the client of this one repeats.
    """
    if _watched_by(list_known(ctx)) != _WATCHED.load_fresh(ctx):
        _WATCHED.change(ctx, lambda _: _watched_by(list_known(ctx)))


def list_known(ctx: Context) -> list[Webhook]:
    """Returns the account's webhooks, whoever asks. One request."""
    return [*WEBHOOKS.load_fresh(ctx).values()]


def _watched_by(known: Sequence[Webhook]) -> Watched:
    watching = [
        Watch(one.id, one.event, one.paused_at + KEEPS_FOR if one.paused_at else 0)
        for one in known
        if one.is_enabled or one.paused_at
    ]
    return Watched(tuple(watching))
