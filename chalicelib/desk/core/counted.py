"""Counted: what a write of a conversation is for reports, of its row before and after (rules/counting.py)."""

from copy import copy
from typing import Any

from chalicelib.desk.core.changes import is_imported
from chalicelib.models.conversations import CLOSED, Conversation
from chalicelib.rules import counting, quarters, sla, status
from chalicelib.rules.counting import Change, State

_SINCE_CREATION, _REPORTED = "asked_after", "reported"


def text_of(before: Conversation | None, after: Conversation) -> str | None:
    """Returns a write as its message or its entry of the event log keeps it, None if it counts for nothing."""
    change = change_of(before, after)
    return counting.encode(change) if counting.amounts(change) else None


def change_of(before: Conversation | None, after: Conversation) -> Change:
    """Returns what a write changed. Made of the same two rows it is the same, whenever and however often."""
    said = after.last_sender_kind if is_message(before, after) else None
    breached = sla.newly_breached((before.sla_told if before else None) or 0, after.sla_told or 0)
    day, had_breached = _reported(before)
    is_answer = said == status.STAFF
    at = _at(before, after, bool(said), breached)
    asked = before.asked_after if before and is_answer else None
    return Change(
        at,
        after.created_at,
        state(before) if before else None,
        state(after),
        said,
        (after.last_sender_number or 0) if is_answer else 0,
        after.is_internal,
        None if asked is None else at - after.created_at - asked,
        is_first=is_answer and not day,
        is_days_first=is_answer and day != quarters.utc_day(at),
        is_first_breach=bool(breached) and not had_breached,
        is_met=_is_met(before, after),
        in_time=_in_time(before, after, said),
        breached=tuple(breached),
    )


def is_message(before: Conversation | None, after: Conversation) -> bool:
    """Returns whether a public message came with a write. Those that are imported, or another conversation's that is merged into
    it, are not new.
    """
    came = after.public_count - (before.public_count if before else 0)
    ends_merge = before is not None and before.merging is not None and after.merging is None
    return came > 0 and not ends_merge and not is_imported(after)


def fields_after(before: Conversation, changes: dict[str, Any], now: int) -> dict[str, Any]:
    """Returns what a write sets of the fields that reports need: since when the contact waits for an answer, on which day an
    agent answered last, and whether a clock has breached. Nothing where it changes none.
    """
    if before.is_internal:
        return {}
    after = copy(before)
    after.attribute_values = {**before.attribute_values, **changes}
    said = after.last_sender_kind if is_message(before, after) else None
    asked: int | None = before.asked_after
    if said == status.STAFF or after.status == CLOSED:
        asked = None
    elif said == status.CONTACT and asked is None:
        asked = now - after.created_at
    day, had_breached = _reported(before)
    day = quarters.utc_day(now) if said == status.STAFF else day
    had_breached = had_breached or bool(sla.newly_breached(before.sla_told or 0, after.sla_told or 0))
    fields = {_SINCE_CREATION: asked, _REPORTED: (day << 1 | had_breached) or None}
    return {name: value for name, value in fields.items() if value != getattr(before, name)}


def _reported(row: Conversation | None) -> tuple[int, bool]:
    """Returns the UTC day on which an agent answered last, 0 for never, and whether a clock has breached."""
    kept = (row.reported if row else None) or 0
    return kept >> 1, bool(kept & 1)


def _at(before: Conversation | None, after: Conversation, is_said: bool, breached: list[str]) -> int:
    """Returns when a write counts: a breach that comes alone when the clock was due, everything else when it was written."""
    if before is None:
        return after.created_at
    if is_said or not breached or after.touched_at != before.touched_at:
        return after.last_activity_at if is_said else after.touched_at
    return max(getattr(after, f"{clock}_due_at") or getattr(before, f"{clock}_due_at") or 0 for clock in breached)


def state(row: Conversation) -> State:
    """Returns what counts of a conversation as it is."""
    agent = row.assignee_number or 0
    return State(_place(row), row.status, row.priority, agent, row.group_number or 0, row.channel, row.sla_policy or 0)


def _place(row: Conversation) -> str:
    is_there = row.is_listed and (row.last_message or row.assignee or row.creator_number is not None)
    if not is_there:
        return counting.UNSEEN
    if row.deleted_at or row.merged_into or row.purge_at:
        return counting.GONE
    return counting.ENDED if row.status == CLOSED else counting.OPEN


def _in_time(before: Conversation | None, after: Conversation, said: str | None) -> tuple[str, ...]:
    """Returns the clocks that have ended before they were due."""
    if before is None:
        return ()
    told, ended = after.sla_told or 0, []
    for clock, name in ((sla.FIRST, "first_due_at"), (sla.NEXT, "next_due_at")):
        is_ended = getattr(before, name) is not None and getattr(after, name) is None
        if said == status.STAFF and is_ended and not told & sla.BITS[clock]:
            ended.append(clock)
    is_resolved = _place(before) == counting.OPEN and _place(after) == counting.ENDED and after.resolve_due_at is not None
    return (*ended, sla.RESOLVE) if is_resolved and not told & sla.BITS[sla.RESOLVE] else tuple(ended)


def _is_met(before: Conversation | None, after: Conversation) -> bool:
    """Returns whether a conversation is one more that its agent has had on that day."""
    if not after.assignee or after.is_internal:
        return False
    return before is None or before.assignee != after.assignee or (is_message(before, after) and _day(before) != _day(after))


def _day(row: Conversation) -> int:
    return quarters.utc_day(max(row.last_activity_at, row.assigned_at or 0))
