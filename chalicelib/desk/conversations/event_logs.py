"""Event logs: every change of a conversation, kept from the table's stream and shown with today's names."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.context import AGENT, SYSTEM, Context, system
from chalicelib.desk.accounts import custom_fields, tags
from chalicelib.desk.conversations import conversations, logged_changes, triggers
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.logged_changes import CUSTOM, TAGS
from chalicelib.desk.core import access, documents
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from chalicelib.models import event_logs, unique_names
from chalicelib.models.event_logs import FIRED as FIRED
from chalicelib.models.event_logs import LogEntry
from chalicelib.rules import event_texts, ids
from chalicelib.rules.actors import TRIGGER as TRIGGER
from chalicelib.rules.actors import Actor, unpack
from chalicelib.rules.event_texts import FieldChange

#: Changes on a page.
MOST = 1_000
#: Fields whose values are numbers of people.
_PEOPLE = ("assignee", "contact")


class Event(msgspec.Struct, frozen=True):
    """A change of one field: its integer id, when it was made (epoch milliseconds), who made it, and a sentence about it.

    `field` is a name of `rules.event_texts`, or `custom.` and a custom field's number. `before` and `after` are the stored
    values; for tags, their names.
    """

    id: int
    at: int
    actor: Actor
    field: str
    before: str | None
    after: str | None
    text: str


class EventLog(msgspec.Struct, frozen=True):
    """A page of changes, oldest first, and where the page of older ones begins, None if there are none."""

    conversation: Conversation
    events: list[Event]
    before: str | None


class _Names(msgspec.Struct, frozen=True):
    """Names of people, departments, tags and custom fields by number."""

    people: Mapping[int, str]
    triggers: Mapping[int, str]
    groups: Mapping[int, str]
    tags: Mapping[int, str]
    fields: Mapping[int, str]


@access.allow(SYSTEM)
def keep(ctx: Context, changes: Iterable[Mapping[str, Any]]) -> int:
    """Stores the log entries of records of the conversations' stream, and returns how many. Repeating it does no harm.

    One request for each 25, none without entries, as for plain messages; at most one a minute for each account that has entries.
    `changes` have the records' images.
    """
    found = [entry for change in changes for entry in logged_changes.entries_of(change)]
    rows = [event_logs.listed(row, documents.logs_expire_at(system(row.account), row.at)) for row in found]
    event_logs.put(row for row in rows if row.is_kept(ctx.now))  # what was imported may be too old
    return len(found)


@access.allow(AGENT)
def list_page(ctx: Context, conversation_id: str, before: str | None = None) -> EventLog:
    """Returns the latest thousand changes of a conversation, or the thousand before a place that an EventLog gave. Three requests
    or four; one more for a deleted one. One that was merged has its own.

    Raises NotFound, Invalid for a bad place.
    """
    if before is not None and not event_logs.is_place(before):
        raise Invalid("cursor", "is not one of ours")
    try:
        conversation = conversations.load_even_merged(ctx, conversation_id)
    except NotFound:
        conversation = conversations.load_deleted(ctx, conversation_id)
    return of_conversation(ctx, conversation, before)


@access.allow(AGENT)
def of_conversation(ctx: Context, conversation: Conversation, before: str | None = None) -> EventLog:
    """Returns the same for a conversation that has been read. One request, and two for people that this process does not know."""
    rows, has_older = event_logs.latest(conversation, MOST, before)
    names = _load_names(ctx, rows) if rows else _Names({}, {}, {}, {}, {})
    events = [_event(conversation, row, names) for row in rows if row.is_kept(ctx.now)]
    return EventLog(conversation, events, rows[0].place if has_older else None)


def _load_names(ctx: Context, rows: Sequence[LogEntry]) -> _Names:
    """Returns the names that changes need. Two requests for people at most, for each hundred of them."""
    actors = [unpack(row.changed_by) for row in rows]
    numbers = {actor.number for actor in actors if actor.kind != TRIGGER}
    numbers |= {int(value) for row in rows if row.field in _PEOPLE for value in (row.before, row.after) if value}
    known = unique_names.find_many(ctx.account, "person", sorted(numbers - {0}))
    views = people.load_views(ctx, known.values())
    named = {number: views[id_].name for number, id_ in known.items() if id_ in views}
    is_fired = any(actor.kind == TRIGGER for actor in actors)
    of_triggers = {one.number: one.name for one in triggers.TRIGGERS.load(ctx).values()} if is_fired else {}
    in_groups = {group.number: group.name for group in groups.GROUPS.load(ctx).values()} if _has(rows, "group") else {}
    return _Names(named, of_triggers, in_groups, *_names_of_details(ctx, rows))


def _has(rows: Sequence[LogEntry], field: str) -> bool:
    return any(row.field == field for row in rows)


def _names_of_details(ctx: Context, rows: Sequence[LogEntry]) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Returns the names of tags and of custom fields, where changes need them. No request where this process has them."""
    is_custom = any(row.field.startswith(CUSTOM) for row in rows)
    in_tags = tags.load_names(ctx) if _has(rows, TAGS) else {}
    in_fields = {field.number: field.name for field in custom_fields.load(ctx)} if is_custom else {}
    return in_tags, in_fields


def _event(conversation: Conversation, row: LogEntry, names: _Names) -> Event:
    actor, change = unpack(row.changed_by), _shown(row, names)
    text = event_texts.sentence(event_texts.subject_of(actor, _name_of(actor, row, names)), change)
    id_ = _id_of(conversation, row)
    if row.field != TAGS:
        return Event(id_, row.at, actor, row.field, row.before, row.after, text)
    before, after = (", ".join(of) or None for of in (change.tags_before, change.tags_after))
    return Event(id_, row.at, actor, row.field, before, after, text)


def _id_of(conversation: Conversation, row: LogEntry) -> int:
    if row.field == FIRED:
        return ids.firing_number(conversation.number, row.version, row.turn or 0)
    return ids.log_number(conversation.number, row.version, row.number)


def _name_of(actor: Actor, row: LogEntry, names: _Names) -> str | None:
    """Returns who made a change by name; a trigger by the one that it has, of a firing the one that it had."""
    if actor.kind != TRIGGER:
        return names.people.get(actor.number)
    return row.after if row.field == FIRED else names.triggers.get(actor.number)


def _shown(row: LogEntry, names: _Names) -> FieldChange:
    """Returns a change with names in the place of numbers."""
    if row.field == TAGS:
        were, are = ([_named(names.tags, one) for one in (of or "").split(",") if one] for of in (row.before, row.after))
        return FieldChange(TAGS, tags_before=were, tags_after=are)
    if row.field.startswith(CUSTOM):
        return FieldChange(_named(names.fields, row.field.removeprefix(CUSTOM), "field "), row.before, row.after)
    known = names.people if row.field in _PEOPLE else names.groups if row.field == "group" else None
    if known is None and row.field != "merged":
        return FieldChange(row.field, row.before, row.after)
    before, after = (of and _named(known or {}, of) for of in (row.before, row.after))
    return FieldChange(row.field, before, after)


def _named(names: Mapping[int, str], number: str, what: str = "") -> str:
    """Returns a name, or the number of something that has none any more."""
    return names.get(int(number)) or f"{what}#{number}"
