"""Memberships: who is in a conversation by name, and who has closed it for himself alone.

Rows of the conversations' table, key account#conversation#member#person, so that what an agent holds and what he is a
member of is one query of `by_assignee`, a contact's chats and what he was added to one of `by_contact`. A conversation's
members are found by `by_conversation`. The table's stream carries them; no event is made of them.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pynamodb.connection.table import TableConnection
from pynamodb.constants import COUNT
from pynamodb.expressions.update import Action

from chalicelib import config
from chalicelib.models import conversations, messages, summaries
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional, read_raw, transaction
from chalicelib.models.conversations import Conversation, of_key
from chalicelib.models.messages import Message
from chalicelib.models.people import CONTACT, Person
from chalicelib.models.summaries import LoadChanges
from chalicelib.models.unique_names import UniqueName, is_unchanged

_INFIX = "#member#"
#: Rows that a longer list reads at once, and requests that one list may make.
_AT_ONCE, _MOST_REQUESTS = 1000, 20


class Membership(Table):
    """A person's part in a conversation. Times are epoch milliseconds.

    A member by name has `member_of`; an agent also `held_by`, a contact `of_contact`. `closed_through` is the number of
    the last public message when he closed the conversation for himself.
    """

    class Meta:
        table_name = config.table("conversations")

    key = UnicodeAttribute(hash_key=True, attr_name="k")
    created_at = IntegerAttribute(null=True, attr_name="ca")
    member_of = UnicodeAttribute(null=True, attr_name="mo")
    holder_key = UnicodeAttribute(null=True, attr_name="hk")
    held_since = IntegerAttribute(null=True, attr_name="hs")
    contact_key = UnicodeAttribute(null=True, attr_name="ck")
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
        """Whether he is a member by name, and has not just closed the conversation for himself."""
        return self.member_of is not None


def key(account: str, conversation: str, person: str) -> str:
    """Hash key of a person's part in a conversation."""
    return f"{conversations.key(account, conversation)}{_INFIX}{person}"


def is_membership(row_key: str) -> bool:
    """Whether a key of the conversations' table is a member's."""
    return _INFIX in row_key


def conversation_of(row_key: str) -> str:
    """Uuid of the conversation that a key of the conversations' table belongs to."""
    return row_key.split("#")[1]


def new(person: Person, conversation: str, now: int) -> Membership:
    """A row that makes a person a member by name."""
    row = Membership(key(person.account, conversation, person.id), created_at=now)
    row.member_of = conversations.key(person.account, conversation)
    if person.kind == CONTACT:
        row.contact_key = of_key(person.account, person.id)
    else:
        row.holder_key, row.held_since = of_key(person.account, person.id), now
    return row


def get(account: str, conversation: str, person: str) -> Membership | None:
    """A person's part in a conversation, read consistently: one request."""
    return Membership.find(key(account, conversation, person))


def get_many(account: str, conversation: str, persons: Sequence[str]) -> dict[str, Membership]:
    """Those of the parts that exist, by person, read consistently: one request for each hundred."""
    keys = [key(account, conversation, person) for person in persons]
    return {row.person: row for row in Membership.batch_get(keys, consistent_read=True)} if keys else {}


def of_person(account: str, person: str, conversations_: Sequence[str]) -> dict[str, Membership]:
    """A person's parts in conversations, by conversation, read consistently: one request for each hundred, none for none."""
    keys = [key(account, id_, person) for id_ in conversations_]
    return {row.conversation: row for row in Membership.batch_get(keys, consistent_read=True)} if keys else {}


def members(account: str, conversation: str, limit: int) -> list[str]:
    """Uuids of the members by name in the order in which they came, as of a moment ago: one request."""
    rows = Conversation.by_conversation.query(conversations.key(account, conversation), limit=limit)
    return [row.key.rpartition("#")[2] for row in rows]


def change(
    conversation: Conversation,
    changes: dict[str, Any],
    now: int,
    *,
    joining: Sequence[Membership] = (),
    leaving: Sequence[Membership] = (),
    named: Sequence[UniqueName] = (),
    unnamed: Sequence[UniqueName] = (),
    loads: LoadChanges = LoadChanges(),
) -> None:
    """Writes who joins and who leaves, the claims this makes and ends, and the summary's changes, all or nothing: one request.

    Raises Refused where any of them is no longer as it was read.
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
        summaries.apply(write, conversation, changes, now)
        summaries.move(write, conversation.account, loads, now)


def close(account: str, conversation: str, person: str, through: int) -> None:
    """Notes that a person has closed a conversation for himself, up to its public message `through`: one request."""
    Membership(key(account, conversation, person)).update([Membership.closed_through.set(through)])


def open_(account: str, conversation: str, person: str) -> None:
    """Forgets that he has closed it, if he has: one request."""
    actions: list[Action] = [Membership.closed_through.remove()]
    with suppress(ConditionFailed), conditional():
        Membership(key(account, conversation, person)).update(actions, Membership.closed_through.exists())


# --- lists


@dataclass(frozen=True, slots=True)
class PersonIndex:
    """An index by person and time: what an agent holds, what a contact has."""

    hash_name: str
    range_name: str


HELD, HAD = PersonIndex("holder_key", "held_since"), PersonIndex("contact_key", "created_at")


@dataclass(frozen=True, slots=True)
class ListPosition:
    """Where a conversation stands in a list: its row's key, and the time that it is listed by.

    As a beginning, a Place without a key stands for all of its moment: `inclusive` says whether that is still to come.
    """

    key: str
    at: int
    inclusive: bool = False


def list_positions(
    account: str, person: str, shelf: PersonIndex, size: int, start: ListPosition | None = None, *, newer: bool = False
) -> Iterator[ListPosition]:
    """A person's places from `start` on, newest first, or those newer than it, oldest first.

    Read as they are taken: the first request reads `size`, and never more than one request's rows are kept.
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
    """How many places a person's list has, up to `most`: a request for each MB of keys, 20 at most."""
    table, total, after = Conversation._get_connection(), 0, None
    index = "by_assignee" if shelf is HELD else "by_contact"
    for _ in range(_MOST_REQUESTS):
        page_ = table.query(of_key(account, person), index_name=index, exclusive_start_key=after, select=COUNT)
        total, after = total + page_["Count"], page_.get("LastEvaluatedKey")
        if after is None or total >= most:
            break
    return min(total, most)


@dataclass(frozen=True, slots=True)
class RelatedRows:
    """Conversations by uuid, what a person has of them by uuid, and messages by their own uuid."""

    conversations: dict[str, Conversation]
    memberships: dict[str, Membership]
    messages: dict[str, Message]


def read_related(
    account: str, person: str | None, of: Sequence[str], whole: Sequence[str], last: Sequence[tuple[str, str]]
) -> RelatedRows:
    """Reads together a person's part in each conversation of `of`, the conversations `whole`, and the messages `last`
    (conversation, message): one request for each hundred rows of these.
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
