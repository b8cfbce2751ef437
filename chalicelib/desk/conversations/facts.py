"""Facts: what conditions look at of conversations, read for many of them at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from chalicelib.context import Context
from chalicelib.desk.accounts import custom_fields
from chalicelib.desk.conversations import fields
from chalicelib.desk.people import people
from chalicelib.desk.teams import domains
from chalicelib.models import details, labels
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import DetailChanges, Details
from chalicelib.rules import sla

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
    "contact_language": ("contact_key",),
    "created_at": ("created_at",),
    "changed_at": ("changed_at", "last_activity_at"),
    "last_activity_at": ("last_activity_at", "last_message"),
    "status_since": ("status_since",),
    "is_read": ("is_read",),
    "tags": ("has_tags",),
    "mentioned": ("has_details",),
    "unread_mentions": ("has_details",),
    "has_draft": ("draft_count",),
    "sla_policy": ("sla_policy",),
    "first_due_at": ("first_due_at",),
    "next_due_at": ("next_due_at",),
    "resolve_due_at": ("resolve_due_at",),
    "domain": ("domain",),
    "received_from": ("received_from",),
}
_CUSTOM = "custom:"
_BESIDE = ("tags", "mentioned", "unread_mentions")
#: Facts that the contact's row has.
ABOUT_CONTACT = frozenset({"contact_name", "contact_email", "contact_language"})
#: Facts that a row gives in another way than by the attribute of their name.
_COMPUTED: Mapping[str, Callable[[Conversation], Any]] = {
    "channel": lambda row: "portal" if row.channel == "chat" else row.channel,
    "creator_number": lambda row: row.contact_number if row.creator_number is None else row.creator_number or None,
    "changed_at": lambda row: row.touched_at,
    "last_activity_at": lambda row: row.last_message_at,
    "first_due_at": lambda row: sla.shown(row.first_due_at),
    "next_due_at": lambda row: sla.shown(row.next_due_at),
    "resolve_due_at": lambda row: sla.shown(row.resolve_due_at),
}


def attributes_of(wanted: Collection[str]) -> list[str]:
    """Returns the row's attributes that facts of these fields are made of."""
    names = [name for field in wanted for name in _ATTRIBUTES.get(field, ())]
    return [*dict.fromkeys([*names, *(["has_details"] if any(field.startswith(_CUSTOM) for field in wanted) else [])])]


def is_beside(field: str) -> bool:
    """Returns whether a fact is stored beside the conversation's row."""
    return field in _BESIDE or field.startswith(_CUSTOM)


def load(
    ctx: Context, rows: Sequence[Conversation], wanted: Collection[str], known: Mapping[str, Details] | None = None
) -> list[dict[str, Any]]:
    """Returns the facts of conversations for some fields (their core names), in the rows' order.

    No request for what the rows have, and for details that are `known`; one for each hundred with details, with unknown
    contacts; one for the caller's drafts.
    """
    beside = _details(ctx, rows, wanted) if known is None else known
    views = _contacts(ctx, rows, wanted)
    own = _own_fields(ctx, wanted)
    drafts = _drafts(ctx) if "has_draft" in wanted and any(row.draft_count for row in rows) else frozenset()
    hosts = {number: one.host for number, one in domains.list_cached(ctx).items()} if "domain" in wanted else {}
    found = (_facts(row, wanted, beside.get(row.id), views.get(row.contact) if views else None, own, hosts) for row in rows)
    return [{**facts, "has_draft": row.id in drafts} for row, facts in zip(rows, found, strict=True)]


def have_changed(before: Conversation, after: Conversation, beside: DetailChanges, wanted: Collection[str]) -> bool:
    """Returns whether a write changes facts of some fields. Facts beside the conversation count as changed when they are written,
    a contact's name when the conversation gets another contact.
    """
    written = {"tags": beside.tags is not None, "mentioned": beside.mentions is not None}
    is_custom = beside.custom_fields is not None or bool(beside.metadata)
    is_contact = before.contact_key != after.contact_key
    own = [name for name in wanted if name in _ATTRIBUTES and name not in _BESIDE and not name.startswith("contact_")]
    others = (
        is_custom if name.startswith(_CUSTOM) else is_contact if name.startswith("contact_") else written.get(name, False)
        for name in wanted
        if name not in own
    )
    return any(others) or any(_of_row(before, name) != _of_row(after, name) for name in own)


def load_after(ctx: Context, row: Conversation, beside: DetailChanges, wanted: Collection[str]) -> dict[str, Any]:
    """Returns the facts that a conversation has once something is written beside it, but for drafts.

    No request for what its row has; one each for what is beside it, and for a contact who is not known.
    """
    known: dict[str, Details] = {}
    if any(map(is_beside, wanted)):
        known[row.id] = details.of_conversation(row)
        known[row.id].attribute_values |= beside.values()
    return load(ctx, [row], wanted, known)[0]


def _details(ctx: Context, rows: Sequence[Conversation], wanted: Collection[str]) -> dict[str, Details]:
    if not any(map(is_beside, wanted)):
        return {}
    return details.of_many(ctx.account, [row.id for row in rows if row.has_details or row.has_tags])


def _contacts(ctx: Context, rows: Sequence[Conversation], wanted: Collection[str]) -> dict[str, people.PersonView]:
    if ABOUT_CONTACT.isdisjoint(wanted):
        return {}
    return people.load_views(ctx, {row.contact for row in rows})


def _own_fields(ctx: Context, wanted: Collection[str]) -> dict[str, fields.Field]:
    ids = [int(name.removeprefix(_CUSTOM)) for name in wanted if name.startswith(_CUSTOM)]
    return {found.core: found for found in fields.find(ctx, ids) if found} if ids else {}


def _drafts(ctx: Context) -> frozenset[str]:
    return frozenset(labels.conversations_with(ctx.account, labels.draft(ctx.caller.number or 0))[0])


def _facts(
    row: Conversation,
    wanted: Collection[str],
    beside: Details | None,
    contact: people.PersonView | None,
    own: Mapping[str, fields.Field],
    hosts: Mapping[int, str],
) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for field in wanted:
        if field.startswith(_CUSTOM):
            facts[field] = _custom(beside, own.get(field)) if beside else None
        elif field == "tags":
            facts[field] = beside.tags if beside else ()
        elif field == "mentioned":
            facts[field] = tuple(beside.mentions) if beside else ()
        elif field == "unread_mentions":
            facts[field] = tuple(agent for agent, one in beside.mentions.items() if not one.is_read) if beside else ()
        elif field in ABOUT_CONTACT:
            facts[field] = getattr(contact, field.removeprefix("contact_"), None)
        elif field == "domain":
            facts[field] = hosts.get(row.domain)
        else:
            facts[field] = _of_row(row, field)
    return facts


def _of_row(row: Conversation, field: str) -> Any:
    return _COMPUTED[field](row) if field in _COMPUTED else getattr(row, field, None)


def _custom(beside: Details, field: fields.Field | None) -> Any:
    """Returns the fact of a field that is not the system's: of metadata its text."""
    if field is None:
        return None
    if field.custom is None:
        return beside.metadata.get(fields.BUILT_IN[field.id][1])
    return custom_fields.fact(field.custom, beside.custom_fields.get(field.custom.number))
