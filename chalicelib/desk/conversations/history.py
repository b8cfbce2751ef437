"""History: the messages of a conversation, read in pages. A visitor never gets a note."""

import json
from collections.abc import Iterable

import msgspec

from chalicelib.context import AGENT, STRANGER, SYSTEM, VISITOR, Caller, Context
from chalicelib.desk.conversations import conversations
from chalicelib.desk.conversations.messages import as_caller_sees, html_of, number_of
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import NotFound
from chalicelib.models import merges, messages
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import Message
from chalicelib.rules import ids

#: Messages that one answer has at most where its caller names no page.
MOST_AT_ONCE = 1_000
#: Bytes that the messages of one answer may have, of the 6 MB that a lambda answers with; and what each has, and each of its
#: files, beside its texts.
_MOST_BYTES, _BYTES_BESIDE, _BYTES_OF_FILE = 5_000_000, 1_000, 2_500


class History(msgspec.Struct, frozen=True):
    """A page of messages, the number of all messages that the caller may see, and the conversation."""

    messages: list[Message]
    total: int
    conversation: Conversation


@access.allow(VISITOR)
def list_page(ctx: Context, conversation_id: str, offset: int, size: int) -> History:
    """Returns page `offset` (from 0) of the public messages, newest first. Two requests at any depth.

    Raises NotFound, Invalid.
    """
    conversation = conversations.load(ctx, conversation_id)
    total = conversation.public_count
    last = total - offset * size
    return _public(ctx, conversation, last - size + 1, last)


@access.allow(VISITOR)
def list_around(ctx: Context, conversation_id: str, size: int, *, older_than: str = "", newer_than: str = "") -> History:
    """Returns the messages just before or just after a message, without it, newest first. Three requests. Raises NotFound."""
    conversation = conversations.load(ctx, conversation_id)
    (at,) = _public_sequences(conversation, [older_than or newer_than]).values()
    return _public(ctx, conversation, at - size, at - 1) if older_than else _public(ctx, conversation, at + 1, at + size)


@access.allow(VISITOR)
def list_span(ctx: Context, conversation_id: str, offset: int | None, size: int, *, up_to: str = "", after: str = "") -> History:
    """Returns page `offset` (from 0) of the messages up to one (with it) and after another (without it), newest first.

    Without an offset: the first 1,000 of these, or 1 MB. Two requests, one more with `up_to` or `after`. Raises NotFound for the
    conversation and for these messages.
    """
    conversation = conversations.load(ctx, conversation_id)
    at = _public_sequences(conversation, [id_ for id_ in (up_to, after) if id_])
    first, last = at.get(after, 0) + 1, at.get(up_to, conversation.public_count)
    if offset is None:
        return _public(ctx, conversation, max(first, last - MOST_AT_ONCE + 1), last, once=True)
    last -= offset * size
    return _public(ctx, conversation, max(first, last - size + 1), last)


def _public_sequences(conversation: Conversation, wanted: list[str]) -> dict[str, int]:
    rows = messages.get_many(conversation.account, conversation.id, [id_ for id_ in dict.fromkeys(wanted) if ids.is_uuid(id_)])
    at = {row.id: row.public_sequence for row in rows.values() if row.public_sequence}
    for id_ in wanted:
        if id_ not in at:
            raise NotFound("message", id_)
    return at


def _public(ctx: Context, conversation: Conversation, first: int, last: int, *, once: bool = False) -> History:
    total = conversation.public_count
    within = max(1, first), min(last, total)
    rows = messages.public_between(
        conversation.account, conversation.id, *within, notes=conversation.note_count, newest_first=True, once=once
    )
    return History([as_caller_sees(ctx, row) for row in rows], total, conversation)


@access.allow(VISITOR)
def list_public(ctx: Context, conversation_id: str) -> History:
    """Returns the newest 1,000 public messages, oldest first, or as many as fit in an answer. Two requests, one more for
    each further MB. Raises NotFound.
    """
    conversation = conversations.load(ctx, conversation_id)
    total, notes = conversation.public_count, conversation.note_count
    first = max(1, total - MOST_AT_ONCE + 1)
    rows = _fitting(messages.read_newest_public(conversation.account, conversation.id, first, total, notes))
    return History([as_caller_sees(ctx, row) for row in reversed(rows)], total, conversation)


def _fitting(rows: Iterable[Message]) -> list[Message]:
    """Returns the first of some messages, as many as have room in one answer."""
    found, size = [], 0
    for row in rows:
        size += _size(row)
        if size > _MOST_BYTES:
            break
        found.append(row)
    return found


def _size(row: Message) -> int:
    """Returns the bytes that a message has in an answer at most: a lambda's answer is a JSON text within JSON."""
    texts = json.dumps(json.dumps([row.body, html_of(row), row.subject], ensure_ascii=False), ensure_ascii=False)
    return len(texts.encode()) + _BYTES_BESIDE + _BYTES_OF_FILE * len(row.attachments or ())


class Stretch(msgspec.Struct, frozen=True):
    """Messages with notes, oldest first, and their conversation. `first` and `last` are the places of its ends, from 1; without
    messages `last` is 0.
    """

    messages: list[Message]
    conversation: Conversation
    first: int
    last: int

    @property
    def has_older(self) -> bool:
        """Whether there are messages before it."""
        return self.first > 1

    @property
    def has_newer(self) -> bool:
        """Whether there are messages after it."""
        return self.last < self.conversation.message_count


@access.allow(AGENT)
def list_latest(ctx: Context, conversation_id: str, size: int = MOST_AT_ONCE, before: int | None = None) -> Stretch:
    """Returns the newest messages with notes, in order, `size` of them or as many as fit in an answer; those before place
    `before` (from 1) where that is given.

    Two requests, one more for each further MB. Raises NotFound; Forbidden for a visitor.
    """
    conversation = conversations.load(ctx, conversation_id)
    total = conversation.message_count
    last = total if before is None else min(before - 1, total)
    first = max(1, (total + 1 if before is None else before) - size)
    rows = _fitting(messages.read_between(conversation.account, conversation.id, first, last, newest_first=True))[::-1]
    return Stretch(rows, conversation, rows[0].sequence if rows else first, last)


@access.allow(AGENT)
def get_by_number(ctx: Context, conversation_id: str, number: int) -> Message:
    """Returns one message of a conversation, or a note, by its integer id. Two requests; where a merge has moved it, one more for
    each MB of the conversation's messages. Raises NotFound.
    """
    conversation = conversations.load(ctx, conversation_id)
    of, place = ids.message_place(number)
    is_here = of == conversation.number and 0 < place <= conversation.message_count
    rows = messages.between(conversation.account, conversation.id, place, place, newest_first=False) if is_here else []
    found = next((row for row in rows if number_of(row) == number), None) or merges.find_moved(conversation, number)
    if found is None:
        raise NotFound("message", number)
    return found


@access.allow(STRANGER)
def public_message(ctx: Context, account: str, conversation: str, message: str) -> Message:
    """Returns a message for a caller that knows all three ids, or may see it. Two requests.

    Raises NotFound, also for a note and for a deleted conversation. A message is still found where a merge has brought it.
    """
    if ctx.account not in ("", account):
        raise NotFound("message", message)
    if not all(map(ids.is_uuid, (account, conversation, message))):
        raise NotFound("message", message)
    of_account = ctx.acting(Caller(account, SYSTEM)) if ctx.caller.level == STRANGER else ctx
    there = conversations.load(of_account, conversation)
    found = messages.get_many(account, there.id, [message]).get(message)
    if found is None or found.public_sequence is None:
        raise NotFound("message", message)
    return found
