"""Writing the block index: words of new messages go to a conversation's fresh row, which each search reads; later to blocks.

A fresh row is written with each message that has new words. Once an account has MOST_FRESH, `tidy` brings them all to the blocks:
512 conversations share a row for each beginning of words, so that a conversation costs three writes instead of one a word. What
a conversation has no more goes from its own rows at once, which answers follow, and from the blocks once nobody can be writing
what they had read before, which is after HELD milliseconds. Decision 78 says why.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from chalicelib.context import Context
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.search import texts
from chalicelib.models import search_rows, search_turns
from chalicelib.models.base import ConditionFailed
from chalicelib.models.conversations import Conversation
from chalicelib.models.search_rows import State, WordBlock, WordsRow
from chalicelib.rules import search_blocks, word_lists

#: Fresh rows from which on they go to blocks, and those that one run takes.
MOST_FRESH, MOST_AT_ONCE = 500, 600
#: Bytes of packed words from which on a fresh row goes by itself: each message with new words writes it whole.
LARGE = 8_000
#: Letters of words that are gone for which a fresh row has room beside as many words as a conversation is found by.
MOST_GONE = 50_000
#: Milliseconds for which a rewritten fresh row stays: longer than any function runs.
HELD = 300_000
#: Milliseconds after which another may tidy where a process has died while it did: longer than any function runs, and shorter
#: than the search's queue waits before it delivers again what has failed.
TURN = 60_000
#: By how many milliseconds clocks of two functions may differ, amply.
_APART = 5_000
#: Of how many messages one looks whether there are enough fresh rows.
_LOOKS = 64
#: Messages without a new word after which a row says that they have been read.
_UNREAD = 20
#: A shelf, its block, and what it takes in and gives up: words with the bits of conversations.
_Place = tuple[str, int]


def index(ctx: Context, conversation: str, number: int, *, anew: bool) -> int | None:
    """Takes in what was said in a conversation since. Two requests and a write; one more for a new conversation, and for each
    further MB of messages. With `anew`, or for a new one, all messages are read.
    """
    return retry_on_conflict(ctx, partial(_index, ctx, conversation, number, anew=anew))


def _index(ctx: Context, conversation: str, number: int, *, anew: bool) -> int | None:
    state = _read(ctx, conversation, number)
    summary = state.summary
    if summary is None or summary.merged_into or summary.purge_at or summary.is_internal:
        return _remove(ctx, number, state)
    if anew and (state.fresh or state.kept):
        return _rewrite(ctx, number, state, summary)
    return _add(ctx, number, state, summary)


def _read(ctx: Context, conversation: str, number: int) -> State:
    return search_rows.read_state(ctx.account, conversation, search_blocks.block_of(number), number)


def remove(ctx: Context, number: int) -> int | None:
    """Forgets a conversation. Two requests, one where it has no words."""
    return retry_on_conflict(ctx, lambda: _remove(ctx, number, _read(ctx, "", number)))


def _words(*rows: WordsRow | None) -> set[str]:
    return {word for row in rows if row for word in word_lists.unpack(row.words)}


def _add(ctx: Context, number: int, state: State, summary: Conversation) -> int | None:
    """Adds the words of messages that have not been read. Nothing is written where none is new.

    Raises ConditionFailed where one of the rows was read before both were rewritten, and the other one after.
    """
    fresh, kept = state.fresh, state.kept
    rows = [row for row in (fresh, kept) if row]
    if len({row.rewrites for row in rows}) > 1:
        raise ConditionFailed([], [])
    is_new = not any(row.id for row in rows)
    read_to = 0 if is_new else max(row.read_to for row in rows)
    new = [*(texts.of_contact(summary) if is_new else ()), *texts.of_messages(summary, read_to)]
    own = _words(fresh)
    more = word_lists.added(own | _words(kept), word_lists.words_of(new))
    if not more and not is_new and summary.message_count - read_to < _UNREAD:
        return None
    row = fresh or search_rows.fresh_row(ctx.account, number)
    row.id, row.words, row.read_to = summary.id, word_lists.pack(own | more), summary.message_count
    row.rewrites = kept.rewrites if kept else row.rewrites
    search_rows.save(row)
    return ctx.now if (number + summary.message_count) % _LOOKS == 0 else None


def _rewrite(ctx: Context, number: int, state: State, summary: Conversation) -> int | None:
    """Replaces a conversation's words by those that it has now. Nothing is written where they are the same."""
    words = word_lists.words_of(texts.whole(summary))
    in_blocks, own = _words(state.kept), _words(state.fresh)
    if words == in_blocks | own:
        return None
    fresh, kept = _both(ctx, number, state)
    gone = word_lists.bare(in_blocks) | word_lists.unpack(fresh.gone)
    fresh.id = kept.id = summary.id
    fresh.read_to, fresh.rewritten_at = summary.message_count, ctx.now
    fresh.gone = word_lists.pack(word_lists.fitting(gone - word_lists.bare(words), MOST_GONE))
    fresh.words, kept.words = word_lists.pack(words - (in_blocks - own)), word_lists.pack(words & in_blocks)
    search_rows.rewrite(fresh, kept)
    return ctx.now + HELD


def _both(ctx: Context, number: int, state: State) -> tuple[WordsRow, WordsRow]:
    fresh = state.fresh or search_rows.fresh_row(ctx.account, number)
    return fresh, state.kept or search_rows.kept_row(ctx.account, search_blocks.block_of(number), number)


def _remove(ctx: Context, number: int, state: State) -> int | None:
    """Leaves both rows without words for a while, so that nobody who has read them before writes them again."""
    if state.fresh is None and state.kept is None:
        return None
    fresh, kept = _both(ctx, number, state)
    if fresh.id is None and kept.id is None:
        return (fresh.rewritten_at or ctx.now) + HELD
    gone = word_lists.bare(_words(kept)) | word_lists.unpack(fresh.gone)
    fresh.gone, fresh.rewritten_at = word_lists.pack(gone), ctx.now
    fresh.id = kept.id = fresh.words = kept.words = None
    search_rows.rewrite(fresh, kept)
    return ctx.now + HELD


# --- fresh rows to blocks


def tidy(ctx: Context) -> int | None:
    """Brings fresh rows to the blocks if there are MOST_FRESH, else large ones and those with words that are gone. Returns when
    to call again: where another process is doing it, once its turn is over at the latest, and of all who are told so, one.

    Two requests for the turn and one for each MB of fresh rows; then one for each hundred rows that are read, and for each that
    is written: two a conversation, and one a block. Harmless when repeated or interrupted.
    """
    holder, until = ctx.new_id(), ctx.now + TURN
    turn = search_turns.take(ctx.account, holder, ctx.now, until)
    if turn is None:
        return until if search_turns.wait(ctx.account, holder, ctx.now, until - _APART) else None
    try:
        return _tidy(ctx)
    finally:
        search_turns.give_back(turn)


def _tidy(ctx: Context) -> int | None:
    rows, is_all = search_rows.list_fresh(ctx.account, MOST_AT_ONCE, consistent=True)
    ready = [row for row in rows if (row.rewritten_at or 0) + HELD <= ctx.now]
    wanted = ready if len(rows) >= MOST_FRESH else [row for row in ready if row.rewritten_at or len(row.words or b"") > LARGE]
    kept = _keep(ctx, wanted[:MOST_AT_ONCE])
    _change_blocks(ctx, kept)
    done = list(search_rows.write_all(kept, search_rows.delete))
    return ctx.now if len(done) < len(wanted) or (done and not is_all) else None


def _keep(ctx: Context, rows: Sequence[WordsRow]) -> list[WordsRow]:
    """Notes in the kept rows what blocks are about to have, so that it is known what to take out. Returns the rows where that was
    possible: not those that were rewritten since they were read.
    """
    of = {row.number: search_rows.kept_row(ctx.account, search_blocks.block_of(row.number), row.number) for row in rows}
    known = search_rows.read_all([*of.values()], consistent=True)

    def keep(row: WordsRow) -> None:
        kept = of[row.number]
        kept = known.get((kept.key, kept.place), kept)
        if kept.version is not None and kept.rewrites != row.rewrites:
            raise ConditionFailed([], [])
        if row.words:
            kept.id, kept.read_to = row.id, max(row.read_to, kept.read_to)
            kept.words = word_lists.pack(_words(kept) | _words(row))
            search_rows.save(kept)
        elif row.id is None and kept.version is not None:
            search_rows.delete(kept)

    return list(search_rows.write_all(rows, keep))


def _change_blocks(ctx: Context, rows: Iterable[WordsRow]) -> None:
    """Brings the words of fresh rows to their blocks, and takes out what is gone."""
    changes: defaultdict[_Place, tuple[dict[str, int], dict[str, int]]] = defaultdict(lambda: ({}, {}))
    for row in rows:
        block, bit = search_blocks.block_of(row.number), search_blocks.bit_of(row.number)
        words = word_lists.bare(_words(row))
        for which, some in ((0, words), (1, word_lists.unpack(row.gone) - words)):
            for word in some:
                found = changes[search_blocks.shelf_of(word), block][which]
                found[word] = found.get(word, 0) | bit
    places = [*changes]
    _write_blocks(ctx, places, lambda place: changes[place])


def _write_blocks(ctx: Context, places: list[_Place], of: Callable[[_Place], tuple[dict[str, int], dict[str, int]]]) -> None:
    """Changes blocks; those that somebody else has changed meanwhile are read again."""

    def attempt() -> None:
        rows = {place: _block_row(ctx, place) for place in places}
        known = search_rows.read_all([*rows.values()], consistent=True)
        for place, row in rows.items():
            rows[place] = known.get((row.key, row.place), row)
            rows[place].words = _changed(rows[place], *of(place))
        written = {(row.key, row.place) for row in search_rows.write_all([*rows.values()], search_rows.save)}
        places[:] = [place for place, row in rows.items() if (row.key, row.place) not in written]
        if places:
            raise ConditionFailed([], [])

    if places:
        retry_on_conflict(ctx, attempt)


def _block_row(ctx: Context, place: _Place) -> WordBlock:
    shelf, block = place
    return search_rows.block_row(ctx.account, search_blocks.first_of(shelf), shelf, block)


def _changed(row: WordBlock, more: dict[str, int], less: dict[str, int]) -> bytes:
    """Returns a block's words with some more and some fewer."""
    words = search_blocks.unpack(row.words) if row.words else {}
    for word, bits in less.items():
        words[word] = words.get(word, 0) & ~bits
    for word, bits in more.items():
        words[word] = words.get(word, 0) | bits
    return search_blocks.pack(words)
