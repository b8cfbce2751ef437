"""Snoozing: a conversation is on hold until a time, and open again then by itself, unread.

The time is a deadline of the row (automation/timers.py). The snooze ends sooner with whatever takes the conversation off hold or
away (rules.lifecycle.after_snooze): an answer, another status, closing, deleting, merging.
"""

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, writes
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.core import access, counted
from chalicelib.desk.core.errors import Conflict, Invalid
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.rules import lifecycle

#: Days that a conversation can be snoozed at most.
MOST_DAYS = 366
_DAY = 86_400_000


@access.allow(AGENT)
def snooze(ctx: Context, conversation_id: str, until: int) -> Conversation:
    """Puts a conversation on hold until a moment, epoch milliseconds, or moves that moment, and returns it. Two requests, one
    where it is snoozed until then already.

    Raises Invalid for a moment that has passed or is more than MOST_DAYS away, NotFound, Conflict for one that is closed.
    """
    if not ctx.now < until <= ctx.now + MOST_DAYS * _DAY:
        raise Invalid("until", f"must be in the future, at most {MOST_DAYS} days from now")

    def attempt() -> Conversation:
        conversation = conversations.load_support(ctx, conversation_id)
        if not conversation.is_open:
            raise Conflict("the conversation is closed")
        if conversation.wake_at is None:
            writes.change(ctx, conversation, lifecycle.snoozed(ctx.now, conversation, until))
        elif conversation.wake_at != until:
            writes.change(ctx, conversation, {"wake_at": until})
        return conversation

    return retry_on_conflict(ctx, attempt)


@access.allow(AGENT)
def end(ctx: Context, conversation_id: str) -> Conversation:
    """Ends a conversation's snooze, and returns it. Two requests, one where it is not snoozed. Raises NotFound."""

    def attempt() -> Conversation:
        conversation = conversations.load_support(ctx, conversation_id)
        if conversation.wake_at is not None:
            writes.change(ctx, conversation, _woken(ctx, conversation))
        return conversation

    return retry_on_conflict(ctx, attempt)


def wake(ctx: Context, conversation: Conversation) -> None:
    """Ends the snooze of a conversation that was read, because its time has come: agents see it as unread. One request.

    Raises ConditionFailed where the conversation has changed.
    """
    writes.change(ctx, conversation, {**_woken(ctx, conversation), "is_read": False})


def _woken(ctx: Context, conversation: Conversation) -> lifecycle.Changes:
    return lifecycle.woken(ctx.now, is_answered=counted.is_answered(conversation))
