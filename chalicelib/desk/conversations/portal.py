"""The portal: a contact's own conversations, as a site shows them to the contact. Whoever calls acts for one contact at a time.

No call here shows a note, or a conversation of anybody else. E-mail conversations and those among agents are not in the portal.
"""

from msgspec.structs import replace

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, creation, history, messages, named, updates, writes
from chalicelib.desk.conversations.composing import PostMessage
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.creation import Created, NewConversation, as_contact
from chalicelib.desk.conversations.history import History
from chalicelib.desk.conversations.keyword_lists import MOST_READ
from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people.people import Person as Person
from chalicelib.desk.search import search
from chalicelib.models.loads import LoadChanges
from chalicelib.rules import lifecycle
from chalicelib.rules.search_words import Keywords

#: Conversations that a contact's list has.
MOST = 1_000
_CHANNELS = ("chat", "portal")


@access.allow(AGENT)
def contact_of(ctx: Context, number: int) -> Person:
    """Returns the contact that a call acts for. Two requests, then one. Raises Invalid if there is none."""
    return named.contact_of(ctx, number)


@access.allow(AGENT)
def load(ctx: Context, contact: Person | None, conversation_id: str) -> Conversation:
    """Returns a contact's conversation, anybody's without a contact. One request. Raises NotFound for any other."""
    conversation = conversations.load(ctx, conversation_id)
    if (contact and conversation.contact != contact.id) or not _is_shown(conversation):
        raise NotFound("conversation", conversation_id)
    return conversation


def _is_shown(conversation: Conversation) -> bool:
    return conversation.channel in _CHANNELS and not conversation.is_internal


@access.allow(AGENT)
def list_of_contact(ctx: Context, contact: Person, keywords: Keywords | None = None) -> list[Conversation]:
    """Returns a contact's conversations, the latest created first, 1,000 at most. One request, and one for each hundred.

    With keywords those that they find in what the contact may see, and of phrases among the latest MOST_READ with their words: a
    Query for each word, and one, and a request for each conversation that is read for phrases. Raises TooMany.
    """
    rows = [row for row in conversations.list_own_of_contact(ctx, contact.id, MOST) if _is_shown(row)]
    if keywords is None:
        return rows
    found = search.find(ctx, keywords, is_public=True).choose(rows) if keywords.terms else []
    return search.with_phrases(ctx, found[: MOST_READ if keywords.phrases else MOST], keywords, is_public=True).rows


@access.allow(AGENT)
def submit(ctx: Context, contact: Person, fields: Change, message: PostMessage, key: str | None = None) -> Created:
    """Creates a conversation that the contact writes. Requests as creation.create. Raises Invalid."""
    wanted = replace(fields, contact=contact.number)
    sent = replace(message, uploader=_uploader(ctx))
    return creation.create(ctx, NewConversation(wanted, sent, creation.PORTAL, key, is_by_contact=True))


def _uploader(ctx: Context) -> str:
    """Returns who has uploaded the files of a contact's message: the caller."""
    return ctx.caller.person or ctx.account


@access.allow(AGENT)
def list_messages(ctx: Context, contact: Person, conversation: Conversation) -> History:
    """Returns the public messages, oldest first, the newest thousand. Two requests."""
    return history.list_public(as_contact(ctx, contact), conversation.id)


@access.allow(AGENT)
def reply(ctx: Context, contact: Person, conversation: Conversation, message: PostMessage) -> Message:
    """Posts a contact's message. Requests as messages.post."""
    sent = replace(message, conversation=conversation.id, uploader=_uploader(ctx))
    return messages.post(as_contact(ctx, contact), sent)


@access.allow(AGENT)
def close(ctx: Context, contact: Person, conversation_id: str) -> Conversation:
    """Closes a conversation for its contact. A closed one stays as it is. Two requests. Raises NotFound."""

    def attempt() -> Conversation:
        conversation = load(ctx, contact, conversation_id)
        if conversation.is_open:
            loads = LoadChanges(freed=conversation.carrier)
            writes.change(as_contact(ctx, contact), conversation, lifecycle.closed(ctx.now), loads)
        return conversation

    return retry_on_conflict(ctx, attempt)


@access.allow(AGENT)
def reopen(ctx: Context, contact: Person, conversation_id: str) -> Conversation:
    """Opens a closed conversation for its contact: it waits for an agent. An open one stays as it is. Raises NotFound."""
    return updates.reopen(as_contact(ctx, contact), load(ctx, contact, conversation_id))


@access.allow(AGENT)
def mark_read(ctx: Context, contact: Person | None, conversation_id: str, *, is_read: bool) -> Conversation:
    """Notes whether its contact has read a conversation. Two requests, one if that changes nothing. Raises NotFound, also where a
    contact is given whose it is not.
    """

    def attempt() -> Conversation:
        conversation = load(ctx, contact, conversation_id)
        if conversation.is_read_by_contact != is_read:
            writes.change(ctx, conversation, {"is_read_by_contact": is_read})
        return conversation

    return retry_on_conflict(ctx, attempt)
