"""Retention: how long an account keeps closed conversations, and files. Off unless an administrator sets it.

A run begins each day. It reads from the oldest end of indexes, so it never looks at anything younger. It marks a conversation for
removal only in the version that it read: one that was opened again meanwhile stays.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.context import ADMIN, SYSTEM, Context
from chalicelib.desk.conversations import deletion
from chalicelib.desk.core import access, later, publishing
from chalicelib.desk.core.account_events import RetentionDue
from chalicelib.desk.core.documents import Document
from chalicelib.desk.core.errors import Invalid
from chalicelib.models import conversations, files, inbox
from chalicelib.models.base import ConditionFailed
from chalicelib.models.conversations import CLOSED, DELETED, Conversation
from chalicelib.models.inbox import Position, Window

#: Days that may be set.
LONGEST = 36_500
#: Conversations, or files, that one part looks at; milliseconds until the next part, so that removing holds nobody up.
AT_ONCE, _PAUSE = 50, 2_000
_A_DAY = 86_400_000
CONVERSATIONS, FILES = "conversations", "files"


class Retention(msgspec.Struct, frozen=True):
    """What is kept for how long, None for ever. `chain` names the daily runs, so that those of an earlier setting end."""

    is_enabled: bool = False
    closed_days: int | None = None
    file_days: int | None = None
    chain: str = ""


RETENTION = Document("retention", Retention)


@access.allow(ADMIN)
def load(ctx: Context) -> Retention:
    """Returns how long an account keeps what. One request."""
    return RETENTION.load_fresh(ctx)


@access.allow(ADMIN)
def change(ctx: Context, wanted: Mapping[str, Any]) -> Retention:
    """Sets the given fields. Four requests. The first run begins at once. Raises Invalid for a bad number of days, and where it
    is switched on without one.
    """
    chain = ctx.new_id()

    def changed(before: Retention) -> Retention:
        after = replace(before, **wanted)
        if after == before:
            return before
        _check(after)
        return replace(after, chain=chain if after.is_enabled else "")

    after = RETENTION.change(ctx, changed)
    if after.chain == chain:
        _hold(ctx, RetentionDue(ctx.account, ctx.now, ctx.now, chain))
    return after


def _check(wanted: Retention) -> None:
    for name in ("closed_days", "file_days"):
        days = getattr(wanted, name)
        if days is not None and not 1 <= days <= LONGEST:
            raise Invalid(name, f"is 1 to {LONGEST} days")
    if wanted.is_enabled and wanted.closed_days is None and wanted.file_days is None:
        raise Invalid("is_enabled", "needs a number of days")


def _hold(ctx: Context, event: RetentionDue) -> None:
    later.hold(ctx, event, f"{event.account}#retention#{event.chain}")


@access.allow(SYSTEM)
def run(ctx: Context, event: RetentionDue) -> tuple[int, bool]:
    """Does a part of a day's run. Returns how much it has removed, and whether more is planned. Repeated, it does no harm.

    Three requests, and two for each conversation; one for each 25 files, one to the bucket for each, two for an image.
    """
    settings = RETENTION.load_fresh(ctx)
    if not settings.is_enabled or settings.chain != event.chain:
        return 0, False
    if ctx.now < event.due_at:
        _hold(ctx, event)
        return 0, True
    if not event.stage:
        # Tomorrow's run is planned before today's begins, so that nothing that fails today ends them.
        _hold(ctx, RetentionDue(ctx.account, ctx.now, event.due_at + _A_DAY, event.chain))
    stage, after = event.stage or CONVERSATIONS, event.after
    removed, following = _STAGES[stage](ctx, settings, after)
    next_ = (stage, following) if following else (FILES, "") if stage == CONVERSATIONS else None
    if next_:
        publishing.publish([RetentionDue(ctx.account, ctx.now, ctx.now + _PAUSE, event.chain, *next_)], ctx.now)
    return removed, True


def _conversations(ctx: Context, settings: Retention, after: str) -> tuple[int, str]:
    """Has conversations removed for good that were closed, or deleted, so long ago. Returns how many, and where to go on."""
    if settings.closed_days is None:
        return 0, ""
    until = ctx.now - settings.closed_days * _A_DAY
    window = Window(ctx.account, (0, until), oldest_first=True, partitions=(CLOSED, DELETED))
    rows, further = inbox.list_rows(window, AT_ONCE, _position(after))
    removed = sum(_remove(ctx, row, until) for row in rows if _is_old(row, until))
    return removed, " ".join(map(str, further)) if further else ""


def _position(after: str) -> Position | None:
    if not after:
        return None
    conversation, at, partition = after.split(" ")
    return Position(conversation, int(at), partition)


def _is_old(row: Conversation, until: int) -> bool:
    """Returns whether nothing has happened to a conversation since then, and it is not open."""
    ended = max(row.closed_at or 0, row.deleted_at or 0, row.touched_at)
    return not row.is_open and ended <= until


def _remove(ctx: Context, listed: Conversation, until: int) -> bool:
    """Marks a conversation, as it is now, if it is still as old. Two requests."""
    found = conversations.get(ctx.account, listed.id)
    if found is None or found.purge_at or not _is_old(found, until):
        return False
    try:
        deletion.remove_for_good(ctx, found)
    except ConditionFailed:  # it has changed since it was read: the next run looks at it again
        return False
    return True


def _files(ctx: Context, settings: Retention, after: str) -> tuple[int, str]:
    """Removes files of messages that came so long ago. Returns how many, and where to go on."""
    if settings.file_days is None:
        return 0, ""
    id_, _, at = after.partition(" ")
    until = ctx.now - settings.file_days * _A_DAY
    rows, further = files.oldest(ctx.account, until, (id_, int(at)) if after else None, AT_ONCE)
    old = [file for file in files.get_many([row.id for row in rows if row.conversation]).values() if file.conversation]
    files.delete(old)
    return len(old), f"{further[0]} {further[1]}" if further else ""


_STAGES = {CONVERSATIONS: _conversations, FILES: _files}
