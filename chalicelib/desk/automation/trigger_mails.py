"""Mails of triggers: to a conversation's contact and to agents, one each for a firing, and shown in the conversation."""

from collections.abc import Mapping
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.channels import outbound
from chalicelib.desk.conversations import attachments, messages
from chalicelib.desk.conversations.messages import NOTE, PostMessage
from chalicelib.desk.conversations.messages import SYSTEM as SHOWN
from chalicelib.desk.conversations.triggers import LONGEST_SUBJECT, TRIGGERS, Trigger
from chalicelib.desk.core import access, publishing, rate_limits, repeats
from chalicelib.desk.core.errors import Invalid, TooMany
from chalicelib.desk.core.events import TriggerMailDue
from chalicelib.desk.core.repeats import Reply
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import notices, people
from chalicelib.models import conversations, mail
from chalicelib.models import messages as stored
from chalicelib.models.conversations import Conversation
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.messages import Duplicate
from chalicelib.rules import emails, html, ids, placeholders, text

SENT, NO_SENDER, NOBODY, TOO_MANY, GONE = "sent", "no sender", "nobody to send to", "too many", "trigger or conversation is gone"
TO_MACHINE = "a machine has written"


class Written(msgspec.Struct, frozen=True):
    """A mail's subject, text and HTML, None where the trigger has none."""

    subject: str
    text: str
    html: str | None


def tell(ctx: Context, conversation: Conversation, trigger: Trigger, firing: LogEntry) -> None:
    """Publishes that a trigger's mail is due, to each recipient. Repeated, each mail is sent once. One request for each ten
    recipients, and one for a contact who is not known.
    """
    recipients = [0] if trigger.to_contact and _can_get(ctx, conversation) else []
    recipients += trigger.recipients if trigger.to_agents else ()
    if recipients and mail.has_sender():
        about, of = (ctx.account, firing.at, conversation.id), (trigger.id, firing.place)
        publishing.publish([TriggerMailDue(*about, *of, to, firing.message) for to in recipients], ctx.now)


def _can_get(ctx: Context, conversation: Conversation) -> bool:
    view = people.load_views(ctx, [conversation.contact]).get(conversation.contact)
    return view is not None and not view.is_removed and _address(view.email) is not None


def _address(email: str | None) -> str | None:
    """Returns an address that mail can be sent to, None for another text, and for the stand-in of a visitor who gave none."""
    address = emails.canonical(email or "")
    return address if emails.can_be_mailed(address) else None


def _show(ctx: Context, conversation: Conversation, written: Written, event: TriggerMailDue) -> None:
    """Adds what is mailed to the conversation, once: as a message of the desk's, or as a note where only agents get it."""
    message = PostMessage(
        conversation.id,
        text.preview(written.text, text.MOST_BYTES),
        kind=NOTE if event.to else SHOWN,
        source="system",
        html_body=written.html,
        subject=written.subject,
    )
    try:
        message = messages.prepare(ctx, message)
    except Invalid:  # its HTML is too long with all values
        message = replace(message, html_body=None)
    id_ = ids.reserved(ctx.account, "trigger", conversation.id, event.place)

    def attempt() -> None:
        found = conversations.get(ctx.account, conversation.id)
        if found and not found.deleted_at:
            messages.add(ctx, found, message, id_)

    with suppress(Duplicate):
        retry_on_conflict(ctx, attempt)


def write(ctx: Context, conversation: Conversation, trigger: Trigger, message: str | None) -> Written:
    """Returns a trigger's mail about a conversation whose last public message was `message`. Two requests at most."""
    known = _values(ctx, conversation, message)
    shown = placeholders.fill(trigger.html_text, known, as_html=True) if trigger.html_text.strip() else None
    plain = placeholders.fill(trigger.plain_text, known) if trigger.plain_text.strip() else html.to_text(shown or "")
    subject = placeholders.fill_line(trigger.subject, known, LONGEST_SUBJECT)
    return Written(subject or f"#{conversation.number}", plain or subject, shown)


def _values(ctx: Context, conversation: Conversation, message: str | None) -> Mapping[str, str]:
    views = people.load_views(ctx, [conversation.contact, conversation.assignee])
    last = stored.get_many(ctx.account, conversation.id, [message]).get(message) if message else None
    contact, agent = views.get(conversation.contact), views.get(conversation.assignee or "")
    return {
        placeholders.CONVERSATION_ID: str(conversation.number),
        placeholders.SUBJECT: conversation.subject,
        placeholders.CONTACT: contact.name if contact else "",
        placeholders.AGENT: agent.name if agent else "",
        placeholders.LAST_MESSAGE: last.body if last else "",
    }


@access.allow(SYSTEM)
def send(ctx: Context, event: TriggerMailDue) -> str:
    """Sends a mail of a trigger and returns how that went, in a word: SENT or why not. It stands in the conversation before,
    where that is asked for. Up to eleven requests, five more for what is shown, and as `attachments.read_kept` for files.

    Repeated within a day it sends nothing and returns the same; where a process died between sending and noting that, it sends
    again. Raises InProgress while another process sends it.
    """
    key = f"mail of {event.conversation} {event.place} to {event.to}"
    reply = repeats.once(ctx, key, key.encode(), lambda: Reply(200, {}, _send(ctx, event).encode()))
    return reply.body.decode()


def _send(ctx: Context, event: TriggerMailDue) -> str:
    trigger = TRIGGERS.load_with(ctx, event.trigger).get(event.trigger)
    conversation = conversations.get(ctx.account, event.conversation)
    if trigger is None or conversation is None or conversation.deleted_at:
        return GONE
    if not mail.has_sender():
        return NO_SENDER
    address = _address_of(ctx, conversation, event.to)
    if address is None:
        return NOBODY
    last = _last(ctx, event) if event.to == 0 else None
    if last and last.automatic is not None:  # which nobody answers automatically
        return TO_MACHINE
    try:
        rate_limits.spend_trigger_mail(ctx, address)
    except TooMany:
        return TOO_MANY
    written = write(ctx, conversation, trigger, event.message)
    if trigger.shows_mail and (event.to == 0 or not (trigger.to_contact and _can_get(ctx, conversation))):
        _show(replace(ctx, trigger=trigger.number), conversation, written, event)
    reply_to, sender = ("", "") if event.to else _ways(ctx, conversation)
    files, answered = attachments.read_kept(trigger.files), last.mail_id if last else None
    notices.send(ctx, address, written.subject, written.text, written.html, files, reply_to, sender, answered or "")
    return SENT


def _ways(ctx: Context, conversation: Conversation) -> tuple[str, str]:
    """Returns where a contact's answers go, and the sender of a mail to them; empty where the account has no e-mail account."""
    return outbound.reply_address(ctx, conversation), outbound.automatic_sender(ctx, conversation)


def _last(ctx: Context, event: TriggerMailDue) -> stored.Message | None:
    """Returns the message that a mail follows, None for none. One request."""
    if not event.message:
        return None
    return stored.get_many(ctx.account, event.conversation, [event.message]).get(event.message)


def _address_of(ctx: Context, conversation: Conversation, to: int) -> str | None:
    """Returns the address of a recipient, None for one who has left or has none. One request."""
    if not to:
        contact = people.get_many(ctx, [conversation.contact]).get(conversation.contact)
        return _address(contact.email) if contact and not contact.removed_at else None
    agent = next((one for one in people.list_agents_cached(ctx) if one.number == to), None)
    return _address(agent.email) if agent and people.can_serve(agent) else None
