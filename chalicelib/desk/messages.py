"""Messages: posted once, read in order."""

from dataclasses import dataclass, replace

from chalicelib.context import AGENT, VISITOR, Context
from chalicelib.desk import accounts, conversations
from chalicelib.desk.accounts import Account
from chalicelib.desk.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.desk.retry import contended
from chalicelib.models import messages
from chalicelib.models.conversations import Conversation, Loads
from chalicelib.models.messages import Duplicate
from chalicelib.models.messages import Message as Message
from chalicelib.rules import ids, lifecycle, status
from chalicelib.rules.deadlines import Deadlines
from chalicelib.rules.lifecycle import Changes, Sender

REPLY, NOTE, SYSTEM = "reply", "note", "system"
#: Bytes of UTF-8 that each text of a message may have.
MOST_BYTES = 60_000
MOST_ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class PostMessage:
    """A message to be added. `id` is the client's own uuid: the same one again adds nothing.

    With `exactly`, an id that comes again with another text is a Conflict.
    """

    conversation: str
    body: str
    id: str | None = None
    kind: str = REPLY
    format: str = "text"
    source: str = "api"
    html_body: str | None = None
    subject: str | None = None
    device: str | None = None
    exactly: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """A page of messages, the number of all that the caller may see, and their conversation."""

    messages: list[Message]
    total: int
    conversation: Conversation


def number_of(message: Message) -> int:
    """A message's integer id, unique in its account."""
    return ids.message_number(message.conversation_number, message.sequence)


def id_for(ctx: Context, key: str) -> str:
    """The id that a caller's own key always stands for: the same key again is the same message."""
    return ids.derived(ctx.account, ctx.caller.person or "", key)


def post(ctx: Context, command: PostMessage) -> Message:
    """Adds a message: two requests. Returns the stored one where its id is there already.

    Raises NotFound for the conversation, Invalid for the text, the id or a note by a visitor, Conflict.
    """
    _check(ctx, command)
    id_ = command.id or ctx.new_id()

    def attempt() -> Message:
        return add(ctx, conversations.load(ctx, command.conversation), command, id_)

    try:
        return contended(ctx, attempt)
    except Duplicate as duplicate:
        return _repeated(duplicate.stored, command, ctx)


def add(ctx: Context, found: Conversation, command: PostMessage, id_: str, **further: None) -> Message:
    """Adds a message to a conversation as it was read, and clears the fields in `further`: one request.

    It never stands before an older message in time. Raises Refused where the conversation has moved on,
    messages.Duplicate where it has that id.
    """
    ctx = replace(ctx, now=max(ctx.now, found.last_activity_at))
    sender, account = _sender(ctx, found), accounts.load(ctx)
    message = _message(ctx, found, sender, command, id_)
    if command.kind == NOTE:
        messages.append(message, found, {"message_count": message.sequence, "note_count": found.note_count + 1}, Loads())
        return message
    loads = _loads(found, sender, account)
    changes = _said(ctx, found, sender, message, loads.held, account)
    messages.append(message, found, {"message_count": message.sequence, **changes, **further}, loads)
    return message


def _check(ctx: Context, command: PostMessage) -> None:
    if not command.body and not command.html_body:
        raise Invalid("body", "must not be empty")
    for field in ("html_body", "body"):
        if len((getattr(command, field) or "").encode()) > MOST_BYTES:
            raise Invalid(field, f"is longer than {MOST_BYTES} bytes")
    for field, most in (("subject", 500), ("device", 256)):
        if len(getattr(command, field) or "") > most:
            raise Invalid(field, f"is longer than {most} characters")
    if command.id is not None and not ids.is_uuid(command.id):
        raise Invalid("id", "is not a uuid")
    if command.kind == NOTE and not ctx.caller.at_least(AGENT):
        raise Forbidden("a note is an agent's")


def _sender(ctx: Context, found: Conversation) -> Sender:
    caller = ctx.caller
    if caller.level == VISITOR:
        return Sender(found.contact, found.contact_number, status.CONTACT)
    if caller.person is None:
        return Sender(caller.account, 0, status.MACHINE)
    return Sender(caller.person, caller.number or 0, status.STAFF)


def _message(ctx: Context, found: Conversation, sender: Sender, command: PostMessage, id_: str) -> Message:
    sequence = found.message_count + 1
    return Message(
        found.key,
        id_,
        conversation_number=found.number,
        sequence=sequence,
        public_sequence=None if command.kind == NOTE else sequence - found.note_count,
        kind=command.kind,
        format=command.format,
        source=command.source,
        body=command.body,
        html_body=command.html_body,
        subject=command.subject,
        sender=sender.id,
        sender_number=sender.number,
        sender_kind=sender.kind,
        device=command.device,
        created_at=ctx.now,
    )


def _loads(found: Conversation, sender: Sender, account: Account) -> Loads:
    """An agent makes a conversation his by answering, if nobody has picked it: one that waits, lies unpicked, or was closed."""
    free = found.picked_at is None or not found.is_open
    if not (free and sender.kind == status.STAFF and account.routed):
        return Loads()
    return Loads(freed=found.assignee if found.is_open else None, held=sender.id)


def _said(ctx: Context, found: Conversation, sender: Sender, message: Message, held: str | None, account: Account) -> Changes:
    first: Changes = {}
    if held and (held != found.assignee or not found.is_open):
        first = lifecycle.assigned(ctx.now, sender.id, sender.number, found.tried) | lifecycle.picked(ctx.now)
    elif not found.is_open and sender.kind == status.CONTACT:
        first = lifecycle.waiting(account.looks_again_at(ctx.now))
    elif sender.id == found.assignee and found.picked_at is None:
        first = lifecycle.picked(ctx.now)
    due = Deadlines(first.get("reassign_at", found.reassign_at), found.warn_at, found.close_at)
    return first | lifecycle.said(ctx.now, found.status, due, sender, message.id, message.body, account.auto_close)


def _repeated(stored: Message, command: PostMessage, ctx: Context) -> Message:
    own = stored.sender == (ctx.caller.person or ctx.caller.account)
    repeated = all(getattr(stored, name) == getattr(command, name) for name in ("body", "html_body", "kind", "source", "subject"))
    if not own or (command.exactly and not repeated):
        raise Conflict("this id was used for another message")
    return stored


def page(ctx: Context, conversation: str, offset: int, size: int) -> History:
    """Page `offset` (from 0) of what the contact may see, newest first: two requests at any depth. Raises NotFound, Invalid."""
    found = conversations.load(ctx, conversation)
    total = found.message_count - found.note_count
    last = total - offset * size
    return _public(found, last - size + 1, last)


def around(ctx: Context, conversation: str, size: int, *, older_than: str = "", newer_than: str = "") -> History:
    """What comes just before, or just after, a message, newest first, itself left out: three requests. Raises NotFound."""
    found = conversations.load(ctx, conversation)
    pivot = messages.get(ctx.account, conversation, older_than or newer_than)
    if pivot is None or pivot.public_sequence is None:
        raise NotFound("message", older_than or newer_than)
    at = pivot.public_sequence
    return _public(found, at - size, at - 1) if older_than else _public(found, at + 1, at + size)


def _public(found: Conversation, first: int, last: int) -> History:
    total = found.message_count - found.note_count
    span = max(1, first), min(last, total)
    rows = messages.public_between(found.account, found.id, *span, notes=found.note_count, newest_first=True)
    return History(rows, total, found)


def latest(ctx: Context, conversation: str) -> History:
    """The newest 1,000 messages with notes, in their order: two requests. Raises NotFound; Forbidden for a visitor."""
    if not ctx.caller.at_least(AGENT):
        raise Forbidden("notes are the agents'")
    found = conversations.load(ctx, conversation)
    first = max(1, found.message_count - 999)
    rows = messages.between(found.account, found.id, first, found.message_count, newest_first=False)
    return History(rows, found.message_count, found)
