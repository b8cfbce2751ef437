"""Clocks: the deadlines of a conversation that follow from its department and status."""

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import triggers
from chalicelib.models.conversations import Conversation
from chalicelib.rules import deadlines, lifecycle, status
from chalicelib.rules.deadlines import AutoClose, Deadlines
from chalicelib.rules.lifecycle import Changes
from chalicelib.rules.triggers import next_stay


def with_clocks(ctx: Context, conversation: Conversation, changes: Changes) -> Changes:
    """Returns changes of a conversation that was read, with the deadlines that follow from them. No request."""
    changes = changes | lifecycle.after_snooze(conversation, changes)
    return changes | _of_silence(ctx, conversation, changes) | of_stay(ctx, conversation, changes)


def of_stay(ctx: Context, conversation: Conversation, changes: Changes, *, begins: bool = False) -> Changes:
    """Returns when a status, as a change sets it, will have lasted long enough for the first trigger that waits for that. Empty
    if the status does not change, unless the change `begins` the conversation: its status begins then, too. No request.
    """
    after = changes.get("status", conversation.status)
    if conversation.is_internal or not (begins or after != conversation.status):
        return {}
    stays = triggers.load_watched(ctx).stays
    due = next_stay(stays, after, ctx.now, ctx.now)
    if due is None:
        return {"stay_at": None} if conversation.stay_at else {}
    return {"stay_at": due, "status_since": ctx.now}


def resumed_stay(ctx: Context, conversation: Conversation) -> Changes:
    """Returns when the first span ends that had not ended when a conversation was deleted; one that has meanwhile is due at once.
    No request.
    """
    due = next_stay(
        triggers.load_watched(ctx).stays, conversation.status, conversation.status_since, conversation.deleted_at or 0
    )
    return {} if due is None else {"stay_at": due}


def after_stay(ctx: Context, conversation: Conversation) -> Changes:
    """Returns when the next span ends after the one that has. No request."""
    stays = triggers.load_watched(ctx).stays
    due = next_stay(stays, conversation.status, conversation.status_since, conversation.stay_at or ctx.now)
    return {"stay_at": due}


def _of_silence(ctx: Context, conversation: Conversation, changes: Changes) -> Changes:
    """Returns when a conversation is warned and closed by the account's rules. Nothing where it has none, as before, where the
    conversation ends, waits for another agent, or is or was snoozed, and for a message, which sets these itself.
    """
    is_moved = {"status", "group_number"} & changes.keys() and "last_message" not in changes
    if not is_moved or conversation.is_internal or conversation.wake_at or changes.get("wake_at"):
        return {}
    settings = accounts.load(ctx).auto_close
    after = changes.get("status", conversation.status)
    if not settings.rules or after == status.CLOSED or changes.get("assignee", "") is None:
        return {}
    due = Deadlines(warn_at=conversation.warn_at, close_at=conversation.close_at)
    closes = settings.of(changes.get("group_number", conversation.group_number), after)
    then = deadlines.after_change(_silent_since(conversation, settings), due, closes)
    return {"warn_at": then.warn_at, "close_at": then.close_at}


def _silent_since(conversation: Conversation, settings: AutoClose) -> int | None:
    """Returns when the agent's last answer came, if the customer has not replied to it; else None.

    If the last message is the desk's own, such as the warning, the time follows from the clock that still runs.
    """
    if conversation.last_sender_kind == status.STAFF:
        return conversation.last_activity_at
    if conversation.last_sender_kind != status.MACHINE or conversation.close_at is None:
        return None
    return conversation.close_at - settings.of(conversation.group_number, conversation.status).close_after * 1000
