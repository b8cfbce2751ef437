"""Lists of the conversations that keywords find. Up to 2,000 are read and sorted, for another order than by last reply 4,000.
More are found by walking the window in its order; for another order the latest are sorted, and what the index says of them is
checked where they are shown.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from chalicelib.context import Context
from chalicelib.desk.conversations import facts, inbox, sorted_lists
from chalicelib.desk.conversations.wanted import (
    LAST_REPLY,
    Found,
    Mark,
    Page,
    Wanted,
    fields_of,
    is_within,
    matching,
    pushed,
    sort,
)
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.search import port, search
from chalicelib.desk.search.port import Matches
from chalicelib.desk.search.search import Phrased
from chalicelib.models import conversations, scanning
from chalicelib.models import inbox as inbox_rows
from chalicelib.models.conversations import Conversation
from chalicelib.models.inbox import Position, Window
from chalicelib.models.scanning import Bound
from chalicelib.rules.search_words import Keywords

#: Rows that a walk reads at first, at least and at most; how many at most whole; and how often it reads a thousand more.
_FEWEST, _FIRST, _WHOLE, _ROUNDS = 150, 3_000, 400, 8
#: Conversations that are looked at together, with phrases fewer; how many one call looks at, and reads to look for phrases.
_PART, _PART_READ, _MOST_LOOKED, MOST_READ = 100, 24, 1_000, 240
#: Of more than are found one by one: how many of the latest are sorted, and requests of a MB at most that look for them.
MOST_LATEST, _MOST_REQUESTS = 2_000, 24
_T = TypeVar("_T")
#: Returns those of some conversations that belong to what is found.
_Keep = Callable[[Sequence[Conversation]], list[Conversation]]


def page(ctx: Context, wanted: Wanted, keywords: Keywords) -> Page:
    """Returns a page of those that keywords find. A Query for each word, and one; then a request for each hundred found and each
    hundred read, or for each thousand rows that a walk passes, 20 at most, or 24 that look for the latest. Phrases cost a request
    for each conversation with their words, 240 a call: then what was found so far, and where to go on.

    Raises Invalid for a bad window, page or position, TooMany.
    """
    window = inbox.window_of(ctx, wanted.listing)
    if not keywords.terms:
        return Page([], 0, True)
    found = sorted_lists.recall(ctx, wanted)
    choose: _Keep = list
    if found is None or not found.is_checked:
        matches = search.find(ctx, keywords, most=port.MOST_FOUND if wanted.sort == LAST_REPLY else port.MOST_SORTED)
        if found is None and matches.ids is None and wanted.sort == LAST_REPLY and wanted.mark is None:
            return _walked(ctx, wanted, keywords, _Walk(ctx, wanted, matches, window, wanted.listing.after))
        found = found or sorted_lists.remember(ctx, wanted, _find(ctx, wanted, matches, window))
        choose = choose if found.is_checked else matches.choose
    if after := wanted.listing.after:
        wanted = replace(wanted, mark=Mark(after.at, after.at, after.conversation))
    if found.is_checked and not keywords.phrases:
        return sorted_lists.cut(ctx, wanted, found)
    return _looked_at(ctx, wanted, keywords, found, choose)


def _find(ctx: Context, wanted: Wanted, matches: Matches, window: Window) -> Found:
    if matches.ids is None:
        scanned = sorted_lists.look_through(
            wanted, window, lambda rows: matching(ctx, wanted, matches.some(rows)), _bound(matches)
        )
        found = sort(wanted, scanned.rows, is_whole=scanned.is_whole and matches.is_whole)
        return replace(found, is_checked=matches.may is None)
    names = sorted_lists.attributes_of(wanted)
    rows = [row for row in scanning.read_parallel(ctx.account, matches.ids, names) if is_within(row, window)]
    return sort(wanted, matching(ctx, wanted, rows), is_whole=matches.is_whole)


def _bound(matches: Matches) -> Bound:
    return Bound(MOST_LATEST, _MOST_REQUESTS, matches.may, matches.share)


class _Walk(msgspec.Struct):
    """A walk through a window in its order. `position` is where it goes on, None at its end. Where it reads many rows, they have
    only what conditions need (`is_narrow`).
    """

    ctx: Context
    wanted: Wanted
    matches: Matches
    window: Window
    position: Position | None
    is_narrow: bool = False

    def __iter__(self) -> Iterator[Conversation]:
        window, first = replace(self.window, conditions=pushed(self.wanted)), self._first()
        fields = fields_of(self.wanted)
        self.is_narrow = first > _WHOLE or bool(fields)
        names = ["number", *facts.attributes_of(fields)] if self.is_narrow else []
        for rows, position in islice(inbox_rows.walk(window, first, self.position, names), _ROUNDS):
            self.position = position
            for part in _parts(matching(self.ctx, self.wanted, self.matches.some(rows)), _PART):
                yield from self.matches.choose(part)

    @property
    def _is_for_phrases(self) -> bool:
        return bool(self.wanted.keywords and self.wanted.keywords.phrases)

    def _first(self) -> int:
        """Returns among how many rows there are probably as many as a page has or is made of, and some more."""
        listing = self.wanted.listing
        wanted = MOST_READ if self._is_for_phrases else listing.size * (1 if listing.after else listing.page)
        return round(min(_FIRST, max(_FEWEST, 2 * wanted / max(self.matches.share, 0.01))))


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
    seen, last, is_whole = 0, None, walk.matches.is_whole
    for part in _parts(walk, _PART_READ if keywords.phrases else 1):
        kept = _having(walk, part, keywords)
        found, is_whole, seen = found + kept.rows, is_whole and kept.is_whole, seen + len(part)
        if len(found) > skipped + listing.size or (keywords.phrases and seen >= MOST_READ):
            last = part[-1]
            break
    shown = found[skipped : skipped + listing.size]
    more = len(found) > skipped + listing.size
    after = _position(shown[-1] if more else last) if last else walk.position
    is_exact = after is None and listing.page == 1 and is_whole
    if walk.is_narrow:
        shown = conversations.get_many(ctx.account, [row.id for row in shown])
    return Page(shown, (listing.page - 1) * listing.size + len(shown) + more, is_exact, after=after)


def _having(walk: _Walk, part: list[Conversation], keywords: Keywords) -> Phrased:
    """Returns those rows of a walk that have the phrases."""
    if not keywords.phrases:
        return Phrased(part, True)
    whole = conversations.get_many(walk.ctx.account, [row.id for row in part]) if walk.is_narrow else part
    having = search.with_phrases(walk.ctx, whole, keywords)
    ids = {row.id for row in having.rows}
    return Phrased([row for row in part if row.id in ids], having.is_whole)


def _position(row: Conversation) -> Position:
    return Position(row.id, row.last_activity_at, str(conversations.partition_of(row)))


def _looked_at(ctx: Context, wanted: Wanted, keywords: Keywords, found: Found, choose: _Keep) -> Page:
    """Returns a page of those of what was found that `choose` returns and that have the phrases. With phrases, which few have,
    pages before it are looked at too.
    """
    size, before = wanted.listing.size, (wanted.listing.page - 1) * wanted.listing.size
    most, together = (MOST_READ, _PART_READ) if keywords.phrases else (_MOST_LOOKED, _PART)
    skipped = before if keywords.phrases and not wanted.mark else 0
    marks = found.marks[0 if skipped else sorted_lists.begin_of(wanted, found) :]
    kept: list[Conversation] = []
    seen, is_whole = 0, found.is_whole
    for part in _parts(marks[:most], together):
        rows = choose(conversations.get_many(ctx.account, [mark.id for mark in part]))
        having = search.with_phrases(ctx, rows, keywords)
        kept, is_whole, seen = kept + having.rows, is_whole and having.is_whole, seen + len(part)
        if len(kept) > skipped + size:
            break
    shown = kept[skipped : skipped + size]
    more = len(kept) > skipped + size
    on = next((mark for mark in marks if more and mark.id == shown[-1].id), None) or (
        marks[seen - 1] if seen < len(marks) else None
    )
    is_exact = on is None and wanted.mark is None and is_whole and before == skipped
    return Page(shown, len(kept) if is_exact else before + len(shown) + more, is_exact, mark=on)
