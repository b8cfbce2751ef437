"""Messages: posted once. history.py reads them."""

from collections.abc import Callable, Sequence
from copy import copy

from msgspec.structs import replace

from chalicelib.context import AGENT, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.accounts import Account, AutoClose
from chalicelib.desk.conversations import (
    attachments,
    clocks,
    conversations,
    participants,
    unassigned,
    unfinished,
    updates,
    writes,
)
from chalicelib.desk.conversations.composing import EMAIL as EMAIL
from chalicelib.desk.conversations.composing import MAILBOX as MAILBOX
from chalicelib.desk.conversations.composing import MOST_BYTES as MOST_BYTES
from chalicelib.desk.conversations.composing import NOTE as NOTE
from chalicelib.desk.conversations.composing import REPLY as REPLY
from chalicelib.desk.conversations.composing import SYSTEM as SYSTEM
from chalicelib.desk.conversations.composing import MailParts as MailParts
from chalicelib.desk.conversations.composing import PostMessage as PostMessage
from chalicelib.desk.conversations.composing import check
from chalicelib.desk.conversations.composing import html_of as html_of
from chalicelib.desk.conversations.composing import prepare as prepare
from chalicelib.desk.conversations.files import File
from chalicelib.desk.core import access, counted, rate_limits
from chalicelib.desk.core.errors import Conflict, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.models import details, messages
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import DetailChanges, Mention, MentionChanges
from chalicelib.models.loads import LoadChanges
from chalicelib.models.messages import QUEUED, Duplicate, Full
from chalicelib.models.messages import Attachment as Attachment
from chalicelib.models.messages import Message as Message
from chalicelib.rules import ids, lifecycle, status
from chalicelib.rules.deadlines import Deadlines
from chalicelib.rules.lifecycle import Changes, Sender

MOST_ON_A_PAGE = 100


def number_of(message: Message) -> int:
    """Returns a message's integer id, unique in its account."""
    return unfinished.number_of(message)


def id_for(ctx: Context, key: str) -> str:
    """Returns the id that a caller's own key always stands for. No client can choose such an id."""
    return ids.reserved(ctx.account, ctx.caller.person or ctx.caller.level, key)


#: Returns a message as it is stored in a conversation that has been read, given as the caller asked for it.
Finish = Callable[[Conversation, PostMessage], PostMessage]


def _as_it_is(conversation: Conversation, command: PostMessage) -> PostMessage:
    return command


@access.allow(VISITOR)
def post(ctx: Context, command: PostMessage, finish: Finish = _as_it_is) -> Message:
    """Posts a message and returns it; where its id is stored already, returns that one. Two requests, three with files, one
    more for a note that mentions somebody, and for a reply where there are members. `finish` adds what depends on the
    conversation.

    Raises NotFound for the conversation or a file, Invalid for the text, the id, the files or a note by a visitor, Conflict,
    TooMany.
    """
    check(ctx, command)
    rate_limits.spend_message(ctx, len(command.body.encode()) + len((command.html_body or "").encode()))
    command = prepare(ctx, command)
    id_ = id_for(ctx, command.key) if command.key else command.id or ctx.new_id()

    def attempt() -> Message:
        conversation = conversations.load(ctx, command.conversation)
        return add(ctx, conversation, finish(conversation, command), id_)

    try:
        return retry_on_conflict(ctx, attempt)
    except Duplicate as duplicate:
        return check_repeated(duplicate.stored, command, ctx)


def add(ctx: Context, conversation: Conversation, command: PostMessage, id_: str, **further: int | None) -> Message:
    """Adds a message to a conversation that has been read, and sets the fields in `further`. One request.

    Two with files, one more where there are members. Its time is never before an older message's. Raises ConditionFailed where
    the conversation has changed, messages.Duplicate where it has that id; NotFound and Invalid for its files.
    """
    ctx = ctx.not_before(conversation.last_activity_at)
    sender, account = sender_of(ctx, conversation), accounts.load(ctx)
    message = new_message(ctx, conversation, sender, command, id_)
    taken = attach(ctx, message, conversation, command)
    sender = as_it_counts(sender, command)
    if command.kind == NOTE:
        counts = {"message_count": message.sequence, "note_count": conversation.note_count + 1}
        return _append(ctx, message, conversation, counts, LoadChanges(), taken, mention_changes(conversation, message))
    loads = _load_changes(conversation, sender, account)
    left = updates.changes_on_reopening(ctx, conversation) if loads.moved and loads.held not in (None, sender.id) else {}
    changes = _summary_changes(ctx, conversation, sender, message, left, takes=loads.held == sender.id)
    stay = clocks.of_stay(ctx, conversation, changes, begins=conversation.last_message is None)
    changes = {"message_count": message.sequence, **changes, **stay, **further, **mailed(conversation, command)}
    return _append(ctx, message, conversation, changes, LoadChanges() if left else loads, taken)


def as_it_counts(sender: Sender, command: PostMessage) -> Sender:
    """Returns the sender of a message for what it changes in its conversation: a machine's mail changes as little as the desk's
    own messages, so that it opens nothing again and is not answered.
    """
    return replace(sender, kind=status.MACHINE) if command.mail and command.mail.automatic else sender


def mailed(conversation: Conversation, command: PostMessage) -> Changes:
    """Returns the changes that tell the conversation's stream to mail its last message."""
    return {"mailed_count": (conversation.mailed_count or 0) + 1} if command.is_mailed else {}


def _append(
    ctx: Context,
    message: Message,
    conversation: Conversation,
    changes: Changes,
    loads: LoadChanges,
    taken: Sequence[File],
    mentioned: MentionChanges | None = None,
) -> Message:
    changes = writes.following(ctx, conversation, changes, DetailChanges(mentions=mentioned.mentions if mentioned else None))
    after = counted.row_after(conversation, changes, ctx.stamp.by)
    message.counted = counted.text_of(conversation, after) if counted.is_message(conversation, after) else None
    try:
        messages.append(message, conversation, changes, ctx.stamp, loads, taken, mentioned)
    except Full as full:
        raise attachments.no_room() from full
    return message


def mention_changes(conversation: Conversation, message: Message) -> MentionChanges | None:
    """Returns what a note's mentions change in its conversation, None if it has none. One request if that has details or tags."""
    if not message.mentions:
        return None
    before = details.of_conversation(conversation).mentions
    number = number_of(message)
    new = {agent: Mention(number, is_read=agent == message.sender_number) for agent in message.mentions}
    return MentionChanges({**before, **new}, [agent for agent in new if agent not in before])


def attach(ctx: Context, message: Message, conversation: Conversation, command: PostMessage) -> list[File]:
    """Adds files to a message, and returns those that it takes. One file without a text is a message of its own kind."""
    if command.kept:
        message.attachments = [messages.attachment(file, file.name, None) for file in command.kept]
    if not command.attachments:
        return []
    taken = attachments.take(ctx, command.attachments, conversation, command.uploader or message.sender)
    if len(taken) == 1 and not message.body and message.format == "text":
        message.format = taken[0][0].kind
    message.attachments = [described for _, described in taken]
    message.body = message.body or ", ".join(described.name for described in message.attachments)
    return [file for file, _ in taken]


def sender_of(ctx: Context, conversation: Conversation) -> Sender:
    """Returns the caller as the sender of a message. One request for a visitor who is a member and is not known."""
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


def new_message(ctx: Context, conversation: Conversation, sender: Sender, command: PostMessage, id_: str) -> Message:
    """Returns the next message of a conversation that has been read, for a caller that stores it. Requests as
    `participants.others_to_keep`.
    """
    sequence = conversation.message_count + 1
    mail = command.mail or MailParts()
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
        mentions=list(command.mentions) or None,
        created_at=ctx.now,
        others=None if command.kind == NOTE else participants.others_to_keep(ctx, conversation),
        mail_from=mail.sender or None,
        mail_to=mail.to or None,
        mail_cc=mail.cc or None,
        quote=mail.quote or None,
        mail_id=mail.message_id or None,
        automatic=mail.automatic or None,
        send_status=QUEUED if command.is_mailed else None,
        send_since=ctx.now if command.is_mailed else None,
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
    settings = AutoClose(is_enabled=False) if conversation.is_internal else accounts.load(ctx).auto_close
    closes = settings.of(conversation.group_number)
    return first | lifecycle.after_public_message(ctx.now, conversation.status, due, sender, message.id, message.body, closes)


def check_repeated(stored: Message, command: PostMessage, ctx: Context) -> Message:
    """Returns a message that is stored under an id that came again. Raises Conflict if the id was used for another."""
    own = stored.sender == (ctx.caller.person or ctx.caller.account)
    is_named = bool(command.attachments) and not command.body
    same = ["html_body", "kind", "source"] + ([] if is_named else ["body"])
    same += ["subject"] if command.subject or command.mail is None else []
    files = [file.id for file in stored.attachments or []] == list(dict.fromkeys(attach.file for attach in command.attachments))
    repeated = files and all(getattr(stored, name) == getattr(command, name) for name in same)
    repeated = repeated and (command.mail is None or _has_parts(stored, command.mail))
    if not own or (command.exactly and not repeated):
        raise Conflict("this id was used for another message")
    return stored


def _has_parts(stored: Message, mail: MailParts) -> bool:
    """Returns whether a message has what was given of a mail; the rest is of the conversation, such as further copies."""
    given, found = (mail.sender, mail.to, mail.quote), (stored.mail_from, stored.mail_to, stored.quote)
    to = (stored.mail_to or "").split(", ")
    copies = [address for address in mail.cc.split(", ") if address not in to and address]
    has_copies = (stored.mail_cc or "").split(", ")[: len(copies)] == copies
    return has_copies and all(one in ("", other) for one, other in zip(given, found, strict=True))


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
