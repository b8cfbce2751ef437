"""Fills an account with conversations that are indexed: rows of conversations, messages and contacts, and of the search the rows
that its writer leaves once all but the latest have gone to blocks. `check` holds them against the writer's own.
"""

from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3

from chalicelib import config
from chalicelib.context import SYSTEM
from chalicelib.desk.people import contact_words
from chalicelib.desk.search import block_writing, search, texts
from chalicelib.models import contact_words as word_rows
from chalicelib.models import conversations, details, labels, messages, people, search_rows, unique_names
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import Message
from chalicelib.models.people import Person
from chalicelib.rules import ids, search_blocks, word_lists
from tests.bench import chats, rows
from tests.bench.aws import Bill, billed
from tests.bench.rows import Row
from tests.world import World

#: Of so many conversations one is open, deleted, has the tag, is the first contact's; so many others have one contact.
_OPEN, _DELETED, _TAGGED, _FIRST, _OF_CONTACT = 25, 20, 10, 100, 10
#: Milliseconds between two conversations: a hundred thousand are 20 days, which the default window of lists has.
_APART = 17_000
TAG = 7
_VERSION: Row = {"v": {"N": "1"}}
_Blocks = defaultdict[tuple[str, int], dict[str, int]]


@dataclass
class Filling:
    """An account that is filled. `fill` may be called again, for more conversations, which are older.

    The words of the latest `fresh` ones have not gone to blocks: one fewer than those that do.
    """

    world: World
    fresh: int = block_writing.MOST_FRESH - 1
    #: Whether what each side says is one message, so that there are fewer rows to write.
    is_short: bool = True
    turns: list[list[str]] = field(default_factory=chats.turns)
    #: How many conversations have each word.
    frequency: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _blocks: _Blocks = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        self._like = rows.pattern(self.world)
        self._message = _message_pattern(self.world)

    def fill(self, first: int, last: int) -> None:
        """Conversations number `first` to before `last`, older the higher."""
        every = range(first, last)
        self.write(every)
        rows.put("search", self.words_rows(every))
        rows.put("search", self.block_rows())

    def write(self, every: range) -> None:
        """Writes conversations that nobody has indexed."""
        with rows.without_stream(self.world):
            rows.put("conversations", (row for at in every for row in self._conversation(at)))
        rows.put("messages", (row for at in every for row in self._messages(at)))
        contacts = {self.contact_at(at): None for at in every}
        rows.put("people", (dict(self.contact(at).serialize()) for at in contacts))
        rows.put("unique-names", (self._number_of_contact(at) for at in contacts))
        rows.put("contact-words", (row for at in contacts for row in self._words_of_contact(at)))

    def chat(self, at: int) -> chats.Chat:
        """What is said in a conversation."""
        return chats.chat(self.turns, at, is_whole=self.is_short)

    @staticmethod
    def contact_at(at: int) -> int:
        """The conversation whose chat names the contact of another one."""
        return 0 if at % _FIRST == 0 else at // _OF_CONTACT * _OF_CONTACT + 1

    def contact(self, at: int) -> Person:
        """The contact whom a conversation's chat names."""
        chat, now = self.chat(at), self.world.now
        return Person(
            self.world.account, _id(self.world, at, 2**41), kind=people.CONTACT, number=10**6 + at, name=chat.name,
            email=chat.email, created_at=now, updated_at=now, contacts_of=self.world.account,
        )  # fmt: skip

    def names(self, at: int) -> tuple[str, int]:
        """The uuid and number of a conversation."""
        return _id(self.world, at, 0), 10**6 + at

    def say(self, at: int, count: int) -> None:
        """Writes a conversation's row anew: so many of its messages have come."""
        row, *_ = self._conversation(at)
        rows.put("conversations", [row | Conversation.raw(message_count=count)])

    def _conversation(self, at: int) -> Iterator[Row]:
        """The conversation's row, and those of its tag."""
        moment, (own, number) = self.world.now - (at + 1) * _APART, self.names(at)
        account, agent = self.world.account, self.world.agents[at % 3]
        contact, chat = self.contact_at(at), self.chat(at)
        is_open, is_deleted, is_tagged = at % _OPEN == 1, at % _DELETED == 2, at % _TAGGED == 3
        partition = conversations.DELETED if is_deleted else conversations.OPEN if is_open else conversations.CLOSED
        key = conversations.key(account, own)
        values: dict[str, Any] = {"key": key, "number": number, "contact_number": 10**6 + contact}
        values |= {"contact_key": conversations.of_key(account, _id(self.world, contact, 2**41)), "subject": chat.subject}
        values |= {"created_at": moment, "last_activity_at": moment, "priority": ("low", "normal", "high", "urgent")[at % 4]}
        values |= {"status": "pending_internal" if is_open else "closed", "assignee": agent.id, "assignee_number": agent.number}
        values |= {"message_count": len(chat.texts), "inbox_key": conversations.inbox_key(account, partition)}
        values |= {"deleted_at": moment} if is_deleted else {}
        values |= {"has_tags": True} if is_tagged else {}
        yield {**self._like, **Conversation.raw(**values)}
        if is_tagged:
            yield dict(details.Details(f"{key}#details", tag_numbers=[TAG]).serialize())
            yield dict(labels.row(key, labels.tag(TAG), moment).serialize())

    def _messages(self, at: int) -> Iterator[Row]:
        account, (own, number) = self.world.account, self.names(at)
        key = conversations.key(account, own)
        for place, text in enumerate(self.chat(at).texts, 1):
            id_ = _id(self.world, at, 2**42 + place * 2**50)
            values = {"conversation_key": key, "id": id_, "conversation_number": number, "sequence": place}
            yield {**self._message, **Message.raw(**values, public_sequence=place, body=text)}

    def _number_of_contact(self, at: int) -> Row:
        who = self.contact(at)
        return dict(unique_names.new_name(who.account, "person", str(who.number), who.id).serialize())

    def _words_of_contact(self, at: int) -> Iterator[Row]:
        who = self.contact(at)
        for word in contact_words.words_of(who):
            yield dict(word_rows.row(who.account, who.id, who.number, word).serialize())

    def words(self, at: int) -> set[str]:
        """The words that a conversation is found by."""
        names = contact_words.names_of(self.contact(self.contact_at(at)))
        chat = self.chat(at)
        return word_lists.words_of(texts.Text(text) for text in (chat.subject, *names, *chat.texts))

    def words_rows(self, every: range) -> Iterator[Row]:
        """The rows of conversations' words, which go to blocks by the way."""
        for at in every:
            (_, number), words = self.names(at), self.words(at)
            bit, block = search_blocks.bit_of(number), search_blocks.block_of(number)
            for word in words:
                self.frequency[word] += 1
                if at >= self.fresh:
                    found = self._blocks[search_blocks.shelf_of(word), block]
                    found[word] = found.get(word, 0) | bit
            yield self._words_row(at, words)

    def _words_row(self, at: int, words: set[str]) -> Row:
        (own, number), account = self.names(at), self.world.account
        block = search_blocks.block_of(number)
        row = search_rows.fresh_row(account, number) if at < self.fresh else search_rows.kept_row(account, block, number)
        row.id, row.words, row.read_to = own, word_lists.pack(words), len(self.chat(at).texts)
        return dict(row.serialize()) | _VERSION

    def block_rows(self) -> Iterator[Row]:
        """Blocks that have changed. The last one is not full, and may come again."""
        last = max((block for _, block in self._blocks), default=0)
        for (shelf, block), words in [*self._blocks.items()]:
            row = search_rows.block_row(self.world.account, search_blocks.first_of(shelf), shelf, block)
            row.words = search_blocks.pack(words)
            yield dict(row.serialize()) | _VERSION
            if block < last:
                del self._blocks[shelf, block]


def _id(world: World, at: int, kind: int) -> str:
    """A uuid of a conversation, or of what belongs to it."""
    return ids.uuid7(world.now - (at + 1) * _APART, (kind + at).to_bytes(10, "big"))


def _message_pattern(world: World) -> Row:
    """The row of a message that went through the use cases."""
    visitor = world.asking()
    (found,) = messages.read_between(world.account, visitor.conversation, 1, 1, newest_first=False)
    return dict(found.serialize())


def check(world: World) -> tuple[int, Bill]:
    """Lets the search's own writer index conversations message by message, and asserts that its rows are ours. Returns how many
    messages these were, and the bill.
    """
    filling, every = Filling(world, fresh=0, is_short=False), range(block_writing.MOST_FRESH)
    filling.write(every)
    said = [(at, count) for at in every for count in range(1, len(filling.chat(at).texts) + 1)]
    with billed() as bill:
        for at, count in said:
            filling.say(at, count)
            search.index(world.ctx(SYSTEM), *filling.names(at))
        search.tidy(world.ctx(SYSTEM))
    ours = _told([*filling.words_rows(every), *filling.block_rows()])
    account = next(iter(ours))[0].partition("#")[0]
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=config.table("search"))
    written = _told(row for page in pages for row in page["Items"] if row["k"]["S"].startswith(f"{account}#"))
    different = [key for key in {**written, **ours} if written.get(key) != ours.get(key)]
    assert not different, [(key, written.get(key), ours.get(key)) for key in different[:2]]
    return len(said), bill


def _told(found: Iterable[Any]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """What rows say, by key."""
    return {(row["k"]["S"], row["pl"]["S"]): (row.get("id"), row.get("rw"), _bytes(row)) for row in found}


def _bytes(row: Any) -> bytes:
    packed = row["wo"]["B"]
    return packed if isinstance(packed, bytes) else b64decode(packed)
