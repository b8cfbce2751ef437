"""Anytime's auto-close settings: when a silent customer is warned, and when their conversation is closed."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.endpoint import Endpoint, Nothing

Seconds = Annotated[int, Meta(ge=1, le=31_536_000)]


class AutoClose(Wire, kw_only=True):
    """Auto-close settings; the spans are seconds."""

    is_enabled: bool
    reassign_unpicked_after: int
    warn_after: int
    close_after: int


class SetAutoClose(Wire, kw_only=True):
    """`PUT /autoClose`: what is given changes."""

    is_enabled: bool | UnsetType = UNSET
    reassign_unpicked_after: Seconds | UnsetType = UNSET
    warn_after: Seconds | UnsetType = UNSET
    close_after: Seconds | UnsetType = UNSET


def get_auto_close(ctx: Context, request: Nothing) -> AutoClose:
    """`GET /autoClose`: the spans after which a silent customer is warned and their conversation closed."""
    return _auto_close(accounts.load(ctx).auto_close)


def set_auto_close(ctx: Context, request: SetAutoClose) -> AutoClose:
    """`PUT /autoClose`: changes the given fields, for deadlines set from now on."""
    given = {name: value for name, value in msgspec.structs.asdict(request).items() if value is not msgspec.UNSET}
    return _auto_close(accounts.set_auto_close(ctx, given))


def _auto_close(settings: accounts.AutoClose) -> AutoClose:
    return AutoClose(
        is_enabled=settings.is_enabled,
        reassign_unpicked_after=settings.reassign_unpicked_after,
        warn_after=settings.warn_after,
        close_after=settings.close_after,
    )


ROWS = [
    Endpoint("GET", f"{BASE}/autoClose", get_auto_close, AGENT),
    Endpoint("PUT", f"{BASE}/autoClose", set_auto_close, ADMIN),
]
