"""Merges: the messages of one conversation, the source, move to another, the target. The target's `merging` says so meanwhile.

`begin` decides it in one write. Any process can do the rest, and repeat it. `complete` ends it and clears `merging`; nobody else
writes to the target's messages before that. Each of these writes is fenced: it fails once the target is not taking over this
source any more. The source's messages are left over then (`remove_leftovers`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.models import conversations, details, labels, loads, people, summaries
from chalicelib.models.base import conditional, delete_all, read_page, transaction
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import DetailChanges, Details
from chalicelib.models.loads import LoadChanges
from chalicelib.models.messages import Message
from chalicelib.models.stamps import Stamp

#: Messages that one transaction writes, and bytes of their texts (DynamoDB: 100 rows and 4 MB); requests of a search.
MOST_AT_ONCE, _BYTES, _MOST_PAGES = 90, 2_500_000, 20
#: What the order of messages needs of them.
_PLACED = ("conversation_key", "id", "conversation_number", "sequence", "public_sequence", "created_at", "origin")
_PLACES = [getattr(Message, name).attr_name for name in _PLACED]


class Merge(msgspec.Struct, frozen=True):
    """A merge to begin: both conversations and their details as they were read, and what changes in them.

    `chat` is the contact whose latest chat the source is, if it is one's.
    """

    target: Conversation
    source: Conversation
    of_target: Details
    of_source: Details
    target_changes: Mapping[str, Any]
    source_changes: Mapping[str, Any]
    beside: DetailChanges
    chat: str | None


class Place(NamedTuple):
    """A message's new place: its uuid, its numbers in the conversation (of all messages and of public ones), its integer id."""

    id: str
    sequence: int
    public_sequence: int | None
    number: int


def begin(merge: Merge, stamp: Stamp) -> None:
    """Writes that the source has gone to the target, which takes over its labels. One request.

    Raises ConditionFailed where either has changed since it and then its details were read.
    """
    source, target, freed = merge.source, merge.target, merge.source.carrier
    gone = {**merge.source_changes, "merged_into": target.id, "merged_into_number": target.number}
    kept, ended = _labels(merge)
    with transaction() as write:
        pauses = [summaries.apply(write, source, gone, stamp)]
        pauses.append(
            summaries.apply(
                write, target, {**merge.target_changes, "merging": len(merge.beside.sources or ())}, stamp, merge.beside
            )
        )
        labels.hand_over(write, source.key, target.key, kept, ended, stamp.at)
        loads.move(write, source.account, LoadChanges(freed=freed), stamp.at, pauses)
        _move_chat(write, merge)


def _labels(merge: Merge) -> tuple[list[str], list[str]]:
    """Returns the source's labels that go over to the target, and those that end: as many as one write moves."""
    moved = merge.of_source.labels[: labels.MOST_AT_ONCE]
    had = set(merge.of_target.labels)
    tags = merge.of_target.tags if merge.beside.tags is None else merge.beside.tags
    wanted = {*map(labels.tag, tags), *map(labels.mention, merge.of_source.mentions)} - had
    return [name for name in moved if name in wanted], [name for name in moved if name not in wanted]


def _move_chat(write: TransactWrite, merge: Merge) -> None:
    """The target becomes its contact's latest chat where the source was it; another contact has none then."""
    source, target = merge.source, merge.target
    if merge.chat and merge.chat == target.contact:
        people.set_latest_chat(write, source.account, merge.chat, target.id, source.id)
    elif merge.chat:
        people.forget_chat(write, source.account, merge.chat, source.id)


def source_of(target: Conversation) -> Conversation | None:
    """Returns the conversation whose messages another one is taking over. Two requests."""
    known = details.get(target.key)
    sources = known.sources if known else []
    at = (target.merging or 0) - 1
    return conversations.get(target.account, sources[at]) if 0 <= at < len(sources) else None


def places(conversation: Conversation) -> list[Message]:
    """Returns all messages of a conversation with what their order needs. A request for each MB of whole messages."""
    return list(Message.by_sequence.query(conversation.key, consistent_read=True, attributes_to_get=_PLACES))


def _fence(write: TransactWrite, target: Conversation) -> None:
    write.condition_check(Conversation, target.key, condition=Conversation.merging == target.merging)


def renumber(target: Conversation, moved: Sequence[Place]) -> None:
    """Gives the target's own messages new numbers. One request for each 90. Raises ConditionFailed where the merge has ended."""
    for part in (moved[at : at + MOST_AT_ONCE] for at in range(0, len(moved), MOST_AT_ONCE)):
        with transaction() as write:
            _fence(write, target)
            for place in part:
                actions: list[Action] = [Message.sequence.set(place.sequence), Message.origin.set(place.number)]
                actions += [] if place.public_sequence is None else [Message.public_sequence.set(place.public_sequence)]
                write.update(Message(target.key, place.id), actions, Message.id.exists())


def copy(target: Conversation, rows: Iterable[tuple[Message, Place]]) -> None:
    """Stores a source's messages, 90 at most, in the target. One request for each 2.5 MB.

    Raises ConditionFailed where the merge has ended.
    """
    for some in _by_size(rows):
        with transaction() as write:
            _fence(write, target)
            for row, place in some:
                write.save(_moved(row, target, place))


def _by_size(rows: Iterable[tuple[Message, Place]]) -> Iterator[list[tuple[Message, Place]]]:
    """Yields the rows in parts that one transaction has room for."""
    part: list[tuple[Message, Place]] = []
    size = 0
    for row, place in rows:
        more = len(row.body.encode()) + len((row.html_body or "").encode())
        if part and size + more > _BYTES:
            yield part
            part, size = [], 0
        part.append((row, place))
        size += more
    if part:
        yield part


def _moved(row: Message, target: Conversation, place: Place) -> Message:
    """Returns a message as it is in the target."""
    moved = Message.from_raw_data(row.serialize())
    moved.conversation_key, moved.id, moved.conversation_number = target.key, place.id, target.number
    moved.sequence, moved.public_sequence, moved.origin = place.sequence, place.public_sequence, place.number
    return moved


def complete(target: Conversation, changes: Mapping[str, Any], stamp: Stamp) -> None:
    """Ends a merge with the summary of all messages. One request. Raises ConditionFailed where the target has changed."""
    with conditional():
        target.update(summaries.updates(target, {**changes, "merging": None}, stamp))


def pass_on_labels(source_key: str, target_key: str, now: int) -> None:
    """Moves the labels for which `begin` had no room. Two requests, two for each of them. Harmless when repeated."""
    had, gets = details.get(source_key), details.get(target_key)
    wanted = gets.labels if gets else []
    for name in had.labels[labels.MOST_AT_ONCE :] if had else []:
        labels.end(source_key, name)
        if name in wanted:
            labels.begin(target_key, name, now)


def remove_leftovers(account: str, source: str, limit: int) -> bool:
    """Deletes messages that a source has still, `limit` at most. Returns whether there may be more. Harmless when repeated.

    A request for each MB of messages, and one for each 25.
    """
    key = conversations.key(account, source)
    found = read_page(Message.query(key, attributes_to_get=_PLACES[:2], consistent_read=True, limit=limit))[0]
    delete_all(Message, found)
    return len(found) == limit


def find_moved(conversation: Conversation, number: int) -> Message | None:
    """Returns the message of a conversation with an integer id that says another place than it has.

    A request for each MB of the conversation's messages, 20 at most.
    """
    results = Message.by_sequence.query(conversation.key, filter_condition=Message.origin == number, consistent_read=True)
    for page in islice(results.page_iter, _MOST_PAGES):
        if page["Items"]:
            return Message.from_raw_data(page["Items"][0])
    return None
