"""The inbox: an account's conversations, a page at a time."""

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import Invalid
from chalicelib.models import inbox
from chalicelib.models.conversations import Conversation
from chalicelib.models.inbox import PARTITIONS, Window
from chalicelib.models.inbox import Like as Like
from chalicelib.models.inbox import Position as Position
from chalicelib.rules import ids

#: Rows that a total counts to, and that pages by number reach.
MOST_COUNTED = 10_000
_DEFAULT_WINDOW = 30 * 86_400_000
#: Totals are counted again after a minute, small ones after two seconds.
_SMALL = 1_000
_totals: TimedCache[int] = TimedCache()
_small_totals: TimedCache[int] = TimedCache(seconds=2)


class Inbox(msgspec.Struct, frozen=True):
    """A page of conversations, the total (counted to 10,000), and where the next page begins, None after the last."""

    conversations: list[Conversation]
    total: int
    next_after: Position | None


class Listing(msgspec.Struct, frozen=True):
    """What to list: times of last activity in epoch milliseconds (the last 30 days without them), latest first or oldest.

    `is_deleted` lists deleted ones, which no other list has. Either `page` (from 1) or `after`, an Inbox's position, says
    where to begin.
    """

    since: int | None = None
    until: int | None = None
    conditions: tuple[Like, ...] = ()
    oldest_first: bool = False
    size: int = 50
    page: int = 1
    after: Position | None = None
    is_deleted: bool = False


@access.allow(AGENT)
def page(ctx: Context, listing: Listing) -> Inbox:
    """Returns a page of the account's conversations. Raises Invalid for a page past the 10,000th row.

    From `after`, one request for each partition at any depth: one if the conditions say open or closed, else two. By page
    number the pages before it are read too. The total costs more, once a minute, or in two seconds up to a thousand, where it
    does not follow from the page.
    """
    window = window_of(ctx, listing)
    skipped = 0 if listing.after else (listing.page - 1) * listing.size
    if skipped + listing.size > MOST_COUNTED:
        raise Invalid("page", f"is past the {MOST_COUNTED:,}th conversation; follow the next page's address instead")
    if listing.after and not window.span[0] <= listing.after.at <= window.span[1]:
        return Inbox([], _total(ctx, window, listing), None)
    rows, after = inbox.list_rows(window, skipped + listing.size, listing.after)
    whole = listing.after is None and after is None
    return Inbox(rows[skipped:], len(rows) if whole else _total(ctx, window, listing), after)


def window_of(ctx: Context, listing: Listing) -> Window:
    """Returns what is read of the inbox for a list. Raises Invalid for a bad window or position."""
    partitions = (inbox.DELETED,) if listing.is_deleted else inbox.LISTED
    return Window(ctx.account, _span(ctx, listing), listing.conditions, listing.oldest_first, partitions)


def _span(ctx: Context, listing: Listing) -> tuple[int, int]:
    since = ctx.now - _DEFAULT_WINDOW if listing.since is None else listing.since
    until = ctx.now if listing.until is None else listing.until
    if since > until:
        raise Invalid("time_from", "is after the end of the window")
    if listing.after and not (ids.is_uuid(listing.after.conversation) and listing.after.partition in PARTITIONS):
        raise Invalid("cursor", "is not one of ours")
    return since, until


def _total(ctx: Context, window: Window, listing: Listing) -> int:
    key = repr((ctx.account, listing.since, listing.until, listing.conditions, listing.is_deleted))
    for totals in (_small_totals, _totals):
        if (known := totals.get(key, ctx.now)) is not None:
            return known
    total = inbox.count(window, MOST_COUNTED)
    return (_totals if total > _SMALL else _small_totals).put(key, total, ctx.now)
