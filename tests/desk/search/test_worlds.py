"""Search: whatever happens to conversations and contacts, keywords find what a look at every text finds, in the same order."""

import os
import random
import re
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import deletion, lists, merging, messages, updates
from chalicelib.desk.conversations.composing import NOTE, PostMessage
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.conversations.wanted import LAST_REPLY, Wanted
from chalicelib.desk.people import contact_merging, contacts
from chalicelib.desk.search import block_writing, open_search_index, port, search, texts
from chalicelib.desk.search.open_search_index import OpenSearchIndex
from chalicelib.models import conversations as rows
from chalicelib.models import open_search, search_rows
from chalicelib.models.conversations import Conversation
from chalicelib.rules import search_blocks, search_words, word_lists
from tests.desk.conversations.desk import create
from tests.desk.search.domain import serving
from tests.world import World

#: More worlds than `make test` has, each with another seed: SEARCH_EXAMPLES=200.
SEEDS = range(int(os.environ.get("SEARCH_EXAMPLES", "2")))
_SAID = [
    "Lost parcel",
    "AB-123/45",
    "straße nach Žilina",
    "東京都に",
    "ёж",
    "jane@shop.test",
    "pay pay",
    "a parcel of AB-7",
    "👍 ok",
    "lost it",
]
_NAMES = ["Jane Doe", "Žofia Straka", "東京 太郎", "Parcel Bob", "AB Test"]
_ASKED = [
    "parcel",
    "lost parcel",
    "par",
    "strasse",
    "žil",
    "AB-123/45",
    "ab",
    "123",
    "京都",
    "東",
    "еж",
    "jane@shop.test",
    "shop",
    "pay",
    '"lost parcel"',
    '"parcel of ab"',
    '"pay pay" par',
    "👍",
    "doe",
    "jane doe",
    "straka",
    "nothing",
    "太郎",
    "test ab",
    "ok lost",
]


class Desk:
    """A desk and what is done to it at random."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random, self.ids, self.people = world, random.Random(seed), list[str](), list[int]()
        self.ctx, self.deleted, self.gone = world.as_agent(), set[str](), set[str]()

    def step(self) -> None:
        """Does one thing; some time passes."""
        self.world.now += self.random.choice([0, 1, 1_000, 70_000])
        self.ctx = self.world.as_agent()
        acts = [self.open, self.say, self.say, self.note, self.rename_subject, self.rename_contact, self.merge, self.delete]
        self.random.choice([*acts, self.restore, self.purge, self.merge_contacts, self.remove_contact, self.say])()
        if self.random.random() < 0.7:
            self._deliver()

    def _said(self) -> str:
        return " ".join(self.random.sample(_SAID, self.random.choice([1, 1, 2])))

    def _one(self) -> str | None:
        present = [id_ for id_ in self.ids if id_ not in self.deleted | self.gone]
        return self.random.choice(present) if present else None

    def open(self) -> None:
        """A conversation with a new contact, or another one."""
        name = self.random.choice(_NAMES)
        if not self.people or self.random.random() < 0.6:
            self.people.append(
                contacts.create(
                    self.world.ctx(ADMIN), contacts.Change(name, f"{self.world.now}.{len(self.ids)}@people.test")
                ).number
            )
        made = create(self.ctx, self._said(), subject=self._said(), contact=self.random.choice(self.people))
        self.ids.append(made.id)

    def say(self) -> None:
        """A reply."""
        if one := self._one():
            messages.post(self.ctx, PostMessage(one, self._said()))

    def note(self) -> None:
        """A note."""
        if one := self._one():
            messages.post(self.ctx, PostMessage(one, self._said(), kind=NOTE))

    def rename_subject(self) -> None:
        """Another subject."""
        if one := self._one():
            updates.change(self.ctx, one, Change(subject=self._said()))

    def rename_contact(self) -> None:
        """Another name of a contact."""
        if self.people:
            contacts.change(self.ctx, self.random.choice(self.people), contacts.Change(self.random.choice(_NAMES)))

    def merge(self) -> None:
        """Two conversations become one."""
        target, source = self._one(), self._one()
        if target and source and target != source:
            merging.merge(self.ctx, target, source)
            self.gone.add(source)

    def delete(self) -> None:
        """A conversation goes to the deleted ones."""
        if one := self._one():
            deletion.delete(self.ctx, one)
            self.deleted.add(one)

    def restore(self) -> None:
        """One of these comes back."""
        if self.deleted:
            deletion.restore(self.ctx, one := self.random.choice(sorted(self.deleted)))
            self.deleted.remove(one)

    def purge(self) -> None:
        """One of these goes for good."""
        if self.deleted:
            deletion.purge(self.ctx, one := self.random.choice(sorted(self.deleted)))
            self.deleted.remove(one)
            self.gone.add(one)

    def merge_contacts(self) -> None:
        """Two contacts become one."""
        if len(self.people) > 1:
            into, source = self.random.sample(self.people, 2)
            contact_merging.merge(self.ctx, into, source)
            self.people.remove(source)

    def remove_contact(self) -> None:
        """A contact is removed."""
        if len(self.people) > 1:
            contacts.remove(self.world.ctx(ADMIN), self.people.pop(self.random.randrange(len(self.people))))

    def _deliver(self) -> None:
        """The search takes some events, in any order and some of them twice; and once in a while what was said goes to blocks."""
        self.world.settle()
        self.random.shuffle(self.world.unindexed)
        taken = self.world.unindexed[: self.random.randrange(4)]
        for _, queue, body in [*taken, *taken[:1]]:
            self.world.deliver(queue, body)
        if self.random.random() < 0.3:
            search.tidy(self.world.ctx("system"))
            self.world.now += self.random.choice([0, block_writing.HELD])

    def seen(self) -> list["Seen"]:
        """All conversations with their texts, the latest reply first."""
        found = [row for id_ in self.ids if (row := rows.get(self.world.account, id_)) and row.inbox_key]
        return [Seen(row) for row in sorted(found, key=lambda row: (row.last_activity_at, row.id), reverse=True)]


class Seen:
    """A conversation, whether the list of deleted ones has it, and its texts as words and in a row."""

    def __init__(self, row: Conversation) -> None:
        said = [text.text for text in texts.whole(row)]
        self.id, self.is_deleted = row.id, bool(row.deleted_at)
        self.words = {word for text in said for word in search_words.words_of(text)}
        self.spoken = [search_words.parts_of(text) for text in said]

    def has(self, asked: search_words.Keywords) -> bool:
        """Whether keywords mean it."""
        has_words = all(any(_means(term, word) for word in self.words) for term in asked.terms)
        return has_words and all(any(phrase in text for text in self.spoken) for phrase in asked.phrases)


def scan(seen: list[Seen], keywords: str, *, is_deleted: bool) -> list[str]:
    """What a look at every text finds."""
    asked = search_words.read(keywords)
    return [one.id for one in seen if one.is_deleted == is_deleted and one.has(asked)]


def _means(term: search_words.Term, word: str) -> bool:
    end = "" if term.is_beginning else r"(?![^\W_])"
    return re.match(re.escape(term.text) + end, word) is not None


def listed(world: World, keywords: str, sort: str = LAST_REPLY, *, is_deleted: bool = False, size: int = 50) -> list[str]:
    """What a list has, page after page."""
    ctx, found = world.as_agent(), list[str]()
    wanted = Wanted(Listing(is_deleted=is_deleted, size=size), (), search.read(ctx, keywords), sort)
    for number in range(1, 200):
        page = lists.page(ctx, wanted)
        found += [row.id for row in page.conversations]
        if page.after is None and page.mark is None:
            return found
        listing = Listing(is_deleted=is_deleted, size=size, after=page.after, page=1 if page.mark else number + 1)
        wanted = replace(wanted, listing=listing, mark=page.mark)
    raise AssertionError("a list without an end")


@pytest.mark.parametrize("seed", SEEDS)
def test_opensearch_finds_what_a_look_at_every_text_finds(world: World, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(search, "_index", OpenSearchIndex())
    monkeypatch.setattr(open_search_index, "_PAGE", 2)
    desk = Desk(world, seed)
    with serving() as domain:
        open_search.create_index()
        compare(world, desk, monkeypatch)
    assert domain.documents and {one["id"] for one in domain.documents.values()} & desk.gone == set()
    assert stored_of(world) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_keywords_find_what_a_look_at_every_text_finds(world: World, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(block_writing, "MOST_FRESH", 3)
    desk = Desk(world, seed)
    compare(world, desk, monkeypatch)
    monkeypatch.setattr(block_writing, "MOST_FRESH", 1)
    _nothing_is_left_of_what_is_gone(world, desk)


def compare(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The contract of both indexes: much happens, and keywords find what is there, sorted and walked."""
    for _ in range(3):
        for _ in range(16):
            desk.step()
        world.index()
        seen = desk.seen()
        for most, size in ((1, 3), (2_000, 50)):  # those of most keywords are walked in pages, then all are sorted
            monkeypatch.setattr(port, "MOST_FOUND", most)
            monkeypatch.setattr(port, "MOST_SORTED", most)
            for asked in desk.random.sample(_ASKED, 12):
                for is_deleted in (False, True):
                    expected = scan(seen, asked, is_deleted=is_deleted)
                    assert (asked, listed(world, asked, is_deleted=is_deleted, size=size)) == (asked, expected)
                    by_priority = listed(world, asked, "priority", is_deleted=is_deleted, size=size)
                    assert (asked, sorted(by_priority)) == (asked, sorted(expected))


def stored_of(world: World) -> list[Any]:
    """The rows of the desk's own index."""
    return [row for row in search_rows.WordsRow.scan() if row.key.startswith(world.account)]


def _nothing_is_left_of_what_is_gone(world: World, desk: Desk) -> None:
    """Blocks have what conversations' own rows say that they have, and nothing of those that are gone."""
    world.now += block_writing.HELD
    world.index()
    search.tidy(world.ctx("system"))
    stored = stored_of(world)
    assert not any(row.key.endswith("#fresh") for row in stored)
    assert {row.id for row in stored if row.key.split("#")[1] in ("fresh", "kept")} & desk.gone == set()
    in_blocks: dict[int, set[str]] = {}
    for row in stored:
        if row.key.split("#")[1] == "words":
            block = int(row.place.rpartition("#")[2])
            for word, bits in search_blocks.unpack(row.words or b"").items():
                for number in search_blocks.numbers_of(block, bits):
                    in_blocks.setdefault(number, set()).add(word)
    kept = {row.number: word_lists.bare(word_lists.unpack(row.words)) for row in stored if row.key.split("#")[1] == "kept"}
    assert in_blocks == {number: words for number, words in kept.items() if words}
