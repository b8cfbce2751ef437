"""Delivery: a stored message goes out as a mail, once. docs/decisions/0074 says what happens where a process dies between."""

from contextlib import suppress
from itertools import islice

from chalicelib.context import AGENT, SYSTEM, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.channels import email_accounts
from chalicelib.desk.conversations import attachments, conversations, messages, unfinished
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.core import access, publishing, rate_limits
from chalicelib.desk.core.errors import Conflict, Invalid, NotFound
from chalicelib.desk.core.events import EmailDue
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import conversations as conversation_rows
from chalicelib.models import mail, mailings
from chalicelib.models import messages as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.messages import BOUNCED, FAILED, QUEUED, SENDING, SENT
from chalicelib.rules import html, ids, mail_building, reply_addresses, text
from chalicelib.rules.mail_building import NoAddress, Outgoing

DONE, GONE = "sent or being sent already", "message or conversation is gone"
#: Milliseconds after which a mail that SES has no time for is given up, and one that is still being sent may be sent again.
_PATIENCE, _ABANDONED = 480_000, 900_000
#: Messages before a mail in which its thread is looked for.
_EARLIER, _MOST_REFERENCES = 30, 10
#: Bytes of the words for a failure.
_MOST_BYTES = 1_000
_UNKNOWN = "the mail service did not answer, so it may have been sent or not"
_BUSY = "the mail service had no room for it"


@access.allow(SYSTEM)
def send(ctx: Context, event: EmailDue) -> str:
    """Sends a message by mail, and returns in a word how that went. Nine requests, one more for each file.

    Repeated it sends nothing. Where a process dies after it has handed the mail to SES, it is not sent again either, and stays
    `sending` until an agent asks for that. A merge that is under way is finished first. Raises mail.Busy where SES will take it
    later, Conflict where others are in the way again and again.
    """
    return retry_on_conflict(ctx, lambda: _send(ctx, event))


def _send(ctx: Context, event: EmailDue) -> str:
    """The same, once. Raises ConditionFailed where another process, or a merge, has come first."""
    message, conversation = find(ctx, event.conversation, event.message, finishes=True)
    if message is None or conversation is None:
        return GONE
    if message.send_status != QUEUED:
        return DONE
    attempt = (message.send_attempt or 0) + 1
    try:
        built = _build(ctx, conversation, message, attempt)
        raw = mail_building.build(built)
    except (NoAddress, Invalid) as wrong:
        return _end(ctx, message, FAILED, message.send_attempt, f"it can't be sent: {wrong}")
    return _hand_over(ctx, message, attempt, built, raw)


def find(ctx: Context, conversation: str, message: str, *, finishes: bool = False) -> tuple[Message | None, Conversation | None]:
    """Returns a message and the conversation that has it now, None where they are gone. Two requests, more after a merge.

    One that is under way is finished first if `finishes`, else Conflict is raised where the message has not come over yet.
    """
    try:
        found = conversations.load(ctx, conversation)
    except NotFound:
        return None, None
    if finishes:
        found = unfinished.finish(found)
    names = dict.fromkeys([message, ids.reserved(conversation, message)] if found.id != conversation else [message])
    known = rows.get_many(ctx.account, found.id, [*names])
    if not known and found.merging:
        raise Conflict("the conversation is taking over another one's messages")
    return next((known[name] for name in names if name in known), None), found


def _hand_over(ctx: Context, message: Message, attempt: int, built: Outgoing, raw: bytes) -> str:
    """Claims a mail, hands it to SES, and notes how that went."""
    asked_at = message.send_since or ctx.now
    mailings.claim(message, ctx.now, attempt, built.message_id)
    tags = {"account": ctx.account, "conversation": message.conversation, "message": message.id, "attempt": str(attempt)}
    try:
        mail.send_raw(raw, str(message.mail_from), built.to, built.cc, tags)
    except mail.Busy:
        if ctx.now - asked_at > _PATIENCE:
            return _end(ctx, message, FAILED, attempt, _BUSY)
        _end(ctx, message, QUEUED, attempt, at=asked_at)
        raise
    except mail.Refused as refused:
        return _end(ctx, message, FAILED, attempt, f"the mail service refused it: {refused}")
    except mail.Unknown:
        return _end(ctx, message, FAILED, attempt, _UNKNOWN)
    return _end(ctx, message, SENT, attempt)


def _end(
    ctx: Context, message: Message, status: str, attempt: int | None, failure: str | None = None, at: int | None = None
) -> str:
    """Notes how an attempt went, also where a merge has taken the message over since it was read, and returns it. Two requests,
    more after a merge.
    """
    note(ctx, message, status, attempt, failure, at)
    if (taken := _taken_over(ctx, message)) is not None:
        note(ctx, taken, status, attempt, failure, at)
    return status


def _taken_over(ctx: Context, message: Message) -> Message | None:
    """Returns a message as it is in the conversation that its own was merged into, None where that was not. One request then."""
    own = conversation_rows.get(ctx.account, message.conversation)
    return find(ctx, message.conversation, message.id, finishes=True)[0] if own and own.merged_into else None


def note(
    ctx: Context, message: Message, status: str, attempt: int | None, failure: str | None = None, at: int | None = None
) -> str:
    """Notes how the mailing of a message went, unless more is known already, and returns it. One request."""
    shown = text.preview(failure, _MOST_BYTES) if failure else None
    with suppress(ConditionFailed):
        mailings.move(message, status, ctx.now if at is None else at, attempt, shown)
    return status


def _build(ctx: Context, conversation: Conversation, message: Message, attempt: int) -> Outgoing:
    """Returns a message as a mail. Two requests, one more for files and one for each. Raises NoAddress, Invalid."""
    sender = str(message.mail_from)
    if email_accounts.find_usable(ctx, sender) is None:
        raise Invalid("from", f"{sender} is no e-mail account that is verified")
    key, earlier = email_accounts.reply_key(ctx), _earlier(conversation, message)
    number, place = ids.message_place(messages.number_of(message))
    id_ = reply_addresses.message_id(key, number, place, sender.rpartition("@")[2], attempt)
    plain, shown = _bodies(message)
    return Outgoing(
        sender=f"{accounts.load(ctx).name} <{sender}>",
        reply_to=reply_addresses.reply_address(key, sender, conversation.number),
        to=_split(message.mail_to),
        cc=_split(message.mail_cc),
        subject=message.subject or conversation.subject,
        text=plain,
        html=shown,
        message_id=id_,
        in_reply_to=earlier[-1] if earlier else "",
        # SES gives a mail another Message-ID, so an answer names ours only if it is among the references.
        references=(*earlier, id_),
        files=tuple(attachments.read(message)),
    )


def _split(addresses: str | None) -> tuple[str, ...]:
    return tuple(one for one in (addresses or "").split(", ") if one)


def _bodies(message: Message) -> tuple[str, str]:
    """Returns a message's text and HTML, each with what it quotes below our mark."""
    shown = messages.html_of(message)
    if not message.quote:
        return message.body, shown
    quoted = html.from_text(message.quote)
    return mail_building.quoted(message.body, "", message.quote), mail_building.quoted_html(shown, "", quoted)


def _earlier(conversation: Conversation, message: Message) -> list[str]:
    """Returns the Message-IDs of the mails before one, oldest first. One request, one more for each further MB."""
    last = message.sequence - 1
    before = rows.read_between(conversation.account, conversation.id, max(1, last - _EARLIER), last, newest_first=True)
    return [*islice((row.mail_id for row in before if row.mail_id), _MOST_REFERENCES)][::-1]


@access.allow(AGENT)
def resend(ctx: Context, conversation_id: str, message: Message) -> Message:
    """Sends a mail again that failed or came back, or whose sending was begun and not ended. Two requests, under another
    Message-ID. Raises Invalid for a message that is no mail, Conflict for one that was sent or is being sent, TooMany.
    """
    if message.send_status is None:
        raise Invalid("", "only an e-mail can be sent again")
    is_left = message.send_status in (QUEUED, SENDING) and ctx.now - (message.send_since or 0) > _ABANDONED
    if message.send_status not in (FAILED, BOUNCED) and not is_left:
        raise Conflict("it is being sent" if message.send_status in (QUEUED, SENDING) else "it was sent")
    rate_limits.spend_mail(ctx, len(_split(message.mail_to)) + len(_split(message.mail_cc)))
    if message.send_status != QUEUED:
        try:
            mailings.move(message, QUEUED, ctx.now, message.send_attempt)
        except ConditionFailed as changed:
            raise Conflict("it is being sent") from changed
    publishing.publish([EmailDue(ctx.account, ctx.now, conversation_id, message.id)], ctx.now)
    return message
