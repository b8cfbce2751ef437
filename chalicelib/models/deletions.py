"""Deletions: a conversation goes to the inbox's deleted ones, and comes back, with its labels and its agent's load."""

from typing import Any

from chalicelib.models import labels, loads, summaries
from chalicelib.models.base import transaction
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import Details
from chalicelib.models.loads import LoadChanges
from chalicelib.models.stamps import Stamp


def delete(conversation: Conversation, known: Details, changes: dict[str, Any], stamp: Stamp) -> None:
    """Writes that a conversation is deleted, takes out its labels and frees its agent. One request, one more for each label past
    labels.MOST_AT_ONCE.

    Raises ConditionFailed where the conversation has changed since it and then its details were read.
    """
    names, freed = known.labels, conversation.carrier
    with transaction() as write:
        pause = summaries.apply(write, conversation, changes, stamp)
        labels.move(write, conversation.key, (), names[: labels.MOST_AT_ONCE], stamp.at)
        loads.move(write, conversation.account, LoadChanges(freed=freed), stamp.at, [pause])
    for name in names[labels.MOST_AT_ONCE :]:
        labels.end(conversation.key, name)


def restore(conversation: Conversation, known: Details, changes: dict[str, Any], stamp: Stamp, held: str | None) -> None:
    """Undoes that: the labels are back, and it counts for the load of the agent `held`. Costs and raises the same."""
    names = known.labels
    with transaction() as write:
        pause = summaries.apply(write, conversation, changes, stamp)
        labels.move(write, conversation.key, names[: labels.MOST_AT_ONCE], (), stamp.at)
        loads.move(write, conversation.account, LoadChanges(held=held), stamp.at, [pause])
    for name in names[labels.MOST_AT_ONCE :]:
        labels.begin(conversation.key, name, stamp.at)


def mark(conversation: Conversation, stamp: Stamp) -> None:
    """Marks a deleted conversation for removal for good; no index of the account has it any more. One request.

    Raises ConditionFailed where it has changed since it was read.
    """
    summaries.change(conversation, {"purge_at": stamp.at}, stamp)
