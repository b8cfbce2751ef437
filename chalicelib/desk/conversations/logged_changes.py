"""Logged changes: what two images of a row of the conversations' table say that somebody changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.desk.core import counted
from chalicelib.desk.core.changes import breaches, is_imported
from chalicelib.models import conversations, details, event_logs
from chalicelib.models.base import Table
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import METADATA, Details
from chalicelib.models.event_logs import LogEntry
from chalicelib.rules import sla
from chalicelib.rules.actors import IMPORT, Actor, pack

Image = Mapping[str, Any]
#: A field's place among those of one change, its name, and its values as text.
_Change = tuple[int, str, str | None, str | None]
#: Fields of a summary with the attributes that have their values. A field's place is for good: ids come from it.
_FIELDS = {
    "status": "status",
    "priority": "priority",
    "subject": "subject",
    "assignee": "assignee_number",
    "group": "group_number",
    "contact": "contact_number",
    "deleted": "deleted_at",
    "merged": "merged_into_number",
}
#: Places of the clocks whose breach is logged, and the name that it is logged under.
_BREACHES, BREACHED = {clock: place for place, clock in enumerate(sla.CLOCKS, 9)}, "breached"
#: Place of the end of a snooze, epoch milliseconds.
_SNOOZED = 12
#: What a new conversation may have already that somebody has decided.
_FROM_THE_START = ("assignee", "group")
#: Places of details: metadata, tags, and custom fields from there on.
_FIRST_METADATA, _TAGS, _FIRST_CUSTOM, _LAST = 16, 32, 33, 255
CREATED, IMPORTED, TAGS, CUSTOM, PURGED, SNOOZED = "created", "imported", "tags", "custom.", "purged", "snoozed"
#: Characters of a value that are kept.
LONGEST = 500


def entries_of(change: Mapping[str, Any]) -> list[LogEntry]:
    """Returns the entries that a record of the stream makes in the event log. `change` has its images, as DynamoDB gives them.

    Plain messages, deadlines, drafts, what somebody has read, and removed rows make none. An imported conversation makes one:
    that it was imported, and when.
    """
    old, new = change.get("OldImage"), change.get("NewImage")
    if new is None:
        return []
    key = Conversation.hash_key_of(new)
    if details.is_details(key):
        return _of_details(old, new) if _differ(Details, _DETAILS, old, new) else []
    if conversations.is_summary(key) and _differ(Conversation, _SUMMARY, old, new):
        return _of_summary(old, new) if old or not _is_import(new) else _of_import(new, change)
    return []


def _is_import(new: Image) -> bool:
    return is_imported(Conversation.from_raw_data(dict(new)))


def _of_import(new: Image, change: Mapping[str, Any]) -> list[LogEntry]:
    """Returns the entry that a conversation was imported, with the time of the import."""
    after = Conversation.from_raw_data(dict(new))
    at = int(change["ApproximateCreationDateTime"] * 1000)
    author = pack(Actor(dialect=IMPORT))
    entry = _entry(after.key, after.number, at, after.version or 0, author, (0, IMPORTED, None, None))
    entry.counted = counted.text_of(None, after)
    return [entry]


_DETAILS = [*METADATA, "tag_numbers", "fields"]
_SUMMARY = [*_FIELDS.values(), "wake_at", "sla_told", "purge_at"]


def _differ(model: type[Table], names: list[str], old: Image | None, new: Image) -> bool:
    """Whether any of these attributes has changed, without reading the rows: most records are of messages."""
    known = model.get_attributes()
    return old is None or any(old.get(known[name].attr_name) != new.get(known[name].attr_name) for name in names)


def _of_summary(old: Image | None, new: Image) -> list[LogEntry]:
    before, after = Conversation.from_raw_data(dict(old)) if old else None, Conversation.from_raw_data(dict(new))
    happened = _field_changes(before, after)
    if before is None:
        happened = [(0, CREATED, None, None), *[one for one in happened if one[1] in _FROM_THE_START]]
    at = after.touched_at if before else after.created_at
    written = (at, after.version or 0, after.changed_by or 0)
    logged = [_entry(after.key, after.number, *written, one) for one in happened]
    for row in logged:
        if row.field in _FROM_THE_START:
            row.rule = _rule(before, after)
    if before and after.purge_at and not before.purge_at:
        written = (after.purge_at, *written[1:])
        logged.append(_entry(event_logs.purge_key(after.key), after.number, *written, (0, PURGED, None, None)))
    logged += [_breach(after, clock, due_at) for clock, due_at in breaches(before, after)]
    if logged and not counted.is_message(before, after):
        logged[0].counted = counted.text_of(before, after)
    return logged


def _rule(before: Conversation | None, after: Conversation) -> int | None:
    """Returns the number of the routing rule that has just been applied."""
    is_new = before is None or before.routed_by != after.routed_by
    return after.routed_by if is_new and (after.routed_by or 0) > 0 else None


def _breach(row: Conversation, clock: str, due_at: int) -> LogEntry:
    """Returns the entry that a clock has breached, by the desk itself, with the time when it was due."""
    return _entry(row.key, row.number, due_at, row.version or 0, 0, (_BREACHES[clock], BREACHED, None, clock))


def _field_changes(before: Conversation | None, after: Conversation) -> list[_Change]:
    found: list[_Change] = []
    for place, (field, name) in [*enumerate(_FIELDS.items(), 1), (_SNOOZED, (SNOOZED, "wake_at"))]:
        was, is_ = getattr(before, name) if before else None, getattr(after, name)
        if was != is_:
            found.append((place, field, _text(was), _text(is_)))
    is_merge = any(field == "merged" for _, field, _, _ in found)
    return [one for one in found if not (is_merge and one[1] == "deleted")]


def _of_details(old: Image | None, new: Image) -> list[LogEntry]:
    before, after = Details.from_raw_data(dict(old)) if old else Details(), Details.from_raw_data(dict(new))
    if after.summary_version is None or after.changed_at is None or (is_imported(after) and after.summary_version == 1):
        return []
    key = conversations.key(after.account, after.conversation)
    written = (key, after.number, after.changed_at, after.summary_version, after.changed_by or 0)
    return [_entry(*written, one) for one in _detail_changes(before, after) if one[0] <= _LAST]


def _detail_changes(before: Details, after: Details) -> Iterator[_Change]:
    for place, name in enumerate(METADATA, _FIRST_METADATA):
        if getattr(before, name) != getattr(after, name):
            yield place, name, _text(getattr(before, name)), _text(getattr(after, name))
    if before.tags != after.tags:
        yield _TAGS, TAGS, _list(before.tags), _list(after.tags)
    was, is_ = before.custom_fields, after.custom_fields
    changed = sorted(number for number in {*was, *is_} if was.get(number) != is_.get(number))
    for place, number in enumerate(changed, _FIRST_CUSTOM):
        yield place, f"{CUSTOM}{number}", _text(was.get(number)), _text(is_.get(number))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)[:LONGEST]


def _list(numbers: list[int]) -> str | None:
    return ",".join(map(str, numbers)) or None


def _entry(key: str, conversation: int | None, at: int, version: int, by: int, change: _Change) -> LogEntry:
    number, field, before, after = change
    place = event_logs.place(at, version, number)
    return LogEntry(key, place, field=field, before=before, after=after, changed_by=by, number_of=conversation)
