"""Receipts: what a device has got, so that it gets the rest again."""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.context import VISITOR, Context
from chalicelib.desk import conversations, devices, tokens
from chalicelib.desk.conversations import Conversation
from chalicelib.desk.errors import NotFound
from chalicelib.models import messages, receipts
from chalicelib.models.base import Refused
from chalicelib.models.messages import Message
from chalicelib.models.receipts import Receipt
from chalicelib.rules import receipts as rules

#: Conversations, and messages of each, that one answer brings; the next one brings more.
_MOST_CONVERSATIONS, _MOST_MESSAGES = 20, 100


class Handle(NamedTuple):
    """What a device acknowledges: a message's number in a conversation, on that device."""

    device: str
    conversation: str
    sequence: int


def acknowledge(ctx: Context, handles: Sequence[Handle]) -> None:
    """Notes what devices of the caller have got; again without harm. A request for each conversation, and one for each device.

    Raises NotFound for a device that is not his.
    """
    grouped: dict[tuple[str, str], set[int]] = {}
    for handle in handles:
        grouped.setdefault((handle.device, handle.conversation), set()).add(handle.sequence)
    for device in {device for device, _ in grouped}:
        _own(ctx, device)
    for (device, conversation), numbers in grouped.items():
        receipts.acknowledge(ctx.account, device, conversation, numbers, ctx.now)


def _own(ctx: Context, device: str) -> None:
    owner = devices.owner(ctx, device)
    mine = tokens.may_speak_for(ctx, owner) if ctx.caller.level == VISITOR and ctx.caller.person is None else None
    if not (owner == ctx.caller.person or mine):
        raise NotFound("device", device)


def pending(ctx: Context, device: str) -> list[Message]:
    """What the caller's device has not acknowledged, oldest first in each conversation, the latest conversations first.

    Five requests, and one for each conversation that has something. Raises NotFound for a device that is not his.
    """
    known = devices.get(ctx, str(ctx.caller.person), device)
    had = receipts.of_device(ctx.account, device)
    found: list[Message] = []
    mine = conversations.of_contact if ctx.caller.level == VISITOR else conversations.held_by
    for conversation in mine(ctx, str(ctx.caller.person), _MOST_CONVERSATIONS):
        if conversation.last_activity_at >= known.created_at:
            found += _of(ctx, conversation, device, had.get(conversation.id, Receipt(upto=0)), _since(ctx, conversation, known))
    return found


def _since(ctx: Context, conversation: Conversation, device: devices.Device) -> int:
    """A device gets what was said since it is there, and an agent what was since the conversation is his."""
    assigned = conversation.assigned_at if conversation.assignee == ctx.caller.person else None
    return max(device.created_at, assigned or 0)


def _of(ctx: Context, conversation: Conversation, device: str, had: Receipt, since: int) -> list[Message]:
    last = min(conversation.message_count, had.upto + _MOST_MESSAGES)
    rows = messages.between(ctx.account, conversation.id, had.upto + 1, last, newest_first=False)
    wanted = {row.sequence: row for row in rows if row.public_sequence and row.device != device and row.created_at >= since}
    left = rules.left([row.sequence for row in rows], wanted, had.upto, had.acknowledged)
    if left.upto > had.upto:
        _move_on(ctx, device, conversation.id, left)
    return [wanted[number] for number in left.messages]


def _move_on(ctx: Context, device: str, conversation: str, left: rules.Left) -> None:
    try:
        receipts.move_on(ctx.account, device, conversation, left.upto, left.settled, ctx.now)
    except Refused:
        return  # another of its calls has moved it further
