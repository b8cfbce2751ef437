"""Exports of conversations, and of who takes part in them: the lines that import them again. Walked by number, which nothing
changes, so that a walk ends though the desk is in use, and can be continued.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.accounts import custom_fields, tags
from chalicelib.desk.accounts.custom_fields import CustomField
from chalicelib.desk.conversations import markup, unfinished
from chalicelib.desk.conversations.composing import EMAIL
from chalicelib.desk.conversations.composing import SYSTEM as BY_SYSTEM
from chalicelib.desk.core import access, imported, lines
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.people import imports as people_imports
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams import imports as settings_imports
from chalicelib.models import details, files, messages, people, sequences, storage, unique_names
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import Details
from chalicelib.models.files import File
from chalicelib.models.messages import Attachment, Message
from chalicelib.rules import status

PERSON, CONVERSATION = "person", "conversation"
#: Numbers of a page of people, of conversations, and of messages.
PEOPLE_AT_ONCE, AT_ONCE, MESSAGES_AT_ONCE = 100, 50, 200
#: Merges, one after the other, over which sources are followed.
_DEEPEST = 25
_people: TimedCache["Ref"] = TimedCache(20_000, 3_600)


class Ref(msgspec.Struct, frozen=True):
    """Somebody as lines name them."""

    kind: str
    id: str
    name: str


class Told(msgspec.Struct, frozen=True):
    """A message's line, and the files that it has, with the place of each in the bucket."""

    line: lines.Message
    files: Sequence[File]


class Names(msgspec.Struct, frozen=True):
    """Names of departments by id, and of tags and custom fields by number, as lines have them."""

    departments: Mapping[str, str]
    department_numbers: Mapping[int, str]
    tags: Mapping[int, str]
    fields: Mapping[int, CustomField]


@access.allow(SYSTEM)
def last_number(ctx: Context, kind: str) -> int:
    """Returns the number of the latest person or conversation. One request."""
    return sequences.last_number(ctx.account, kind)


@access.allow(SYSTEM)
def load_names(ctx: Context) -> Names:
    """Returns what lines call settings. Three requests."""
    names = settings_imports.department_names(ctx)
    numbers = settings_imports.department_numbers(ctx)
    fields = {field.number: field for field in custom_fields.list_all(ctx)}
    return Names(names, {numbers[id_]: name for id_, name in names.items()}, tags.load_names(ctx), fields)


@access.allow(SYSTEM)
def list_people(ctx: Context, names: Names, first: int, last: int) -> list[lines.Agent | lines.Contact]:
    """Returns the lines of people by number, first…last, a hundred at most. Two requests."""
    known = unique_names.find_many(ctx.account, PERSON, range(first, last + 1))
    found = people.get_many(ctx.account, set(known.values()), consistent=True)
    there = [found[id_] for id_ in known.values() if id_ in found]
    return [line_of_person(ctx, names, person) for person in sorted(there, key=lambda person: person.number)]


def line_of_person(ctx: Context, names: Names, person: Person) -> lines.Agent | lines.Contact:
    """Returns the line of somebody who has been read."""
    line = people_imports.line_of(ctx, person, names.departments.get(person.group or ""))
    _people.put(f"{ctx.account}#{person.id}", Ref(person.kind, line.id, person.name), ctx.now)
    return line


@access.allow(SYSTEM)
def list_conversations(ctx: Context, first: int, last: int) -> list[tuple[Conversation, Details | None]]:
    """Returns conversations with contacts by number, first…last, fifty at most, with their details. Two requests, and those of a
    merge that has not ended, which is finished first.

    Left out are internal and deleted ones, and those that were merged into others, which `sources` returns.
    """
    known = unique_names.find_many(ctx.account, CONVERSATION, range(first, last + 1))
    found = details.with_details(ctx.account, list(known.values()))
    there = [(row, beside) for row, beside in found if not (row.is_internal or row.deleted_at or row.purge_at)]
    whole = [(unfinished.finish(row), beside) for row, beside in there]
    return sorted(((row, beside) for row, beside in whole if row.is_listed), key=lambda one: one[0].number)


@access.allow(SYSTEM)
def sources(ctx: Context, beside: Details | None, depth: int = 0) -> list[tuple[Conversation, Details | None]]:
    """Returns the conversations that were merged into one, and into these, each after the one that it leads to. Two requests for
    each that has some.
    """
    wanted = beside.sources if beside and depth < _DEEPEST else []
    found: list[tuple[Conversation, Details | None]] = []
    for source, own in details.with_details(ctx.account, wanted):
        if source.merged_into and not source.purge_at:
            found += [(source, own), *sources(ctx, own, depth + 1)]
    return found


@access.allow(SYSTEM)
def line_of(ctx: Context, names: Names, row: Conversation, beside: Details | None, into: str | None = None) -> lines.Conversation:
    """Returns the line of a conversation; `into` is the external id of the conversation that a merged one leads to. One request
    for the people that this process does not know.
    """
    refs = load_refs(ctx, [row.contact, row.assignee])
    created_at, closed_at = lines.from_ms(row.created_at), lines.from_ms_if(row.closed_at)
    own: dict[str, Any] = {"status": row.status, "closed_at": closed_at, "status_since": lines.from_ms(row.status_since)}
    if row.status == status.CLOSED and closed_at is None:
        own["closed_at"] = own["status_since"]
    own |= {"channel": row.channel, "priority": row.priority, "created_at": created_at, "received_from": row.received_from}
    own |= {"is_read": row.is_read, "is_read_by_contact": row.is_read_by_contact}
    own |= {"department": names.departments.get(row.group or "")}
    if into:
        own |= {"merged_into": into, "merged_at": lines.from_ms_if(row.deleted_at)}
    else:
        own |= _beside(ctx, names, beside) | _assigned(row, refs) | _creator(ctx, row)
    return lines.Conversation(id=external_id(row, beside), contact=refs[row.contact].id, subject=row.subject, **own)


def external_id(row: Conversation, beside: Details | None) -> str:
    """Returns the external id of a conversation."""
    return imported.exported_id(row.id, beside.external_id if beside else None)


def _assigned(row: Conversation, refs: Mapping[str, Ref]) -> dict[str, Any]:
    if not row.assignee or refs[row.assignee].kind != people_imports.AGENT:
        return {}
    times = {name: lines.from_ms_if(getattr(row, name)) for name in ("assigned_at", "picked_at")}
    return {"assignee": refs[row.assignee].id, **times}


def _creator(ctx: Context, row: Conversation) -> dict[str, Any]:
    id_ = unique_names.id_by_number(ctx.account, PERSON, row.creator_number) if row.creator_number else None
    ref = load_refs(ctx, [id_]).get(id_ or "")
    return {"creator": ref.id} if ref and ref.kind == people_imports.AGENT else {}


def _beside(ctx: Context, names: Names, beside: Details | None) -> dict[str, Any]:
    if beside is None:
        return {}
    fields = {names.fields[number]: value for number, value in beside.custom_fields.items() if number in names.fields}
    return {
        "tags": tuple(names.tags[number] for number in beside.tags if number in names.tags),
        "fields": {field.name: told for field, value in fields.items() if (told := _value(ctx, names, field, value))},
        "metadata": beside.metadata,
        "cc": tuple(beside.cc or ()),
    }


def _value(ctx: Context, names: Names, field: CustomField, value: str) -> str | None:
    """Returns a value with an agent's external id or a department's name in place of a number. None for nobody."""
    if field.type == "department":
        return names.department_numbers.get(int(value))
    if field.type != "operator":
        return value
    id_ = unique_names.id_by_number(ctx.account, PERSON, int(value))
    ref = load_refs(ctx, [id_]).get(id_ or "")
    return ref.id if ref else None


def load_refs(ctx: Context, wanted: Iterable[str | None]) -> dict[str, Ref]:
    """Returns how lines name people. No request where this process knows them, else one for each hundred."""
    every = {id_ for id_ in wanted if id_}
    known = {id_: seen for id_ in every if (seen := _people.get(f"{ctx.account}#{id_}", ctx.now))}
    fresh = people.get_many(ctx.account, every - known.keys())
    for id_, person in fresh.items():
        ref = Ref(person.kind, imported.exported_id(person.id, person.external_id), person.name)
        known[id_] = _people.put(f"{ctx.account}#{id_}", ref, ctx.now)
    return known


@access.allow(SYSTEM)
def list_messages(ctx: Context, row: Conversation, conversation: str) -> Iterator[Told]:
    """Yields the lines of a conversation's messages, under its external id, as many as it had when it was read.

    One request for each 200 messages, one for the people that this process does not know, and one for files.
    """
    for first in range(1, row.message_count + 1, MESSAGES_AT_ONCE):
        last = min(first + MESSAGES_AT_ONCE - 1, row.message_count)
        said = messages.between(row.account, row.id, first, last, newest_first=False)
        refs = load_refs(ctx, [one.sender for one in said if one.sender_kind != status.MACHINE])
        kept = files.get_many([attached.id for one in said for attached in one.attachments or []])
        for one in said:
            yield _told(one, conversation, refs.get(one.sender), kept)


def _told(row: Message, conversation: str, sender: Ref | None, kept: Mapping[str, File]) -> Told:
    had = [(attached, kept[attached.id]) for attached in row.attachments or [] if _is_there(kept.get(attached.id))]
    written = {sender.kind: sender.id} if sender else {}
    is_one_file = row.format != "text" and len(had) == 1
    line = lines.Message(
        id=row.external_id or row.id,
        conversation=conversation,
        kind=row.kind if row.kind in _KINDS else "reply",  # type: ignore[arg-type]
        body=row.body,
        html=(markup.clean(row.html_body) or None) if row.html_body else None,
        subject=row.subject,
        format=row.format if is_one_file else "text",  # type: ignore[arg-type]
        created_at=lines.from_ms(row.created_at),
        attachments=tuple(_attachment(attached, file) for attached, file in had),
        mail=_mail(row),
        **written,
    )
    return Told(line, [file for _, file in had])


_KINDS = ("reply", "note", EMAIL, BY_SYSTEM)


def _is_there(file: File | None) -> bool:
    return file is not None and file.is_available is not False and file.text is None


def _attachment(attached: Attachment, file: File) -> lines.Attachment:
    seconds = float(attached.seconds) if attached.seconds is not None else None
    return lines.Attachment(name=attached.name, mime=attached.mime, path=file.id, seconds=seconds)


def _mail(row: Message) -> lines.Mail | None:
    parts = (row.mail_from, row.mail_to, row.mail_cc, row.quote, row.mail_id, row.automatic)
    if row.kind != EMAIL:
        return None
    return lines.Mail(**dict(zip(lines.Mail.__struct_fields__, (part or "" for part in parts), strict=True)))


@access.allow(SYSTEM)
def bytes_of(ctx: Context, file: File) -> bytes | None:
    """Returns the bytes of a file, None where they are gone. One request to the bucket."""
    return storage.get(file.place)
