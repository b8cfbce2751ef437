"""Lists of the conversations that keywords find. Up to 2,000 are read and sorted; more are found by walking the window in its
order, or, for another order, by looking through all of it. The answer is the same either way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from chalicelib.context import Context
from chalicelib.desk.conversations import inbox, sorted_lists
from chalicelib.desk.conversations.wanted import LAST_REPLY, Found, Mark, Page, Wanted, is_within, matching, pushed, sort
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.search import search
from chalicelib.desk.search.port import Matches
from chalicelib.models import conversations, scanning
from chalicelib.models import inbox as inbox_rows
from chalicelib.models.conversations import Conversation
from chalicelib.models.inbox import Position, Window
from chalicelib.rules.search_words import Keywords

#: Rows that a walk reads at a time, and how often; conversations that are looked at together, with phrases fewer; those whose
#: texts one call reads to look for phrases.
_ROWS, _ROUNDS, _PART, _PART_READ, MOST_READ = 1_000, 8, 100, 24, 240
_T = TypeVar("_T")


def page(ctx: Context, wanted: Wanted, keywords: Keywords) -> Page:
    """Returns a page of those that keywords find. A Query for each word, and one; then a request for each hundred found and each
    hundred read, or for each thousand rows that the walk passes, 16 at most. Phrases cost two requests for each conversation with
    their words, 240 a call: then what was found so far, and where to go on.

    Raises Invalid for a bad window, page or position, TooMany.
    """
    window = inbox.window_of(ctx, wanted.listing)
    if not keywords.terms:
        return Page([], 0, True)
    found = sorted_lists.recall(ctx, wanted)
    if found is None:
        matches = search.find(ctx, keywords)
        if matches.ids is None and wanted.sort == LAST_REPLY and wanted.mark is None:
            return _walked(ctx, wanted, keywords, _Walk(ctx, wanted, matches, window, wanted.listing.after))
        found = sorted_lists.remember(ctx, wanted, _find(ctx, wanted, matches, window))
    if after := wanted.listing.after:
        wanted = replace(wanted, mark=Mark(after.at, after.at, after.conversation))
    return _with_phrases(ctx, wanted, keywords, found) if keywords.phrases else sorted_lists.cut(ctx, wanted, found)


def _find(ctx: Context, wanted: Wanted, matches: Matches, window: Window) -> Found:
    if matches.ids is None:
        scanned = sorted_lists.look_through(
            wanted, window, lambda rows: matching(ctx, wanted, [*matches.choose(rows)]), ["number"]
        )
        return sort(wanted, scanned.rows, is_whole=scanned.is_whole and matches.is_whole)
    rows = [row for row in scanning.read_parallel(ctx.account, matches.ids) if is_within(row, window)]
    return sort(wanted, matching(ctx, wanted, rows), is_whole=matches.is_whole)


@dataclass(slots=True)
class _Walk:
    """A walk through a window in its order. `position` is where it goes on, None at its end."""

    ctx: Context
    wanted: Wanted
    matches: Matches
    window: Window
    position: Position | None

    def __iter__(self) -> Iterator[Conversation]:
        window = replace(self.window, conditions=pushed(self.wanted))
        for _ in range(1 if window.conditions else _ROUNDS):
            rows, self.position = inbox_rows.list_rows(window, _ROWS, self.position)
            for part in _parts(self.matches.choose(rows), _PART):
                yield from matching(self.ctx, self.wanted, part)
            if self.position is None:
                return


def _parts(rows: Iterable[_T], size: int) -> Iterator[list[_T]]:
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def _walked(ctx: Context, wanted: Wanted, keywords: Keywords, walk: _Walk) -> Page:
    """Returns a page of a walk: by its number, or from where another has ended."""
    listing = wanted.listing
    skipped = 0 if listing.after else (listing.page - 1) * listing.size
    if skipped + listing.size > inbox.MOST_COUNTED:
        raise Invalid("page", f"is past the {inbox.MOST_COUNTED:,}th conversation; follow the next page's address instead")
    found: list[Conversation] = []
    seen, last = 0, None
    for part in _parts(walk, _PART_READ if keywords.phrases else listing.size):
        found += search.with_phrases(ctx, part, keywords)
        seen += len(part)
        if len(found) > skipped + listing.size or (keywords.phrases and seen >= MOST_READ):
            last = part[-1]
            break
    shown = found[skipped : skipped + listing.size]
    more = len(found) > skipped + listing.size
    after = _position(shown[-1] if more else last) if last else walk.position
    is_exact = after is None and listing.page == 1 and walk.matches.is_whole
    return Page(shown, (listing.page - 1) * listing.size + len(shown) + more, is_exact, after=after)


def _position(row: Conversation) -> Position:
    return Position(row.id, row.last_activity_at, str(conversations.partition_of(row)))


def _with_phrases(ctx: Context, wanted: Wanted, keywords: Keywords, found: Found) -> Page:
    """Returns a page of those that have the phrases, of what was found by their words."""
    size = wanted.listing.size
    marks = found.marks[sorted_lists.begin_of(wanted, found) if wanted.mark else 0 :]
    skipped = 0 if wanted.mark else (wanted.listing.page - 1) * size
    kept: list[Conversation] = []
    seen = 0
    for part in _parts(marks[:MOST_READ], _PART_READ):
        rows = conversations.get_many(ctx.account, [mark.id for mark in part])
        kept += search.with_phrases(ctx, rows, keywords)
        seen += len(part)
        if len(kept) > skipped + size:
            break
    shown = kept[skipped : skipped + size]
    more = len(kept) > skipped + size
    on = next((mark for mark in marks if more and mark.id == shown[-1].id), None) or (
        marks[seen - 1] if seen < len(marks) else None
    )
    is_exact = on is None and wanted.mark is None and found.is_whole
    total = len(kept) if is_exact else (wanted.listing.page - 1) * size + len(shown) + more
    return Page(shown, total, is_exact, mark=on)
