"""Anytime's values of custom fields on conversations, as they are sent and shown."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from chalicelib.context import Context
from chalicelib.desk.conversations import fields
from chalicelib.desk.conversations.beside import CustomValue
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime.shapes import Wire
from chalicelib.dialects.bounds import Line, Name, Number, Real


class CustomField(Wire, kw_only=True):
    """A custom field's value, by the field's id or name; null or empty clears it."""

    id: Number | None = None
    name: Name | None = None
    value: Line | bool | Number | Real | None


#: Values that one conversation is sent with.
CustomFields = Annotated[list[CustomField], Meta(max_length=200)]


class CustomFieldShown(Wire, kw_only=True):
    """A custom field that has a value."""

    id: int
    name: str
    value: str


class Values(msgspec.Struct):
    """Values by the core's names: metadata by name, the account's own fields by number."""

    metadata: dict[str, str | None] = msgspec.field(default_factory=dict)
    own: dict[int, str | None] = msgspec.field(default_factory=dict)


def read(ctx: Context, given: Sequence[CustomField]) -> Values:
    """Returns the values that were sent. Raises Invalid for an unknown field, and where id and name are of two."""
    names: list[int | str] = [one.id if one.id is not None else one.name or "" for one in given]
    values = Values()
    for sent, found in zip(given, fields.find(ctx, names) if names else [], strict=True):
        if found is None or (sent.name and found.name.casefold() != sent.name.strip().casefold()):
            raise Invalid("customFields", "must be known custom fields, by id or name")
        if found.custom:
            values.own[found.custom.number] = _text(sent.value)
        elif found.id in fields.BUILT_IN:
            values.metadata[fields.BUILT_IN[found.id][1]] = _text(sent.value)
        else:
            raise Invalid("customFields", f"can't set {found.name}, which is a field of the system")
    return values


def _text(value: str | bool | float | None) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value in (None, "") else str(value)


def show(values: Sequence[CustomValue]) -> list[CustomFieldShown]:
    """Returns values as this dialect shows them."""
    return [CustomFieldShown(id=one.id, name=one.name, value=one.value) for one in values]
