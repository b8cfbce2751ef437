"""Outbound mail: replies of agents that go to people by e-mail. delivery.py sends what is stored here."""

import re

from msgspec.structs import replace

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.accounts import MOST_RECIPIENTS
from chalicelib.desk.channels import email_accounts
from chalicelib.desk.channels.email_accounts import EmailAccount
from chalicelib.desk.conversations import creation, messages
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.creation import Created, NewConversation
from chalicelib.desk.conversations.messages import EMAIL, MailParts, Message, PostMessage
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.models import details, mail
from chalicelib.rules import emails, reply_addresses
from chalicelib.rules.emails import can_be_mailed

#: What stands before the subject of an answer.
_ANSWER = "Re: "
#: What is between commas and semicolons; those of a name in quotes are the name's.
_PARTS = re.compile(r'\s*+(?:"[^"]*")?[^,;]*')


@access.allow(AGENT)
def post(ctx: Context, command: PostMessage) -> Message:
    """Posts a message of kind EMAIL, which is mailed once it is stored. Requests as `messages.post`, one more each where no warm
    process knows the e-mail accounts or the contact, and where something stands beside the conversation.

    Without a sender it is from the address that the conversation came to, else from the default; without a recipient it goes to
    the contact, without a subject under the conversation's. Raises what `messages.post` does, and Invalid for an address.
    """
    command = _checked(ctx, command)
    return messages.post(ctx, command, lambda conversation, given: _complete(ctx, conversation, given))


@access.allow(AGENT)
def create(ctx: Context, wanted: NewConversation) -> Created:
    """Creates a conversation whose first message is mailed as by `post`. Requests as `creation.create`, and the same more."""
    wanted = replace(wanted, message=_checked(ctx, wanted.message))
    if wanted.fields.contact is None and not (wanted.message.mail and wanted.message.mail.to):
        raise _no_address()  # before a contact is made for it
    return creation.create(ctx, wanted, lambda conversation, given: _complete(ctx, conversation, given))


def _checked(ctx: Context, command: PostMessage) -> PostMessage:
    """Returns a mail with its addresses as they are stored. Raises Invalid, TooMany."""
    given = command.mail or MailParts()
    if email_accounts.default(ctx) is None:
        raise Invalid("type", "email needs an e-mail account whose address is verified, and there is none")
    sender = emails.canonical(given.sender)
    if sender and email_accounts.find_usable(ctx, sender) is None:
        raise Invalid("from", "must be the address of an e-mail account that is verified")
    to, cc = _addresses("to", given.to), _addresses("cc", given.cc)
    cc = [address for address in cc if address not in to]
    if max(1, len(to)) + len(cc) > MOST_RECIPIENTS:
        raise Invalid("cc" if cc else "to", f"must be {MOST_RECIPIENTS} recipients at most, with all others")
    rate_limits.spend_mail(ctx, max(1, len(to)) + len(cc))
    mail = replace(given, sender=sender, to=", ".join(to), cc=", ".join(cc))
    subject = command.subject if command.subject and command.subject.strip() else None
    return replace(command, kind=EMAIL, subject=subject, mail=mail, is_mailed=True)


def _addresses(field: str, text: str) -> list[str]:
    """Returns the addresses of a text with commas or semicolons between, each once and without names. Raises Invalid."""
    found: dict[str, None] = {}
    for part in _PARTS.findall(text):
        address = emails.canonical(part.rpartition("<")[2].rstrip("> "))
        if not part.strip():
            continue
        if not can_be_mailed(address):
            raise Invalid(field, f"has something that is no e-mail address: {part.strip()[:100]}")
        found[address] = None
    return list(found)


def _complete(ctx: Context, conversation: Conversation, command: PostMessage) -> PostMessage:
    """Returns a checked mail with what follows from its conversation. No request where the contact is known, else one; one more
    where something stands beside the conversation.
    """
    mail = command.mail or MailParts()
    to = mail.to or _address_of_contact(ctx, conversation)
    sender = mail.sender or _sender(ctx, conversation)
    cc = _copies(conversation, mail, to)
    return replace(command, subject=command.subject or _subject(conversation), mail=replace(mail, sender=sender, to=to, cc=cc))


def _copies(conversation: Conversation, mail: MailParts, to: str) -> str:
    """Returns who gets copies: those who were named, and where it goes to the contact those who came by a merge."""
    found = dict.fromkeys([*filter(None, mail.cc.split(", "))])
    if not mail.to and conversation.has_details:
        found |= dict.fromkeys(details.of_conversation(conversation).cc or ())
    others = [address for address in found if address not in to.split(", ")]
    return ", ".join(others[: MOST_RECIPIENTS - 1])


def _address_of_contact(ctx: Context, conversation: Conversation) -> str:
    contact = people.load_views(ctx, [conversation.contact]).get(conversation.contact)
    is_there = contact is not None and not contact.is_removed and not conversation.is_internal
    address = emails.canonical(contact.email or "") if contact and is_there else ""
    if not can_be_mailed(address):
        raise _no_address()
    return address


def _no_address() -> Invalid:
    return Invalid("to", "must be given: the contact has no e-mail address")


def _sender(ctx: Context, conversation: Conversation) -> str:
    """Returns the address of the e-mail account that a conversation's mails are from. Raises Invalid for none."""
    own = _own(ctx, conversation)
    if own is None:
        raise Invalid("from", "must be given: there is no e-mail account whose address is verified")
    return own.email


def _own(ctx: Context, conversation: Conversation) -> EmailAccount | None:
    """Returns the e-mail account that a conversation came to while it may send, else the default."""
    known = email_accounts.load(ctx).get(conversation.received_from or "")
    return known if known and known.is_verified else email_accounts.default(ctx)


def automatic_sender(ctx: Context, conversation: Conversation) -> str:
    """Returns the sender of an automatic answer to a conversation's contact, empty where no e-mail account of theirs may send.
    Requests as `email_accounts.default`.
    """
    own = _own(ctx, conversation)
    return f"{accounts.load(ctx).name} <{own.email}>" if own and own.identity != mail.MAY_NOT_SEND else ""


def reply_address(ctx: Context, conversation: Conversation) -> str:
    """Returns the address at which answers come into a conversation, empty where no e-mail account may send. Requests as
    `email_accounts.reply_key`.
    """
    own = _own(ctx, conversation)
    return reply_addresses.reply_address(email_accounts.reply_key(ctx), own.email, conversation.number) if own else ""


def _subject(conversation: Conversation) -> str:
    """Returns the subject of a conversation, or of an answer in it once something was said."""
    is_answer = conversation.message_count and not conversation.subject.lower().startswith(_ANSWER.lower())
    return f"{_ANSWER if is_answer else ''}{conversation.subject}"[:500]
