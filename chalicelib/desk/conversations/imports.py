"""Imports of conversations: they are stored in their final state, and their messages at the times when they were posted.

They send no events: from what an import writes, changes.py only makes words for the search and a log entry.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.conversations import attachments, conversations, import_values, imported_messages
from chalicelib.desk.conversations.import_values import Values
from chalicelib.desk.conversations.imported_messages import Load, Posted
from chalicelib.desk.core import access, counted, imported, lines
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people.imports import CHANGED, NEW, SAME
from chalicelib.models import conversations as rows
from chalicelib.models import details, imports, summaries
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import DetailChanges
from chalicelib.models.imports import NewMessages
from chalicelib.models.loads import LoadChanges
from chalicelib.models.messages import Message
from chalicelib.models.stamps import Stamp
from chalicelib.models.unique_names import UniqueName
from chalicelib.rules import import_writes, lifecycle
from chalicelib.rules.actors import IMPORT, Actor, pack

CONVERSATION = "conversation"


class Done(msgspec.Struct, frozen=True):
    """What became of a conversation's line, and how many of its messages are new."""

    outcome: str
    messages: int


@access.allow(SYSTEM)
def import_conversation(ctx: Context, line: lines.Conversation, said: Sequence[lines.Message], load: Load) -> Done:
    """Stores a conversation with the messages that follow its line, and returns what became of them. `load` gives the bytes of an
    attachment.

    One request where nothing is given that was not there, one more for messages; for a new one two, and one for each part of
    its messages that is written (rules.import_writes). Raises Invalid, naming the field, Conflict.
    """
    values = import_values.read(ctx, line)
    if line.merged_into:
        return Done(_import_merged(ctx, line, values), 0)
    posted = imported_messages.read(ctx, said)

    def attempt() -> Done:
        known = imported.find(ctx, CONVERSATION, line.id)
        if known:
            return Done(_change(ctx, known, line, values), _add(ctx, load_row(ctx, line.id, known), posted, load))
        return Done(NEW, _create(ctx, line, values, posted, load))

    return retry_on_conflict(ctx, attempt)


@access.allow(SYSTEM)
def import_messages(ctx: Context, conversation: str, said: Sequence[lines.Message], load: Load) -> int:
    """Stores further messages of a conversation (its external id), and returns how many are new. Three requests, and one for each
    part that is written. Raises Invalid, Conflict.
    """
    posted = imported_messages.read(ctx, said)
    return retry_on_conflict(ctx, lambda: _add(ctx, load_row(ctx, conversation), posted, load))


def load_row(ctx: Context, external: str, known: UniqueName | None = None) -> Conversation:
    """Returns the conversation that an external id stands for, or the one that it was merged into since. Two requests.

    Raises Invalid for none.
    """
    found = _row(ctx, external, known)
    return conversations.load(ctx, found.id) if found.merged_into else found


def _row(ctx: Context, external: str, known: UniqueName | None = None) -> Conversation:
    """Returns the same, of one that was merged itself."""
    known = known or imported.find(ctx, CONVERSATION, external)
    found = rows.get(ctx.account, known.id) if known else None
    if found is None or found.purge_at:
        raise Invalid("conversation", f"there is no conversation with the id {external!r}")
    return found


def _create(ctx: Context, line: lines.Conversation, values: Values, posted: Sequence[Posted], load: Load) -> int:
    new, (first, *rest) = _new(ctx, line, values), _parts(posted) or [[]]
    new.changed_by = _author(is_last=not rest)
    new.creator_number = values.creator if values.creator is not None else _opener(posted)
    rows_, new_bytes = imported_messages.rows_of(ctx, new, first, load)
    new.set_all(imported_messages.summary_of(new, rows_))
    if import_values.counts_paused(ctx):
        new.set_all(lifecycle.paused(new, {}))
    beside = replace(values.beside, attached_bytes=new_bytes, external_id=line.id)
    imports.open_(new, _new_messages(rows_), beside, imported.claim(ctx, line, new.id), ctx.now)
    _append(ctx, new, rest, load)
    return len(posted)


def _new_messages(rows: Sequence[Message]) -> NewMessages:
    return NewMessages(rows, counted.amounts_of(row.counted for row in rows))


def _parts(posted: Sequence[Posted]) -> list[list[Posted]]:
    """Returns messages in parts that are written together."""
    return [[one.posted for one in part] for part in import_writes.together(imported_messages.sized(posted))]


def _new(ctx: Context, line: lines.Conversation, values: Values) -> Conversation:
    """Returns a conversation without messages. One request for its number."""
    contact = values.contact
    created_at = lines.to_ms(line.created_at)
    new = Conversation(
        rows.key(ctx.account, replace(ctx, now=created_at).new_id()),
        number=imported.next_number(ctx, CONVERSATION),
        channel=line.channel,
        contact_key=rows.of_key(ctx.account, contact.id),
        contact_number=contact.number,
        created_at=created_at,
        last_activity_at=created_at,
        changed_by=_author(is_last=True),
        received_from=line.received_from,
        is_read_by_contact=line.is_read_by_contact,
    )
    new.set_all(values.state)
    return new


def _opener(posted: Sequence[Posted]) -> int | None:
    """Returns the number of the agent who wrote first, and so opened a conversation, 0 for the system or nobody. None for its
    contact.
    """
    if not posted:
        return 0
    return None if posted[0].sender.kind == "contact" else posted[0].sender.number


def _add(ctx: Context, conversation: Conversation, posted: Sequence[Posted], load: Load) -> int:
    """Adds the messages that a conversation does not have yet. Raises OfMessage for one that it has otherwise."""
    new = imported_messages.without_known(conversation, posted)
    imported_messages.check_order(conversation, new)
    _append(ctx, conversation, _parts(new), load)
    return len(new)


def _append(ctx: Context, conversation: Conversation, parts: Sequence[Sequence[Posted]], load: Load) -> None:
    for at, part in enumerate(parts, 1):
        rows_, new_bytes = imported_messages.rows_of(ctx, conversation, part, load)
        _check_room(conversation, new_bytes)
        changes = imported_messages.summary_of(conversation, rows_)
        stamp = Stamp(rows_[-1].created_at, _author(is_last=at == len(parts)))
        imports.append(conversation, _new_messages(rows_), changes, new_bytes, stamp, ctx.now)


def _check_room(conversation: Conversation, new_bytes: int) -> None:
    """Raises Invalid where a conversation has no room for further files. One request, none without files."""
    known = details.get(conversation.key) if new_bytes else None
    if known and (known.attached_bytes or 0) + new_bytes > attachments.MOST_BYTES:
        raise Invalid("attachments", f"a conversation has room for {attachments.MOST_BYTES >> 20} MB of files in all")


def _author(*, is_last: bool) -> int:
    """Returns who writes: the import, which says whether more of the conversation follows at once."""
    return pack(Actor(number=0 if is_last else 1, dialect=IMPORT))


def _change(ctx: Context, known: UniqueName, line: lines.Conversation, values: Values) -> str:
    """Gives a conversation what its line says now. Raises Invalid for what does not change."""
    if known.digest == lines.digest(line):
        return SAME
    conversation = load_row(ctx, line.id, known)
    if (line.channel, lines.to_ms(line.created_at)) != (conversation.channel, conversation.created_at):
        raise Invalid("created_at", "and channel of a conversation that was imported do not change")
    if not conversation.deleted_at and conversation.id == known.id:
        _write(ctx, conversation, values)
    imported.note(known, line)
    return CHANGED


def _write(ctx: Context, conversation: Conversation, values: Values) -> None:
    state = values.state | {
        "contact_key": rows.of_key(ctx.account, values.contact.id),
        "contact_number": values.contact.number,
    }
    changes: dict[str, Any] = {name: value for name, value in state.items() if getattr(conversation, name) != value}
    had, beside = details.of_conversation(conversation), values.beside
    cleared = {name: None for name in had.metadata if name not in beside.metadata}
    beside = replace(beside, metadata={**cleared, **beside.metadata}, tags=beside.tags or (), cc=beside.cc or ())
    begun = [tag for tag in beside.tags or () if tag not in had.tags]
    ended = [tag for tag in had.tags if tag not in (beside.tags or ())]
    after = Conversation.from_raw_data(conversation.serialize())
    after.set_all(changes)
    if import_values.counts_paused(ctx):
        changes |= lifecycle.paused(conversation, changes)
    changes |= counted.fields_after(conversation, changes, ctx.now, ctx.stamp.by)
    loads = LoadChanges(freed=conversation.carrier, held=after.carrier)
    summaries.change(conversation, changes, ctx.stamp, loads, beside=beside, tags=(begun, ended))


def _import_merged(ctx: Context, line: lines.Conversation, values: Values) -> str:
    """Stores a conversation that leads to another one. Five requests for a new one."""

    def attempt() -> str:
        known = imported.find(ctx, CONVERSATION, line.id)
        if known and known.digest == lines.digest(line):
            return SAME
        if known:
            raise Invalid("merged_into", "a conversation that was imported is not merged by an import")
        target = _row(ctx, str(line.merged_into))
        at = lines.to_ms(line.merged_at or line.created_at)
        new = _new(ctx, line, values)
        new.set_all(lifecycle.deleted(at) | {"merged_into": target.id, "merged_into_number": target.number, "creator_number": 0})
        sources = [*details.of_conversation(target).sources, new.id]
        beside = DetailChanges(sources=sources, external_id=line.id)
        imports.open_merged(new, imported.claim(ctx, line, new.id), target, beside, Stamp(ctx.now, _author(is_last=True)))
        return NEW

    return retry_on_conflict(ctx, attempt)
