"""Logged people: what two images of a person's row say that somebody changed about them.

Presence, devices, logins, loads and chats do not count as changes. A browser that nothing is known about is not a person yet.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from chalicelib.context import SYSTEM, Context, system
from chalicelib.desk.core import access, documents
from chalicelib.desk.people import contact_words
from chalicelib.models import event_logs
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.people import AGENT, Person
from chalicelib.models.tokens import Token

Image = Mapping[str, Any]
#: A field's place among those of one change, its name, and its values as text.
_Change = tuple[int, str, str | None, str | None]
CREATED, REMOVED, PASSWORD, MERGED, ERASED = "created", "removed", "password", "merged", "erased"
EXPORTED = "exported"
KEY_CREATED, KEY_REMOVED = "api_key_created", "api_key_removed"
#: Fields whose values are logged. A field keeps its place for good.
FIELDS: tuple[str, ...] = ("name", "email", "level", "permissions", "is_active", "group", "is_distributor", "most_conversations")
FIELDS += ("refuses_allocation", "icon", "signature", "language", "user_id", "user_id_is_verified", "mobile", "company")
FIELDS += ("registered_at", "alias", "title", "description", "fax", "address", "city", "state", "country", "postal_code")
FIELDS += ("tags", "identities", "email_is_verified")
_FIRST_FIELD = 10
#: Fields that are not logged for a new person.
_NEW = ("is_active", "email_is_verified")
#: Characters that are kept of a value, and of a new person; and what keeps a record's rows apart from those of another one of the
#: same moment.
LONGEST, LONGEST_WHOLE, _VERSIONS = 500, 2_000, 10**8


@access.allow(SYSTEM)
def keep(ctx: Context, records: Iterable[Mapping[str, Any]]) -> int:
    """Stores what records of the people's stream mean, or stores it again, and returns how many changes that are.

    One request for each 25, none for none; one a minute at most for each account that has any.
    """
    found = [entry for record in records for entry in entries_of(record)]
    rows = [event_logs.listed(row, documents.logs_expire_at(system(row.account), row.at)) for row in found]
    event_logs.put(row for row in rows if row.is_kept(ctx.now))  # what was imported may be too old
    return len(found)


def entries_of(record: Mapping[str, Any]) -> list[LogEntry]:
    """Returns what a record of the stream means. It has its images and its place in the stream, as DynamoDB gives them."""
    old, new = record.get("OldImage"), record.get("NewImage")
    version = int(record["SequenceNumber"]) % _VERSIONS
    if new is None:
        return _of_erasure(Person.from_raw_data(dict(old or {})), version, int(record["ApproximateCreationDateTime"] * 1000))
    if old is not None and not _differ(old, new):
        return []
    before, after = Person.from_raw_data(dict(old)) if old else None, Person.from_raw_data(dict(new))
    if not contact_words.is_known(after):
        return []
    changes = _changes(before if before and contact_words.is_known(before) else None, after)
    return [_entry(after, after.updated_at, version, after.changed_by or 0, change) for change in changes]


def of_key(ctx: Context, token: Token, field: str) -> LogEntry:
    """Returns that an api key is made or removed (KEY_CREATED, KEY_REMOVED), which says nothing of the key itself."""
    act, key = (4 if field == KEY_CREATED else 5, field), event_logs.person_key(token.account, token.person or "")
    return documents.log_of_act(ctx, key, act, (AGENT, token.number), seed=token.digest)


def of_privacy(ctx: Context, contact: Person, field: str) -> LogEntry:
    """Returns that the caller exports or erases a contact (EXPORTED, ERASED), by whose integer id alone it says who that is."""
    act, key = (6 if field == EXPORTED else 7, field), event_logs.privacy_key(contact.account, contact.id)
    return documents.log_of_act(ctx, key, act, (contact.kind, contact.number))


def note_export(ctx: Context, contact: Person) -> None:
    """Stores that the caller gets all that is stored of a contact. One request."""
    event_logs.put_new(of_privacy(ctx, contact, EXPORTED))


def _of_erasure(gone: Person, version: int, at: int) -> list[LogEntry]:
    """Returns that a row has been deleted, without a word of what it said."""
    return [_entry(gone, at, version, 0, (0, ERASED, None, None))] if contact_words.is_known(gone) else []


def _differ(old: Image, new: Image) -> bool:
    """Returns whether anything that is logged has changed, without reading the rows: most records are of presence and load."""
    known = Person.get_attributes()
    names = (*FIELDS, "removed_at", "merged_into", "password")
    return any(old.get(known[name].attr_name) != new.get(known[name].attr_name) for name in names)


def _changes(before: Person | None, after: Person) -> Iterator[_Change]:
    if before is None:
        yield 0, CREATED, None, _whole(after)
        return
    if after.merged_into and not before.merged_into:
        yield 1, MERGED, None, str(after.merged_into)
    elif after.removed_at and not before.removed_at:
        yield 2, REMOVED, before.name, None
    if not after.removed_at:
        yield from _field_changes(before, after)
        if before.password != after.password and before.home == after.home:
            yield 3, PASSWORD, None, None


def _whole(person: Person) -> str:
    """Returns all that is known of a new person, as JSON: one row, because a visitor pays for it."""
    told = {field: value for field in FIELDS if field not in _NEW and (value := _value(person, field))}
    return _cut(msgspec.json.encode(told).decode(), LONGEST_WHOLE)


def _field_changes(before: Person, after: Person) -> Iterator[_Change]:
    for place, field in enumerate(FIELDS, _FIRST_FIELD):
        was, is_ = _value(before, field), _value(after, field)
        if was != is_:
            yield place, field, _text(was), _text(is_)


def _value(person: Person, field: str) -> Any:
    """Returns a value; what is off, empty, not said or the stand-in of an address is None."""
    value = getattr(person, field)
    is_nothing = value is None or value is False or value in ("", [])
    return None if is_nothing or (field == "email" and not contact_words.has_address(person)) else value


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return _cut(value if isinstance(value, str) else msgspec.json.encode(value).decode(), LONGEST)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _entry(person: Person, at: int, version: int, by: int, change: _Change) -> LogEntry:
    place, field, before, after = change
    return LogEntry(
        event_logs.person_key(person.account, person.id),
        event_logs.place(at, version, place),
        field=field,
        before=before,
        after=after,
        changed_by=by,
        kind=person.kind,
        number_of=person.number,
    )
