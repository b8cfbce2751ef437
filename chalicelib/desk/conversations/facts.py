"""Facts: what conditions look at of conversations, read for many of them at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from chalicelib.context import Context
from chalicelib.desk.people import people
from chalicelib.models import details, labels
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import Details
from chalicelib.rules import conditions
from chalicelib.rules.condition_values import read_span

#: Attributes of a row by the field whose fact they are. Tags, mentions, custom fields and drafts are beside it.
_ATTRIBUTES = {
    "number": ("number",),
    "status": ("status",),
    "priority": ("priority",),
    "channel": ("channel",),
    "assignee_number": ("assignee_number",),
    "group_number": ("group_number",),
    "contact_number": ("contact_number",),
    "creator_number": ("creator_number", "contact_number"),
    "subject": ("subject",),
    "preview": ("preview",),
    "contact_name": ("contact_key",),
    "contact_email": ("contact_key",),
    "created_at": ("created_at",),
    "changed_at": ("changed_at", "last_activity_at"),
    "last_activity_at": ("last_activity_at", "last_message"),
    "status_since": ("status_since",),
    "is_read": ("is_read",),
    "tags": ("has_tags",),
    "mentioned": ("has_details",),
    "has_draft": ("draft_count",),
}
_CUSTOM = "custom:"
_BESIDE = ("tags", "mentioned")
#: Names of the metadata that custom fields 1 to 4 stand for.
_METADATA = dict(enumerate(details.METADATA, 1))
#: What account-made custom fields show as their id is their number and this.
CUSTOM_FROM = 100
#: Facts that a row gives in another way than by the attribute of their name.
_COMPUTED: Mapping[str, Callable[[Conversation], Any]] = {
    "creator_number": lambda row: row.contact_number if row.creator_number is None else row.creator_number,
    "changed_at": lambda row: row.touched_at,
    "last_activity_at": lambda row: row.last_message_at,
}


def attributes_of(fields: Collection[str]) -> list[str]:
    """Returns the row's attributes that facts of these fields are made of."""
    names = [name for field in fields for name in _ATTRIBUTES.get(field, ())]
    return [*dict.fromkeys([*names, *(["has_details"] if any(field.startswith(_CUSTOM) for field in fields) else [])])]


def load(ctx: Context, rows: Sequence[Conversation], kinds: Mapping[str, str]) -> list[dict[str, Any]]:
    """Returns the facts of conversations for some fields, whose kinds (rules.conditions) are given, in the rows' order.

    No request for what the rows have; one for each hundred with details, with unknown contacts; one for the caller's drafts.
    """
    fields = kinds.keys()
    beside = _details(ctx, rows, fields)
    views = _contacts(ctx, rows, fields)
    drafts = _drafts(ctx) if "has_draft" in fields and any(row.draft_count for row in rows) else frozenset()
    known = (_facts(row, kinds, beside.get(row.id), views.get(row.contact)) for row in rows)
    return [{**facts, "has_draft": row.id in drafts} for row, facts in zip(rows, known, strict=True)]


def _details(ctx: Context, rows: Sequence[Conversation], fields: Collection[str]) -> dict[str, Details]:
    if not any(field in _BESIDE or field.startswith(_CUSTOM) for field in fields):
        return {}
    return details.of_many(ctx.account, [row.id for row in rows if row.has_details or row.has_tags])


def _contacts(ctx: Context, rows: Sequence[Conversation], fields: Collection[str]) -> dict[str, people.PersonView]:
    if not {"contact_name", "contact_email"} & set(fields):
        return {}
    return people.load_views(ctx, {row.contact for row in rows})


def _drafts(ctx: Context) -> frozenset[str]:
    return frozenset(labels.conversations_with(ctx.account, labels.draft(ctx.caller.number or 0))[0])


def _facts(
    row: Conversation, kinds: Mapping[str, str], beside: Details | None, contact: people.PersonView | None
) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for field, kind in kinds.items():
        if field.startswith(_CUSTOM):
            value = custom_value(beside, int(field.removeprefix(_CUSTOM))) if beside else None
            facts[field] = typed(kind, value) if value else None
        elif field == "tags":
            facts[field] = beside.tags if beside else ()
        elif field == "mentioned":
            facts[field] = tuple(beside.mentions) if beside else ()
        elif field in ("contact_name", "contact_email"):
            facts[field] = getattr(contact, field.removeprefix("contact_"), None)
        else:
            facts[field] = _COMPUTED[field](row) if field in _COMPUTED else getattr(row, field, None)
    return facts


def custom_value(beside: Details, shown_id: int) -> str | None:
    """Returns the value of a custom field by the id that it shows: 1 to 4 are metadata."""
    if shown_id in _METADATA:
        return beside.metadata.get(_METADATA[shown_id])
    return beside.custom_fields.get(shown_id - CUSTOM_FROM)


def typed(kind: str, value: str) -> Any:
    """Returns a custom field's stored text as the fact of a kind; None for a text that is none of the kind."""
    try:
        if kind == conditions.NUMBER:
            return float(value)
        if kind == conditions.DATE:
            return read_span(value, 0)[0]
    except ValueError:
        return None
    if kind == conditions.FLAG:
        return value == "true"
    return value.split(",") if kind == conditions.CHOICE else value
