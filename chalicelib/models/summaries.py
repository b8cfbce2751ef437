"""Summaries: writes of a conversation's row. It is opened, and changed on the version that was read, together with the status
change that this is (status_history.py) and the loads of agents that it moves, so that no write forgets these.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.models import details, event_logs, labels, loads, people, status_history
from chalicelib.models.base import Table, conditional, transaction
from chalicelib.models.conversations import CLOSED, Conversation
from chalicelib.models.details import NO_DETAILS, Authorship, DetailChanges
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.expressions import RemoveAll, SetAll
from chalicelib.models.loads import LoadChanges, Pause
from chalicelib.models.stamps import Stamp
from chalicelib.models.status_history import Ownership, StatusChange
from chalicelib.models.unique_names import UniqueName, new_name

#: Numbers of tags that begin, and of those that end.
TagChanges = tuple[Sequence[int], Sequence[int]]
#: Attributes whose change people see. The others are deadlines, counts, and what one person has read or drafted.
_SEEN = frozenset(["status", "assignee", "group", "priority", "subject", "note_count", "contact_key", "deleted_at"])
_SEEN |= {"has_details", "has_tags", "wake_at"}


def open_(conversation: Conversation, before: str | None = None) -> None:
    """Stores a new conversation, its number, that it is its contact's latest chat, and its agent's load if it has one.

    `before` is the contact's chat until now. Raises ConditionFailed where they have another, so that a contact opens one at a
    time.
    """
    with transaction() as write:
        begin(write, conversation)
        people.set_latest_chat(write, conversation.account, conversation.contact, conversation.id, before)
        hold(write, conversation)


def open_further(
    conversation: Conversation, name: UniqueName | None, members: Sequence[Table], instead_of: str | None = None
) -> None:
    """Stores a new one that is nobody's chat, with its members' rows and a unique name. Raises ConditionFailed if that is
    taken, unless by the conversation `instead_of`.
    """
    with transaction() as write:
        begin(write, conversation)
        if name:
            free = UniqueName.key.does_not_exist()
            write.save(name, condition=free | (UniqueName.id == instead_of) if instead_of else free)
        for row in members:
            write.save(row)
        hold(write, conversation)


def begin(write: TransactWrite, conversation: Conversation, changes: DetailChanges = NO_DETAILS) -> None:
    """Adds to a transaction: a new conversation, its number, and its details and tags."""
    row, now = new_name(conversation.account, "conversation", str(conversation.number), conversation.id), conversation.created_at
    conversation.set_all(index_keys(conversation, now) | _flags(conversation, changes))
    conversation.set_all(loads.end_of_pause(conversation))
    step = None
    if conversation.assignee and not conversation.is_internal:
        conversation.status_change_count = 1
        step = _new_status_change(status_history.ASSIGNED, conversation, {}, now)
    details.write(
        write, conversation.key, step, 0, changes, Authorship(conversation.changed_by or 0, now, 1, conversation.number)
    )
    labels.move(write, conversation.key, map(labels.tag, changes.tags or ()), (), now)
    write.save(conversation, condition=Conversation.key.does_not_exist())
    write.save(row, condition=UniqueName.key.does_not_exist())


def hold(write: TransactWrite, conversation: Conversation) -> None:
    """Adds to a transaction: a new conversation counts for its agent's load."""
    held, pause = LoadChanges(held=conversation.carrier), (Pause(), loads.pause_of(conversation))
    loads.move(write, conversation.account, held, conversation.created_at, [pause])


def _flags(conversation: Conversation, changes: DetailChanges) -> dict[str, Any]:
    """Returns the summary's flag that there are details. Whether an agent has read them changes nothing."""
    flags: dict[str, Any] = {} if changes.tags is None else {"has_tags": bool(changes.tags) or None}
    noted = replace(
        changes, tags=None, attached_bytes=0, external_id=None, mentions=None if conversation.has_details else changes.mentions
    )
    return flags | ({"has_details": True} if noted else {})


def apply(
    write: TransactWrite,
    conversation: Conversation,
    changes: dict[str, Any],
    stamp: Stamp,
    beside: DetailChanges = NO_DETAILS,
    *,
    escalates: bool = False,
) -> tuple[Pause, Pause]:
    """Adds to a transaction: the changes of a summary on the version that was read, its status change, and its details'.

    Applies the changes to the object too, so that it can be shown. Drop the object if the write fails. Returns the conversation's
    pause before and after, for `loads.move`.
    """
    before = loads.pause_of(conversation)
    kind = status_change_of(conversation, changes, escalates=escalates)
    step = _new_status_change(kind, conversation, changes, stamp.at) if kind else None
    by = Authorship(stamp.by, stamp.at, (conversation.version or 0) + 1, conversation.number)
    details.write(write, conversation.key, step, conversation.status_change_count, beside, by)
    changes = (
        changes | ({"status_change_count": conversation.status_change_count + 1} if kind else {}) | _flags(conversation, beside)
    )
    write.update(conversation, updates(conversation, changes, stamp))
    return before, loads.pause_of(conversation)


def _new_status_change(kind: str, conversation: Conversation, changes: dict[str, Any], now: int) -> StatusChange:
    """Returns a status change before it is applied, with the agent after it."""
    return StatusChange(kind, now, changes.get("assignee_number", conversation.assignee_number) or 0, conversation.message_count)


def status_change_of(conversation: Conversation, changes: dict[str, Any], *, escalates: bool = False) -> str | None:
    """Returns the kind of status change that these changes are. None for none, and for an internal conversation."""
    is_open = changes.get("status", conversation.status) != CLOSED and not changes.get("deleted_at", conversation.deleted_at)
    after = Ownership(is_open, changes.get("assignee", conversation.assignee))
    return None if conversation.is_internal else status_history.kind_of(conversation.ownership, after, escalates=escalates)


def updates(conversation: Conversation, changes: dict[str, Any], stamp: Stamp) -> list[Action]:
    """Returns the actions that write the changes, the index keys that follow from them, and who made them when. Applies them to
    the object too.
    """
    changes = changes | _authorship(conversation, changes, stamp)
    conversation.set_all(changes)
    keys = index_keys(conversation, stamp.at) | loads.end_of_pause(conversation)
    conversation.set_all(keys)
    changes = changes | keys
    kept = {name: value for name, value in changes.items() if value is not None}
    removed = [name for name in changes if name not in kept]
    actions: list[tuple[Action, Any]] = [(SetAll(Conversation, kept), kept), (RemoveAll(Conversation, removed), removed)]
    return [action for action, some in actions if some]


def _authorship(conversation: Conversation, changes: dict[str, Any], stamp: Stamp) -> dict[str, Any]:
    """Returns who made some changes, and when if people see them. A public message has its own time."""
    if not changes:
        return {}
    by = {"changed_by": stamp.by}
    if "last_activity_at" in changes:
        return by | ({"changed_at": None} if conversation.changed_at else {})
    return by | ({"changed_at": stamp.at} if _SEEN & changes.keys() else {})


def index_keys(conversation: Conversation, now: int) -> dict[str, Any]:
    """Returns the keys of indexes that a conversation should have and does not: every index's key is derived here."""
    keys: dict[str, Any] = {}
    if conversation.inbox_key != conversation.listed_key:
        keys["inbox_key"] = conversation.listed_key
    if conversation.holder_key != (holder := conversation.holder):
        keys |= {"holder_key": holder, "held_since": now if holder else None}
    return keys


def correct_keys(conversation: Conversation, now: int) -> bool:
    """Writes the keys of indexes that a conversation should have and does not. One request, none if no key is missing.

    Returns whether one was missing. Raises ConditionFailed if the conversation is no longer as it was read.
    """
    actions = updates(conversation, {}, Stamp(now))
    if actions:
        with conditional():
            conversation.update(actions)
    return bool(actions)


def remove_attribute(conversation: Conversation, stored: str) -> None:
    """Removes an attribute that no model knows any more, by its stored name. One request.

    Raises ConditionFailed if the conversation is no longer as it was read.
    """
    with conditional():
        conversation.update([Path(stored).remove()])


def change(
    conversation: Conversation,
    changes: dict[str, Any],
    stamp: Stamp,
    moved: LoadChanges = LoadChanges(),
    *,
    escalates: bool = False,
    beside: DetailChanges = NO_DETAILS,
    tags: TagChanges = ((), ()),
    firing: LogEntry | None = None,
) -> None:
    """Writes a change on the version that was read, with its status change, the loads it moves, its details', the numbers of
    tags that begin and end, and the trigger's firing that it is.

    One request, which costs half as much without these. `escalates` says that a new agent is a supervisor. Raises
    ConditionFailed where the conversation, or a routed agent's load or presence, has changed since it was read, or the firing is
    stored already.
    """
    is_paused = conversation.paused or changes.get("paused")
    if not (firing or moved.moved or is_paused or beside or any(tags) or status_change_of(conversation, changes)):
        with conditional():
            conversation.update(updates(conversation, changes, stamp))
        return
    with transaction() as write:
        pause = apply(write, conversation, changes, stamp, beside, escalates=escalates)
        begun, ended = (map(labels.tag, numbers) for numbers in tags)
        labels.move(write, conversation.key, begun, ended, stamp.at)
        loads.move(write, conversation.account, moved, stamp.at, [pause])
        if firing:
            write.save(firing, condition=event_logs.IS_NEW)
