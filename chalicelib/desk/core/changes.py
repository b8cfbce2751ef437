"""Changes: the events that a change of a table's row means, from its stream."""

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.desk.core.events import (
    ConversationAssigned,
    ConversationBegun,
    ConversationBreached,
    ConversationDeleted,
    ConversationFieldsChanged,
    ConversationMerged,
    ConversationMetadataChanged,
    ConversationMoved,
    ConversationOpened,
    ConversationPriorityChanged,
    ConversationPurged,
    ConversationReopened,
    ConversationRestored,
    ConversationStatusChanged,
    ConversationSubjectChanged,
    ConversationTextsChanged,
    DeadlineSet,
    EmailDue,
    Event,
    MessagePosted,
    NoteAdded,
    TriggerEvents,
)
from chalicelib.desk.core.person_changes import person_events
from chalicelib.models import conversations, details
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import METADATA, Details
from chalicelib.models.people import Person
from chalicelib.rules import deadlines, sla, triggers
from chalicelib.rules.actors import IMPORT, TRIGGER, Actor, unpack


def conversation_events(old: Conversation | None, new: Conversation, changed_at: int) -> list[Event]:
    """Returns what a change of a conversation's row means, in order. `changed_at` is when it was written.

    What is imported happens to nobody now: it is searched for, and nothing else.
    """
    if is_imported(new):
        return [] if unpack(new.changed_by or 0).number else _text_events(old, new, changed_at)
    happened: list[Event] = []
    account, id_, at = new.account, new.id, max(new.status_since, new.last_activity_at)
    if waits := _waiting_event(old, new):
        happened.append(waits(account, at, id_))
    if new.last_message and (old is None or old.last_message != new.last_message) and not ends_merge(old, new):
        happened.append(MessagePosted(account, at, id_, new.last_message, new.assignee))
    if new.last_message and (new.mailed_count or 0) > ((old.mailed_count if old else None) or 0):
        happened.append(EmailDue(account, at, id_, new.last_message))
    if new.assignee and new.is_open and (old is None or old.assignee != new.assignee):
        happened.append(
            ConversationAssigned(
                account, at, id_, new.assignee, new.assignee_number or 0, new.status_change_count, new.message_count
            )
        )
    for kind in deadlines.KINDS:
        due_at = getattr(new, f"{kind}_at")
        if due_at is not None and due_at > 0 and (old is None or getattr(old, f"{kind}_at") != due_at):
            happened.append(DeadlineSet(account, at, id_, kind, due_at))
    happened += [
        ConversationBreached(account, changed_at, id_, clock, due_at, new.sla_policy or 0) for clock, due_at in breaches(old, new)
    ]
    happened += [*_field_events(old, new, changed_at), *_end_events(old, new, changed_at)] if old else []
    return [*happened, *_text_events(old, new, changed_at), *_trigger_events(old, new)]


def is_imported(row: Conversation | Details) -> bool:
    """Returns whether the import of an account wrote a row last."""
    return unpack(row.changed_by or 0).dialect == IMPORT


#: What a search finds a conversation by, beside messages; and what takes it from all searches.
_SEARCHED = ("subject", "contact_key", "merged_into", "purge_at")


def _text_events(old: Conversation | None, new: Conversation, at: int) -> list[Event]:
    """Returns what the search has to know: of a conversation that lists show now, that has more messages, or other words."""
    if new.is_internal:
        return []
    anew = old is not None and (ends_merge(old, new) or any(getattr(old, name) != getattr(new, name) for name in _SEARCHED))
    is_said = new.message_count != (old.message_count if old else 0) or (new.is_listed and not (old and old.is_listed))
    return [ConversationTextsChanged(new.account, at, new.id, new.number, anew)] if anew or is_said else []


def _trigger_events(old: Conversation | None, new: Conversation) -> list[Event]:
    """Returns what triggers may be about: nothing of a change that a trigger made. One that begins a conversation is nothing
    else.
    """
    if not new.is_listed or new.deleted_at or unpack(new.changed_by or 0).kind == TRIGGER:
        return []
    if old is None or not old.is_listed:
        return [TriggerEvents(new.account, new.created_at, new.id, 1, (triggers.CREATED,))]
    version = new.version or 0
    if old.stay_at and old.stay_at != new.stay_at and (old.status, old.status_since) == (new.status, new.status_since):
        stayed = old.stay_at - new.status_since
        return [TriggerEvents(new.account, old.stay_at, new.id, version, (triggers.STAYED,), stayed)]
    before, after = ({name: getattr(row, name) for name in ("assignee", "group", "status")} for row in (old, new))
    if _follows_trigger(old, new):
        before["assignee"] = after["assignee"]
    is_said = old.last_message != new.last_message and not ends_merge(old, new)
    found = triggers.happened(before, after, new.last_sender_kind if is_said else None)
    return [TriggerEvents(new.account, new.touched_at, new.id, version, found)] if found else []


def _follows_trigger(old: Conversation, new: Conversation) -> bool:
    """Returns whether routing gives out a conversation that a trigger has just put to wait: that is still the trigger's doing."""
    is_routed = unpack(new.changed_by or 0) == Actor() and unpack(old.changed_by or 0).kind == TRIGGER
    return is_routed and old.waits_since is not None and old.waits_since == old.changed_at


def breaches(old: Conversation | None, new: Conversation) -> list[tuple[str, int]]:
    """Returns the clocks (rules.sla) whose breach a change tells, each with when it was due."""
    clocks = sla.newly_breached((old.sla_told if old else None) or 0, new.sla_told or 0)
    due = {clock: getattr(new, f"{clock}_due_at") or (getattr(old, f"{clock}_due_at") if old else None) for clock in clocks}
    return [(clock, at or 0) for clock, at in due.items()]


def ends_merge(old: Conversation | None, new: Conversation) -> bool:
    """Returns whether a conversation has just taken over another one's messages, which are not new."""
    return old is not None and old.merging is not None and new.merging is None


def _end_events(old: Conversation, new: Conversation, at: int) -> list[Event]:
    """Returns the events of a conversation that went away, came back, or was merged into another."""
    happened: list[Event] = []
    if bool(old.deleted_at) != bool(new.deleted_at) and not new.merged_into:
        happened.append((ConversationDeleted if new.deleted_at else ConversationRestored)(new.account, at, new.id))
    if new.merged_into and not old.merged_into:
        happened.append(ConversationMerged(new.account, at, new.merged_into, new.id))
    if new.purge_at and not old.purge_at:
        happened.append(ConversationPurged(new.account, at, new.id))
    return happened


#: Attributes that agents who watch the inbox see, and that no event is about.
_WATCHED = ("wake_at", "group_number")


def _field_events(old: Conversation, new: Conversation, at: int) -> list[Event]:
    """Returns the events of a row that existed before."""
    happened: list[Event] = []
    if old.status != new.status:
        happened.append(ConversationStatusChanged(new.account, new.status_since, new.id, old.status, new.status))
    elif any(getattr(old, name) != getattr(new, name) for name in _WATCHED):
        happened.append(ConversationFieldsChanged(new.account, at, new.id))
    if old.priority != new.priority:
        happened.append(ConversationPriorityChanged(new.account, at, new.id, old.priority, new.priority))
    if old.subject != new.subject:
        happened.append(ConversationSubjectChanged(new.account, at, new.id))
    if old.note_count != new.note_count and not ends_merge(old, new):
        happened.append(NoteAdded(new.account, at, new.id, new.message_count))
    return happened


def details_events(old: Details | None, new: Details, changed_at: int) -> list[Event]:
    """Returns what a change of a conversation's details means. Status changes come from the conversation's own row."""
    if is_imported(new):
        return []
    before, after = old.metadata if old else {}, new.metadata
    names = tuple(name for name in METADATA if before.get(name) != after.get(name))
    if names:
        return [ConversationMetadataChanged(new.account, changed_at, new.conversation, names)]
    had = (old.tags, old.custom_fields) if old else ([], {})
    is_changed = had != (new.tags, new.custom_fields)
    return [ConversationFieldsChanged(new.account, changed_at, new.conversation)] if is_changed else []


_Waits = ConversationOpened | ConversationBegun | ConversationReopened | ConversationMoved


def _waiting_event(old: Conversation | None, new: Conversation) -> type[_Waits] | None:
    """Returns what happened to a conversation that waits for an agent. None if it does not wait, or waits as before."""
    if not new.waits_since:
        return None
    if old is None:
        return ConversationOpened
    if not old.is_open:
        return ConversationReopened
    if not old.is_begun:
        return ConversationBegun
    was_served_by_members = not (old.waits_since or old.assignee)
    moved = any(getattr(old, name) != getattr(new, name) for name in _WAITS_FOR)
    return ConversationMoved if was_served_by_members or moved else None


#: The attributes that say who a conversation waits for.
_WAITS_FOR = ("group", "domain", "audience", "routed_by")


class Measures(msgspec.Struct, frozen=True):
    """A change in numbers: messages that came, and the milliseconds of a wait for an agent that has ended."""

    messages: int = 0
    waited: int | None = None


def measure(old: Conversation | None, new: Conversation) -> Measures:
    """Returns what a change of a conversation's row means in numbers. A record that comes twice means the same twice."""
    came = 0 if ends_merge(old, new) else new.message_count - (old.message_count if old else 0)
    since = old.waits_since if old and new.assignee else None
    return Measures(came, None if since is None or new.assigned_at is None else new.assigned_at - since)


def events_of(table: str, change: Mapping[str, Any]) -> tuple[list[Event], Measures]:
    """Returns the events and measures of a record of the stream of `table`. `change` has its images, as DynamoDB gives them.

    A removed row makes none, nor does a member's row.
    """
    old, new = change.get("OldImage"), change.get("NewImage")
    if new is None:
        return [], Measures()
    if table == "people":
        return person_events(Person.from_raw_data(old) if old else None, Person.from_raw_data(new)), Measures()
    changed_at = int(change["ApproximateCreationDateTime"] * 1000)
    key = Conversation.hash_key_of(new)
    if details.is_details(key):
        return details_events(Details.from_raw_data(old) if old else None, Details.from_raw_data(new), changed_at), Measures()
    if not conversations.is_summary(key):
        return [], Measures()
    before, after = Conversation.from_raw_data(old) if old else None, Conversation.from_raw_data(new)
    return conversation_events(before, after, changed_at), measure(before, after)
