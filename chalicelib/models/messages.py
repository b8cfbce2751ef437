"""Messages: key account#conversation · message uuid, so the key itself refuses a uuid that is sent again.

`by_sequence` pages in order at any depth, consistently. `sequence` counts all messages from 1 without a gap, `public_sequence`
those that the contact may see (a note has none).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace
from pynamodb.attributes import ListAttribute, MapAttribute, NumberAttribute
from pynamodb.indexes import AllProjection
from pynamodb.pagination import ResultIterator
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models import details, files, labels, letters
from chalicelib.models.attributes import IntegerAttribute, KeyAttribute, UnicodeAttribute, WordAttribute
from chalicelib.models.base import ConditionFailed, Table, transaction
from chalicelib.models.conversations import Conversation, key
from chalicelib.models.details import DetailChanges, MentionChanges
from chalicelib.models.files import File
from chalicelib.models.indexes import LocalIndex
from chalicelib.models.loads import LoadChanges, move
from chalicelib.models.stamps import Stamp
from chalicelib.models.summaries import apply, begin, hold


class BySequence(LocalIndex["Message"]):
    """A conversation's messages in their order."""

    class Meta:
        index_name = "by_sequence"
        projection = AllProjection()

    conversation_key = UnicodeAttribute(hash_key=True)
    sequence = IntegerAttribute(range_key=True)


class Attachment(MapAttribute[str, Any]):
    """How a message describes a file: `size` in bytes, widths and heights in pixels, `seconds` for how long a sound lasts."""

    id = UnicodeAttribute(attr_name="id")
    name = UnicodeAttribute(attr_name="na")
    mime = UnicodeAttribute(attr_name="mi")
    size = IntegerAttribute(attr_name="sz")
    width = IntegerAttribute(null=True, attr_name="w")
    height = IntegerAttribute(null=True, attr_name="h")
    thumbnail_width = IntegerAttribute(null=True, attr_name="tw")
    thumbnail_height = IntegerAttribute(null=True, attr_name="th")
    seconds = NumberAttribute(null=True, attr_name="sc")


#: How far the mailing of a message has come (mailings.py): asked for, handed to SES, taken by it, not sent, returned by the
#: recipient's server, and sent but reported by its recipient as unwanted.
QUEUED, SENDING, SENT, FAILED, BOUNCED, COMPLAINED = "queued", "sending", "sent", "failed", "bounced", "complained"


class Message(Table):
    """A reply, a note, an e-mail or a system message. Times are epoch milliseconds."""

    class Meta:
        table_name = config.table("messages")

    conversation_key = UnicodeAttribute(hash_key=True, attr_name="ck")
    id = UnicodeAttribute(range_key=True, attr_name="id")
    conversation_number = IntegerAttribute(attr_name="cn")
    sequence = IntegerAttribute(attr_name="sq")
    public_sequence = IntegerAttribute(null=True, attr_name="ps")
    kind = UnicodeAttribute(attr_name="ki")
    format = UnicodeAttribute(attr_name="fo")
    source = UnicodeAttribute(attr_name="so")
    body = UnicodeAttribute(attr_name="bo")
    html_body = UnicodeAttribute(null=True, attr_name="hb")
    subject = UnicodeAttribute(null=True, attr_name="su")
    attachments: ListAttribute[Attachment] = ListAttribute(of=Attachment, null=True, attr_name="at")
    #: Numbers of the agents that a note mentions. None for none.
    mentions: ListAttribute[Any] = ListAttribute(of=IntegerAttribute, null=True, attr_name="mn")
    sender = UnicodeAttribute(attr_name="se")
    sender_number = IntegerAttribute(attr_name="sn")
    sender_kind = UnicodeAttribute(attr_name="sk")
    device = UnicodeAttribute(null=True, attr_name="de")
    created_at = IntegerAttribute(attr_name="ca")
    #: The external id that it was imported with.
    external_id = UnicodeAttribute(null=True, attr_name="xi")
    #: Who gets it besides the contact and the agent who had the conversation (`others_of`). None if that was not known.
    others = KeyAttribute(null=True, attr_name="ot")
    #: Its integer id (rules.ids.message_number), if a merge has given it another place than that id says.
    origin = IntegerAttribute(null=True, attr_name="og")
    #: Of one that came as a mail or is mailed: its addresses as a header has them, several with commas between; what it quotes of
    #: earlier mails; its Message-ID without brackets.
    mail_from = UnicodeAttribute(null=True, attr_name="mf")
    mail_to = UnicodeAttribute(null=True, attr_name="mt")
    mail_cc = UnicodeAttribute(null=True, attr_name="mc")
    quote = UnicodeAttribute(null=True, attr_name="qu")
    mail_id = UnicodeAttribute(null=True, attr_name="mi")
    #: Why a mail is a machine's. None for a person's.
    automatic = UnicodeAttribute(null=True, attr_name="au")
    #: How far its mailing has come, since when, and the words for why it was not sent. None for one that is not mailed.
    send_status = WordAttribute(letters.SENT, null=True, attr_name="ms")
    send_since = IntegerAttribute(null=True, attr_name="mw")
    send_failure = UnicodeAttribute(null=True, attr_name="mx")
    #: How often it was handed to SES: each time is noted before. None for never.
    send_attempt = IntegerAttribute(null=True, attr_name="ma")
    #: What reports count of the write that it came with (rules/counting.py). None for nothing, as of a note.
    counted = UnicodeAttribute(null=True, attr_name="rc")

    by_sequence = BySequence()

    @property
    def account(self) -> str:
        """Its account."""
        return self.conversation_key.partition("#")[0]

    @property
    def conversation(self) -> str:
        """Uuid of its conversation."""
        return self.conversation_key.partition("#")[2]


IS_NEW = Message.id.does_not_exist()
#: Stands for all agents who serve a conversation among those who get a message.
EVERYBODY = "*"


def pack_others(others: Sequence[str]) -> str:
    """Returns uuids of people, or EVERYBODY, as a message has them."""
    return "#" + "#".join(others)


def others_of(message: Message) -> list[str] | None:
    """Returns who gets a message besides the contact and the agent who had the conversation. None if that was not known."""
    return None if message.others is None else [part for part in message.others.split("#") if part]


class Duplicate(Exception):
    """The conversation has a message with this uuid already: `stored`."""

    def __init__(self, stored: Message) -> None:
        super().__init__(stored.id)
        self.stored = stored


def attachment(file: File, name: str, seconds: float | None) -> Attachment:
    """Returns how a message describes a file, under a name of its own."""
    sizes = ("size", "width", "height", "thumbnail_width", "thumbnail_height")
    return Attachment(id=file.id, name=name, mime=file.mime, seconds=seconds, **{of: getattr(file, of) for of in sizes})


class Full(Exception):
    """The conversation has no room for the files of a message (details.MOST_ATTACHED_BYTES)."""


def append(
    message: Message,
    conversation: Conversation,
    changes: dict[str, Any],
    stamp: Stamp,
    loads: LoadChanges,
    taken: Sequence[File] = (),
    mentioned: MentionChanges | None = None,
) -> None:
    """Stores a message, the summary's changes, the loads they move and the files it takes, all or nothing. One request.

    Raises Duplicate where its uuid is stored, Full where the conversation has no room for its files, ConditionFailed where the
    conversation or a file has changed since it was read, or the conversation is taking over another one's messages.
    """
    if conversation.merging:
        raise ConditionFailed(["ConditionalCheckFailed"], [None])
    new_bytes = sum(file.size for file in taken if file.conversation is None)
    try:
        with transaction() as write:
            write.save(message, condition=IS_NEW, return_values="ALL_OLD")
            beside = DetailChanges(attached_bytes=new_bytes, mentions=mentioned.mentions if mentioned else None)
            pause = apply(write, conversation, changes, stamp, beside)
            _add_beside(write, conversation, taken, mentioned, stamp.at)
            move(write, conversation.account, loads, stamp.at, [pause])
    except ConditionFailed as refused:
        if refused.reasons[0] == "ConditionalCheckFailed" and refused.found[0]:
            raise Duplicate(Message.from_raw_data(refused.found[0])) from refused
        if any(found and details.is_row_of(found, conversation.key) for found in refused.found[1:]):
            raise Full from refused
        raise


def _add_beside(
    write: TransactWrite, conversation: Conversation, taken: Sequence[File], mentioned: MentionChanges | None, now: int
) -> None:
    for file in taken:
        files.attach(write, file, conversation.id)
    if mentioned:
        labels.move(write, conversation.key, map(labels.mention, mentioned.begun), (), now)


def open_with(
    message: Message,
    conversation: Conversation,
    beside: DetailChanges,
    taken: Sequence[File] = (),
    mentioned: MentionChanges | None = None,
) -> None:
    """Stores a new conversation with its first message, its details, its agent's load and the files, all or nothing. One request.

    Raises Duplicate where the message's uuid is stored, ConditionFailed where a file has changed since it was read.
    """
    new_bytes = sum(file.size for file in taken)
    beside = replace(beside, attached_bytes=new_bytes, mentions=mentioned.mentions if mentioned else None)
    try:
        with transaction() as write:
            write.save(message, condition=IS_NEW, return_values="ALL_OLD")
            begin(write, conversation, beside)
            _add_beside(write, conversation, taken, mentioned, conversation.created_at)
            hold(write, conversation)
    except ConditionFailed as refused:
        if refused.found[0]:
            raise Duplicate(Message.from_raw_data(refused.found[0])) from refused
        raise


def get_many(account: str, conversation: str, ids: Sequence[str]) -> dict[str, Message]:
    """Returns the messages that exist, by uuid, read consistently. One request for each hundred."""
    return get_all([(key(account, conversation), id_) for id_ in ids])


def get_all(keys: Sequence[tuple[str, str]]) -> dict[str, Message]:
    """Returns the same for messages of several conversations: each uuid comes with its conversation's key."""
    return {row.id: row for row in Message.batch_get(keys, consistent_read=True)} if keys else {}


def between(account: str, conversation: str, first: int, last: int, *, newest_first: bool) -> list[Message]:
    """Returns the messages with sequence numbers first…last, in order. One request, one more for each further MB."""
    return list(read_between(account, conversation, first, last, newest_first=newest_first))


def read_between(account: str, conversation: str, first: int, last: int, *, newest_first: bool) -> Iterator[Message]:
    """Yields the same, and sends a request for a further MB only when its turn comes."""
    if last < first:
        return iter(())
    span = Message.sequence.between(first, last)
    return Message.by_sequence.query(
        key(account, conversation), span, consistent_read=True, scan_index_forward=not newest_first, limit=last - first + 1
    )


def public_between(
    account: str, conversation: str, first: int, last: int, notes: int, *, newest_first: bool, once: bool = False
) -> list[Message]:
    """Returns the public messages first…last as the contact counts them; with `once`, what one request reads (1 MB)."""
    if last < first:
        return []
    rows = _public_between(account, conversation, first, last, notes, newest_first=newest_first)
    return [Message.from_raw_data(item) for item in next(rows.page_iter)["Items"]] if once else list(rows)


def read_newest_public(account: str, conversation: str, first: int, last: int, notes: int) -> Iterator[Message]:
    """Yields the public messages last…first, and sends a request for a further MB only when its turn comes."""
    return _public_between(account, conversation, first, last, notes, newest_first=True) if first <= last else iter(())


def _public_between(
    account: str, conversation: str, first: int, last: int, notes: int, *, newest_first: bool
) -> ResultIterator[Message]:
    """A public message's sequence is its public one plus the notes before it (of the conversation's `notes`), so one range of
    the index holds them all.
    """
    return Message.by_sequence.query(
        key(account, conversation),
        Message.sequence.between(first, last + notes),
        Message.public_sequence.between(first, last),
        consistent_read=True,
        scan_index_forward=not newest_first,
    )
