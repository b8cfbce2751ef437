"""Search rows: which words each conversation has, and in blocks of 512, which conversations have a word. One table.

Key account#fresh · number has what a conversation's messages said lately, account#kept#block · number the words that blocks have
for it, and account#words#beginning · shelf#block a block's words with their conversations. Numbers are padded, so that they sort.
The words of a conversation are those of its fresh and its kept row together. Texts are packed by the desk.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec
from pynamodb.attributes import BinaryAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.pagination import ResultIterator

from chalicelib import config
from chalicelib.models import capacity, conversations
from chalicelib.models.attributes import (
    IntegerAttribute,
    KeyAttribute,
    UnicodeAttribute,
    UuidAttribute,
    VersionAttribute,
)
from chalicelib.models.base import ConditionFailed, Table, conditional, read_raw, transaction
from chalicelib.models.conversations import Conversation

#: Requests that are sent at once, and keys that one of them reads.
_AT_ONCE, _KEYS = 8, 100
_T = TypeVar("_T")
_R = TypeVar("_R")


class WordsRow(Table):
    """Words of a conversation. Of a fresh row, `gone` are words that blocks still have for it, though it has them no more."""

    class Meta:
        table_name = config.table("search")

    key = KeyAttribute(hash_key=True, attr_name="k")
    place = UnicodeAttribute(range_key=True, attr_name="pl")
    version = VersionAttribute(attr_name="v")
    #: The conversation's uuid. None where the conversation is gone.
    id = UuidAttribute(null=True, attr_name="id")
    words = BinaryAttribute(legacy_encoding=False, null=True, attr_name="wo")
    gone = BinaryAttribute(legacy_encoding=False, null=True, attr_name="go")
    #: The sequence up to which its messages have been read.
    read_to = IntegerAttribute(default=0, attr_name="rt")
    #: When all its words were last read again, in epoch milliseconds. None for never.
    rewritten_at = IntegerAttribute(null=True, attr_name="ra")
    #: How often all its words were read again. A fresh and a kept row with different numbers do not belong together.
    rewrites = IntegerAttribute(default=0, attr_name="rw")

    @property
    def number(self) -> int:
        """The conversation's number."""
        return int(self.place)


class WordBlock(Table):
    """The words of a shelf (rules.search_blocks) with those of a block's conversations that have them."""

    class Meta:
        table_name = config.table("search")

    key = KeyAttribute(hash_key=True, attr_name="k")
    place = UnicodeAttribute(range_key=True, attr_name="pl")
    version = VersionAttribute(attr_name="v")
    words = BinaryAttribute(legacy_encoding=False, attr_name="wo")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return WordsRow._get_connection()

    @property
    def block(self) -> int:
        """The block's number."""
        return int(self.place.rpartition("#")[2])


class State(msgspec.Struct, frozen=True):
    """What there is of a conversation: its summary, its fresh and its kept words; None for what there is not."""

    summary: Conversation | None
    fresh: WordsRow | None
    kept: WordsRow | None


class Blocks(msgspec.Struct, frozen=True):
    """Packed words by block, of several shelves perhaps, and whether these are all."""

    words: list[tuple[int, bytes]]
    is_whole: bool


def fresh_row(account: str, number: int) -> WordsRow:
    """Returns a new fresh row."""
    return WordsRow(f"{account}#fresh", _padded(number))


def kept_row(account: str, block: int, number: int) -> WordsRow:
    """Returns a new kept row."""
    return WordsRow(f"{account}#kept#{block}", _padded(number))


def block_row(account: str, first: str, shelf: str, block: int) -> WordBlock:
    """Returns a new row of a block."""
    return WordBlock(f"{account}#words#{first}", f"{shelf}#{block:08d}")


def _padded(number: int) -> str:
    return f"{number:012d}"


def read_state(account: str, conversation: str, block: int, number: int) -> State:
    """Returns what there is of a conversation, read consistently. One request."""
    keys = [_key(fresh_row(account, number)), _key(kept_row(account, block, number))]
    wanted: Mapping[type[Table], Sequence[dict[str, Any]]] = {
        Conversation: [Conversation.raw(key=conversations.key(account, conversation))],
        WordsRow: keys,
    }
    found = read_raw(wanted, consistent=True)
    rows = [WordsRow.from_raw_data(item) for item in found[WordsRow]]
    summaries = [Conversation.from_raw_data(item) for item in found[Conversation]]
    return State(
        summaries[0] if summaries else None,
        next((row for row in rows if row.key.endswith("#fresh")), None),
        next((row for row in rows if not row.key.endswith("#fresh")), None),
    )


def _key(row: WordsRow | WordBlock) -> dict[str, Any]:
    return type(row).raw(key=row.key, place=row.place)


def save(row: WordsRow | WordBlock) -> None:
    """Writes a row over the version that was read. One request. Raises ConditionFailed where it has changed since."""
    with conditional():
        row.save()


def delete(row: WordsRow) -> None:
    """Deletes a row of the version that was read. One request. Raises ConditionFailed where it has changed since."""
    with conditional():
        row.delete()


def rewrite(fresh: WordsRow, kept: WordsRow) -> None:
    """Writes both rows over the versions that were read, and counts that. One request.

    Raises ConditionFailed where either has changed since.
    """
    fresh.rewrites = kept.rewrites = max(fresh.rewrites, kept.rewrites) + 1
    with transaction() as write:
        write.save(fresh)
        write.save(kept)


def list_fresh(account: str, most: int, *, consistent: bool = False) -> tuple[list[WordsRow], bool]:
    """Returns the fresh rows of an account, and whether these are all: no more requests follow once there are `most`. A request
    for each MB.
    """
    results: ResultIterator[WordsRow] = WordsRow.query(f"{account}#fresh", consistent_read=consistent)
    return _first(results, WordsRow, most)


def _first(results: Any, model: type[Any], most: int) -> tuple[list[Any], bool]:
    pages, found = results.page_iter, []
    for page in pages:
        found += [model.from_raw_data(item) for item in page["Items"]]
        if pages.last_evaluated_key is None:
            return found, True
        if len(found) >= most:
            return found, False
    return found, True


def find_blocks(account: str, first: str, shelves: str, most_requests: int) -> Blocks:
    """Returns the blocks of all shelves that begin so, a moment old. A request for each MB, `most_requests` at most."""
    found = WordBlock.query(f"{account}#words#{first}", WordBlock.place.startswith(shelves), scan_index_forward=False)
    pages, words = found.page_iter, []
    for _ in range(most_requests):
        page = next(pages, None)
        rows = [WordBlock.from_raw_data(item) for item in page["Items"]] if page else []
        words += [(row.block, row.words) for row in rows]
        if pages.last_evaluated_key is None:
            return Blocks(words, True)
    return Blocks(words, False)


def read_all(rows: Sequence[_T], *, consistent: bool = False) -> dict[tuple[str, str], _T]:
    """Returns those of some rows that exist, by key. One request for each hundred, several at once."""
    parts = [rows[at : at + _KEYS] for at in range(0, len(rows), _KEYS)]

    def read(part: Sequence[Any]) -> list[Any]:
        model = type(part[0])
        return [model.from_raw_data(item) for item in read_raw({model: list(map(_key, part))}, consistent=consistent)[model]]

    return {(row.key, row.place): row for found in at_once(read, parts) for row in found}


def read_kept(account: str, numbers: Iterable[int], block_of: Callable[[int], int]) -> dict[int, WordsRow]:
    """Returns the kept rows that some conversations have, by number, a moment old. One request for each hundred, or for each MB
    of a block of which there are more, several at once.
    """
    blocks: dict[int, list[int]] = {}
    for number in numbers:
        blocks.setdefault(block_of(number), []).append(number)
    dense = {block: few for block, few in blocks.items() if len(few) > _KEYS}
    some = read_all([kept_row(account, block, number) for block in blocks.keys() - dense.keys() for number in blocks[block]])
    found = at_once(lambda block: _between(account, block, min(dense[block]), max(dense[block])), [*dense])
    return {row.number: row for rows in (some.values(), *found) for row in rows}


def _between(account: str, block: int, first: int, last: int) -> list[WordsRow]:
    span = WordsRow.place.between(_padded(first), _padded(last))
    return list(WordsRow.query(f"{account}#kept#{block}", span))


def at_once(act: Callable[[_T], _R], values: Sequence[_T]) -> list[_R]:
    """Returns what `act` returns for each value, several at a time."""
    if len(values) < 2:
        return [act(value) for value in values]
    with ThreadPoolExecutor(_AT_ONCE, **capacity.in_threads()) as pool:
        return list(pool.map(act, values))


def write_all(rows: Sequence[_T], act: Callable[[_T], None]) -> Iterator[_T]:
    """Yields those of some rows that `act` has written, several at once; not those that have changed since they were read."""

    def attempt(row: _T) -> bool:
        try:
            act(row)
        except ConditionFailed:
            return False
        return True

    done = at_once(attempt, rows)
    return (row for row, is_done in zip(rows, done, strict=True) if is_done)
