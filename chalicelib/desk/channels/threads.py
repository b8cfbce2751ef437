"""Threads: which conversation a mail belongs to. Its subject says nothing, nor does what a stranger could guess."""

from collections.abc import Iterator, Mapping, Sequence
from email.utils import getaddresses

from chalicelib.context import Context
from chalicelib.desk.channels import correspondents, email_accounts
from chalicelib.desk.conversations import conversations
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.core.errors import NotFound
from chalicelib.models import details, messages, unique_names
from chalicelib.models import people as rows
from chalicelib.rules import delivery_reports, reply_addresses
from chalicelib.rules.mail_parsing import Mail

#: Ids of other mails that a mail may name, the latest counting first, and messages among whose people a sender is looked for.
MOST_IDS, _MOST_MESSAGES = 50, 100


def named_ids(mail: Mail) -> list[str]:
    """Returns the Message-IDs of the mails that a mail answers, the nearest first, and of the one that a report is about."""
    return list(dict.fromkeys([*mail.in_reply_to, *reversed(mail.references), *delivery_reports.ids(mail)]))[:MOST_IDS]


def find(ctx: Context, mail: Mail, sender: str, recipients: Sequence[str], led: Mapping[str, str]) -> Conversation | None:
    """Returns the conversation that a mail of `sender` continues, None for none.

    An id of ours in its headers tells, from whomever it comes; then the id of a mail that we got (`led`: uuids of conversations
    by id), from somebody who takes part; then the signed reply address among its recipients. One that was deleted, or whose
    contact was removed, is not continued. No request for a mail that names nothing; one for each conversation that is looked at.
    """
    seen: dict[str, Conversation | None] = {}
    for id_, is_ours in _candidates(ctx, mail, recipients, led):
        if id_ not in seen:
            seen[id_] = _there(ctx, id_)
        found = seen[id_]
        if found and (is_ours or _takes_part(ctx, found, sender)):
            return found
    return None


def _candidates(ctx: Context, mail: Mail, recipients: Sequence[str], led: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """Yields uuids of conversations, and whether what names each is our own signature."""
    names = named_ids(mail)
    key = email_accounts.reply_key(ctx)
    for name in names:
        ours = reply_addresses.read_message_id(key, name)
        id_ = unique_names.id_by_number(ctx.account, "conversation", ours.conversation) if ours else None
        if id_:
            yield id_, True
    for name in names:
        if name in led:
            yield led[name], False
    for recipient in recipients:
        number = reply_addresses.conversation_of(key, recipient)
        id_ = unique_names.id_by_number(ctx.account, "conversation", number) if number else None
        if id_:
            yield id_, True


def _there(ctx: Context, id_: str) -> Conversation | None:
    """Returns a conversation that can go on, or the one that it was merged into."""
    try:
        found = conversations.load_support(ctx, id_)
    except NotFound:
        return None
    contact = rows.get(ctx.account, found.contact)
    return found if contact and not contact.removed_at else None


def _takes_part(ctx: Context, conversation: Conversation, sender: str) -> bool:
    """Returns whether an address is the contact's, gets copies, or was in one of the latest mails. Three requests at most."""
    contact = rows.get(ctx.account, conversation.contact)
    if contact and sender in correspondents.addresses_of(contact):
        return True
    if sender in (details.of_conversation(conversation).cc or ()):
        return True
    last = conversation.message_count
    latest = messages.between(ctx.account, conversation.id, max(1, last - _MOST_MESSAGES + 1), last, newest_first=True)
    return any(sender in _people_of(row) for row in latest)


def _people_of(row: messages.Message) -> set[str]:
    headers = [text for text in (row.mail_from, row.mail_to, row.mail_cc) if text]
    return {address.lower() for _, address in getaddresses(headers)}
