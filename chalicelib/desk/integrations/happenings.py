"""Happenings: the events of webhooks that a change of a table's row means, from its stream."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from chalicelib.desk.core import changes
from chalicelib.models import conversations, webhook_deliveries
from chalicelib.models.conversations import CLOSED, Conversation
from chalicelib.models.people import CONTACT, Person
from chalicelib.rules import ids, sla, webhooks
from chalicelib.rules import status as statuses

#: What people see of a conversation, beside messages. A change of anything else that they see moves `changed_at`.
_SHOWN = ("status", "priority", "subject", "assignee", "group", "contact_key", "deleted_at", "merged_into")


class About(msgspec.Struct, frozen=True, omit_defaults=True, rename={"happened_at": "at"}):
    """What an event is about, by ids, and what it changed. `number` is the integer id of the conversation or contact."""

    happened_at: int
    number: int
    conversation: str = ""
    contact: str = ""
    message: str = ""
    #: For a note: its number among the conversation's messages.
    sequence: int = 0
    file: str = ""
    #: Which of several that one change is: the file among its message's, the clock among all, from 1.
    part: int = 0
    before: str | None = None
    after: str | None = None
    #: For a breach: which clock's, when it was due, and its policy's number.
    clock: str = ""
    due_at: int = 0
    policy: int = 0


class Happening(msgspec.Struct, frozen=True):
    """An event: its word in rules.webhooks.EVENTS, its place (models.webhook_deliveries), and what it is about."""

    event: str
    place: str
    about: About


def event_id(account: str, event: str, place: str) -> str:
    """Returns the id of an event, the same whichever webhook gets it and however often."""
    return ids.reserved(account, "webhook", event, place.partition("-")[2])


def account_of(table: str, change: Mapping[str, Any]) -> str:
    """Returns the account of a record of the stream of `table`, without reading the rest of it."""
    image = change.get("NewImage") or change["OldImage"]
    key = Person.hash_key_of(image) if table == "people" else Conversation.hash_key_of(image)
    return key.partition("#")[0]


def can_mean(table: str, change: Mapping[str, Any]) -> bool:
    """Returns whether a record of the stream of `table` may mean something: of people only new ones, without reading the row."""
    return table != "people" or "OldImage" not in change


def of_change(table: str, change: Mapping[str, Any]) -> list[Happening]:
    """Returns what has happened by a record of the stream of `table`, in order. `change` has its images, as DynamoDB gives them.

    Removed rows, and rows beside a conversation, make nothing happen.
    """
    old, new = change.get("OldImage"), change.get("NewImage")
    if new is None:
        return []
    if table == "people":
        return [] if old else _of_contact(Person.from_raw_data(new), int(change["ApproximateCreationDateTime"]))
    if not conversations.is_summary(Conversation.hash_key_of(new)):
        return []
    row = Conversation.from_raw_data(new)
    found = _of_conversation(Conversation.from_raw_data(old) if old else None, row)
    place = int(change["ApproximateCreationDateTime"]), row.version or 0
    return [_happening(*place, event, about) for event in webhooks.EVENTS for told, about in found if told == event]


def _happening(second: int, version: int, event: str, about: About) -> Happening:
    number = webhooks.EVENTS.index(event)
    return Happening(event, webhook_deliveries.place(second, version, number, about.number, about.part), about)


def _of_contact(person: Person, second: int) -> list[Happening]:
    if person.kind != CONTACT or person.external_id:
        return []
    about = About(person.created_at, person.number, contact=person.id)
    return [_happening(second, 1, webhooks.CONTACT_CREATED, about)]


def _of_conversation(old: Conversation | None, new: Conversation) -> list[tuple[str, About]]:
    """Returns the events of a change of a conversation, in no order. Conversations that lists don't show, such as those among
    agents, have none; nor do imported ones.
    """
    if not new.is_listed or new.purge_at or changes.is_imported(new):
        return []
    about = About(max(new.status_since, new.touched_at), new.number, conversation=new.id)
    if old is None or not old.is_listed:
        return [(webhooks.CREATED, about), *_said(None, new, about), *_assigned(None, new, about)]
    return [*_said(old, new, about), *_assigned(old, new, about), *_moved(old, new, about), *_breached(old, new, about)]


def _said(old: Conversation | None, new: Conversation, about: About) -> Iterator[tuple[str, About]]:
    """Yields the events of a message that was added."""
    if old is not None and (changes.ends_merge(old, new) or new.message_count <= old.message_count):
        return
    if new.last_message and (old is None or old.last_message != new.last_message):
        posted = msgspec.structs.replace(about, message=new.last_message)
        yield webhooks.MESSAGE_CREATED, posted
        yield webhooks.FILE_UPLOADED, posted
        if old is not None and new.last_sender_kind in (statuses.CONTACT, statuses.STAFF):
            yield webhooks.REPLIED, posted
        if old is not None and new.last_sender_kind == statuses.STAFF:
            yield webhooks.AGENT_REPLIED, posted
    elif new.message_count:
        noted = msgspec.structs.replace(about, sequence=new.message_count)
        yield webhooks.MESSAGE_CREATED, noted
        yield webhooks.FILE_UPLOADED, noted


def _assigned(old: Conversation | None, new: Conversation, about: About) -> Iterator[tuple[str, About]]:
    if new.assignee and (old is None or old.assignee != new.assignee):
        before = str(old.assignee_number) if old and old.assignee_number else None
        yield webhooks.ASSIGNED, msgspec.structs.replace(about, before=before, after=str(new.assignee_number))


def _moved(old: Conversation, new: Conversation, about: About) -> Iterator[tuple[str, About]]:
    """Yields the events of fields that were changed."""
    if old.status != new.status:
        yield webhooks.STATUS_CHANGED, msgspec.structs.replace(about, before=old.status, after=new.status)
        if new.status == CLOSED:
            yield webhooks.CLOSED, about
    if new.deleted_at and not old.deleted_at:
        yield webhooks.DELETED, about
    is_other = new.changed_at is not None and new.changed_at != old.changed_at and new.message_count == old.message_count
    if is_other or changes.ends_merge(old, new) or any(getattr(old, name) != getattr(new, name) for name in _SHOWN):
        yield webhooks.UPDATED, about


def _breached(old: Conversation, new: Conversation, about: About) -> Iterator[tuple[str, About]]:
    for clock, due_at in changes.breaches(old, new):
        part = sla.CLOCKS.index(clock) + 1
        breach = {"clock": clock, "due_at": due_at, "policy": new.sla_policy or 0, "part": part}
        told = msgspec.structs.replace(about, happened_at=max(about.happened_at, due_at), **breach)
        yield webhooks.BREACHED, told
