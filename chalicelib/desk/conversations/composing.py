"""Composing: what a message may be, and what is stored of it."""

import re

import msgspec
from msgspec.structs import replace

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import attachments, markup
from chalicelib.desk.conversations.files import Attach, File
from chalicelib.desk.core.errors import Forbidden, Invalid
from chalicelib.desk.people import people
from chalicelib.models.messages import Message
from chalicelib.rules import html as plain
from chalicelib.rules import ids, text
from chalicelib.rules import mentions as marks

REPLY, NOTE, SYSTEM, EMAIL = "reply", "note", "system", "email"
#: Bytes of UTF-8 that each text of a message may have.
MOST_BYTES = text.MOST_BYTES
#: Start and end tags of one message. Cleaning takes the square of how deep they nest: 0.2 s for these, a second for 60,000 bytes.
MOST_TAGS = 5_000
_TAG = re.compile("</?[a-zA-Z]")
#: Agents that one note may mention.
MOST_MENTIONS = 20
#: Characters of a mail's header with addresses: 50 of them with names.
LONGEST_ADDRESSES = 16_000
#: Source of a message that came as a mail.
MAILBOX = "help_desk"


class MailParts(msgspec.Struct, frozen=True, kw_only=True):
    """What a message of kind EMAIL has besides its texts. `sender`, `to` and `cc` are addresses as in a header, with commas
    between them. `message_id` is the mail's Message-ID without brackets, empty for a mail that has not been sent yet.
    """

    sender: str = ""
    to: str = ""
    cc: str = ""
    quote: str = ""
    message_id: str = ""
    #: Why it is a machine's, empty for a person's (rules.automatic_mails).
    automatic: str = ""


class PostMessage(msgspec.Struct, frozen=True):
    """A message to post. `id` is the client's own uuid: the same one again adds nothing. `key` serves the same purpose for
    callers with texts instead of uuids; another caller's key is never in the way.

    With `exactly`, an id that comes again with another text or other files is a Conflict. With `attachments` the text may be
    empty; it is the files' names then. `mentions` are numbers of agents, which `prepare` finds in a note's HTML.
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
    attachments: tuple[Attach, ...] = ()
    #: Who uploaded the files, if that is not the sender.
    uploader: str | None = None
    mentions: tuple[int, ...] = ()
    #: For a message of kind EMAIL: its mail, and whether it has to be mailed.
    mail: MailParts | None = None
    is_mailed: bool = False
    #: Files that came with a mail, which are the conversation's already.
    kept: tuple[File, ...] = ()


def prepare(ctx: Context, command: PostMessage) -> PostMessage:
    """Returns a message as it is stored: with clean HTML, a text where only HTML was given, and the agents that a note mentions.

    No request, one for a note that mentions somebody. Raises Invalid, Forbidden for a visitor's note.
    """
    check(ctx, command)
    if not command.html_body:
        return replace(command, html_body=None)
    if len(_TAG.findall(command.html_body)) > MOST_TAGS:
        raise Invalid("html_body", f"has more than {MOST_TAGS} tags")
    html = markup.clean(command.html_body, with_mentions=command.kind == NOTE)
    body = command.body or text_of_html(command.html_body, may_be_empty=bool(command.attachments))
    mentioned = _mentioned(ctx, html) if command.kind == NOTE else ()
    ready = replace(command, body=body, html_body=html or None, mentions=mentioned)
    _check_sizes(ready)
    return ready


def _mentioned(ctx: Context, html: str) -> tuple[int, ...]:
    """Returns the numbers of agents that HTML mentions. Numbers of nobody are ignored."""
    named = marks.numbers(html)
    known = {agent.number for agent in people.list_agents(ctx)} if named else set()
    found = tuple(number for number in named if number in known)
    if len(found) > MOST_MENTIONS:
        raise Invalid("html_body", f"mentions more than {MOST_MENTIONS} agents")
    return found


def check(ctx: Context, command: PostMessage) -> None:
    """Raises Invalid for what no message may be, Forbidden for a visitor's note."""
    if not (command.body or command.html_body or command.attachments):
        raise Invalid("body", "must not be empty")
    if len(command.attachments) > attachments.MOST:
        raise Invalid("attachments", f"must be {attachments.MOST} at most")
    _check_sizes(command)
    for field in ("sender", "to", "cc") if command.mail else ():
        if len(getattr(command.mail, field)) > LONGEST_ADDRESSES:
            raise Invalid(field, f"is longer than {LONGEST_ADDRESSES} characters")
    for field, most in (("subject", 500), ("device", 256)):
        if len(getattr(command, field) or "") > most:
            raise Invalid(field, f"is longer than {most} characters")
    if command.id is not None and not ids.is_uuid(command.id):
        raise Invalid("id", "is not a uuid")
    if command.id is not None and ids.is_reserved(command.id):
        raise Invalid("id", "is of the kind that the desk makes itself")
    if command.kind == NOTE and not ctx.caller.at_least(AGENT):
        raise Forbidden("a note is an agent's")


def _check_sizes(command: PostMessage) -> None:
    for field in ("html_body", "body"):
        if len((getattr(command, field) or "").encode()) > MOST_BYTES:
            raise Invalid(field, f"is longer than {MOST_BYTES} bytes")
    if command.mail and len(command.mail.quote.encode()) > MOST_BYTES:
        raise Invalid("quote", f"is longer than {MOST_BYTES} bytes")


def text_of_html(html: str, *, may_be_empty: bool = False) -> str:
    """Returns the readable text of an HTML body. Raises Invalid if there is none."""
    shown = plain.to_text(html)
    if not shown and not may_be_empty:
        raise Invalid("html_body", "has no text")
    return shown


def html_of(message: Message) -> str:
    """Returns a message's HTML: its own, else its text as HTML."""
    return message.html_body or plain.from_text(message.body)
