"""Details: what is seldom written of a conversation and asked for by few, so that no message pays for it.

A row of the conversations' table beside the summary, key account#conversation#details. It is in no index.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pynamodb.attributes import MapAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models import conversations, status_history
from chalicelib.models.attributes import UnicodeAttribute
from chalicelib.models.base import Table, read_raw
from chalicelib.models.conversations import Conversation
from chalicelib.models.status_history import StatusChange

_INFIX = "#details"
#: What may be known of what a conversation is about.
METADATA = ("ccr", "order", "entity", "language")


class Details(Table):
    """A conversation's metadata, and its latest status changes, each under its number modulo status_history.MOST."""

    class Meta:
        table_name = config.table("conversations")

    key = UnicodeAttribute(hash_key=True)
    #: The reason for the contact, the order that it is about, the entity that it belongs to, the customer's language.
    ccr = UnicodeAttribute(null=True)
    order = UnicodeAttribute(null=True)
    entity = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    history: Any = MapAttribute(null=True)

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return Conversation._get_connection()

    @property
    def account(self) -> str:
        """Whose it is."""
        return self.key.split("#")[0]

    @property
    def conversation(self) -> str:
        """Uuid of the conversation."""
        return self.key.split("#")[1]

    @property
    def changes(self) -> list[StatusChange]:
        """The latest changes of status, the oldest first."""
        kept = [(status_history.unpack(text), int(place)) for place, text in (self.history or {}).items()]
        return [step for step, _ in sorted(kept, key=lambda one: (one[0].at, one[1]))]

    def numbered(self, total: int) -> dict[int, StatusChange]:
        """The latest of `total` status changes by their number, from 1."""
        kept = {int(place): status_history.unpack(text) for place, text in (self.history or {}).items()}
        return {total - (total - 1 - place) % status_history.MOST: step for place, step in kept.items()}

    @property
    def metadata(self) -> dict[str, str]:
        """What is known, by name."""
        return {name: value for name in METADATA if (value := getattr(self, name))}


def key(conversation_key: str) -> str:
    """Hash key of the details of the conversation of a key."""
    return f"{conversation_key}{_INFIX}"


def is_details(row_key: str) -> bool:
    """Whether a key of the table is that of a conversation's details."""
    return row_key.endswith(_INFIX)


def get(conversation_key: str) -> Details | None:
    """The details of a conversation, read consistently: one request."""
    return Details.find(key(conversation_key))


def with_details(account: str, ids: Sequence[str]) -> list[tuple[Conversation, Details | None]]:
    """The same with their details: one request for each fifty."""
    keys = [conversations.key(account, id_) for id_ in ids]
    found = read_raw({Conversation: [{"key": {"S": one}} for of in keys for one in (of, key(of))]})[Conversation]
    items = {item["key"]["S"]: item for item in found}
    beside = {of: Details.from_raw_data(items[key(of)]) for of in keys if key(of) in items}
    return [(Conversation.from_raw_data(items[of]), beside.get(of)) for of in keys if of in items]


def of_many(account: str, ids: Sequence[str]) -> dict[str, Details]:
    """The details that there are of conversations, by uuid: one request for each hundred, none for none."""
    keys = [key(conversations.key(account, id_)) for id_ in ids]
    return {row.conversation: row for row in Details.batch_get(keys, consistent_read=True)} if keys else {}


def write(
    transaction: TransactWrite, conversation_key: str, step: StatusChange | None, taken: int, metadata: Mapping[str, str | None]
) -> None:
    """Within a transaction: the step that a conversation takes after so many, and metadata by name, None where one is cleared."""
    fields = {name: getattr(Details, name) for name in metadata}
    actions: list[Action] = [fields[name].set(value) if value else fields[name].remove() for name, value in metadata.items()]
    if step:
        place, text = str(taken % status_history.MOST), status_history.pack(step)
        actions.append(Details.history[place].set(text) if taken else Details.history.set({place: text}))
    if actions:
        transaction.update(Details(key(conversation_key)), actions)
