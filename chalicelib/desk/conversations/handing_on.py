"""Handing on: the conversations of a contact who was merged into another one become the other one's."""

from functools import partial

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.conversations import writes
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import contacts
from chalicelib.models import conversations as rows
from chalicelib.models.conversations import of_key
from chalicelib.models.people import Person

#: Conversations that one run hands on.
MOST_AT_ONCE = 50


@access.allow(SYSTEM)
def hand_on(ctx: Context, contact: str, into: int) -> bool:
    """Gives a merged contact's conversations, deleted ones too, to the contact with the integer id `into`.

    Returns whether to call again, because there were more than MOST_AT_ONCE. Harmless when repeated. Three requests, and two for
    each conversation. If the contact `into` was removed meanwhile, nothing is handed on.
    """
    try:
        target = contacts.get_present(ctx, into)
    except NotFound:
        return False
    found = rows.of_contact(ctx.account, contact, MOST_AT_ONCE)
    moved = [id_ for id_ in found if retry_on_conflict(ctx, partial(_hand_on, ctx, id_, contact, target))]
    return bool(moved) and len(found) == MOST_AT_ONCE


def _hand_on(ctx: Context, conversation_id: str, contact: str, target: Person) -> bool:
    """Returns whether a conversation was the contact's and is the other one's now."""
    conversation = rows.get(ctx.account, conversation_id)
    if conversation is None or conversation.contact != contact:
        return False
    changes = {"contact_key": of_key(ctx.account, target.id), "contact_number": target.number}
    writes.change(ctx, conversation, changes)
    return True
