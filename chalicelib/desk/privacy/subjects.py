"""Subjects: the contact whose data is asked for, with all who were merged into them, and where something of theirs is stored."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from chalicelib.context import Context
from chalicelib.desk.core.errors import Conflict
from chalicelib.desk.people import contact_identities, contacts
from chalicelib.desk.people.contact_identities import EMAIL
from chalicelib.desk.people.people import Person
from chalicelib.desk.search import search
from chalicelib.models import conversations, erasures, inbox
from chalicelib.models import people as rows
from chalicelib.models.conversations import Conversation
from chalicelib.models.inbox import PARTITIONS, Position, Window
from chalicelib.models.memberships import conversation_of
from chalicelib.rules.search_words import Keywords

#: Conversations that one page of places has at most, and rows of the inbox that one looks through.
_A_PAGE, _LOOKED_THROUGH = 50, 100
_END_OF_TIME = 9_999_999_999_999


class Subject(msgspec.Struct, frozen=True):
    """A contact with their rows: their own first, then those of all who were merged into them."""

    contact: Person
    persons: Sequence[Person]

    @property
    def ids(self) -> frozenset[str]:
        """Uuids of all rows."""
        return frozenset(person.id for person in self.persons)

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses that they are known by, in small letters."""
        known = (one for person in self.persons for one in contact_identities.of(person))
        return tuple(dict.fromkeys(one.value.lower() for one in known if one.kind == EMAIL))


def load(ctx: Context, number: int) -> Subject:
    """Returns a contact, also a removed one, with all who were merged into them. Two requests, and one for each hundred of these.

    Raises NotFound, Conflict for a contact who was merged into another.
    """
    contact = contacts.get(ctx, number)
    if contact.merged_into:
        raise Conflict(f"contact {number} was merged into {contact.merged_into}, whose data this is")
    return of(ctx, contact)


def of(ctx: Context, contact: Person) -> Subject:
    """Returns the same for a contact who has been read."""
    others = rows.get_many(ctx.account, set(contact.absorbed or ()), consistent=True)
    return Subject(contact, [contact, *(others[id_] for id_ in sorted(others))])


class Page(NamedTuple):
    """Uuids of conversations that have something of a subject, and where to go on, None at the end. Those that are the subject's
    own are all on pages that are `of_own`, and some come again on others.
    """

    ids: list[str]
    after: str | None
    of_own: bool


def page(ctx: Context, subject: Subject, after: str) -> Page:
    """Returns some of the conversations that are a subject's, that they take or took part in, or that have an address of theirs.

    One request, or those of a search and one. `after` is empty for the beginning.
    """
    at: int
    at, place = json.loads(after) if after else (0, "")
    sources = list(_sources(ctx, subject))
    ids, place = sources[at](place)
    following = (at, place) if place else (at + 1, "")
    return Page(ids, json.dumps(following) if following[0] < len(sources) else None, of_own=at < len(subject.persons))


def _sources(ctx: Context, subject: Subject) -> Iterator[Callable[[str], tuple[list[str], str]]]:
    """Yields all ways to conversations, in an order that stays."""
    for person in subject.persons:
        yield partial(_own, ctx, person.id)
    yield partial(_some, sorted({id_ for person in subject.persons for id_ in person.past or ()}))
    for address in subject.addresses:
        yield partial(_said, ctx, address)


def _own(ctx: Context, person: str, after: str) -> tuple[list[str], str]:
    keys, following = erasures.places(ctx.account, person, after, _A_PAGE)
    return list(dict.fromkeys(map(conversation_of, keys))), following


def _some(ids: Sequence[str], after: str) -> tuple[list[str], str]:
    left = [id_ for id_ in ids if id_ > after]
    return left[:_A_PAGE], left[_A_PAGE - 1] if len(left) > _A_PAGE else ""


def _said(ctx: Context, address: str, after: str) -> tuple[list[str], str]:
    """Finds conversations by the words of the search. If an address is in more conversations than a search finds one by one, it
    is looked for through the whole inbox.
    """
    keywords = search.read(ctx, f'"{address}"')
    if keywords is None or not keywords.terms:
        return [], ""
    if not after.startswith("@"):
        found = search.find(ctx, keywords)
        if found.ids is not None:
            return _some(sorted(found.ids), after)
    return _through_inbox(ctx, keywords, after[1:] if after.startswith("@") else "")  # there are too many since the last page


def _through_inbox(ctx: Context, keywords: Keywords, after: str) -> tuple[list[str], str]:
    start = Position(*json.loads(after)) if after else None
    window = Window(ctx.account, (0, _END_OF_TIME), oldest_first=True, partitions=PARTITIONS)
    listed, further = inbox.list_rows(window, _LOOKED_THROUGH, start)
    chosen = [row.id for row in search.find(ctx, keywords).choose(listed)]
    return chosen, f"@{json.dumps(further)}" if further else ""


def load_conversations(ctx: Context, ids: Iterable[str]) -> list[Conversation]:
    """Returns the conversations that are there, read consistently. One request for each hundred."""
    return conversations.get_many(ctx.account, list(ids), consistent=True)
