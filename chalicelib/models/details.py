"""Details: what is rarely written and rarely read about a conversation, so that messages do not pay for it.

Everything but the attachments' size is written together with the summary, on the version of it that was read, so a map may be
written whole.

A row of the conversations' table besides the summary, key account#conversation#details. It is in no index. The table's stream
carries it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from pynamodb.attributes import ListAttribute, MapAttribute, UnicodeSetAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models import conversations, labels, status_history
from chalicelib.models.attributes import IntegerAttribute, KeyAttribute, UnicodeAttribute
from chalicelib.models.base import Table, read_raw
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import Person
from chalicelib.models.status_history import StatusChange

_INFIX = "#details"
#: Names of a conversation's metadata.
METADATA = ("ccr", "order", "entity", "language")
#: Bytes that all files of a conversation may have together.
MOST_ATTACHED_BYTES = 20 * 1024 * 1024


class Mention(msgspec.Struct, frozen=True):
    """A note mentions an agent: the message's integer id, and whether they have read the conversation since."""

    message: int
    is_read: bool


class MentionChanges(NamedTuple):
    """A conversation's mentions after a note, by the agent's number, and the agents that it had not mentioned before."""

    mentions: Mapping[int, Mention]
    begun: Sequence[int]


class DetailChanges(msgspec.Struct, frozen=True):
    """What to write besides a summary. Metadata is by name, None to clear a value. The other fields replace what is stored,
    unless they are None.

    `custom_fields` is by number, `mentions` by the agent's number, `cc` has addresses, `sources` uuids of conversations.
    `attached_bytes` is added to the stored number.
    """

    metadata: Mapping[str, str | None] = msgspec.field(default_factory=dict)
    custom_fields: Mapping[int, str] | None = None
    tags: Sequence[int] | None = None
    mentions: Mapping[int, Mention] | None = None
    cc: Sequence[str] | None = None
    attached_bytes: int = 0
    sources: Sequence[str] | None = None
    external_id: str | None = None

    def __bool__(self) -> bool:
        return self != NO_DETAILS

    def values(self) -> dict[str, Any]:
        """Returns the attributes to write, None for one to remove."""
        kept: dict[str, Any] = {name: value or None for name, value in self.metadata.items()}
        if self.custom_fields is not None:
            kept["fields"] = {str(number): value for number, value in self.custom_fields.items()} or None
        if self.tags is not None:
            kept["tag_numbers"] = list(self.tags) or None
        if self.mentions is not None:
            kept["mentioned"] = {str(agent): _packed(mention) for agent, mention in self.mentions.items()} or None
        if self.external_id is not None:
            kept["external_id"] = self.external_id
        lists = {"cc": self.cc, "merged": self.sources}
        return kept | {name: list(value) or None for name, value in lists.items() if value is not None}


NO_DETAILS = DetailChanges()


class Authorship(NamedTuple):
    """Who writes details (rules.actors, packed), when, the version that the summary has from then on, and its number."""

    by: int
    at: int
    version: int
    number: int


def _packed(mention: Mention) -> int:
    """A message's number, below zero while its mention is unread."""
    return mention.message if mention.is_read else -mention.message


class Details(Table):
    """A conversation's metadata, custom fields, tags, mentions and the size of its files, and its latest status changes, each
    under its number modulo
    status_history.MOST.
    """

    class Meta:
        table_name = config.table("conversations")

    key = KeyAttribute(hash_key=True, attr_name="k")
    #: The reason for the contact, the order it is about, the entity it belongs to, the customer's language.
    ccr = UnicodeAttribute(null=True, attr_name="cc")
    order = UnicodeAttribute(null=True, attr_name="or")
    entity = UnicodeAttribute(null=True, attr_name="en")
    language = UnicodeAttribute(null=True, attr_name="lg")
    history: Any = MapAttribute(null=True, attr_name="hi")
    #: Values of the account's custom fields by number; numbers of tags; message numbers by the agent they mention (_packed);
    #: addresses that get copies.
    fields: Any = MapAttribute(null=True, attr_name="cf")
    tag_numbers: ListAttribute[Any] = ListAttribute(of=IntegerAttribute, null=True, attr_name="tg")
    mentioned: Any = MapAttribute(null=True, attr_name="me")
    cc: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True, attr_name="cy")
    #: Bytes of all files that were sent in it.
    attached_bytes = IntegerAttribute(null=True, attr_name="ab")
    #: Who wrote these last and when (epoch milliseconds), and the version that the summary had then; its number.
    changed_by = IntegerAttribute(null=True, attr_name="cb")
    changed_at = IntegerAttribute(null=True, attr_name="cg")
    summary_version = IntegerAttribute(null=True, attr_name="sv")
    number = IntegerAttribute(null=True, attr_name="nu")
    #: Uuids of the conversations that were merged into it.
    merged: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True, attr_name="mg")
    #: The external id that it was imported with.
    external_id = UnicodeAttribute(null=True, attr_name="xi")
    #: Uuids of the agents who have a draft in it (drafts.py), also of those who were removed since.
    drafters: UnicodeSetAttribute = UnicodeSetAttribute(null=True, attr_name="dr")

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

    @property
    def custom_fields(self) -> dict[int, str]:
        """Values of custom fields by number."""
        return {int(number): value for number, value in (self.fields or {}).items()}

    @property
    def tags(self) -> list[int]:
        """Numbers of its tags, in the order that they were set in."""
        return list(self.tag_numbers or [])

    @property
    def sources(self) -> list[str]:
        """Uuids of the conversations that were merged into it."""
        return list(self.merged or [])

    @property
    def labels(self) -> list[str]:
        """Names of the labels that it gives its conversation (labels.py)."""
        return [*map(labels.tag, self.tags), *map(labels.mention, self.mentions)]

    @property
    def mentions(self) -> dict[int, Mention]:
        """The latest mention of each agent, by their number."""
        return {int(agent): Mention(abs(int(of)), of > 0) for agent, of in (self.mentioned or {}).items()}


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


def load(conversation_key: str) -> Details:
    """Returns what is stored beside a conversation, whatever its summary says, empty if there is nothing. One request."""
    return get(conversation_key) or Details(key(conversation_key))


def of_conversation(conversation: Conversation) -> Details:
    """Returns what is stored beside a conversation that has been read, empty if there is nothing. One request, none if its
    summary says that it has none.
    """
    has_some = conversation.has_details or conversation.has_tags
    return load(conversation.key) if has_some else Details(key(conversation.key))


def of_many(account: str, ids: Sequence[str]) -> dict[str, Details]:
    """Returns the details that conversations have, by uuid. One request for each hundred, none for none."""
    keys = [key(conversations.key(account, id_)) for id_ in ids]
    return {row.conversation: row for row in Details.batch_get(keys, consistent_read=True)} if keys else {}


def is_row_of(item: Mapping[str, Any], conversation_key: str) -> bool:
    """Whether a raw item of any table is the details' row of a conversation."""
    return Details.raw(key=key(conversation_key)).items() <= item.items()


def with_people(
    account: str, ids: Sequence[str], persons: Sequence[str], *, consistent: bool = False
) -> tuple[dict[str, Details], list[Person]]:
    """Returns the details that conversations have, by uuid, and the people that exist. One request for each hundred of both."""
    wanted: dict[type[Table], list[dict[str, Any]]] = {
        Details: [Details.raw(key=key(conversations.key(account, id_))) for id_ in ids],
        Person: [Person.raw(account=account, id=id_) for id_ in persons],
    }
    found = read_raw({model: keys for model, keys in wanted.items() if keys}, consistent=consistent)
    rows = [Details.from_raw_data(item) for item in found.get(Details, [])]
    return {row.conversation: row for row in rows}, [Person.from_raw_data(item) for item in found.get(Person, [])]


def write(
    transaction: TransactWrite,
    conversation_key: str,
    step: StatusChange | None,
    taken: int,
    changes: DetailChanges,
    authorship: Authorship,
) -> None:
    """Adds to a transaction: the status change after `taken` others, and other changes with who made them. Bytes of files are
    added on the condition that all together stay within MOST_ATTACHED_BYTES.
    """
    given = changes.values()
    if given:
        given |= {"changed_by": authorship.by, "changed_at": authorship.at, "summary_version": authorship.version}
        given["number"] = authorship.number
    values = [(getattr(Details, name), value) for name, value in given.items()]
    actions: list[Action] = [one.remove() if value is None else one.set(value) for one, value in values]
    if step:
        place, text = str(taken % status_history.MOST), status_history.pack(step)
        actions.append(Details.history[place].set(text) if taken else Details.history.set({place: text}))
    room = None
    if changes.attached_bytes:
        actions.append(Details.attached_bytes.add(changes.attached_bytes))
        at_most = MOST_ATTACHED_BYTES - changes.attached_bytes
        room = Details.attached_bytes.does_not_exist() | (Details.attached_bytes <= at_most)
    if actions:
        transaction.update(Details(key(conversation_key)), actions, room, return_values="ALL_OLD" if room is not None else None)
