"""Details: what is rarely written and rarely read about a conversation, so that messages do not pay for it.

A row of the conversations' table besides the summary, key account#conversation#details. It is in no index. The table's stream
carries it.
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
#: Names of a conversation's metadata.
METADATA = ("ccr", "order", "entity", "language")


class Details(Table):
    """A conversation's metadata, and its latest status changes, each under its number modulo status_history.MOST."""

    class Meta:
        table_name = config.table("conversations")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    #: The reason for the contact, the order it is about, the entity it belongs to, the customer's language.
    ccr = UnicodeAttribute(null=True, attr_name="cc")
    order = UnicodeAttribute(null=True, attr_name="or")
    entity = UnicodeAttribute(null=True, attr_name="en")
    language = UnicodeAttribute(null=True, attr_name="lg")
    history: Any = MapAttribute(null=True, attr_name="hi")

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
        """The latest status changes, oldest first."""
        kept = [(status_history.unpack(text), int(place)) for place, text in (self.history or {}).items()]
        return [step for step, _ in sorted(kept, key=lambda one: (one[0].at, one[1]))]

    def numbered(self, total: int) -> dict[int, StatusChange]:
        """Returns the latest of `total` status changes by number, from 1."""
        kept = {int(place): status_history.unpack(text) for place, text in (self.history or {}).items()}
        return {total - (total - 1 - place) % status_history.MOST: step for place, step in kept.items()}

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata by name."""
        return {name: value for name in METADATA if (value := getattr(self, name))}


def key(conversation_key: str) -> str:
    """Returns the hash key of a conversation's details."""
    return f"{conversation_key}{_INFIX}"


def is_details(row_key: str) -> bool:
    """Whether a key of the table is that of a conversation's details."""
    return row_key.endswith(_INFIX)


def get(conversation_key: str) -> Details | None:
    """Returns the details of a conversation, read consistently. One request."""
    return Details.find(key(conversation_key))


def with_details(account: str, ids: Sequence[str]) -> list[tuple[Conversation, Details | None]]:
    """Returns conversations with their details. One request for each fifty."""
    keys = [conversations.key(account, id_) for id_ in ids]
    found = read_raw({Conversation: [Conversation.raw(key=one) for of in keys for one in (of, key(of))]})[Conversation]
    items = {Conversation.hash_key_of(item): item for item in found}
    beside = {of: Details.from_raw_data(items[key(of)]) for of in keys if key(of) in items}
    return [(Conversation.from_raw_data(items[of]), beside.get(of)) for of in keys if of in items]


def of_many(account: str, ids: Sequence[str]) -> dict[str, Details]:
    """Returns the details that conversations have, by uuid. One request for each hundred, none for none."""
    keys = [key(conversations.key(account, id_)) for id_ in ids]
    return {row.conversation: row for row in Details.batch_get(keys, consistent_read=True)} if keys else {}


def write(
    transaction: TransactWrite, conversation_key: str, step: StatusChange | None, taken: int, metadata: Mapping[str, str | None]
) -> None:
    """Adds to a transaction: the status change after `taken` others, and metadata by name, None for a cleared one."""
    fields = {name: getattr(Details, name) for name in metadata}
    actions: list[Action] = [fields[name].set(value) if value else fields[name].remove() for name, value in metadata.items()]
    if step:
        place, text = str(taken % status_history.MOST), status_history.pack(step)
        actions.append(Details.history[place].set(text) if taken else Details.history.set({place: text}))
    if actions:
        transaction.update(Details(key(conversation_key)), actions)
