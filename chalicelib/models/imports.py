"""Imports: a conversation with its past, written as it would have become, and further messages of it, several in one write."""

from collections.abc import Mapping, Sequence
from typing import Any

from pynamodb.transactions import TransactWrite

from chalicelib.models import loads, statistics
from chalicelib.models.base import ConditionFailed, transaction
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import DetailChanges
from chalicelib.models.loads import LoadChanges, Pause
from chalicelib.models.messages import IS_NEW, Message
from chalicelib.models.people import Person, add
from chalicelib.models.stamps import Stamp
from chalicelib.models.statistics import Cells
from chalicelib.models.summaries import apply, begin
from chalicelib.models.unique_names import UniqueName

_FREE = UniqueName.key.does_not_exist()


def open_(
    conversation: Conversation, said: Sequence[Message], counted: Cells, beside: DetailChanges, claim: UniqueName, now: int
) -> None:
    """Stores a new conversation under its external id, with its first messages, what these count, and its agent's load, all or
    nothing. One request.

    Raises ConditionFailed where the id is taken, or the agent can't have it.
    """
    with transaction() as write:
        _begin(write, conversation, said, beside, claim, now)
        statistics.put(write, conversation.account, conversation.id, counted)


def open_merged(source: Conversation, claim: UniqueName, target: Conversation, beside: DetailChanges, stamp: Stamp) -> None:
    """Stores a conversation that leads to another one, which has its messages. One request. Raises ConditionFailed."""
    with transaction() as write:
        _begin(write, source, (), DetailChanges(external_id=beside.external_id), claim, stamp.at)
        apply(write, target, {}, stamp, DetailChanges(sources=beside.sources))


def _begin(
    write: TransactWrite,
    conversation: Conversation,
    said: Sequence[Message],
    beside: DetailChanges,
    claim: UniqueName,
    now: int,
) -> None:
    begin(write, conversation, beside)
    write.save(claim, condition=_FREE)
    _add(write, said)
    pause = loads.pause_of(conversation)
    loads.move(write, conversation.account, LoadChanges(held=conversation.carrier), now, [(Pause(), pause)])


def _add(write: TransactWrite, said: Sequence[Message]) -> None:
    for row in said:
        write.save(row, condition=IS_NEW)


def append(
    conversation: Conversation,
    said: Sequence[Message],
    counted: Cells,
    changes: Mapping[str, Any],
    new_bytes: int,
    stamp: Stamp,
) -> None:
    """Stores further messages with what they count, and what they change in the summary. One request.

    Raises ConditionFailed where the conversation has changed since it was read, or has no room for their files.
    """
    if conversation.merging:
        raise ConditionFailed(["ConditionalCheckFailed"], [None])
    with transaction() as write:
        _add(write, said)
        apply(write, conversation, dict(changes), stamp, DetailChanges(attached_bytes=new_bytes))
        statistics.put(write, conversation.account, said[0].id, counted)


def put_removed(person: Person, claim: UniqueName) -> None:
    """Stores somebody who has been removed: their name for their messages, and their external id. One request.

    Raises ConditionFailed where that is taken.
    """
    with transaction() as write:
        add(write, person, [claim])


def adopt(person: Person, claim: UniqueName) -> None:
    """Stores that somebody who is there already is whom an external id stands for. One request.

    Raises ConditionFailed where the id is taken, or they have another one.
    """
    same = Person.external_id.does_not_exist() | (Person.external_id == person.external_id)
    with transaction() as write:
        write.update(person, [Person.external_id.set(person.external_id)], Person.id.exists() & same)
        write.save(claim, condition=_FREE)
