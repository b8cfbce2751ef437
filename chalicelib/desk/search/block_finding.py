"""Finding in the block index: a Query for the fresh rows and one for each word; what blocks say is looked at in the rows of the
conversations themselves, so an answer has neither too many nor too few.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from chalicelib.context import Context
from chalicelib.desk.search.port import Matches
from chalicelib.models import search_rows
from chalicelib.models.conversations import Conversation
from chalicelib.models.search_rows import WordsRow
from chalicelib.rules import search_blocks, search_words, word_lists
from chalicelib.rules.search_words import Keywords, Term

#: Fresh rows that a search reads, and requests for one word. A word whose blocks are more is not found everywhere.
MOST_FRESH, MOST_REQUESTS = 20_000, 20
#: Bits of conversations by block.
_Bits = Mapping[int, int]


class _Search(msgspec.Struct, frozen=True):
    """A search: its terms, whether it is a contact's, and the fresh rows by number."""

    account: str
    terms: tuple[Term, ...]
    is_public: bool
    fresh: Mapping[int, WordsRow]


def find(ctx: Context, keywords: Keywords, most: int, *, is_public: bool) -> Matches:
    """Returns the conversations with all terms of keywords. A Query for the fresh rows and one for each word, more for each
    further MB; then requests as _verified for all that may belong to them, if these are not too many to be found one by one.
    """
    rows, is_whole = search_rows.list_fresh(ctx.account, MOST_FRESH)
    search = _Search(ctx.account, keywords.terms, is_public, {row.number: row for row in rows if row.id})
    bits, is_all = _in_all_terms(search)
    some = _numbers(bits, most)
    ids = None if len(some) > most else tuple(_verified(search, some).values())
    return Matches(ids, is_whole and is_all, partial(_choose, search, bits), partial(_may, bits), _share(bits))


def _in_all_terms(search: _Search) -> tuple[_Bits, bool]:
    """Returns the conversations that may have all terms, and whether none is missing. The longest terms are read first, and no
    more once nothing is left.
    """
    fresh = {number: word_lists.lines_of([row.words], is_public=False) for number, row in search.fresh.items()}
    left: dict[int, int] | None = None
    is_whole = True
    for term in sorted(search.terms, key=lambda one: -len(one.text)):
        if left == {}:
            break
        found, is_all = _in_blocks(search.account, term)
        for number, lines in fresh.items():
            if search_words.has(lines, term):
                block = search_blocks.block_of(number)
                found[block] = found.get(block, 0) | search_blocks.bit_of(number)
        is_whole &= is_all
        both = found if left is None else {block: bits & found.get(block, 0) for block, bits in left.items()}
        left = {block: bits for block, bits in both.items() if bits}
    return left or {}, is_whole


def _in_blocks(account: str, term: Term) -> tuple[dict[int, int], bool]:
    shelves = search_blocks.shelves_of(term)
    first = search_blocks.first_of(search_blocks.shelf_of(term.text))
    read = search_rows.find_blocks(account, first, shelves, MOST_REQUESTS)
    found: dict[int, int] = {}
    for block, packed in read.words:
        if bits := search_blocks.find(packed, term):
            found[block] = found.get(block, 0) | bits
    return found, read.is_whole


def _numbers(bits: _Bits, most: int) -> list[int]:
    """Returns the numbers of conversations, of too many one more than are found one by one."""
    if sum(some.bit_count() for some in bits.values()) > most:
        return [0] * (most + 1)
    return [number for block, some in bits.items() for number in search_blocks.numbers_of(block, some)]


def _verified(search: _Search, numbers: Sequence[int]) -> dict[int, str]:
    """Returns the uuids of those that have all terms, by number. One request for each hundred, or for each block of which there
    are more.
    """
    known = search_rows.read_kept(search.account, numbers, search_blocks.block_of)
    found: dict[int, str] = {}
    for number in numbers:
        rows = [row for row in (search.fresh.get(number), known.get(number)) if row]
        lines = word_lists.lines_of([row.words for row in rows], is_public=search.is_public)
        if rows and rows[0].id and all(search_words.has(lines, term) for term in search.terms):
            found[number] = rows[0].id
    return found


def _share(bits: _Bits) -> float:
    every = search_blocks.SIZE * (max(bits) - min(bits) + 1) if bits else 1
    return sum(some.bit_count() for some in bits.values()) / every


def _may(bits: _Bits, number: int) -> bool:
    return bool(bits.get(search_blocks.block_of(number), 0) & search_blocks.bit_of(number))


def _choose(search: _Search, bits: _Bits, rows: Sequence[Conversation]) -> list[Conversation]:
    """Returns the conversations that belong to a search. Requests as _verified for those that may."""
    found = _verified(search, [row.number for row in rows if _may(bits, row.number)])
    return [row for row in rows if row.number in found]
