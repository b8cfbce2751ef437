"""Imports: a conversation with its past, written as it would have become, and further messages of it, several in one write."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from pynamodb.transactions import TransactWrite

from chalicelib.models import loads, received_mails, statistics
from chalicelib.models.base import ConditionFailed, transaction
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import DetailChanges
from chalicelib.models.loads import LoadChanges, Pause
from chalicelib.models.messages import IS_NEW, Message
from chalicelib.models.people import Person, add
from chalicelib.models.stamps import Stamp
from chalicelib.models.statistics_rows import Cells
from chalicelib.models.summaries import apply, begin
from chalicelib.models.unique_names import UniqueName

_FREE = UniqueName.key.does_not_exist()


class NewMessages(msgspec.Struct, frozen=True):
    """Messages that are stored together, and what they count."""

    rows: Sequence[Message]
    counted: Cells


def open_(conversation: Conversation, new: NewMessages, beside: DetailChanges, claim: UniqueName, now: int) -> None:
    """Stores a new conversation under its external id, with its first messages, what these count, where their Message-IDs lead,
    and its agent's load, all or nothing. One request.

    Raises ConditionFailed where the id is taken, or the agent can't have it.
    """
    with transaction() as write:
        _begin(write, conversation, beside, claim, now)
        _add(write, conversation, new, conversation.id, now)


def open_merged(source: Conversation, claim: UniqueName, target: Conversation, beside: DetailChanges, stamp: Stamp) -> None:
    """Stores a conversation that leads to another one, which has its messages. One request. Raises ConditionFailed."""
    with transaction() as write:
        _begin(write, source, DetailChanges(external_id=beside.external_id), claim, stamp.at)
        apply(write, target, {}, stamp, DetailChanges(sources=beside.sources))


def _begin(write: TransactWrite, conversation: Conversation, beside: DetailChanges, claim: UniqueName, now: int) -> None:
    begin(write, conversation, beside)
    write.save(claim, condition=_FREE)
    pause = loads.pause_of(conversation)
    loads.move(write, conversation.account, LoadChanges(held=conversation.carrier), now, [(Pause(), pause)])


def _add(write: TransactWrite, conversation: Conversation, new: NewMessages, once: str, now: int) -> None:
    """Adds messages; `once` is a uuid of this write, under which is kept what they count."""
    for row in new.rows:
        write.save(row, condition=IS_NEW)
    received_mails.lead(
        write, conversation.account, [row.mail_id for row in new.rows if row.mail_id], conversation.id, now // 1000
    )
    statistics.put(write, conversation.account, once, new.counted)


def append(
    conversation: Conversation, new: NewMessages, changes: Mapping[str, Any], new_bytes: int, stamp: Stamp, now: int
) -> None:
    """Stores further messages with what they count, where their Message-IDs lead, and what they change in the summary. One
    request.

    Raises ConditionFailed where the conversation has changed since it was read, or has no room for their files.
    """
    if conversation.merging:
        raise ConditionFailed(["ConditionalCheckFailed"], [None])
    with transaction() as write:
        apply(write, conversation, dict(changes), stamp, DetailChanges(attached_bytes=new_bytes))
        _add(write, conversation, new, new.rows[0].id, now)


def put_removed(person: Person, claim: UniqueName) -> None:
    """Stores somebody who has been removed: their name for their messages, and their external id. One request.

    Raises ConditionFailed where that is taken.
    """
    with transaction() as write:
        add(write, person, [claim])


def adopt(person: Person, claim: UniqueName) -> None:
    """Stores that an external id stands for a person who is there already. One request.

    Raises ConditionFailed where the id is taken, or the person has another one.
    """
    same = Person.external_id.does_not_exist() | (Person.external_id == person.external_id)
    with transaction() as write:
        write.update(person, [Person.external_id.set(person.external_id)], Person.id.exists() & same)
        write.save(claim, condition=_FREE)
