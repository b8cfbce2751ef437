"""Anytime's retention settings: after how many days closed conversations, and files, are removed for good."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import ADMIN, Context
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.schemas import fields_set
from chalicelib.desk.privacy import retention
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.endpoint import Endpoint, Nothing

Days = Annotated[int, Meta(ge=1, le=retention.LONGEST)]
#: Names of the fields in the desk.
_FIELDS = {"is_enabled": "is_enabled", "delete_closed_after_days": "closed_days", "delete_files_after_days": "file_days"}


class Retention(Wire, kw_only=True):
    """Retention settings. Null keeps for ever."""

    is_enabled: bool
    delete_closed_after_days: int | None
    delete_files_after_days: int | None


class SetRetention(Wire, kw_only=True):
    """`PUT /retention`: what is given changes."""

    is_enabled: bool | UnsetType = UNSET
    delete_closed_after_days: Days | None | UnsetType = UNSET
    delete_files_after_days: Days | None | UnsetType = UNSET


def get_retention(ctx: Context, request: Nothing) -> Retention:
    """`GET /retention`: how long closed conversations and files are kept."""
    return _shown(retention.load(ctx))


def set_retention(ctx: Context, request: SetRetention) -> Retention:
    """`PUT /retention`: changes the given fields. From now on, each day removes what is older for good."""
    given = {_FIELDS[name]: value for name, value in fields_set(request).items()}
    try:
        return _shown(retention.change(ctx, given))
    except Invalid as wrong:
        raise Invalid("isEnabled", wrong.reason) from wrong


def _shown(settings: retention.Retention) -> Retention:
    return Retention(
        is_enabled=settings.is_enabled,
        delete_closed_after_days=settings.closed_days,
        delete_files_after_days=settings.file_days,
    )


ROWS = [
    Endpoint("GET", f"{BASE}/retention", get_retention, ADMIN),
    Endpoint("PUT", f"{BASE}/retention", set_retention, ADMIN),
]
