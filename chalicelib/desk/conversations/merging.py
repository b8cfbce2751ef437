"""Merging: one conversation's messages go to another one, in the order of time; the first is deleted and leads to the other.

models/merges.py says how a merge survives whatever dies in it.
"""

from collections.abc import Sequence
from typing import TypeVar

from chalicelib.context import AGENT, SYSTEM, Context
from chalicelib.desk.accounts import custom_fields
from chalicelib.desk.conversations import conversations, sla, unfinished, writes
from chalicelib.desk.conversations.deletion import check_not_merged
from chalicelib.desk.core import access, counted
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import conversations as rows
from chalicelib.models import details, merges, people
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import MOST_ATTACHED_BYTES, DetailChanges, Details
from chalicelib.models.merges import Merge
from chalicelib.models.people import Person
from chalicelib.rules import lifecycle

#: Messages that both conversations may have together, conversations that may be merged into one, addresses in its cc, and its
#: tags.
MOST_MESSAGES, MOST_SOURCES, MOST_CC, MOST_TAGS = 5_000, 99, 20, 20
#: Messages of a source that one run of the job removes.
MOST_AT_ONCE = 2_000
_T = TypeVar("_T")


@access.allow(AGENT)
def merge(ctx: Context, target_id: str, source_id: str) -> Conversation:
    """Merges the source into the target, and returns that. Repeated, it returns the target as it is.

    Tags and mentions are united, the target's metadata and custom fields win. Where the source is another contact's, their e-mail
    address gets copies, which is one request more. Seven requests, and those of unfinished.finish.

    Raises NotFound for a conversation that does not exist or was deleted, Conflict for one that was merged elsewhere, Invalid for
    the same one twice and for too many messages.
    """
    if target_id == source_id:
        raise Invalid("source_id", "is the conversation itself")

    def attempt() -> Conversation:
        target = _load(ctx, target_id)
        if target_id == _merged_into(ctx, source_id):
            return target
        source = _load(ctx, source_id)
        _check(target, source)
        begun = _merge(ctx, target, source)
        _check_room(begun)
        if source.contact != target.contact:
            people.note_past(ctx.account, source.contact, target.id)
        merges.begin(begun, ctx.stamp)
        return begun.target

    return unfinished.finish(retry_on_conflict(ctx, attempt))


def _load(ctx: Context, id_: str) -> Conversation:
    """Returns one of the two. Raises NotFound, Conflict where it was merged into another."""
    found = conversations.load_support(ctx, id_)
    if found.id != id_:
        check_not_merged(conversations.load_deleted(ctx, id_))
    return found


def _merged_into(ctx: Context, source_id: str) -> str | None:
    found = rows.get(ctx.account, source_id)
    return found.merged_into if found else None


def _check(target: Conversation, source: Conversation) -> None:
    if target.message_count + source.message_count > MOST_MESSAGES:
        raise Invalid("source_id", f"and the conversation have more than {MOST_MESSAGES:,} messages together")


def _check_room(begun: Merge) -> None:
    if (begun.of_target.attached_bytes or 0) + begun.beside.attached_bytes > MOST_ATTACHED_BYTES:
        raise Invalid("source_id", "and the conversation have more bytes of files together than a conversation may have")
    if len(begun.beside.sources or ()) > MOST_SOURCES:
        raise Invalid("source_id", f"is one too many: {MOST_SOURCES} were merged into the conversation already")


def _merge(ctx: Context, target: Conversation, source: Conversation) -> Merge:
    """Returns the merge of two conversations. Three requests at most."""
    of_target, of_source = details.of_conversation(target), details.of_conversation(source)
    contact = people.get(ctx.account, source.contact)
    changes: lifecycle.Changes = {
        "last_activity_at": max(target.last_activity_at, source.last_activity_at),
        "is_read": bool(target.is_read and source.is_read),
        **(lifecycle.woken(ctx.now, is_answered=counted.is_answered(target)) if target.wake_at else {}),
    }
    chat = source.contact if contact and contact.chat == source.id else None
    beside = _united(of_target, of_source, source, contact if source.contact != target.contact else None)
    changes = writes.following(ctx, target, {**changes, **sla.changes_on_merging(target, source)}, beside)
    gone = writes.following(ctx, source, lifecycle.deleted(ctx.now))
    return Merge(target, source, of_target, of_source, changes, gone, beside, chat)


def _united(target: Details, source: Details, merged: Conversation, other: Person | None) -> DetailChanges:
    """Returns the target's details with those of the source. `other` is the source's contact if it is not the target's."""
    address = other.email if other and _has_domain(other.email) else None
    cc = [*(target.cc or []), *(source.cc or []), *([address] if address else [])]
    return DetailChanges(
        metadata={**source.metadata, **target.metadata},
        custom_fields=custom_fields.join(target.custom_fields, source.custom_fields) or None,
        tags=_some([*target.tags, *source.tags], max(MOST_TAGS, len(target.tags))) or None,
        mentions={**source.mentions, **target.mentions} or None,
        cc=_some(cc, max(MOST_CC, len(target.cc or []))) or None,
        attached_bytes=source.attached_bytes or 0,
        sources=[*target.sources, merged.id],
    )


def _has_domain(email: str | None) -> bool:
    """Returns whether an address can be written to: a visitor without one has one of a domain that can't exist."""
    return email is not None and "." in email.rpartition("@")[2]


def _some(values: Sequence[_T], most: int) -> list[_T]:
    return list(dict.fromkeys(values))[:most]


@access.allow(SYSTEM)
def settle(ctx: Context, target_id: str, source_id: str) -> bool:
    """Finishes a merge that nobody has finished, and removes what it left of the source. Returns whether to call again, because
    the source had more than MOST_AT_ONCE messages. Harmless when repeated.
    """
    target, source = rows.get(ctx.account, target_id), rows.get(ctx.account, source_id)
    if target and target.merging:
        target = unfinished.finish(target)
    if target and source and not target.deleted_at:
        merges.pass_on_labels(source.key, target.key, ctx.now)
    return merges.remove_leftovers(ctx.account, source_id, MOST_AT_ONCE)
