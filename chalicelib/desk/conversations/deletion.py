"""Deletion: a conversation is in no list any more, can be listed among the deleted ones, and comes back by restoring it.

purging.py removes one for good.
"""

from collections.abc import Collection, Sequence

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import clocks, conversations, unassigned, unfinished, updates, writes
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Conflict, NotFound, Stale
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import deletions, details, messages, unique_names
from chalicelib.models.conversations import Conversation
from chalicelib.models.messages import Message
from chalicelib.rules import lifecycle, status

#: Conversations that one call may delete.
MOST_AT_ONCE = 50
#: Messages of a deleted conversation that are shown.
_MOST_MESSAGES = 1_000


@access.allow(AGENT)
def delete(ctx: Context, conversation_id: str, versions: Collection[int] | None = None) -> None:
    """Deletes a conversation and frees its agent. Two requests, three if it has tags or mentions.

    `versions` are those the caller accepts, None for any. Raises Stale for another one, NotFound, also for one that was deleted
    or merged.
    """

    def attempt() -> None:
        conversation = conversations.load_support(ctx, conversation_id)
        if conversation.id != conversation_id:
            raise NotFound("conversation", conversation_id)
        if versions is not None and conversation.version not in versions:
            raise Stale
        changes = writes.following(ctx, conversation, lifecycle.deleted(ctx.now))
        deletions.delete(conversation, details.of_conversation(conversation), changes, ctx.stamp)

    retry_on_conflict(ctx, attempt)


@access.allow(AGENT)
def delete_many(ctx: Context, numbers: Sequence[int]) -> None:
    """Deletes conversations by their integer ids, each once: none if one of them can't be. Two requests, and those of each.

    Raises NotFound that names all that do not exist.
    """
    wanted = list(dict.fromkeys(numbers))
    known = unique_names.find_many(ctx.account, "conversation", wanted)
    there = {row.id for row in conversations.get_many(ctx, list(known.values())) if not row.is_internal}
    if missing := [number for number in wanted if known.get(number) not in there]:
        raise NotFound("conversation", ", ".join(map(str, missing)))
    for number in wanted:
        delete(ctx, known[number])


@access.allow(AGENT)
def restore(ctx: Context, conversation_id: str) -> Conversation:
    """Undoes a deletion and returns the conversation: with its status, and with its agent if they can still serve. Otherwise an
    open one waits. Two to four requests.

    Raises NotFound, Conflict for one that was merged into another.
    """

    def attempt() -> Conversation:
        conversation = _load(ctx, conversation_id)
        changes = {"deleted_at": None, **clocks.resumed_stay(ctx, conversation), **_changes_on_restoring(ctx, conversation)}
        changes = writes.following(ctx, conversation, changes)
        held = _carrier(conversation, changes)
        deletions.restore(conversation, details.of_conversation(conversation), changes, ctx.stamp, held)
        return conversation

    return retry_on_conflict(ctx, attempt)


def _load(ctx: Context, conversation_id: str) -> Conversation:
    """Returns a deleted conversation that may come back or be removed for good."""
    conversation = conversations.load_deleted(ctx, conversation_id)
    check_not_merged(conversation)
    return conversation


def check_not_merged(conversation: Conversation) -> None:
    """Raises Conflict for a conversation that was merged into another."""
    if conversation.merged_into:
        raise Conflict(f"conversation {conversation.number} was merged into {conversation.merged_into_number}")


def _changes_on_restoring(ctx: Context, conversation: Conversation) -> lifecycle.Changes:
    """Returns what else changes, as on reopening. An empty chat expires again."""
    if conversation.status == status.CLOSED:
        return {}
    changes = updates.changes_on_reopening(ctx, conversation)
    return changes or (unassigned.named_changes(ctx) if conversation.has_named_agents else {})


def _carrier(conversation: Conversation, changes: lifecycle.Changes) -> str | None:
    """Returns the agent for whose load it counts after these changes."""
    is_carried = conversation.status != status.CLOSED and not changes.get("has_named_agents", conversation.has_named_agents)
    return changes.get("assignee", conversation.assignee) if is_carried else None


def remove_for_good(ctx: Context, conversation: Conversation) -> None:
    """Has a conversation that was read, deleted or not, removed for good. Two requests, and those of `unfinished.finish`.

    Raises ConditionFailed where it has changed since.
    """
    found = unfinished.finish(conversation)
    if found.deleted_at:
        deletions.mark(found, ctx.stamp)
        return
    changes = writes.following(ctx, found, {**lifecycle.deleted(ctx.now), "purge_at": ctx.now})
    deletions.delete(found, details.of_conversation(found), changes, ctx.stamp)


@access.allow(AGENT)
def load(ctx: Context, conversation_id: str) -> Conversation:
    """Returns a deleted conversation. One request. Raises NotFound, also for one that was merged into another."""
    conversation = conversations.load_deleted(ctx, conversation_id)
    if conversation.merged_into:
        raise NotFound("conversation", conversation_id)
    return conversation


@access.allow(AGENT)
def list_messages(ctx: Context, conversation: Conversation) -> list[Message]:
    """Returns the newest 1,000 messages of a deleted conversation with notes, in order. One request."""
    last = conversation.message_count
    first = max(1, last - _MOST_MESSAGES + 1)
    return messages.between(ctx.account, conversation.id, first, last, newest_first=False)


@access.allow(AGENT)
def purge(ctx: Context, conversation_id: str) -> None:
    """Has a deleted conversation removed for good: from now on nobody finds it, and its rows go soon (purging.py). Two requests.

    Raises NotFound, Conflict for one that was merged into another, whose messages are that one's.
    """

    def attempt() -> None:
        deletions.mark(_load(ctx, conversation_id), ctx.stamp)

    retry_on_conflict(ctx, attempt)
