"""Organisations: what an account has booked of its vendor: plans and add-ons."""

from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import access
from chalicelib.desk.core.documents import Document
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.schemas import Secret

ACTIVE, BLOCKED, UNPAID = "active", "blocked", "unpaid"
LIVE_CHAT = "live_chat"
_MOST = 50


class Plan(msgspec.Struct, frozen=True):
    """A plan that was booked."""

    name: str
    price: str
    features: str = ""
    subscription: str | None = None


class AddOn(msgspec.Struct, frozen=True):
    """An add-on that was booked. Only administrators see what it needs to reach another system."""

    name: str
    unique_name: str
    is_active: bool = True
    plan: str | None = None
    subscription: str | None = None
    uvdesk: Secret[dict[str, Any] | None] = None
    scheduler: Secret[dict[str, Any] | None] = None
    access_token: Secret[str | None] = None
    refresh_token: Secret[str | None] = None


class Bookings(msgspec.Struct, frozen=True):
    """All that an account has booked. By default, the chat."""

    status: str = ACTIVE
    plans: tuple[Plan, ...] = ()
    add_ons: tuple[AddOn, ...] = (AddOn("Live Chat", LIVE_CHAT),)


_BOOKINGS = Document("organisation", Bookings)


@access.allow(AGENT)
def load(ctx: Context) -> Bookings:
    """Returns what the caller's account has booked. One request. Only an administrator gets an add-on's tokens and
    configuration.
    """
    found = _BOOKINGS.load_fresh(ctx)
    if ctx.caller.at_least(ADMIN):
        return found
    return replace(found, add_ons=tuple(_open(add_on) for add_on in found.add_ons))


@access.allow(ADMIN)
def save(ctx: Context, wanted: Bookings) -> None:
    """Stores all that the caller's account has booked, in place of what it had. Two requests.

    Raises Invalid for an unknown status, or more than 50 of a kind.
    """
    if wanted.status not in (ACTIVE, BLOCKED, UNPAID):
        raise Invalid("status", "is not a status")
    if max(len(wanted.plans), len(wanted.add_ons)) > _MOST:
        raise Invalid("plans", f"and add-ons are {_MOST} at most")
    accounts.load(ctx)
    _BOOKINGS.change(ctx, lambda _: wanted)


def _open(add_on: AddOn) -> AddOn:
    return replace(add_on, access_token=None, refresh_token=None, uvdesk=None, scheduler=None)
