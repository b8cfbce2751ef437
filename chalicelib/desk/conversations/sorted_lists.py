"""Lists that are sorted in memory: what is found is remembered for a minute, and cut into pages."""

from collections.abc import Callable

from msgspec.structs import replace

from chalicelib.context import Context
from chalicelib.desk.conversations import facts
from chalicelib.desk.conversations.wanted import LAST_REPLY, MOST, SORTS, Found, Page, Wanted, fields_of, pushed
from chalicelib.desk.core.cache import TimedCache
from chalicelib.models import conversations, scanning
from chalicelib.models.conversations import Conversation
from chalicelib.models.inbox import Window
from chalicelib.models.scanning import Bound, Scanned

#: What a list without keywords looks through.
_BOUND = Bound(MOST)
#: Lists of a hundred thousand conversations in all.
_found: TimedCache[Found] = TimedCache(100_000, weight=lambda found: len(found.marks) + 1)


def _key(ctx: Context, wanted: Wanted) -> str:
    listing = replace(wanted.listing, page=1, after=None)
    return repr((ctx.account, ctx.caller.person, listing, wanted.conditions, wanted.keywords, wanted.sort))


def recall(ctx: Context, wanted: Wanted) -> Found | None:
    """Returns what the whole list had at most a minute ago. None if that is unknown, and for a first page, which is read."""
    is_first = wanted.listing.page == 1 and wanted.mark is None and wanted.listing.after is None
    return None if is_first else _found.get(_key(ctx, wanted), ctx.now)


def remember(ctx: Context, wanted: Wanted, found: Found) -> Found:
    """Returns what the whole list has, and keeps it for the following pages."""
    return _found.put(_key(ctx, wanted), found, ctx.now)


def look_through(
    wanted: Wanted, window: Window, keep: Callable[[list[Conversation]], list[Conversation]], bound: Bound | None = None
) -> Scanned:
    """Returns the rows of a window that `keep` keeps, in no order, with the attributes that conditions and sort need. A request
    for each MB of rows, several at once, unless `bound` says otherwise.
    """
    oldest_first = window.oldest_first and wanted.sort == LAST_REPLY
    narrow = replace(window, conditions=pushed(wanted), oldest_first=oldest_first)
    return scanning.scan(narrow, attributes_of(wanted), keep, bound or _BOUND)


def attributes_of(wanted: Wanted) -> list[str]:
    """Returns what conditions, keywords and sort need of a row, besides its key and place."""
    attributes = [*SORTS[wanted.sort].attributes, *facts.attributes_of(fields_of(wanted))]
    return [*attributes, "number"] if wanted.keywords else attributes


def begin_of(wanted: Wanted, found: Found) -> int:
    """Returns where a page of what was found begins: by its number, or after a mark."""
    if wanted.mark is None:
        return (wanted.listing.page - 1) * wanted.listing.size
    mark, oldest_first = wanted.mark, wanted.listing.oldest_first
    return next((at for at, one in enumerate(found.marks) if (one > mark if oldest_first else one < mark)), len(found.marks))


def cut(ctx: Context, wanted: Wanted, found: Found) -> Page:
    """Returns a page of what was found. One request for each hundred rows."""
    first, size = begin_of(wanted, found), wanted.listing.size
    part = found.marks[first : first + size]
    rows = {row.id: row for row in conversations.get_many(ctx.account, [one.id for one in part])}
    more = part[-1] if first + size < len(found.marks) else None
    return Page([rows[one.id] for one in part if one.id in rows], len(found.marks), found.is_whole, mark=more)
