"""Writes of conversations: use cases change a summary through here, so that what follows from a change has one place."""

from chalicelib.context import Context
from chalicelib.desk.conversations import clocks, sla
from chalicelib.models import summaries
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import NO_DETAILS, DetailChanges
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.summaries import LoadChanges, TagChanges
from chalicelib.rules.lifecycle import Changes

_NO_LOADS = LoadChanges()


def following(ctx: Context, conversation: Conversation, changes: Changes, beside: DetailChanges = NO_DETAILS) -> Changes:
    """Returns changes of a conversation, which it does not have yet, with what follows from them: its deadlines (clocks.py) and
    its SLA (sla.py). Whatever writes a summary otherwise than through `change` asks for it here. Requests as `sla.changes_after`.
    """
    changes = clocks.with_clocks(ctx, conversation, changes)
    return {**changes, **sla.changes_after(ctx, conversation, changes, beside)}


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
