"""The search that others call: conversations found by keywords, and an index that follows what is said."""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib import config
from chalicelib.context import AGENT, SYSTEM, Context
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.search import port, texts
from chalicelib.desk.search.block_index import BlockIndex
from chalicelib.desk.search.open_search_index import OpenSearchIndex
from chalicelib.desk.search.port import Index, Matches
from chalicelib.models import conversations, people, search_rows
from chalicelib.models.conversations import Conversation
from chalicelib.rules import search_words
from chalicelib.rules.search_words import Keywords

#: Conversations of a contact whose words follow another name of theirs.
MOST_OF_CONTACT = 10_000
#: Conversations whose texts are read for phrases at the price of one word.
PHRASES_OF_WORD = 8
_index: Index = OpenSearchIndex() if config.SEARCH else BlockIndex()


class Phrased(NamedTuple):
    """Conversations that have all phrases, and whether none is missing because its texts are too long to look through."""

    rows: list[Conversation]
    is_whole: bool


@access.allow(AGENT)
def read(ctx: Context, keywords: str) -> Keywords | None:
    """Returns what keywords look for, None for blank ones. Raises Invalid for too many words."""
    if not keywords.strip():
        return None
    found = search_words.read(keywords)
    if len(found.terms) > search_words.MOST_TERMS:
        raise Invalid("keywords", f"has more than {search_words.MOST_TERMS} words")
    return found


@access.allow(AGENT)
def find(ctx: Context, keywords: Keywords, *, most: int | None = None, is_public: bool = False) -> Matches:
    """Returns the conversations that have all words, also of phrases, whose order is not looked at; up to `most` of them one by
    one, 2,000 unless given. A Query for what was said lately and one for each word. Raises TooMany.
    """
    rate_limits.spend_search(ctx, len(keywords.terms))
    return _index.find(ctx, keywords, port.MOST_FOUND if most is None else most, is_public=is_public)


def with_phrases(ctx: Context, rows: Sequence[Conversation], keywords: Keywords, *, is_public: bool = False) -> Phrased:
    """Returns those of some conversations in which each phrase stands within one text. A request for each hundred contacts, and
    for each MB of messages of a conversation; several at once. Raises TooMany.
    """
    if not keywords.phrases or not rows:
        return Phrased([*rows], True)
    rate_limits.spend_search(ctx, -(-len(rows) // PHRASES_OF_WORD))
    contacts = people.get_many(ctx.account, {row.contact for row in rows})

    def has_all(row: Conversation) -> bool | None:
        return texts.has_phrases(row, contacts.get(row.contact), keywords.phrases, is_public=is_public)

    found = search_rows.at_once(has_all, rows)
    return Phrased([row for row, has in zip(rows, found, strict=True) if has], None not in found)


@access.allow(SYSTEM)
def index(ctx: Context, conversation: str, number: int, *, anew: bool = False) -> int | None:
    """Takes in what was said in a conversation since; with `anew`, also what is said no more. Returns when `tidy` has something
    to do, None for not because of this. Harmless when repeated, late and out of order.
    """
    return _index.index(ctx, conversation, number, anew=anew)


@access.allow(SYSTEM)
def remove(ctx: Context, number: int) -> int | None:
    """Forgets a conversation that is removed for good. Returns when `tidy` has something to do."""
    return _index.remove(ctx, number)


@access.allow(SYSTEM)
def tidy(ctx: Context) -> int | None:
    """Does what can wait. Returns when there is more to do, None for nothing."""
    return _index.tidy(ctx)


@access.allow(SYSTEM)
def of_contact(ctx: Context, contact: str) -> list[tuple[str, int]]:
    """Returns uuids and numbers of a contact's conversations. One request, and one for each hundred."""
    ids = conversations.of_contact(ctx.account, contact, MOST_OF_CONTACT)
    return [(row.id, row.number) for row in conversations.get_many(ctx.account, ids)]
