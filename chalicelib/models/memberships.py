"""Memberships: who is a member of a conversation, and who has closed it for themselves.

Rows of the conversations' table, key account#conversation#member#person, so that one query of `by_assignee` finds what an agent
has and is a member of, and one of `by_contact` a contact's chats and memberships. `by_conversation` finds a conversation's
members.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import msgspec
from pynamodb.connection.table import TableConnection
from pynamodb.expressions.update import Action

from chalicelib import config
from chalicelib.models import conversations, counting, loads, messages, summaries
from chalicelib.models.attributes import IntegerAttribute, KeyAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional, read_raw, transaction
from chalicelib.models.conversations import Conversation, of_key
from chalicelib.models.loads import LoadChanges
from chalicelib.models.messages import Message
from chalicelib.models.people import CONTACT, Person
from chalicelib.models.stamps import Stamp
from chalicelib.models.unique_names import UniqueName, is_unchanged

_INFIX = "#member#"
#: Rows that a longer list reads at once, and requests that one list may make.
_AT_ONCE, _MOST_REQUESTS = 1000, 20


class Membership(Table):
    """A person's membership in a conversation. Times are epoch milliseconds.

    A member has `member_of`, an agent also `holder_key`, a contact `contact_key`. `closed_through` is the number of the last
    public message when the person closed the conversation for themselves.
    """

    class Meta:
        table_name = config.table("conversations")

    key = KeyAttribute(hash_key=True, attr_name="k")
    created_at = IntegerAttribute(null=True, attr_name="ca")
    member_of = KeyAttribute(null=True, attr_name="mo")
    holder_key = KeyAttribute(null=True, attr_name="hk")
    held_since = IntegerAttribute(null=True, attr_name="hs")
    contact_key = KeyAttribute(null=True, attr_name="ck")
    closed_through = IntegerAttribute(null=True, attr_name="ct")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return Conversation._get_connection()

    @property
    def conversation(self) -> str:
        """Uuid of the conversation."""
        return conversation_of(self.key)

    @property
    def person(self) -> str:
        """Uuid of the member."""
        return self.key.rpartition("#")[2]

    @property
    def is_member(self) -> bool:
        """Whether they are a member, and have not only closed the conversation for themselves."""
        return self.member_of is not None


def key(account: str, conversation: str, person: str) -> str:
    """Returns the hash key of a person's membership."""
    return f"{conversations.key(account, conversation)}{_INFIX}{person}"


def is_membership(row_key: str) -> bool:
    """Returns whether a key of the conversations' table is a membership's."""
    return _INFIX in row_key


def conversation_of(row_key: str) -> str:
    """Returns the uuid of the conversation that a key of the conversations' table belongs to."""
    return row_key.split("#")[1]


def new(person: Person, conversation: str, now: int) -> Membership:
    """Returns a row that makes a person a member."""
    row = Membership(key(person.account, conversation, person.id), created_at=now)
    row.member_of = conversations.key(person.account, conversation)
    if person.kind == CONTACT:
        row.contact_key = of_key(person.account, person.id)
    else:
        row.holder_key, row.held_since = of_key(person.account, person.id), now
    return row


def get(account: str, conversation: str, person: str) -> Membership | None:
    """Returns a person's membership, read consistently. One request."""
    return Membership.find(key(account, conversation, person))


def get_many(account: str, conversation: str, persons: Sequence[str]) -> dict[str, Membership]:
    """Returns the memberships that exist, by person, read consistently. One request for each hundred."""
    keys = [key(account, conversation, person) for person in persons]
    return {row.person: row for row in Membership.batch_get(keys, consistent_read=True)} if keys else {}


def of_person(account: str, person: str, conversations_: Sequence[str]) -> dict[str, Membership]:
    """Returns a person's memberships by conversation, read consistently. One request for each hundred, none for none."""
    keys = [key(account, id_, person) for id_ in conversations_]
    return {row.conversation: row for row in Membership.batch_get(keys, consistent_read=True)} if keys else {}


def members(account: str, conversation: str, limit: int) -> list[str]:
    """Returns the uuids of the members in the order that they joined in, a moment old. One request."""
    rows = Conversation.by_conversation.query(conversations.key(account, conversation), limit=limit)
    return [row.key.rpartition("#")[2] for row in rows]


def change(
    conversation: Conversation,
    changes: dict[str, Any],
    stamp: Stamp,
    *,
    joining: Sequence[Membership] = (),
    leaving: Sequence[Membership] = (),
    named: Sequence[UniqueName] = (),
    unnamed: Sequence[UniqueName] = (),
    moved: LoadChanges = LoadChanges(),
) -> None:
    """Writes who joins and leaves, the unique names that begin and end, and the summary's changes, all or nothing. One request.

    Raises ConditionFailed where any of them has changed since it was read.
    """
    with transaction() as write:
        for row in joining:
            write.save(row, condition=Membership.member_of.does_not_exist())
        for claim in named:
            write.save(claim, condition=UniqueName.key.does_not_exist())
        for row in leaving:
            write.delete(row, condition=Membership.member_of.exists())
        for claim in unnamed:
            write.delete(claim, condition=is_unchanged(claim))
        pause = summaries.apply(write, conversation, changes, stamp)
        loads.move(write, conversation.account, moved, stamp.at, [pause])


def close(account: str, conversation: str, person: str, through: int) -> None:
    """Notes that a person has closed a conversation for themselves, up to its public message `through`. One request."""
    Membership(key(account, conversation, person)).update([Membership.closed_through.set(through)])


def open_(account: str, conversation: str, person: str) -> None:
    """Forgets that they have closed it. One request."""
    actions: list[Action] = [Membership.closed_through.remove()]
    with suppress(ConditionFailed), conditional():
        Membership(key(account, conversation, person)).update(actions, Membership.closed_through.exists())


# --- lists


class PersonIndex(msgspec.Struct, frozen=True):
    """An index by person and time: an agent's conversations, or a contact's."""

    hash_name: str
    range_name: str


HELD, HAD = PersonIndex("holder_key", "held_since"), PersonIndex("contact_key", "created_at")


class ListPosition(msgspec.Struct, frozen=True):
    """The place of a conversation in a list: its row's key, and the time that it is listed by.

    As a start, a position without a key stands for its whole moment: `inclusive` says whether that moment is still to come.
    """

    key: str
    at: int
    inclusive: bool = False


def list_positions(
    account: str, person: str, shelf: PersonIndex, size: int, start: ListPosition | None = None, *, newer: bool = False
) -> Iterator[ListPosition]:
    """Returns a person's positions from `start` on, newest first, or those newer than it, oldest first.

    They are read as they are taken: the first request reads `size`, and only one request's rows are kept.
    """
    index = Conversation.by_assignee if shelf is HELD else Conversation.by_contact
    holder, range_attribute = of_key(account, person), getattr(Conversation, shelf.range_name)
    since = None
    if start and not start.key:
        since = range_attribute >= start.at if newer else range_attribute <= start.at
        if not start.inclusive:
            since = range_attribute > start.at if newer else range_attribute < start.at
    place = None
    if start and start.key:
        place = Conversation.raw(key=start.key, **{shelf.hash_name: holder, shelf.range_name: start.at})
    results = index.query(holder, since, scan_index_forward=newer, page_size=size, last_evaluated_key=place)
    for page_ in islice(results.page_iter, _MOST_REQUESTS):
        results.page_iter.page_size = _AT_ONCE
        rows = map(Conversation.from_raw_data, page_["Items"])
        yield from (ListPosition(row.key, getattr(row, shelf.range_name)) for row in rows)


def count(account: str, person: str, shelf: PersonIndex, most: int) -> int:
    """Returns how many positions a person's list has, up to `most`. One request for each MB of keys, 20 at most."""
    index = "by_assignee" if shelf is HELD else "by_contact"
    holder = getattr(Conversation, shelf.hash_name).serialize(of_key(account, person))
    return counting.total(islice(counting.counts(Conversation, index, holder), _MOST_REQUESTS), most)


class RelatedRows(msgspec.Struct, frozen=True):
    """Conversations by uuid, a person's memberships by uuid, and messages by uuid."""

    conversations: dict[str, Conversation]
    memberships: dict[str, Membership]
    messages: dict[str, Message]


def read_related(
    account: str, person: str | None, of: Sequence[str], whole: Sequence[str], last: Sequence[tuple[str, str]]
) -> RelatedRows:
    """Reads together a person's memberships in the conversations `of`, the conversations `whole`, and the messages `last`.

    One request for each hundred rows.
    """
    keys = [Membership.raw(key=key(account, id_, person)) for id_ in of] if person else []
    keys += [Conversation.raw(key=conversations.key(account, id_)) for id_ in whole]
    pairs = [Message.raw(conversation_key=conversations.key(account, conversation), id=message) for conversation, message in last]
    found = read_raw({Conversation: keys, Message: pairs})
    rows = [(is_membership(Conversation.hash_key_of(item)), item) for item in found[Conversation]]
    parts = [Membership.from_raw_data(item) for is_part, item in rows if is_part]
    talks = [Conversation.from_raw_data(item) for is_part, item in rows if not is_part]
    said = [messages.Message.from_raw_data(item) for item in found[Message]]
    return RelatedRows({row.id: row for row in talks}, {row.conversation: row for row in parts}, {row.id: row for row in said})
