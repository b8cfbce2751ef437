"""Creation: a conversation that an agent or a program opens for a contact, with its first message, in one write."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from chalicelib.context import AGENT, VISITOR, Caller, Context
from chalicelib.desk.accounts import accounts, custom_fields
from chalicelib.desk.conversations import clocks, composing, conversations, messages, unassigned, updates, writes
from chalicelib.desk.conversations.composing import NOTE, PostMessage
from chalicelib.desk.conversations.messages import Finish, Message
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import access, counted, rate_limits
from chalicelib.desk.core.errors import Conflict, Invalid, Missing, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import contacts, registration
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams.groups import Group
from chalicelib.models import conversations as stored
from chalicelib.models import messages as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import DetailChanges
from chalicelib.models.messages import Duplicate
from chalicelib.rules import ids, lifecycle, status
from chalicelib.rules.deadlines import Deadlines
from chalicelib.rules.lifecycle import Changes, Sender

_T = TypeVar("_T")
PORTAL, EMAIL = "portal", "email"
CHANNELS = (PORTAL, EMAIL)


class NewConversation(msgspec.Struct, frozen=True):
    """A conversation to create. `fields` has its subject and all that a change can set. Without a contact it gets a nameless one.

    `message` is the first message; its `conversation` is not looked at. With `key` the same call again creates nothing.
    `is_by_contact` says that the contact creates it and writes the message, through the caller's portal.
    """

    fields: Change
    message: PostMessage
    channel: str = PORTAL
    key: str | None = None
    is_by_contact: bool = False
    #: The address of ours that its first message, a mail, came to.
    received_from: str | None = None


class Created(msgspec.Struct, frozen=True):
    """A conversation and its first message."""

    conversation: Conversation
    message: Message


class _People(msgspec.Struct, frozen=True):
    """The people that a new conversation names, as they were read."""

    contact: Person
    assignee: Person | None
    group: Group | None


@access.allow(AGENT)
def create(ctx: Context, wanted: NewConversation, finish: Finish | None = None) -> Created:
    """Creates a conversation with its first message in one transaction, and returns both. Four requests at most, one more for
    an agent, with files, or without a contact. `finish` adds to the message what depends on the conversation.

    It is routed as any other unless it is created closed or with an agent. Raises Invalid for a value that it can't have,
    Conflict where the key was used for another conversation, TooMany.
    """
    asked, wanted = wanted, _checked(ctx, wanted)
    message, fields = wanted.message, wanted.fields
    id_ = messages.id_for(ctx, f"conversation:{wanted.key}") if wanted.key else ctx.new_id()
    # The same key with another body is the same conversation with another first message, which can't be stored.
    first = ids.derived(id_, repr(asked))
    if wanted.key and fields.contact is None and (stored := rows.get_many(ctx.account, id_, [first]).get(first)):
        return _again(ctx, id_, stored)  # before it gets another nameless contact
    named = _People(
        _contact(ctx, fields),
        updates.agent_of(ctx, fields.assignee) if fields.assignee else None,
        updates.group_of(ctx, fields.group) if fields.group else None,
    )
    by = as_contact(ctx, named.contact) if wanted.is_by_contact else ctx
    rate_limits.spend_message(by, len(message.body.encode()) + len((message.html_body or "").encode()))
    try:
        return retry_on_conflict(ctx, lambda: _store(by, wanted, named, (id_, first), finish))
    except Duplicate as duplicate:
        return _again(ctx, duplicate.stored.conversation, duplicate.stored)


def _again(ctx: Context, id_: str, message: Message) -> Created:
    """Returns what was created before, as it is now, even if it was deleted since. Raises Conflict while it is being purged."""
    try:
        return Created(conversations.load(ctx, id_), message)
    except NotFound as gone:
        found = stored.get(ctx.account, id_)
        if found is None or found.purge_at:
            raise Conflict("the conversation that this key has created was removed for good") from gone
        return Created(found, message)


def begin_by_mail(ctx: Context, wanted: NewConversation, contact: Person, ids_: tuple[str, str]) -> Created:
    """Creates the conversation that a contact's mail begins, and returns it with its message, under these ids. Three requests,
    one more for an agent. Mails are counted where they arrive.

    An agent or a department that can't have it any more is left out. Raises Duplicate where it is there already.
    """
    fields = replace(wanted.fields, custom_fields=custom_fields.complete(ctx, {}))
    named = _People(contact, _if_there(updates.agent_of, ctx, fields.assignee), _if_there(updates.group_of, ctx, fields.group))
    by = as_contact(ctx, contact)
    return retry_on_conflict(ctx, lambda: _store(by, replace(wanted, fields=fields), named, ids_, None))


def _if_there(find: Callable[[Context, int], _T], ctx: Context, number: int | None) -> _T | None:
    try:
        return find(ctx, number) if number else None
    except Invalid:
        return None


def as_contact(ctx: Context, contact: Person) -> Context:
    """Returns the context of a contact, in which every use case shows and allows only what is theirs.

    It has no credential, because the caller uses the same one for other contacts, too. It has no network address, because the
    site's server calls for all of its contacts, so limits by address do not fit.
    """
    return replace(ctx, caller=Caller(ctx.account, VISITOR, contact.id, contact.number), source="")


def _checked(ctx: Context, wanted: NewConversation) -> NewConversation:
    """Returns the command with its values as they are stored."""
    if wanted.channel not in CHANNELS:
        raise Invalid("channel", f"must be one of {', '.join(CHANNELS)}")
    if not wanted.fields.subject:
        raise Missing("subject")
    fields = updates.checked(ctx, wanted.fields)
    fields = replace(fields, custom_fields=custom_fields.complete(ctx, fields.custom_fields))
    return replace(wanted, fields=fields, message=composing.prepare(ctx, wanted.message))


def _contact(ctx: Context, fields: Change) -> Person:
    if fields.contact is not None:
        return updates.contact_of(ctx, fields.contact)
    return contacts.create(ctx, contacts.Change(name=registration.NAMELESS))


def _new(ctx: Context, wanted: NewConversation, people_: _People, id_: str) -> Conversation:
    """Returns the conversation as it is before its first message. One request for its number."""
    contact, group, fields = people_.contact, people_.group, wanted.fields
    new = conversations.new_conversation(
        ctx, contact.id, contact.number, str(fields.subject), id_, is_counted=not wanted.received_from
    )
    new.channel, new.domain, new.priority = wanted.channel, contact.domain, fields.priority or new.priority
    new.received_from = wanted.received_from
    if group:
        new.group, new.group_number = group.id, group.number
    if not wanted.is_by_contact:
        new.creator_number = ctx.caller.number or 0
    return new


def _store(ctx: Context, wanted: NewConversation, people_: _People, ids_: tuple[str, str], finish: Finish | None) -> Created:
    """Stores a conversation and its first message under their ids."""
    id_, first = ids_
    new = _new(ctx, wanted, people_, id_)
    sender = messages.sender_of(ctx, new)
    command = finish(new, wanted.message) if finish else wanted.message
    message = messages.new_message(ctx, new, sender, command, first)
    taken = messages.attach(ctx, message, new, command)
    sender = messages.as_it_counts(sender, command)
    fields = wanted.fields
    values = custom_fields.check_room(fields.custom_fields)
    beside = DetailChanges(metadata=fields.metadata, custom_fields=values or None, tags=fields.tags or None)
    mentioned = messages.mention_changes(new, message)
    state = _state(ctx, new, wanted, people_.assignee, sender, message) | messages.mailed(new, command)
    every = replace(beside, mentions=mentioned.mentions if mentioned else None)
    new.set_all(writes.following(ctx, new, state, every))
    message.counted = counted.text_of(None, new) if counted.is_message(None, new) else None
    try:
        rows.open_with(message, new, beside, taken, mentioned)
    except ConditionFailed as refused:
        if wanted.key and stored.get(ctx.account, id_):
            raise Conflict("this key was used for another conversation") from refused
        raise
    return Created(new, message)


def _state(
    ctx: Context, new: Conversation, wanted: NewConversation, assignee: Person | None, sender: Sender, message: Message
) -> Changes:
    """Returns the fields of a new conversation that has its first message: who has it, its status, and what clocks run."""
    after = wanted.fields.status or status.NEW
    changes = _said(ctx, new, sender, message, after) | {"status": after}
    changes |= clocks.of_stay(ctx, new, changes, begins=True)
    if assignee:
        changes |= lifecycle.assigned(ctx.now, assignee.id, assignee.number, ())
        changes |= lifecycle.picked(ctx.now) if assignee.id == sender.id else {}
    elif after != status.CLOSED:
        changes["reassign_at"] = unassigned.next_routing_at(ctx, new)
    if after == status.CLOSED:
        return changes | lifecycle.closed(ctx.now)
    return changes


def _said(ctx: Context, new: Conversation, sender: Sender, message: Message, after: str) -> Changes:
    if message.kind == NOTE:
        return {"message_count": 1, "note_count": 1, "is_read": True}
    closes = accounts.load(ctx).auto_close.of(new.group_number, after)
    said = lifecycle.after_public_message(ctx.now, status.NEW, Deadlines(), sender, message.id, message.body, closes)
    return {"message_count": 1, **said}
