"""Drafts: what an agent has begun to write in a conversation, one each.

A row of the conversations' table, key account#conversation#draft#agent, which `by_label` lists among the agent's drafts. The
summary counts its drafts, and its details say whose they are, in the same write.
"""

from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import ListAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.expressions.update import Action

from chalicelib import config
from chalicelib.models import conversations, details, labels, summaries
from chalicelib.models.attributes import IntegerAttribute, KeyAttribute, UnicodeAttribute
from chalicelib.models.base import Table, conditional, transaction
from chalicelib.models.conversations import Conversation, of_key
from chalicelib.models.details import Details
from chalicelib.models.stamps import Stamp

_INFIX = "#draft#"
#: What its agent writes.
FIELDS = ("subject", "html_body", "plain_body", "quote", "sent_from", "sent_to", "copies", "files")


class Draft(Table):
    """A draft. `labelled_at` is when it was saved (epoch milliseconds), `files` are ids."""

    class Meta:
        table_name = config.table("conversations")

    key = KeyAttribute(hash_key=True, attr_name="k")
    number = IntegerAttribute(attr_name="nu")
    agent_number = IntegerAttribute(attr_name="ag")
    subject = UnicodeAttribute(null=True, attr_name="su")
    html_body = UnicodeAttribute(null=True, attr_name="hb")
    plain_body = UnicodeAttribute(null=True, attr_name="pb")
    quote = UnicodeAttribute(null=True, attr_name="qu")
    sent_from = UnicodeAttribute(null=True, attr_name="fr")
    sent_to = UnicodeAttribute(null=True, attr_name="to")
    copies = UnicodeAttribute(null=True, attr_name="cp")
    files: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True, attr_name="fl")
    label_key = KeyAttribute(attr_name="lb")
    labelled_at = IntegerAttribute(attr_name="lt")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return Conversation._get_connection()

    @property
    def conversation(self) -> str:
        """Uuid of its conversation."""
        return self.key.split("#")[1]


def key(conversation_key: str, agent: str) -> str:
    """Returns the hash key of an agent's draft."""
    return f"{conversation_key}{_INFIX}{agent}"


def new(conversation: Conversation, agent: str, agent_number: int, number: int, now: int) -> Draft:
    """Returns an empty draft of an agent, saved now."""
    listed = of_key(conversation.account, labels.draft(agent_number))
    return Draft(key(conversation.key, agent), number=number, agent_number=agent_number, label_key=listed, labelled_at=now)


def get(conversation: Conversation, agent: str) -> Draft | None:
    """Returns an agent's draft, read consistently. One request."""
    return Draft.find(key(conversation.key, agent))


def of_agent(account: str, ids: Sequence[str], agent: str) -> set[str]:
    """Returns those of the conversations in which an agent has a draft. One request for each hundred."""
    keys = [key(conversations.key(account, id_), agent) for id_ in ids]
    rows = Draft.batch_get(keys, consistent_read=True, attributes_to_get=[Draft.key.attr_name]) if keys else []
    return {row.conversation for row in rows}


def of_conversation(conversation: Conversation) -> list[Draft]:
    """Returns the drafts that agents have in a conversation, also agents who were removed. Two requests, none for none."""
    beside = details.get(conversation.key) if conversation.draft_count else None
    keys = [key(conversation.key, agent) for agent in sorted(beside.drafters or ())] if beside else []
    return list(Draft.batch_get(keys, consistent_read=True)) if keys else []


def create(conversation: Conversation, draft: Draft, stamp: Stamp) -> None:
    """Stores an agent's first draft in a conversation. One request.

    Raises ConditionFailed where they have one, or the conversation has changed since it was read.
    """
    with transaction() as write:
        write.save(draft, condition=Draft.key.does_not_exist())
        agent = draft.key.rpartition("#")[2]
        write.update(Details(details.key(conversation.key)), [Details.drafters.add({agent})])
        summaries.apply(write, conversation, {"draft_count": (conversation.draft_count or 0) + 1}, stamp)


def replace(draft: Draft) -> None:
    """Replaces a draft. One request. Raises ConditionFailed if there is no draft."""
    with conditional():
        draft.save(Draft.key.exists())


def change(conversation: Conversation, agent: str, values: dict[str, Any], now: int) -> Draft:
    """Changes some of FIELDS, None to clear one, and returns the draft. One request.

    Raises ConditionFailed if there is no draft.
    """
    row = Draft(key(conversation.key, agent))
    actions: list[Action] = [Draft.labelled_at.set(now)]
    for name, value in values.items():
        attribute = getattr(Draft, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    with conditional():
        row.update(actions, Draft.key.exists())
    return row


def remove(conversation: Conversation, agent: str, stamp: Stamp) -> None:
    """Removes an agent's draft. One request.

    Raises ConditionFailed where they have none, or the conversation has changed since it was read.
    """
    with transaction() as write:
        write.delete(Draft(key(conversation.key, agent)), condition=Draft.key.exists())
        write.update(Details(details.key(conversation.key)), [Details.drafters.delete({agent})])
        summaries.apply(write, conversation, {"draft_count": (conversation.draft_count or 1) - 1 or None}, stamp)
