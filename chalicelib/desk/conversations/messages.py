"""Messages: posted once. history.py reads them."""

from copy import copy
from dataclasses import dataclass

from chalicelib.context import AGENT, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.accounts import Account, AutoClose
from chalicelib.desk.conversations import conversations, files, unassigned, updates
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Conflict, Forbidden, Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.models import messages
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import Attachment as Attachment
from chalicelib.models.messages import Duplicate
from chalicelib.models.messages import Message as Message
from chalicelib.models.summaries import LoadChanges
from chalicelib.rules import html as markup
from chalicelib.rules import ids, lifecycle, status, text
from chalicelib.rules.deadlines import Deadlines
from chalicelib.rules.lifecycle import Changes, Sender

REPLY, NOTE, SYSTEM = "reply", "note", "system"
#: Bytes of UTF-8 that each text of a message may have.
MOST_BYTES = text.MOST_BYTES
MOST_ON_A_PAGE = 100
_MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class PostMessage:
    """A message to post. `id` is the client's own uuid: the same one again adds nothing. `key` serves the same purpose for
    callers with texts instead of uuids; another caller's key is never in the way.

    With `exactly`, an id that comes again with another text is a Conflict. With `attach` the text may be empty; it is the file's
    name then.
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
    key: str | None = None
    attach: Attach | None = None


def number_of(message: Message) -> int:
    """Returns a message's integer id, unique in its account."""
    return ids.message_number(message.conversation_number, message.sequence)


def _id_for(ctx: Context, key: str) -> str:
    """Returns the id that a caller's own key always stands for. No client can choose such an id."""
    return ids.reserved(ctx.account, ctx.caller.person or ctx.caller.level, key)


@access.allow(VISITOR)
def post(ctx: Context, command: PostMessage) -> Message:
    """Posts a message and returns it; where its id is stored already, returns that one. Two requests, three with a file.

    Raises NotFound for the conversation or the file, Invalid for the text, the id or a note by a visitor, Conflict, TooMany.
    """
    _check(ctx, command)
    rate_limits.spend_message(ctx, len(command.body.encode()) + len((command.html_body or "").encode()))
    id_ = _id_for(ctx, command.key) if command.key else command.id or ctx.new_id()

    def attempt() -> Message:
        return add(ctx, conversations.load(ctx, command.conversation), command, id_)

    try:
        return retry_on_conflict(ctx, attempt)
    except Duplicate as duplicate:
        return _check_repeated(duplicate.stored, command, ctx)


def add(ctx: Context, conversation: Conversation, command: PostMessage, id_: str, **further: None) -> Message:
    """Adds a message to a conversation that has been read, and clears the fields in `further`. One request.

    Its time is never before an older message's. Raises ConditionFailed where the conversation has changed, messages.Duplicate
    where it has that id.
    """
    ctx = ctx.not_before(conversation.last_activity_at)
    sender, account = _sender(ctx, conversation), accounts.load(ctx)
    message = _message(ctx, conversation, sender, command, id_)
    file = _attach(ctx, message, conversation, command.attach)
    if command.kind == NOTE:
        messages.append(
            message,
            conversation,
            {"message_count": message.sequence, "note_count": conversation.note_count + 1},
            ctx.stamp,
            LoadChanges(),
            file,
        )
        return message
    loads = _load_changes(conversation, sender, account)
    left = updates.changes_on_reopening(ctx, conversation) if loads.moved and loads.held not in (None, sender.id) else {}
    changes = _summary_changes(ctx, conversation, sender, message, left, takes=loads.held == sender.id)
    messages.append(
        message,
        conversation,
        {"message_count": message.sequence, **changes, **further},
        ctx.stamp,
        LoadChanges() if left else loads,
        file,
    )
    return message


def _attach(ctx: Context, message: Message, conversation: Conversation, attach: Attach | None) -> files.File | None:
    """Adds a file to a message, and returns the file that it takes."""
    if attach is None:
        return None
    file, attachment = files.take(ctx, attach, conversation, message.sender)
    message.attachments, message.body = [attachment], message.body or attachment.name
    return file


def _check(ctx: Context, command: PostMessage) -> None:
    if not (command.body or command.html_body or command.attach):
        raise Invalid("body", "must not be empty")
    for field in ("html_body", "body"):
        if len((getattr(command, field) or "").encode()) > MOST_BYTES:
            raise Invalid(field, f"is longer than {MOST_BYTES} bytes")
    for field, most in (("subject", 500), ("device", 256)):
        if len(getattr(command, field) or "") > most:
            raise Invalid(field, f"is longer than {most} characters")
    if command.id is not None and not ids.is_uuid(command.id):
        raise Invalid("id", "is not a uuid")
    if command.id is not None and ids.is_reserved(command.id):
        raise Invalid("id", "is of the kind that the desk makes itself")
    if command.kind == NOTE and not ctx.caller.at_least(AGENT):
        raise Forbidden("a note is an agent's")


def _sender(ctx: Context, conversation: Conversation) -> Sender:
    caller = ctx.caller
    if caller.level == VISITOR:
        return _visitor(ctx, conversation)
    if caller.person is None:
        return Sender(caller.account, 0, status.MACHINE)
    return Sender(caller.person, caller.number or 0, status.STAFF)


def _visitor(ctx: Context, conversation: Conversation) -> Sender:
    """Returns the contact as sender, or another visitor who is a member."""
    person = ctx.caller.person
    if person in (None, conversation.contact):
        return Sender(conversation.contact, conversation.contact_number, status.CONTACT)
    return Sender(str(person), people.load_view(ctx, str(person)).number, status.CONTACT)


def _message(ctx: Context, conversation: Conversation, sender: Sender, command: PostMessage, id_: str) -> Message:
    sequence = conversation.message_count + 1
    return Message(
        conversation.key,
        id_,
        conversation_number=conversation.number,
        sequence=sequence,
        public_sequence=None if command.kind == NOTE else sequence - conversation.note_count,
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


def _load_changes(conversation: Conversation, sender: Sender, account: Account) -> LoadChanges:
    """Returns whose load a message changes. An agent takes a conversation by answering if it waits, was not picked or was closed.

    Where the account does not route, a closed one goes back to its assignee, as does one whose contact named its agent and now
    writes first (`add` checks that the agent can serve).
    """
    if conversation.has_named_agents and sender.kind == status.CONTACT:
        return LoadChanges(held=conversation.assignee)
    if sender.kind != status.STAFF or conversation.is_internal or (conversation.picked_at and conversation.is_open):
        return LoadChanges()
    if not (account.routed and conversation.is_routed):
        return LoadChanges(freed=conversation.carrier, held=conversation.assignee)
    return LoadChanges(freed=conversation.carrier, held=sender.id)


def _summary_changes(
    ctx: Context, conversation: Conversation, sender: Sender, message: Message, left: Changes, *, takes: bool
) -> Changes:
    """Returns what a message changes in the summary. `left` is what changes because its agent can't serve any more."""
    first = left
    if takes and (sender.id != conversation.assignee or not conversation.is_open):
        first = lifecycle.assigned(ctx.now, sender.id, sender.number, conversation.tried_agents) | lifecycle.picked(ctx.now)
    elif not conversation.is_open and sender.kind == status.CONTACT:
        first = lifecycle.waiting(unassigned.next_routing_at(ctx, conversation))
    elif sender.kind == status.CONTACT and not conversation.is_begun and not conversation.has_named_agents:
        first = {"reassign_at": unassigned.next_routing_at(ctx, conversation)}
    elif sender.id == conversation.assignee and conversation.picked_at is None:
        first = lifecycle.picked(ctx.now)
    due = Deadlines(first.get("reassign_at", conversation.reassign_at), conversation.warn_at, conversation.close_at)
    closes = AutoClose(is_enabled=False) if conversation.is_internal else accounts.load(ctx).auto_close
    return first | lifecycle.after_public_message(ctx.now, conversation.status, due, sender, message.id, message.body, closes)


def _check_repeated(stored: Message, command: PostMessage, ctx: Context) -> Message:
    own = stored.sender == (ctx.caller.person or ctx.caller.account)
    repeated = all(getattr(stored, name) == getattr(command, name) for name in ("body", "html_body", "kind", "source", "subject"))
    if not own or (command.exactly and not repeated):
        raise Conflict("this id was used for another message")
    return stored


def as_caller_sees(ctx: Context, stored: Message) -> Message:
    """Returns a message as the caller may see it: a visitor does not learn another person's device."""
    if ctx.caller.at_least(AGENT) or stored.device is None or stored.sender == ctx.caller.person:
        return stored
    shown = copy(stored)
    shown.attribute_values = {**stored.attribute_values, "device": None}
    return shown


@access.allow(AGENT)
def get(ctx: Context, conversation: Conversation, message: str) -> Message:
    """Returns one message of a conversation that has been read. One request. Raises NotFound."""
    stored = messages.get_many(ctx.account, conversation.id, [message]).get(message)
    if stored is None:
        raise NotFound("message", message)
    return stored


def text_of_html(html: str) -> str:
    """Returns the readable text of an HTML body. Raises Invalid if there is none."""
    shown = markup.to_text(html)
    if not shown:
        raise Invalid("html_body", "has no text")
    return shown
