"""Lines: the format in which an account is imported and exported. A file has one JSON object in each line. docs/import.md
describes it, from the types here.

Lines name people and conversations by external ids (`id`), and tags, custom fields and departments by their names. What a line
names must be in an earlier line, or imported before.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

#: Bytes of one line, of which attachments as base64 are nearly all.
LONGEST_LINE = 32 * 1024 * 1024
_MILLISECOND, _EPOCH = timedelta(milliseconds=1), datetime(1970, 1, 1, tzinfo=UTC)

Id = Annotated[str, Meta(min_length=1, max_length=200, description="external id: any text that is always this thing's")]
Ref = Annotated[str, Meta(min_length=1, max_length=200)]
Name = Annotated[str, Meta(min_length=1, max_length=256)]
Time = Annotated[datetime, Meta(tz=True)]
Path = Annotated[str, Meta(min_length=1, max_length=1000)]
Seconds = Annotated[float, Meta(ge=0)]


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"):
    """What all kinds of lines have in common."""

    @property
    def known_as(self) -> str:
        """By what other lines, and other files, know the thing."""
        return str(getattr(self, "id", None) or getattr(self, "name", ""))


class Department(Line, frozen=True, kw_only=True, tag="department"):
    """A department. One of this name that is there already is taken for it."""

    name: Annotated[Name, Meta(description="what lines name it by")]
    description: str = ""
    is_distributor: Annotated[bool, Meta(description="whether its agents serve who asks for no department")] = False


class Tag(Line, frozen=True, kw_only=True, tag="tag"):
    """A tag of conversations. One of this name that is there already is taken for it."""

    name: Annotated[str, Meta(min_length=1, max_length=64, description="what lines name it by")]


class Option(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A value that a custom field may have."""

    name: str
    value: str = ""


_FIELD_KINDS = "`text`, `textarea`, `email`, `url`, `link`, `date`, `integer`, `float`, `operator`, `department`, "
_FIELD_KINDS += "`checkbox`, `radio`, `dropdownList` or `checkboxList`"


class Field(Line, frozen=True, kw_only=True, tag="field"):
    """A custom field of conversations. One of this name that is there already is taken for it."""

    name: Annotated[str, Meta(min_length=1, max_length=64, description="what lines name it by")]
    kind: Annotated[str, Meta(description=_FIELD_KINDS)] = "text"
    is_required: bool = False
    default: str | None = None
    help_text: str | None = None
    length: Annotated[int | None, Meta(description="characters that a value may have")] = None
    options: Annotated[tuple[Option, ...], Meta(description="objects with `name` and `value`, for the last three kinds")] = ()


class CannedReply(Line, frozen=True, kw_only=True, tag="canned_reply"):
    """A canned reply, known by its group and question."""

    question: Annotated[str, Meta(min_length=1, max_length=500)]
    answer: Annotated[str, Meta(description="plain text")] = ""
    html: Annotated[str | None, Meta(description="the answer as HTML; the text is made from it if none is given")] = None
    group: Annotated[str | None, Meta(description="name of the group it is in, created if there is none")] = None

    @property
    def known_as(self) -> str:
        """Its group and question."""
        return f"{self.group or ''}\n{self.question}"


class Agent(Line, frozen=True, kw_only=True, tag="agent"):
    """An agent, without a password: they choose one by the mail for forgotten passwords, which the import does not send. An agent
    of the account who has this address already, such as its owner, is taken for them and stays as they are.
    """

    id: Id
    email: Annotated[str | None, Meta(description="with which they log in; needed unless they are removed")] = None
    name: Name
    level: Annotated[Literal["agent", "admin"], Meta(description="`admin` may change the account")] = "agent"
    department: Annotated[Ref | None, Meta(description="name of their department")] = None
    language: str | None = None
    signature: str | None = None
    icon: str | None = None
    is_active: Annotated[bool, Meta(description="`false`: may not log in, and gets nothing")] = True
    created_at: Annotated[Time | None, Meta(description="now if it is not given")] = None
    removed_at: Annotated[Time | None, Meta(description="of one who has left: only their name stays, on their messages")] = None


_IDENTITIES = "objects with `kind` (`email`, `user_id`, `sso_id`) and `value`; the first address is the one that lists show"


class Identity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further address or id of a contact."""

    kind: Literal["email", "user_id", "sso_id"]
    value: str


class Contact(Line, frozen=True, kw_only=True, tag="contact"):
    """A person who writes to the account. One who has this address or one of these ids already is taken for them and stays as
    they are.
    """

    id: Id
    name: Annotated[Name | None, Meta(description="made of the first identity if it is not given")] = None
    identities: Annotated[tuple[Identity, ...], Meta(description=_IDENTITIES)] = ()
    alias: str | None = None
    icon: Annotated[str | None, Meta(description="address of a picture")] = None
    mobile: str | None = None
    company: str | None = None
    description: str | None = None
    title: str | None = None
    fax: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    postal_code: str | None = None
    tags: Annotated[tuple[str, ...], Meta(description="words that agents note; not the tags of conversations")] = ()
    language: str | None = None
    is_anonymous: Annotated[bool, Meta(description="a visitor who was known by a browser alone")] = False
    registered_at: Annotated[Time | None, Meta(description="when they became a customer")] = None
    created_at: Annotated[Time | None, Meta(description="now if it is not given")] = None
    removed_at: Annotated[Time | None, Meta(description="of one who was removed: only the name stays")] = None


Metadata: TypeAlias = dict[Literal["ccr", "order", "entity", "language"], Annotated[str, Meta(min_length=1)]]


Status: TypeAlias = Literal["new", "pending_internal", "pending_external", "on_hold", "closed"]
_STATUS = "`pending_internal` waits for an agent, `pending_external` for the contact"
_FIELDS = "values of custom fields by name; of the kind `operator` an agent's id, of `department` a name"
_METADATA = "by name: `ccr` (reason for the contact), `order`, `entity`, `language`"
_MERGED = "id of the conversation that has its messages; such a line has neither tags, fields, an assignee nor messages"


class Conversation(Line, frozen=True, kw_only=True, tag="conversation"):
    """A conversation. Its messages follow at once, in the order of their times, or later."""

    id: Id
    contact: Annotated[Ref, Meta(description="id of its contact")]
    subject: Annotated[str, Meta(min_length=1, description="a line of 500 characters at most")]
    channel: Annotated[Literal["chat", "portal", "email"], Meta(description="where it began")] = "chat"
    status: Annotated[Status, Meta(description=_STATUS)] = "closed"
    priority: Literal["urgent", "high", "normal", "low"] = "normal"
    assignee: Annotated[Ref | None, Meta(description="id of the agent who has it, or had it last")] = None
    department: Annotated[Ref | None, Meta(description="name")] = None
    creator: Annotated[Ref | None, Meta(description="id of the agent who opened it; without it, who wrote first")] = None
    tags: Annotated[tuple[str, ...], Meta(description="names")] = ()
    fields: Annotated[dict[str, str], Meta(description=_FIELDS)] = msgspec.field(default_factory=dict)
    metadata: Annotated[Metadata, Meta(description=_METADATA)] = msgspec.field(default_factory=dict)
    cc: Annotated[tuple[str, ...], Meta(description="addresses that get copies")] = ()
    received_from: Annotated[str | None, Meta(description="address of yours that its first mail came to")] = None
    is_read: Annotated[bool, Meta(description="whether agents have read it")] = True
    is_read_by_contact: bool = True
    created_at: Time
    status_since: Annotated[Time | None, Meta(description="`closed_at`, else `created_at` if it is not given")] = None
    assigned_at: Annotated[Time | None, Meta(description="`created_at` if it is not given")] = None
    picked_at: Annotated[Time | None, Meta(description="when the agent took it up, if they have")] = None
    closed_at: Annotated[Time | None, Meta(description="needed for one that is closed")] = None
    merged_into: Annotated[Ref | None, Meta(description=_MERGED)] = None
    merged_at: Annotated[Time | None, Meta(description="needed for one that was merged")] = None


class Attachment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A file of a message: beside the file of lines, by its path from there, or in the line as base64."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    mime: str = "application/octet-stream"
    path: Annotated[Path | None, Meta(description="relative, with `/`; or `data`")] = None
    data: Annotated[bytes | None, Meta(description="base64")] = None
    seconds: Annotated[Seconds | None, Meta(description="how long a sound lasts")] = None


class Mail(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename={"sender": "from"}):
    """What a message of the kind `email` has besides its texts. Several addresses have commas between them."""

    sender: str = ""
    to: str = ""
    cc: str = ""
    quote: Annotated[str, Meta(description="what it repeats of earlier mails")] = ""
    message_id: Annotated[
        str, Meta(max_length=1000, description="Message-ID without brackets: answers that come later name it")
    ] = ""
    automatic: Annotated[str, Meta(max_length=200, description="why it is a machine's; empty for a person's")] = ""


Format: TypeAlias = Literal["text", "image", "audio", "file"]


class Message(Line, frozen=True, kw_only=True, tag="message"):
    """A message of a conversation that was named before. `agent` or `contact` says who wrote it; without both, the desk did. An
    imported message never changes.
    """

    id: Annotated[Id, Meta(description="external id: any text that is always this message's in its conversation")]
    conversation: Annotated[Ref, Meta(description="id")]
    kind: Annotated[Literal["reply", "note", "email", "system"], Meta(description="only agents see a `note`")] = "reply"
    agent: Annotated[Ref | None, Meta(description="id")] = None
    contact: Annotated[Ref | None, Meta(description="id")] = None
    body: Annotated[str, Meta(description="plain text of 60,000 bytes at most; made of `html` where it is empty")] = ""
    html: Annotated[str | None, Meta(description="60,000 bytes at most; scripts, styles and the like are taken out")] = None
    subject: Annotated[str, Meta(max_length=500)] | None = None
    format: Annotated[Format, Meta(description="other than `text` only for one file without a text")] = "text"
    created_at: Annotated[Time, Meta(description="when it was posted, not before the message in front of it")]
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=20)] = ()
    mail: Mail | None = None


AnyLine: TypeAlias = Department | Tag | Field | CannedReply | Agent | Contact | Conversation | Message
KINDS: tuple[type[Line], ...] = (Department, Tag, Field, CannedReply, Agent, Contact, Conversation, Message)
_decoder: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)


def decode(text: bytes) -> AnyLine:
    """Returns the line of a text. Raises msgspec.DecodeError, which says what is wrong and where."""
    return _decoder.decode(text)


def encode(line: Line) -> bytes:
    """Returns the text of a line, without its end."""
    return msgspec.json.encode(line)


def kind_of(line: Line) -> str:
    """Returns the word that a line has as its `type`."""
    return str(line.__struct_config__.tag)


def digest(line: Line) -> str:
    """Returns 16 characters that say what a line says: another one for any other content."""
    return hashlib.sha256(encode(line)).hexdigest()[:16]


def to_ms(time: datetime) -> int:
    """Returns a time as epoch milliseconds; what is finer is cut off."""
    return (time - _EPOCH) // _MILLISECOND


def from_ms(moment: int) -> datetime:
    """Returns epoch milliseconds as a time in UTC."""
    return _EPOCH + moment * _MILLISECOND


#: Epoch milliseconds of the last moment that a line can have.
LATEST = to_ms(datetime.max.replace(tzinfo=UTC))


def from_ms_if(moment: int | None) -> datetime | None:
    """Returns the same, None for None."""
    return None if moment is None else from_ms(moment)
