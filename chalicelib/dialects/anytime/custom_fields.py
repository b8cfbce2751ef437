"""Anytime's custom fields: a conversation's metadata, and where it can be set."""

from collections.abc import Mapping

from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime.shapes import Wire
from chalicelib.dialects.bounds import Name, Number

#: Fields that every site has, by id from 1, and the core's metadata that they stand for.
CUSTOM_FIELDS = ("ccr", "orderId", "entityId", "language")
_METADATA = {"ccr": "ccr", "orderid": "order", "entityid": "entity", "language": "language"}


class CustomField(Wire, kw_only=True):
    """A custom field's value, by the field's id or name; null or empty clears it."""

    id: Number | None = None
    name: Name | None = None
    value: Name | None


class CustomFieldShown(Wire, kw_only=True):
    """A custom field that has a value."""

    id: int
    name: str
    value: str


def metadata_of(given: CustomField) -> tuple[str, str | None]:
    """Returns the core's name and the value of a custom field. Raises Invalid for an unknown field."""
    by_id = CUSTOM_FIELDS[given.id - 1] if given.id and 0 < given.id <= len(CUSTOM_FIELDS) else ""
    name = given.name or by_id
    if name.lower() not in _METADATA or (by_id and by_id.lower() != name.lower()):
        raise Invalid("customFields", f"are {', '.join(CUSTOM_FIELDS)}")
    return _METADATA[name.lower()], given.value or None


def custom_fields(metadata: Mapping[str, str]) -> list[CustomFieldShown]:
    """Returns a conversation's metadata as custom fields."""
    known = [(id_, name, metadata.get(_METADATA[name.lower()])) for id_, name in enumerate(CUSTOM_FIELDS, 1)] if metadata else []
    return [CustomFieldShown(id=id_, name=name, value=value) for id_, name, value in known if value]
