"""Inbound: what becomes of a mail that came for an account: nothing, junk, a message of its thread, or a new conversation.

What becomes of it is decided once and stored before it is done. So a mail that comes again, or whose process died, ends as it
was decided: all that it becomes has ids that follow from the mail.
"""

from msgspec.structs import replace

from chalicelib.context import AGENT, SYSTEM, Caller, Context
from chalicelib.desk.channels import arrivals, blocked_senders, bounces, correspondents, junk_emails, letters, mail_files, threads
from chalicelib.desk.channels.arrivals import Arrival
from chalicelib.desk.channels.email_accounts import EmailAccount
from chalicelib.desk.channels.letters import Letter
from chalicelib.desk.conversations import conversations, creation, messages
from chalicelib.desk.conversations.composing import EMAIL, MAILBOX, MailParts, PostMessage
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.creation import NewConversation
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people.people import Person
from chalicelib.models import conversations as rows
from chalicelib.models import messages as stored
from chalicelib.models import received_mails, sequences, storage
from chalicelib.models.base import ConditionFailed
from chalicelib.models.messages import Duplicate
from chalicelib.models.received_mails import ReceivedMail

#: What became of a mail, in a word.
NOBODY, REJECTED, JUNK, POSTED, DONE = "nobody's address", "rejected", "junk", "posted", "done before"
#: Mails that nobody sends: they report on another one.
_REPORTS = ("report", "empty return path")


@access.allow(SYSTEM)
def receive(ctx: Context, arrival: Arrival) -> dict[str, str]:
    """Does what becomes of a mail in the bucket, for each account that it is for; returns that by account. Two requests for the
    mail, one or two for each recipient, and for each account those of `deliver`.

    Then it is emptied: what the mail says is stored where it belongs, and nobody would find it here who erases that. Repeated, it
    does nothing again. Raises NotFound where the mail is not in the bucket, TooMany where it has to come later.
    """
    place = arrival.receipt.action.object_key
    by_account: dict[str, list[tuple[str, EmailAccount]]] = {}
    for recipient in dict.fromkeys(arrival.receipt.recipients):
        if found := arrivals.tenant_of(ctx, recipient):
            by_account.setdefault(found[0], []).append((recipient, found[1]))
    if not by_account:
        return {"": NOBODY}
    raw = storage.get(place)
    if raw is None:
        raise NotFound("mail", place)
    if not raw:
        return {"": DONE}
    return_path = arrival.mail.source
    mail = letters.parse(raw, return_path)
    became: dict[str, str] = {}
    for account, own in by_account.items():
        within = ctx.acting(Caller(account, SYSTEM))
        letter = letters.open_(within, raw, mail, [recipient for recipient, _ in own], return_path, own[0][1])
        became[account] = deliver(within, letter, is_junk=arrival.is_suspicious, is_counted=arrival.is_counted)
    storage.put(place, b"", "message/rfc822")
    return became


def deliver(ctx: Context, letter: Letter, *, is_junk: bool, is_counted: bool) -> str:
    """Does what becomes of a mail for the account of the context, and returns that in a word.

    Nine requests for a new conversation of a known contact, ten in a known one; for each file two more, three for an image; and
    as `bounces.note_report`.
    Raises TooMany for a mail that is new.
    """
    fate = _decided(ctx, letter, is_junk=is_junk, is_counted=is_counted, is_checked=False)
    if fate is None:
        return REJECTED
    if fate.junk:
        junk_emails.keep(ctx, fate.junk, letter)
        return JUNK
    _post(ctx, letter, str(fate.conversation))
    bounces.note_report(ctx, letter.mail, letter.raw)
    return POSTED


def _decided(ctx: Context, letter: Letter, *, is_junk: bool, is_counted: bool, is_checked: bool) -> ReceivedMail | None:
    """Returns what was decided to become of a mail, now or before. None for one that is refused. With `is_checked` an agent lets
    it through, whoever has sent it.
    """
    second, named = ctx.now // 1000, threads.named_ids(letter.mail)

    def attempt() -> ReceivedMail | None:
        before, led = received_mails.find(ctx.account, letter.digest, named, second)
        if before:
            return before
        if not is_counted:
            rate_limits.spend_mail_in(ctx, letter.sender, len(letter.raw))
        blocked = None if is_checked else blocked_senders.fate_of(ctx, letter.sender)
        if blocked == blocked_senders.REJECTED:
            return None
        if blocked or is_junk:
            return _claim(ctx, letter, junk=sequences.next_number(ctx.account, "junk_email"))
        found = threads.find(ctx, letter.mail, letter.sender, letter.recipients, led)
        return _claim(ctx, letter, to=found.id if found else _new_id(ctx, letter))

    return retry_on_conflict(ctx, attempt)


def _claim(ctx: Context, letter: Letter, *, to: str | None = None, junk: int | None = None) -> ReceivedMail:
    return received_mails.claim(ctx.account, letter.digest, letter.mail.message_id, ctx.now // 1000, to=to, junk=junk)


def _new_id(ctx: Context, letter: Letter) -> str:
    """Returns the uuid of the conversation that a mail begins, if it begins one."""
    return letter.id_of(ctx, "conversation")


def _post(ctx: Context, letter: Letter, to: str) -> None:
    """Adds a mail to its conversation, or begins one where that has gone meanwhile."""
    new, message = _new_id(ctx, letter), letter.id_of(ctx, "message")
    if to != new and not _append(ctx, letter, to, message) and not stored.get_many(ctx.account, to, [message]):
        to = new
    if to == new and not rows.get(ctx.account, new):
        _begin(ctx, letter, new, message)


def _append(ctx: Context, letter: Letter, to: str, id_: str) -> bool:
    """Adds a mail to a conversation. Returns False where that is not there any more."""
    try:
        conversation = conversations.load_support(ctx, to)
    except NotFound:
        return False
    by = _as_sender(ctx, letter, conversation)
    command = _message(ctx, letter, conversation.id)

    def attempt() -> None:
        messages.add(by, conversations.load_support(ctx, conversation.id), command, id_)

    try:
        retry_on_conflict(ctx, attempt)
    except Duplicate:
        return True
    except NotFound:
        return False
    return True


def _as_sender(ctx: Context, letter: Letter, conversation: Conversation) -> Context:
    """Returns the context in which the sender of a mail writes: a contact, or nobody for a report of a server."""
    return ctx if letter.mail.automatic in _REPORTS else creation.as_contact(ctx, _contact(ctx, letter))


def _contact(ctx: Context, letter: Letter) -> Person:
    return correspondents.get_or_create(ctx, letter.sender, letter.mail.sender.name)


def _begin(ctx: Context, letter: Letter, id_: str, message: str) -> None:
    contact = _contact(ctx, letter)
    fields = Change(subject=letter.subject, assignee=letter.own.agent, group=letter.own.group)
    new = NewConversation(
        fields, _message(ctx, letter, id_), creation.EMAIL, is_by_contact=True, received_from=letter.received_at
    )
    try:
        creation.begin_by_mail(ctx, new, contact, (id_, message))
    except (Duplicate, ConditionFailed):
        if rows.get(ctx.account, id_) is None:
            raise


def _message(ctx: Context, letter: Letter, conversation: str) -> PostMessage:
    """Returns a mail as a message, after its files are in the bucket."""
    mail, content = letter.mail, letter.content
    kept = mail_files.keep(ctx, letter, conversation, conversation=conversation)
    return PostMessage(
        conversation,
        content.body,
        kind=EMAIL,
        source=MAILBOX,
        html_body=mail_files.html_with(letter, kept),
        subject=letter.subject,
        mail=MailParts(
            sender=mail.sender.address or letter.sender,
            to=letters.header_of(mail.to),
            cc=letters.header_of(mail.cc),
            quote=content.quote,
            message_id=mail.message_id,
            automatic=mail.automatic,
        ),
        kept=tuple(kept),
    )


@access.allow(AGENT)
def restore(ctx: Context, number: int) -> Conversation:
    """Makes a junk e-mail a message as any other mail, and returns its conversation; repeated, it returns the same. Requests as
    `deliver`, and six more. Raises NotFound, also for one that has gone.
    """
    row = junk_emails.find(ctx, number)
    within = ctx.acting(Caller(ctx.account, SYSTEM))
    if row.conversation is None:
        raw, own = storage.get(row.mail_place), junk_emails.own_of(within, row)
        if raw is None:
            raise NotFound("junk email", number)
        mail = letters.parse(raw, row.return_path)
        letter = letters.open_(within, raw, mail, [row.recipient], row.return_path, own)
        letter = replace(letter, digest=f"{letter.digest} {number}")
        fate = _decided(within, letter, is_junk=False, is_counted=True, is_checked=True)
        row.conversation = str(fate.conversation) if fate else ""
        _post(within, letter, row.conversation)
        junk_emails.leave(ctx, row, row.conversation)
    return conversations.load_support(ctx, row.conversation)
