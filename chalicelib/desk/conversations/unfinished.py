"""Unfinished merges: a reader of a conversation that is still taking over another one's messages finishes that first.

The result is always the same, even if several do it: the order follows from times and integer ids, which the merge does not
change.
"""

from collections.abc import Mapping, Sequence

import msgspec

from chalicelib.models import conversations, merges, messages
from chalicelib.models.base import ConditionFailed
from chalicelib.models.conversations import Conversation
from chalicelib.models.merges import Place
from chalicelib.models.messages import Message
from chalicelib.models.stamps import Stamp
from chalicelib.rules import ids, lifecycle, merging
from chalicelib.rules.merging import Entry, Numbered
from chalicelib.rules.text import preview

_ATTEMPTS = 12


def number_of(message: Message) -> int:
    """Returns a message's integer id, unique in its account; a merge does not change it."""
    return message.origin or ids.message_number(message.conversation_number, message.sequence)


def finish(conversation: Conversation) -> Conversation:
    """Finishes the merge into a conversation, and returns it as it is then. One that is taking over nothing is returned as it is.

    A request for each MB of messages, and three for each 90 that move. Raises ConditionFailed where others are in the way again
    and again.
    """
    for _ in range(_ATTEMPTS):
        if not conversation.merging:
            return conversation
        try:
            return _finish(conversation)
        except ConditionFailed:
            conversation = conversations.get(conversation.account, conversation.id) or conversation
    raise ConditionFailed(["ConditionalCheckFailed"], [None])


class _Merged(msgspec.Struct, frozen=True):
    """Both conversations, the order of all messages, and by integer id those that are the target's own, with their uuids."""

    target: Conversation
    source: Conversation
    order: Sequence[Numbered]
    own: Mapping[int, Message]
    taken: frozenset[str]

    def place(self, one: Numbered) -> Place:
        """Returns the place of a message in the target. Its uuid is another one if the target has a message with that already."""
        id_ = one.entry.id
        is_taken = id_ in self.taken and one.entry.number not in self.own
        return Place(ids.reserved(self.source.id, id_) if is_taken else id_, *one[1:], one.entry.number)


def _finish(target: Conversation) -> Conversation:
    source = merges.source_of(target)
    if source is None:
        raise ConditionFailed(["ConditionalCheckFailed"], [None])
    theirs = {number_of(row): row for row in merges.places(source)}
    here = {number_of(row): row for row in merges.places(target)}
    own = {number: row for number, row in here.items() if number not in theirs}
    order = merging.number(_entry(row) for row in (*own.values(), *theirs.values()))
    merged = _Merged(target, source, order, own, frozenset(row.id for row in own.values()))
    merges.renumber(target, [merged.place(one) for one in order if one.entry.number in own and not _has(own, one)])
    _copy(merged, [one for one in order if one.entry.number not in here])
    changes = _summary_changes(merged)
    merges.complete(target, changes, Stamp(source.deleted_at or 0, source.changed_by or 0))
    return target


def _entry(row: Message) -> Entry:
    return Entry(row.created_at, number_of(row), row.id, row.public_sequence is not None)


def _has(own: Mapping[int, Message], one: Numbered) -> bool:
    """Returns whether a message of the target's own has its numbers already."""
    row = own[one.entry.number]
    return (row.sequence, row.public_sequence) == one[1:]


def _copy(merged: _Merged, left: Sequence[Numbered]) -> None:
    """Copies messages of the source that the target does not have yet."""
    source = merged.source
    by_id = {one.entry.id: merged.place(one) for one in left}
    wanted = list(by_id)
    for at in range(0, len(wanted), merges.MOST_AT_ONCE):
        rows = messages.get_many(source.account, source.id, wanted[at : at + merges.MOST_AT_ONCE])
        merges.copy(merged.target, [(row, by_id[id_]) for id_, row in rows.items()])


def _summary_changes(merged: _Merged) -> lifecycle.Changes:
    """Returns the summary's fields about all messages. One request if the other conversation has the last message."""
    public = [one for one in merged.order if one.entry.is_public]
    counts = {"message_count": len(merged.order), "note_count": len(merged.order) - len(public)}
    id_ = merged.place(public[-1]).id if public else merged.target.last_message
    if id_ is None or id_ == merged.target.last_message:
        return counts
    row = messages.get_many(merged.target.account, merged.target.id, [id_])[id_]
    return counts | {
        "last_message": row.id,
        "preview": preview(row.body, lifecycle.LONGEST_PREVIEW),
        "last_sender": row.sender,
        "last_sender_number": row.sender_number,
        "last_sender_kind": row.sender_kind,
    }
