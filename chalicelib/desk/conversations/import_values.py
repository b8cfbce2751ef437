"""Import values: what a conversation's line says, as rows have it. Ids and names of the file become those of the desk."""

from collections.abc import Mapping

import msgspec

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts, custom_fields
from chalicelib.desk.accounts.custom_fields import FIELDS, CustomField
from chalicelib.desk.accounts.tags import MOST_ON_ONE, TAGS
from chalicelib.desk.conversations import merging
from chalicelib.desk.conversations.conversations import LONGEST_METADATA
from chalicelib.desk.conversations.updates import LONGEST_SUBJECT
from chalicelib.desk.core import imported, lines
from chalicelib.desk.core.errors import Invalid, Missing
from chalicelib.desk.people import imports as people_imports
from chalicelib.desk.people import registration
from chalicelib.desk.people.imports import AGENT, CONTACT, Known
from chalicelib.desk.teams import imports as settings_imports
from chalicelib.models.details import DetailChanges
from chalicelib.rules import names, status
from chalicelib.rules.lifecycle import Changes

_OPERATOR, _DEPARTMENT = "operator", "department"


class Values(msgspec.Struct, frozen=True):
    """What a line says: its contact, fields of the summary, what is beside it, and the number of the agent who opened it."""

    contact: Known
    state: Changes
    beside: DetailChanges
    creator: int | None


def check(ctx: Context, line: lines.Conversation) -> None:
    """Raises Invalid or Missing for what no conversation can be, whatever else there is."""
    if not 0 < len(names.one_line(line.subject)) <= LONGEST_SUBJECT:
        raise Invalid("subject", f"must be 1 to {LONGEST_SUBJECT} characters that can be seen")
    if (line.closed_at is not None) != (line.status == status.CLOSED):
        raise Invalid("closed_at", "is given with the status `closed`, and only then")
    _check_merged(line)
    imported.check_times(ctx, line)
    for name in ("status_since", "assigned_at", "picked_at", "closed_at", "merged_at"):
        time = getattr(line, name)
        if time is not None and time < line.created_at:
            raise Invalid(name, "is before created_at")
    if any(len(value) > LONGEST_METADATA for value in line.metadata.values()):
        raise Invalid("metadata", f"are of {LONGEST_METADATA} characters at most")
    if sum(len(value.encode()) for value in line.fields.values()) > custom_fields.MOST_BYTES:
        raise Invalid("fields", f"are {custom_fields.MOST_BYTES:,} bytes together at most")
    if len(line.tags) > MOST_ON_ONE:
        raise Invalid("tags", f"are {MOST_ON_ONE} at most")
    if len(line.cc) > merging.MOST_CC:
        raise Invalid("cc", f"are {merging.MOST_CC} at most")
    _check_addresses("cc", line.cc)
    _check_addresses("received_from", (line.received_from,) if line.received_from else ())


def _check_addresses(field: str, addresses: tuple[str, ...]) -> None:
    try:
        for address in addresses:
            registration.canonical_email(address)
    except Invalid as wrong:
        raise Invalid(field, wrong.reason) from wrong


def _check_merged(line: lines.Conversation) -> None:
    if (line.merged_into is None) != (line.merged_at is None):
        raise Missing("merged_at" if line.merged_into else "merged_into")
    if line.merged_into and (line.tags or line.fields or line.metadata or line.assignee or line.cc):
        raise Invalid("merged_into", "a conversation that was merged has neither tags, fields, metadata, copies nor an assignee")


def read(ctx: Context, line: lines.Conversation) -> Values:
    """Returns what a line says. No request where this process knows all that the line names; else two for each person and one for
    each kind of setting. Raises Invalid, Missing.
    """
    check(ctx, line)
    contact = person(ctx, CONTACT, line.contact, "contact")
    agent = person(ctx, AGENT, line.assignee, "assignee") if line.assignee else None
    if agent and not agent.is_active and line.status != status.CLOSED:
        raise Invalid("assignee", "is switched off or removed, and can't have an open conversation")
    creator = person(ctx, AGENT, line.creator, "creator").number if line.creator else None
    return Values(contact, _state(ctx, line, agent), _beside(ctx, line), creator)


def person(ctx: Context, kind: str, external: str, field: str) -> Known:
    """Returns the person with an external id. Raises Invalid if nobody has it."""
    found = people_imports.find(ctx, kind, external)
    if found is None:
        raise Invalid(field, f"there is no {kind} with the id {external!r}")
    return found


def _state(ctx: Context, line: lines.Conversation, agent: Known | None) -> Changes:
    group = settings_imports.department(ctx, line.department) if line.department else None
    created_at = lines.to_ms(line.created_at)
    closed_at = lines.to_ms(line.closed_at) if line.closed_at else None
    assigned_at = lines.to_ms(line.assigned_at) if line.assigned_at else created_at
    return {
        "subject": names.one_line(line.subject),
        "status": line.status,
        "status_since": lines.to_ms(line.status_since) if line.status_since else closed_at or created_at,
        "closed_at": closed_at,
        "priority": line.priority,
        "group": group.id if group else None,
        "group_number": group.number if group else None,
        "assignee": agent.id if agent else None,
        "assignee_number": agent.number if agent else None,
        "assigned_at": assigned_at if agent else None,
        "picked_at": lines.to_ms(line.picked_at) if agent and line.picked_at else None,
        "is_read": line.is_read,
    }


def _beside(ctx: Context, line: lines.Conversation) -> DetailChanges:
    values = custom_fields.check_room(_fields(ctx, line.fields))
    return DetailChanges(
        metadata={str(name): value for name, value in line.metadata.items()},
        custom_fields=values or None,
        tags=_tags(ctx, line.tags) or None,
        cc=[registration.canonical_email(address) for address in line.cc] or None,
    )


def _tags(ctx: Context, wanted: tuple[str, ...]) -> tuple[int, ...]:
    numbers: dict[int, None] = {}
    for name in wanted:
        key = name.strip().casefold()
        known = TAGS.load_with(ctx, key).get(key)
        if known is None:
            raise Invalid("tags", f"there is no tag named {name!r}")
        numbers[known.number] = None
    return tuple(numbers)


def _fields(ctx: Context, given: Mapping[str, str]) -> dict[int, str | None]:
    values: dict[int, str | None] = {}
    for name, value in given.items():
        key = name.strip().casefold()
        field = FIELDS.load_with(ctx, key).get(key)
        if field is None:
            raise Invalid("fields", f"there is no field named {name!r}")
        values[field.number] = custom_fields.check_value(field, _stored(ctx, field, value), f"fields.{name}")
    return values


def _stored(ctx: Context, field: CustomField, value: str) -> str:
    """Returns a value with the desk's number of an agent or a department in place of the file's id or name."""
    if field.type == _OPERATOR and value:
        return str(person(ctx, AGENT, value, f"fields.{field.name}").number)
    if field.type == _DEPARTMENT and value:
        return str(settings_imports.department(ctx, value).number)
    return value


def counts_paused(ctx: Context) -> bool:
    """Returns whether conversations that wait or are on hold do not count for their agents."""
    return accounts.load(ctx).auto_allocation.counts_paused
