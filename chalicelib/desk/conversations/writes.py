"""Writes of conversations: use cases change a summary through here, so that what follows from a change has one place."""

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.models import summaries
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import NO_DETAILS, DetailChanges
from chalicelib.models.loads import LoadChanges
from chalicelib.models.summaries import TagChanges
from chalicelib.rules import lifecycle
from chalicelib.rules.lifecycle import Changes

_NO_LOADS = LoadChanges()


def change(
    ctx: Context,
    conversation: Conversation,
    changes: Changes,
    loads: LoadChanges = _NO_LOADS,
    *,
    escalates: bool = False,
    beside: DetailChanges = NO_DETAILS,
    tags: TagChanges = ((), ()),
) -> None:
    """Writes changes of a conversation that was just read, in the caller's name, and applies them to the object. One request.

    Raises ConditionFailed as `summaries.change`, which says what the other arguments are.
    """
    changes = changes | pause(ctx, conversation, changes)
    summaries.change(conversation, changes, ctx.stamp, loads, escalates=escalates, beside=beside, tags=tags)


def pause(ctx: Context, conversation: Conversation, changes: Changes) -> Changes:
    """Returns what else changes where a conversation that waits for its contact or is on hold does not count for its agent's load
    (accounts.auto_allocation). Its end is written by `summaries`.
    """
    return lifecycle.paused(conversation, changes) if accounts.load(ctx).auto_allocation.counts_paused else {}
