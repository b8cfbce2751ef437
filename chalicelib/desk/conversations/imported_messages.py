"""Imported messages: rows of what a file says was posted, and what they make of their conversation's summary."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from msgspec.structs import replace

from chalicelib.context import Context
from chalicelib.desk.conversations import composing, files, import_values
from chalicelib.desk.conversations.composing import EMAIL, MAILBOX, NOTE, REPLY, MailParts, PostMessage
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.core import counted, imported, lines
from chalicelib.desk.core.errors import DeskError, Invalid
from chalicelib.desk.people.imports import AGENT, CONTACT
from chalicelib.models import messages
from chalicelib.models.conversations import Conversation
from chalicelib.models.files import OTHER, File
from chalicelib.models.messages import Attachment, Message
from chalicelib.rules import ids, lifecycle, status, text
from chalicelib.rules.import_writes import Said
from chalicelib.rules.lifecycle import Changes, Sender

#: What no Message-ID has as answers name it.
_NO_ID = re.compile(r"[<>\s]")
#: Returns the bytes of an attachment. Raises Invalid where they are not to be had.
Load = Callable[[lines.Attachment], bytes]


class OfMessage(DeskError):
    """What is wrong with one message of several: its place, from 0."""

    def __init__(self, place: int, error: DeskError) -> None:
        super().__init__(str(error))
        self.place, self.error = place, error


@contextmanager
def _at(place: int) -> Iterator[None]:
    try:
        yield
    except DeskError as error:
        raise OfMessage(place, error) from error


class Posted(msgspec.Struct, frozen=True):
    """A message's line and its place among those that were given, who wrote it, and its texts as they are stored."""

    place: int
    line: lines.Message
    sender: Sender
    command: PostMessage


class Sized(Said, frozen=True):
    """The same as rules look at it."""

    posted: Posted


def check(ctx: Context, line: lines.Message) -> PostMessage:
    """Returns a message's texts as they are stored. Raises Invalid for what no message may be, whatever else there is."""
    imported.check_times(ctx, line)
    if line.agent and line.contact:
        raise Invalid("agent", "is given, and a contact too; one of them wrote it")
    if line.kind == NOTE and line.contact:
        raise Invalid("kind", "a note is an agent's")
    if line.mail and line.kind != EMAIL:
        raise Invalid("mail", f"is for the kind {EMAIL}")
    if line.mail and _NO_ID.search(line.mail.message_id):
        raise Invalid("mail", "message_id: is without < and > and spaces")
    if line.format != "text" and len(line.attachments) != 1:
        raise Invalid("format", "other than text is for one attachment")
    for one in line.attachments:
        if (one.path is None) == (one.data is None):
            raise Invalid("attachments", f"{one.name}: give either path or data")
    named = tuple(Attach(one.name) for one in line.attachments)
    command = PostMessage("", line.body, html_body=line.html, subject=line.subject or None, attachments=named, mail=_mail(line))
    ready = composing.prepare(ctx, replace(command, kind=REPLY))  # as a reply's, because mentions are numbers of another desk
    body = ready.body or ", ".join(text.file_name(one.name) for one in line.attachments)
    return replace(ready, kind=line.kind, body=body, format=line.format)


def _mail(line: lines.Message) -> MailParts | None:
    told = line.mail
    return MailParts(**msgspec.structs.asdict(told)) if told else None


def read(ctx: Context, said: Sequence[lines.Message]) -> list[Posted]:
    """Returns what lines say. No request where this process knows who wrote, else two for each. Raises OfMessage."""
    return [_read(ctx, place, line) for place, line in enumerate(said)]


def _read(ctx: Context, place: int, line: lines.Message) -> Posted:
    with _at(place):
        return Posted(place, line, _sender(ctx, line), check(ctx, line))


def _sender(ctx: Context, line: lines.Message) -> Sender:
    for kind, external, as_ in ((AGENT, line.agent, status.STAFF), (CONTACT, line.contact, status.CONTACT)):
        if external:
            known = import_values.person(ctx, kind, external, kind)
            return Sender(known.id, known.number, as_)
    return Sender(ctx.account, 0, status.MACHINE)


def sized(posted: Sequence[Posted]) -> list[Sized]:
    """Returns messages as rules.import_writes looks at them."""
    return [Sized(lines.to_ms(one.line.created_at), _size(one.command), 2 if _mail_id(one) else 1, one) for one in posted]


def _size(told: PostMessage) -> int:
    return sum(len((part or "").encode()) for part in (told.body, told.html_body)) * 2 + 1_000


def _mail_id(posted: Posted) -> str | None:
    return (posted.command.mail or MailParts()).message_id or None


def id_of(conversation: Conversation, external: str) -> str:
    """Returns the uuid of a message in a conversation: always the same one for its external id."""
    return ids.derived(conversation.id, external)


def without_known(conversation: Conversation, posted: Sequence[Posted]) -> list[Posted]:
    """Returns the messages that a conversation does not have yet. One request for each hundred.

    Raises OfMessage for one that it has otherwise.
    """
    stored = messages.get_many(conversation.account, conversation.id, [id_of(conversation, one.line.id) for one in posted])
    for one in posted:
        found = stored.get(id_of(conversation, one.line.id))
        if found and not _is_same(found, one):
            raise OfMessage(one.place, Invalid("id", f"{one.line.id!r} was imported otherwise, and messages do not change"))
    return [one for one in posted if id_of(conversation, one.line.id) not in stored]


def _is_same(row: Message, posted: Posted) -> bool:
    told = posted.command
    known = (row.kind, row.body, row.html_body, row.created_at, row.sender)
    return known == (told.kind, told.body, told.html_body, lines.to_ms(posted.line.created_at), posted.sender.id)


def check_order(conversation: Conversation, posted: Sequence[Posted]) -> None:
    """Raises OfMessage for one that is older than the conversation or the one in front of it."""
    before = conversation.last_activity_at
    for one in posted:
        at = lines.to_ms(one.line.created_at)
        if at < before:
            raise OfMessage(one.place, Invalid("created_at", "is older than the conversation or the message in front of it"))
        before = at


def rows_of(ctx: Context, conversation: Conversation, posted: Sequence[Posted], load: Load) -> tuple[list[Message], int]:
    """Returns the next messages of a conversation, and the bytes of their files, which are stored now."""
    check_order(conversation, posted)
    made: list[Message] = []
    new_bytes, notes = 0, conversation.note_count
    for sequence, one in enumerate(posted, conversation.message_count + 1):
        notes += one.line.kind == NOTE
        row = _row(conversation, one, sequence, notes)
        with _at(one.place):
            kept = [_keep(ctx, conversation, row, at, attached, load) for at, attached in enumerate(one.line.attachments)]
        row.attachments = [described for _, described in kept] or None
        new_bytes += sum(file.size for file, _ in kept)
        made.append(row)
    return made, new_bytes


def _row(conversation: Conversation, posted: Posted, sequence: int, notes: int) -> Message:
    line, told, sender = posted.line, posted.command, posted.sender
    mail = told.mail or MailParts()
    return Message(
        conversation.key,
        id_of(conversation, line.id),
        conversation_number=conversation.number,
        sequence=sequence,
        public_sequence=None if line.kind == NOTE else sequence - notes,
        kind=line.kind,
        format=told.format,
        source=MAILBOX if line.kind == EMAIL else "system" if sender.kind == status.MACHINE else "api",
        body=told.body,
        html_body=told.html_body,
        subject=told.subject,
        sender=sender.id,
        sender_number=sender.number,
        sender_kind=sender.kind,
        created_at=lines.to_ms(line.created_at),
        external_id=line.id,
        others=None if line.kind == NOTE else messages.pack_others([]),
        mail_from=mail.sender or None,
        mail_to=mail.to or None,
        mail_cc=mail.cc or None,
        quote=mail.quote or None,
        mail_id=_mail_id(posted),
        automatic=mail.automatic or None,
    )


def _keep(
    ctx: Context, conversation: Conversation, row: Message, at: int, attached: lines.Attachment, load: Load
) -> tuple[File, Attachment]:
    """Stores a file of a message, or the same again. Its id opens it, so its bytes are in it, which nobody guesses."""
    data = load(attached)
    id_ = ids.derived(row.id, str(at), hashlib.sha256(data).hexdigest())
    name = text.file_name(attached.name)
    file = File(id_, kind=OTHER, mime=text.media_type(attached.mime), name=name, size=len(data), created_at=row.created_at)
    file.account, file.uploader, file.conversation = ctx.account, row.sender, conversation.id
    file = files.keep(ctx, file, data)
    return file, messages.attachment(file, name, attached.seconds)


def summary_of(conversation: Conversation, said: Sequence[Message]) -> Changes:
    """Returns what further messages change in a summary: counts, the last public one, and what reports need. No status, agent or
    deadline. Each message keeps what it counts.
    """
    notes = sum(row.public_sequence is None for row in said)
    counts = {"message_count": conversation.message_count + len(said), "note_count": conversation.note_count + notes}
    public = [row for row in said if row.public_sequence is not None]
    if not public:
        return counts if notes else {"message_count": counts["message_count"]}
    last = public[-1]
    return (
        counts
        | counted.keep_imported(conversation, [(row, _speaker(row)) for row in public])
        | {
            "last_activity_at": last.created_at,
            "last_message": last.id,
            "preview": text.preview(last.body, lifecycle.LONGEST_PREVIEW),
            "last_sender": last.sender,
            "last_sender_number": last.sender_number,
            "last_sender_kind": _speaker(last),
        }
    )


def _speaker(row: Message) -> str:
    """Returns who says a message: a machine also where a person's mailbox answers by itself."""
    return status.MACHINE if row.automatic else row.sender_kind
