"""Lists of open conversations: a person's own, and an account's, with the last message of each.

Only conversations with a message are listed, without those that the person has closed for themselves. Where all agents take
part in every conversation, an agent's list is the account's and their own, merged by time.
"""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice

import msgspec

from chalicelib.context import VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import members, messages
from chalicelib.desk.conversations.members import Membership
from chalicelib.desk.core import access
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.people import people
from chalicelib.models import inbox, memberships
from chalicelib.models.conversations import OPEN, Conversation
from chalicelib.models.inbox import Like, Position, Window
from chalicelib.models.memberships import HAD, HELD, ListPosition, PersonIndex
from chalicelib.models.messages import Message
from chalicelib.models.people import CONTACT
from chalicelib.rules import ids
from chalicelib.rules.status import CLOSED

#: Conversations on a page at most; places that a page may lie behind; rounds in which a page is filled; rows that are read
#: beyond it, because a few open ones have no message yet.
MOST_ON_A_PAGE, _DEEPEST, _ROUNDS, _SPARE = 100, 10_000, 4, 10
#: What the account's list shows of its inbox.
_OPEN: tuple[Like, ...] = (("status", False, CLOSED), ("last_message", False, None))
_ALL_TIME = (0, 1 << 53)
#: Bytes up to which a message, which never changes, is remembered.
_SHORT = 2_000

_said: TimedCache[Message] = TimedCache(2_000)
_totals: TimedCache[int] = TimedCache()


class ListedConversation(msgspec.Struct, frozen=True):
    """An open conversation, its last message, and the membership of the list's person."""

    conversation: Conversation
    last: Message | None
    own: Membership | None


class ConversationPage(msgspec.Struct, frozen=True):
    """A page of a list, newest first, and the size of the whole list (to 10,000; if it has more than one page, including
    conversations that are left out).
    """

    listed: list[ListedConversation]
    total: int


class PageRequest(msgspec.Struct, frozen=True):
    """Which page: the first, page `offset` (from 0), or the conversations just older or newer than one.

    Without an offset a page is filled up. With one, what is left out leaves a gap, so that nothing is shown twice.
    """

    size: int = 30
    offset: int | None = None
    older_than: str = ""
    newer_than: str = ""


class _Entry(msgspec.Struct, frozen=True):
    """A place in a list: of the person's own, or (with `row`) of the account's."""

    at: int
    key: str
    row: Conversation | None = None

    @property
    def conversation(self) -> str:
        return memberships.conversation_of(self.key)


@access.allow(VISITOR)
def list_of_person(ctx: Context, person: str, turn: PageRequest) -> ConversationPage:
    """Returns a page of a person's open conversations: an agent's by when they got or joined them, a contact's by creation.

    Two requests warm; one more for last messages and one for unknown people; a Query more where all agents share all.
    `older_than` and `newer_than` cost one, the total of more than a page one a minute. Raises NotFound, Invalid.
    """
    _check(turn)
    who = people.load_view(ctx, person)
    if ctx.caller.level == VISITOR and who.kind != CONTACT:
        raise NotFound("person", person)
    shelf = HAD if who.kind == CONTACT else HELD
    shared = shelf is HELD and not accounts.load(ctx).routed
    spots = _entries(ctx, person, shelf, shared, turn)
    found, whole = _filled(ctx, person, shared, turn, spots)
    return ConversationPage(found, len(found) if whole else _total(ctx, person, shelf, shared))


@access.allow(VISITOR)
def list_of_account(ctx: Context, turn: PageRequest) -> ConversationPage:
    """Returns a page of the account's open conversations by last activity: a Query and a BatchGet, one for unknown people.

    A Query reads a thousand rows at most. A visitor's is their own list, empty if the call names none.
    """
    _check(turn)
    if ctx.caller.level == VISITOR:
        return list_of_person(ctx, ctx.caller.person, turn) if ctx.caller.person else ConversationPage([], 0)
    first = (turn.offset or 0) * turn.size
    spots = _shared(ctx, _first(turn), None, newer=False)
    found = _read(ctx, None, shared=True, spots=list(islice(spots, first, first + turn.size)))
    whole = not first and len(found) < turn.size
    return ConversationPage(found, len(found) if whole else _total(ctx, "", None, shared=True))


def _check(turn: PageRequest) -> None:
    if not 1 <= turn.size <= MOST_ON_A_PAGE:
        raise Invalid("size", f"must be 1 to {MOST_ON_A_PAGE}")
    if turn.offset is not None and not 0 <= turn.offset * turn.size <= _DEEPEST:
        raise Invalid("page", f"is before the first or past the {_DEEPEST:,}th conversation")


# --- where the conversations stand


def _entries(ctx: Context, person: str, shelf: PersonIndex, shared: bool, turn: PageRequest) -> Iterator[_Entry]:
    """The list's places in the turn's order, read as they are taken."""
    newer = bool(turn.newer_than)
    own_start, shared_start = _start(ctx, person, shelf, shared, turn)
    own: Iterable[_Entry] = (
        _Entry(place.at, place.key)
        for place in memberships.list_positions(ctx.account, person, shelf, _first(turn), own_start, newer=newer)
    )
    if not shared:
        return iter(own)
    # Of an agent's own conversations, only those with a membership are missing from the account's list.
    own = (spot for spot in own if memberships.is_membership(spot.key))
    both = [own, _shared(ctx, _first(turn), shared_start, newer=newer)]
    return merge(*(reversed(both) if newer else both), key=lambda spot: spot.at, reverse=not newer)


def _first(turn: PageRequest) -> int:
    return min(((turn.offset or 0) + 1) * turn.size, 1000)


def _shared(ctx: Context, size: int, start: ListPosition | None, *, newer: bool) -> Iterator[_Entry]:
    span = _ALL_TIME
    if start and not start.key:
        at = start.at if start.inclusive else start.at + (1 if newer else -1)
        span = (at, _ALL_TIME[1]) if newer else (0, at)
    after = Position(memberships.conversation_of(start.key), start.at, OPEN) if start and start.key else None
    for row in inbox.iterate(Window(ctx.account, span, _OPEN, oldest_first=newer), size + _SPARE, after):
        yield _Entry(row.last_activity_at, row.key, row)


def _start(
    ctx: Context, person: str, shelf: PersonIndex, shared: bool, turn: PageRequest
) -> tuple[ListPosition | None, ListPosition | None]:
    """Returns where the person's own and the shared list continue: the row of the pivot in its own list, its time in the other.

    Among those of one moment, the person's own come before the shared ones.
    """
    pivot = turn.older_than or turn.newer_than
    if not pivot:
        return None, None
    rows = memberships.read_related(ctx.account, person, [pivot], [pivot], []) if ids.is_uuid(pivot) else None
    found = rows.conversations.get(pivot) if rows else None
    if rows is None or found is None:
        raise NotFound("conversation", pivot)
    part, older = rows.memberships.get(pivot), bool(turn.older_than)
    if shared and not found.is_internal:
        return ListPosition("", found.last_activity_at, not older), ListPosition(found.key, found.last_activity_at)
    own = _own_place(found, part, shelf)
    return own, ListPosition("", own.at, older)


def _own_place(conversation: Conversation, part: Membership | None, shelf: PersonIndex) -> ListPosition:
    """Returns its place in the person's own list, now or before it was closed or given to another."""
    by_name = getattr(part, shelf.range_name) if part else None
    if shelf is HAD:
        return (
            ListPosition(part.key, by_name)
            if part and by_name and part.contact_key
            else ListPosition(conversation.key, conversation.created_at)
        )
    if part and by_name:
        return ListPosition(part.key, by_name)
    return ListPosition(conversation.key, conversation.held_since or conversation.assigned_at or conversation.created_at)


# --- what is read of them


def _filled(
    ctx: Context, person: str, shared: bool, turn: PageRequest, spots: Iterator[_Entry]
) -> tuple[list[ListedConversation], bool]:
    """Returns a page, and whether it is the whole list."""
    first = (turn.offset or 0) * turn.size
    pivoted = bool(turn.older_than or turn.newer_than)
    spots = islice(spots, first, None)
    found: dict[str, ListedConversation] = {}
    whole = False
    for _ in range(1 if turn.offset is not None else _ROUNDS):
        taken = list(islice(spots, turn.size - len(found)))
        found |= {one.conversation.id: one for one in _read(ctx, person, shared, taken)}
        whole = len(taken) < turn.size and not first and not pivoted
        if not taken or len(found) >= turn.size:
            break
    listed = list(found.values())
    return listed[::-1] if turn.newer_than else listed, whole


def _read(ctx: Context, person: str | None, shared: bool, spots: list[_Entry]) -> list[ListedConversation]:
    """Returns what is shown of the places: one request for each hundred rows, another for unknown last messages."""
    known = {spot.conversation: spot.row for spot in spots if spot.row is not None}
    whole = list(dict.fromkeys(spot.conversation for spot in spots if spot.conversation not in known))
    said = _unknown(ctx, known.values())
    rows = memberships.read_related(ctx.account, person, [*known, *whole], whole, said)
    found = known | {id_: row for id_, row in rows.conversations.items() if _is_listed(ctx, row, person, shared)}
    left = _unknown(ctx, [row for id_, row in found.items() if id_ not in known])
    more = memberships.read_related(ctx.account, None, [], [], left).messages if left else {}
    texts = _remembered(ctx, found.values(), rows.messages | more)
    ordered = [found[id_] for id_ in dict.fromkeys(spot.conversation for spot in spots) if id_ in found]
    seen = {id_: messages.as_caller_sees(ctx, text) for id_, text in texts.items()}
    every = [ListedConversation(row, seen.get(row.last_message or ""), rows.memberships.get(row.id)) for row in ordered]
    return [one for one in every if not members.is_closed(one.conversation, one.own)]


def _is_listed(ctx: Context, row: Conversation, person: str | None, shared: bool) -> bool:
    """Returns whether the list shows it to the caller, once."""
    if not row.is_open or row.last_message is None or (shared and not row.is_internal):
        return False
    return not row.is_internal or ctx.caller.person in (None, person)


def _unknown(ctx: Context, rows: Iterable[Conversation]) -> list[tuple[str, str]]:
    return [(row.id, row.last_message) for row in rows if row.last_message and _said.get(_known_as(row), ctx.now) is None]


def _known_as(row: Conversation) -> str:
    return f"{row.key}#{row.last_message}"


def _remembered(ctx: Context, rows: Iterable[Conversation], read: dict[str, Message]) -> dict[str, Message]:
    """Returns the last messages by uuid: known ones and those just read, of which short ones are remembered for a minute."""
    texts: dict[str, Message] = {}
    for row in rows:
        found = read.get(row.last_message or "") or _said.get(_known_as(row), ctx.now)
        if found is not None:
            texts[found.id] = found
            if len(found.body) + len(found.html_body or "") < _SHORT and found.id in read:
                _said.put(_known_as(row), found, ctx.now)
    return texts


def _total(ctx: Context, person: str, shelf: PersonIndex | None, shared: bool) -> int:
    key = f"{ctx.account}#{person}"
    known = _totals.get(key, ctx.now)
    if known is not None:
        return known
    own = memberships.count(ctx.account, person, shelf, _DEEPEST) if shelf else 0
    every = inbox.count(Window(ctx.account, _ALL_TIME, _OPEN), _DEEPEST) if shared else 0
    return _totals.put(key, min(own + every, _DEEPEST), ctx.now)
