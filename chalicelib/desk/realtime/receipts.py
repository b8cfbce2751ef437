"""Receipts: which messages a device has acknowledged, so that it gets the others again."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec

from chalicelib.context import SYSTEM, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conversations, inbox, participants
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.inbox import Listing
from chalicelib.desk.core import access
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.core.events import ConversationAssigned
from chalicelib.desk.people import devices
from chalicelib.desk.people.devices import Device
from chalicelib.models import details, messages, receipts, status_history
from chalicelib.models.base import ConditionFailed
from chalicelib.models.messages import Message
from chalicelib.models.receipts import Receipt
from chalicelib.rules import ids
from chalicelib.rules import receipts as rules

#: Handles, conversations and devices that one call may acknowledge.
MOST, _MOST_CONVERSATIONS, _MOST_DEVICES = 1000, 100, 5
#: Messages, and bytes of text, in one answer. The rest comes once these are acknowledged.
_MOST_MESSAGES, _MOST_BYTES = 1000, 500_000
#: Acknowledged numbers past `upto` that a receipt collects before it is tidied.
_TIDY = 64
_NONE = Receipt(upto=0)
#: Conversations that a person takes part in. One that has ended does no harm here.
_shared: TimedCache[bool] = TimedCache(seconds=3600)


class Handle(NamedTuple):
    """What a device acknowledges: a message's sequence number in a conversation."""

    device: str
    conversation: str
    sequence: int


@access.allow(VISITOR)
def acknowledge(ctx: Context, handles: Sequence[Handle]) -> None:
    """Stores what devices of the caller have received. Harmless when repeated, in any order. One request for each conversation.

    Nothing is stored for a conversation that does not exist or is not theirs. One request more for each device this process does
    not know, one for a device's unknown conversations, and four for each 64 acknowledged. Raises NotFound for another person's
    device, Invalid for too many.
    """
    grouped: dict[tuple[str, str], set[int]] = {}
    for handle in handles:
        grouped.setdefault((handle.device, handle.conversation), set()).add(handle.sequence)
    if len(handles) > MOST or len(grouped) > _MOST_CONVERSATIONS:
        raise Invalid("list", f"is of more than {MOST} messages, or {_MOST_CONVERSATIONS} conversations")
    named = {device for device, _ in grouped}
    if len(named) > _MOST_DEVICES:
        raise Invalid("list", f"is of more than {_MOST_DEVICES} devices")
    owners = {device: devices.load_owner(ctx, device) for device in named}
    known = {device: _known(ctx, owners[device], [of for on, of in grouped if on == device]) for device in named}
    for (device, conversation), numbers in grouped.items():
        if conversation in known[device]:
            _record(ctx, owners[device], device, conversation, numbers)


def _known(ctx: Context, person: str, wanted: Collection[str]) -> set[str]:
    """Returns the conversations that a person takes part in. No request where this process knows them all."""
    prefix = f"{ctx.account}#{person}#"
    known = {id_ for id_ in wanted if _shared.get(prefix + id_, ctx.now)}
    left = [id_ for id_ in wanted if id_ not in known and ids.is_uuid(id_)]
    fresh = {found.id for found in participants.list_shared(ctx, person, left)} if left else set[str]()
    for id_ in fresh:
        _shared.put(prefix + id_, True, ctx.now)
    return known | fresh


def _record(ctx: Context, person: str, device: str, conversation: str, numbers: set[int]) -> None:
    known = receipts.acknowledge(ctx.account, device, conversation, numbers, ctx.now)
    many = len(known.acknowledged)
    if many // _TIDY > (many - len(numbers)) // _TIDY:
        _tidy(ctx, person, device, known)


def _tidy(ctx: Context, person: str, device: str, known: Receipt) -> None:
    """Keeps a receipt small, because a write costs by its size. Drops what belongs to no message."""
    found = conversations.get_many(ctx, [known.conversation])
    if found:
        _pending_in(ctx, person, found[0], devices.get(ctx, person, device), known, last=found[0].message_count)
    else:
        _move_on(ctx, device, known.conversation, rules.Pending([], known.upto, known.acknowledged))


@access.allow(VISITOR)
def list_pending(ctx: Context, device: str) -> list[Message]:
    """Returns what the caller's device has not acknowledged: latest conversations first, oldest message first in each.

    Four requests, one more for each conversation that has some. Raises NotFound for another person's device.
    """
    person = str(ctx.caller.person)
    known = devices.get(ctx, person, device)
    had = receipts.of_device(ctx.account, device)
    found: list[Message] = []
    for conversation in _own_conversations(ctx, person):
        receipt = had.get(conversation.id, _NONE)
        if conversation.last_activity_at >= known.created_at and receipt.upto < conversation.message_count:
            found += _pending_in(ctx, person, conversation, known, receipt)
        if _is_much(found):
            break
    return _first(found)


class PageRequest(msgspec.Struct, frozen=True):
    """A page of pending messages: page `offset` (from 0), or those just older or newer than one message."""

    size: int
    offset: int = 0
    older_than: Handle | None = None
    newer_than: Handle | None = None


@access.allow(VISITOR)
def list_page(ctx: Context, device: str, turn: PageRequest) -> tuple[list[Message], int]:
    """Returns a page of the pending messages by the time they came, oldest first, and their total.

    As many requests as `list_pending`, two more for a message that the page is older or newer than. Raises NotFound for these.
    """
    found = sorted(list_pending(ctx, device), key=_place)
    if turn.older_than:
        end = bisect_left(found, _place(_get(ctx, turn.older_than)), key=_place)
        return found[max(0, end - turn.size) : end], len(found)
    if turn.newer_than:
        start = bisect_right(found, _place(_get(ctx, turn.newer_than)), key=_place)
        return found[start : start + turn.size], len(found)
    return found[turn.offset * turn.size :][: turn.size], len(found)


def _place(message: Message) -> tuple[int, str, int]:
    return message.created_at, message.conversation_key, message.sequence


def _get(ctx: Context, handle: Handle) -> Message:
    """Returns the message that a handle names, acknowledged or not."""
    conversation = conversations.load(ctx, handle.conversation)
    rows = messages.between(ctx.account, conversation.id, handle.sequence, handle.sequence, newest_first=False)
    if not rows:
        raise NotFound("message", handle.sequence)
    return rows[0]


def _own_conversations(ctx: Context, person: str) -> list[Conversation]:
    """Returns the conversations whose messages a person gets, the latest 100 at most. Two requests."""
    if ctx.caller.level == VISITOR:
        return conversations.list_of_contact(ctx, person)
    if accounts.load(ctx).routed:
        return conversations.list_open_of(ctx, person)
    listed = inbox.page(ctx, Listing(size=_MOST_CONVERSATIONS)).conversations
    return conversations.get_many(ctx, [row.id for row in listed])


def _pending_in(
    ctx: Context, person: str, conversation: Conversation, device: Device, had: Receipt, last: int | None = None
) -> list[Message]:
    first = rules.first_pending(had.upto, conversation.message_count)
    rows = messages.between(ctx.account, conversation.id, first, conversation.message_count, newest_first=False)
    public = [row for row in rows if row.public_sequence]
    wanted = {row.sequence: row for row in _since(person, conversation, device, public) if row.device != device.id}
    left = rules.pending([row.sequence for row in rows], wanted, first - 1, had.acknowledged, last)
    if left.upto > had.upto or left.settled:
        _move_on(ctx, device.id, conversation.id, left)
    return [wanted[number] for number in left.messages]


def _since(person: str, conversation: Conversation, device: Device, said: Sequence[Message]) -> Sequence[Message]:
    """Returns the messages for a device: those since the device exists, and for an agent those since they were assigned."""
    there = rules.since(said, device.created_at, unanswered=False)
    if conversation.assignee != person or conversation.assigned_at is None:
        return there
    return rules.since(there, conversation.assigned_at, unanswered=True)


@access.allow(SYSTEM)
def unanswered(ctx: Context, conversation: Conversation, got: ConversationAssigned) -> list[Message]:
    """Returns what the contact had written, unanswered, when an agent got the conversation: the latest 100 at most.

    Leaves out what the agent was sent when the conversation was theirs before, and what they get by its own event. One request,
    two if somebody had it before, and those of `participants.leave_out_told`.
    """
    known = details.get(conversation.key) if conversation.status_change_count > 1 else None
    told = (
        status_history.messages_until_lost(known.numbered(conversation.status_change_count), got.number, got.step) if known else 0
    )
    rows = messages.between(ctx.account, conversation.id, max(1, got.messages - 99), got.messages, newest_first=False)
    public = [row for row in rows if row.public_sequence]
    while public and public[-1].sender == got.agent:  # the agent took it by answering
        public.pop()
    left = [row for row in rules.unanswered_of(public) if row.sequence > told]
    return participants.leave_out_told(ctx, conversation, got.agent, left)


def _move_on(ctx: Context, device: str, conversation: str, left: rules.Pending) -> None:
    try:
        receipts.move_on(ctx.account, device, conversation, left.upto, left.settled, ctx.now)
    except ConditionFailed:
        return  # another call of this device has moved it further


def _is_much(found: Sequence[Message]) -> bool:
    return len(found) >= _MOST_MESSAGES or _size(found) >= _MOST_BYTES


def _first(found: Sequence[Message]) -> list[Message]:
    """Returns as many messages as one answer holds, at least one."""
    taken, size = 0, 0
    for message in found[:_MOST_MESSAGES]:
        size += len(message.body.encode())
        if taken and size > _MOST_BYTES:
            break
        taken += 1
    return list(found[:taken])


def _size(found: Sequence[Message]) -> int:
    return sum(len(message.body.encode()) for message in found)
