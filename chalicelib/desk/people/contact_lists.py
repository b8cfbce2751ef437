"""Contact lists: an account's contacts, newest first, all of them or those that words find."""

from collections.abc import Sequence

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person
from chalicelib.models import contact_words, contacts
from chalicelib.models.contact_words import Found
from chalicelib.rules import words

#: Contacts that are counted, and read by page number alone. Rows that a search reads of each word.
MOST_COUNTED, MOST_FOUND = 10_000, 5_000
#: Words that one search may have.
MOST_WORDS = 8
#: A total above this may be a minute old.
_COUNTED_ANEW = 1_000
_totals: TimedCache[int] = TimedCache()


class Page(msgspec.Struct, frozen=True):
    """A page of contacts, and how many there are: at least `total` if not `is_exact`.

    `next_before` is the number below which the next page begins, None after the last.
    """

    contacts: list[Person]
    total: int
    is_exact: bool
    next_before: int | None


class Listing(msgspec.Struct, frozen=True):
    """What to list: the contacts that all words of `keywords` find; with a blank text, all contacts.

    Either `page` (from 1) or `before`, which a Page gave, says where to begin.
    """

    keywords: str = ""
    page: int = 1
    before: int | None = None
    size: int = 50


@access.allow(AGENT)
def page(ctx: Context, listing: Listing) -> Page:
    """Returns a page of the account's contacts. Raises Invalid for a page past the 10,000th contact and for too many words.

    A Query and a batch of what is shown; by page number the keys of the pages before it are read too. A Query more for the
    total where it is not known. With keywords a Query for each word instead, which reads 5,000 rows at most: if it reads
    them all, contacts may be missing, and `is_exact` is false.
    """
    if listing.before is None and listing.page * listing.size > MOST_COUNTED:
        raise Invalid("page", f"is past the {MOST_COUNTED:,}th contact; follow the next page's address instead")
    return _found(ctx, listing) if listing.keywords.strip() else _all(ctx, listing)


def _all(ctx: Context, listing: Listing) -> Page:
    skipped = 0 if listing.before is not None else (listing.page - 1) * listing.size
    keys, goes_on = contacts.list_page(ctx.account, listing.before, skipped + listing.size)
    is_whole = listing.before is None and not goes_on
    total = len(keys) if is_whole else _total(ctx)
    shown = keys[skipped:]
    return Page(_read(ctx, shown), total, is_whole or total < MOST_COUNTED, shown[-1][0] if goes_on else None)


def _total(ctx: Context) -> int:
    known = _totals.get(ctx.account, ctx.now)
    if known is not None and known > _COUNTED_ANEW:
        return known
    return _totals.put(ctx.account, contacts.count(ctx.account, MOST_COUNTED), ctx.now)


def _found(ctx: Context, listing: Listing) -> Page:
    read = _read_words(ctx, listing.keywords)
    ids = {number: id_ for one in read for number, id_ in one.ids.items()}
    numbers = sorted(_in_all(read), reverse=True)
    left = [number for number in numbers if listing.before is None or number < listing.before]
    skipped = 0 if listing.before is not None else (listing.page - 1) * listing.size
    shown, goes_on = left[skipped : skipped + listing.size], len(left) > skipped + listing.size
    persons = _read(ctx, [(number, ids[number]) for number in shown])
    return Page(persons, len(numbers), all(one.is_all for one in read), shown[-1] if goes_on else None)


def _read_words(ctx: Context, keywords: str) -> list[Found]:
    """Returns the contacts of each word of a text."""
    asked = words.asked_for(keywords)
    if len(asked) > MOST_WORDS:
        raise Invalid("keywords", f"has more than {MOST_WORDS} words")
    return [contact_words.find(ctx.account, word, MOST_FOUND) for word in asked]


def _in_all(read: Sequence[Found]) -> frozenset[int]:
    """Returns the numbers of the contacts that every word has found; none if there is no word."""
    return frozenset.intersection(*(frozenset(one.ids) for one in read)) if read else frozenset()


def _read(ctx: Context, keys: list[tuple[int, str]]) -> list[Person]:
    """Returns contacts in the order of their keys, but for those who have just been removed. One request."""
    found = people.get_many(ctx, [id_ for _, id_ in keys])
    return [found[id_] for _, id_ in keys if id_ in found and not found[id_].removed_at]
