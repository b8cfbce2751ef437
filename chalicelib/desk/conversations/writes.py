"""Writes of conversations: use cases change a summary through here, so that what follows from a change has one place."""

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import clocks, sla
from chalicelib.desk.core import counted
from chalicelib.models import summaries
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import NO_DETAILS, DetailChanges
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.loads import LoadChanges
from chalicelib.models.summaries import TagChanges
from chalicelib.rules import lifecycle
from chalicelib.rules.lifecycle import Changes

_NO_LOADS = LoadChanges()


def following(ctx: Context, conversation: Conversation, changes: Changes, beside: DetailChanges = NO_DETAILS) -> Changes:
    """Returns changes that a conversation does not have yet with what follows from them: whether its agent's limit counts it,
    its deadlines (clocks.py), its SLA (sla.py), and what reports need of it. Whatever writes a summary otherwise than through
    `change` asks for it here. Requests as `sla.changes_after`.
    """
    changes = clocks.with_clocks(ctx, conversation, {**changes, **_pause(ctx, conversation, changes)})
    changes = {**changes, **sla.changes_after(ctx, conversation, changes, beside)}
    return {**changes, **counted.fields_after(conversation, changes, ctx.now, ctx.stamp.by)}


def change(
    ctx: Context,
    conversation: Conversation,
    changes: Changes,
    loads: LoadChanges = _NO_LOADS,
    *,
    escalates: bool = False,
    beside: DetailChanges = NO_DETAILS,
    tags: TagChanges = ((), ()),
    firing: LogEntry | None = None,
) -> None:
    """Writes changes of a conversation that was just read, and what follows from them, in the caller's name, and applies them to
    the object. One request, and those of `following`.

    Raises ConditionFailed as `summaries.change`, which says what the other arguments are.
    """
    changes = following(ctx, conversation, changes, beside)
    summaries.change(conversation, changes, ctx.stamp, loads, escalates=escalates, beside=beside, tags=tags, firing=firing)


def _pause(ctx: Context, conversation: Conversation, changes: Changes) -> Changes:
    """Returns what else changes where a conversation that waits for its contact or is on hold does not count for its agent's load
    (accounts.auto_allocation). Its end is written by `summaries`.
    """
    return lifecycle.paused(conversation, changes) if accounts.load(ctx).auto_allocation.counts_paused else {}
