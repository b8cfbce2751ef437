"""Lists of an account's conversations by any conditions, sorted and paged. inbox.py answers what one index can.

Everything else is found among the conversations of a contact, a tag or a mentioned agent, whose uuids an index has, or by looking
through the window's rows in parallel. The results are sorted in memory. Lists with keywords are in keyword_lists.py.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import facts, inbox, keyword_lists, sorted_lists
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.conversations.wanted import (
    CONTACT,
    LAST_REPLY,
    MOST,
    Found,
    Page,
    Wanted,
    fields_of,
    is_within,
    likes,
    matching,
    sort,
)
from chalicelib.desk.core import access
from chalicelib.models import conversations, labels, scanning, unique_names
from chalicelib.models.scanning import Bound
from chalicelib.rules import conditions
from chalicelib.rules.conditions import ALL, IS, ConditionList

#: Fields by whose value an index has the conversations.
_LABELS: Mapping[str, Callable[[int], str]] = {"tags": labels.tag, "mentioned": labels.mention}
#: The agents whose mention they have not read, as a fact.
_UNREAD_MENTIONS = "unread_mentions"
#: Conversations that mention the caller among which unread ones are counted.
_MOST_MENTIONS = 100


@access.allow(AGENT)
def page(ctx: Context, wanted: Wanted) -> Page:
    """Returns a page of the account's conversations. Raises Invalid for a bad window, page or position.

    One or two Queries where an index answers, plus the total's, which is kept for a minute. Else a request for each MB of rows in
    the window, and one for each hundred found; following pages of the same list cost the page alone for a minute. With keywords
    as keyword_lists.page.
    """
    if wanted.keywords is not None:
        return keyword_lists.page(ctx, wanted, wanted.keywords)
    plain = likes(wanted)
    if plain is not None and wanted.sort == LAST_REPLY and wanted.mark is None:
        part = inbox.page(ctx, replace(wanted.listing, conditions=plain))
        return Page(part.conversations, part.total, part.total < inbox.MOST_COUNTED, after=part.next_after)
    found = sorted_lists.recall(ctx, wanted) or sorted_lists.remember(ctx, wanted, _find(ctx, wanted))
    return sorted_lists.cut(ctx, wanted, found)


def _find(ctx: Context, wanted: Wanted) -> Found:
    window = inbox.window_of(ctx, wanted.listing)
    by_index = _by_index(ctx, wanted)
    if by_index is None:
        scanned = sorted_lists.look_through(wanted, window, lambda rows: matching(ctx, wanted, rows))
        rows, is_whole = scanned.rows, scanned.is_whole
    else:
        ids, is_whole = by_index
        read = scanning.read_parallel(ctx.account, ids, sorted_lists.attributes_of(wanted))
        rows = matching(ctx, wanted, [row for row in read if is_within(row, window)])
    return sort(wanted, rows, is_whole=is_whole)


def _by_index(ctx: Context, wanted: Wanted) -> tuple[list[str], bool] | None:
    """Returns the uuids among which an index has all that can match, and whether they are all; None if no index does."""
    for condition in (one for group in wanted.conditions if group.when == ALL for one in group.conditions):
        if condition.match != IS or len(condition.value) != 1 or wanted.listing.is_deleted:
            continue
        if condition.field in _LABELS:
            return labels.conversations_with(ctx.account, _LABELS[condition.field](condition.value[0]))
        if condition.field == CONTACT:
            contact = unique_names.id_by_number(ctx.account, "person", condition.value[0])
            ids = conversations.of_contact(ctx.account, contact, MOST) if contact else []
            return ids, len(ids) < MOST
    return None


@access.allow(AGENT)
def count_unread(ctx: Context, groups: Sequence[ConditionList]) -> tuple[int, list[tuple[int, int]]]:
    """Returns how many conversations of the last 30 days are unread by agents; and for each list of conditions how many of these
    match, and how many of those have an unread note that mentions the caller. Looks through the window once.
    """
    lists = [Wanted(Listing(), (group,)) for group in groups]
    fields = frozenset([_UNREAD_MENTIONS]).union(*map(fields_of, lists))
    attributes = [*facts.attributes_of(fields), "contact_number"]
    window = replace(inbox.window_of(ctx, Listing()), conditions=[("is_read", True, False)])
    rows = scanning.scan(window, attributes, list, Bound(MOST)).rows
    known = facts.load(ctx, rows, fields) if rows and groups else []
    return len(rows), [_count(ctx, group, known) for group in groups]


@access.allow(AGENT)
def count_unread_mentions(ctx: Context) -> int:
    """Returns in how many conversations an unread note mentions the caller, of the latest hundred that do. Three requests; none
    for a program.
    """
    if ctx.caller.number is None:
        return 0
    ids, _ = labels.conversations_with(ctx.account, labels.mention(ctx.caller.number))
    rows = [row for row in conversations.get_many(ctx.account, ids[:_MOST_MENTIONS]) if not row.deleted_at]
    known = facts.load(ctx, rows, frozenset([_UNREAD_MENTIONS])) if rows else []
    return sum(ctx.caller.number in of[_UNREAD_MENTIONS] for of in known)


def _count(ctx: Context, group: ConditionList, known: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    found = [of for of in known if conditions.matches(group, of)]
    return len(found), sum(ctx.caller.number in of[_UNREAD_MENTIONS] for of in found)
