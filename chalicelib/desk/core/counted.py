"""Counted: what a write of a conversation is for reports, of its row before and after (rules/counting.py)."""

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

from msgspec.structs import replace

from chalicelib.desk.core.changes import is_imported
from chalicelib.models.conversations import CLOSED, Conversation
from chalicelib.models.messages import Message
from chalicelib.rules import counting, quarters, sla, status
from chalicelib.rules.counting import Amounts, Change, State

_SINCE_CREATION, _REPORTED = "asked_after", "reported"


def text_of(before: Conversation | None, after: Conversation) -> str | None:
    """Returns a write as its message or its entry of the event log keeps it, None if it counts for nothing."""
    return counting.encode_all([change for change in changes_of(before, after) if counting.amounts(change)])


def changes_of(before: Conversation | None, after: Conversation) -> list[Change]:
    """Returns what a write changed: one thing, or all that a conversation that is imported has been through."""
    return _past(after) if before is None and is_imported(after) else [change_of(before, after)]


def _past(row: Conversation) -> list[Change]:
    """Returns the changes that an import brings: a new conversation's creation, its agent, and its end, each at its time."""
    is_, at = state(row), row.created_at
    if is_.place not in (counting.OPEN, counting.ENDED):
        return [change_of(None, row)]
    begun = replace(is_, place=counting.OPEN, agent=0)
    found = [Change(at, at, None, begun)]
    ended_at = max(at, row.closed_at or at) if is_.place == counting.ENDED else None
    if is_.agent:
        got_at = max(at, row.assigned_at or at)
        got_at = got_at if ended_at is None else min(got_at, ended_at)
        found = [Change(at, at, None, replace(begun, agent=is_.agent), is_met=True)]
        if got_at > at:
            found = [Change(at, at, None, begun), Change(got_at, at, begun, replace(begun, agent=is_.agent), is_met=True)]
    return found if ended_at is None else [*found, Change(ended_at, at, found[-1].after, is_)]


def keep_imported(conversation: Conversation, said: Sequence[tuple[Message, str]]) -> dict[str, Any]:
    """Writes into imported messages what each counts, as if it had been posted when it was, and returns what they change of the
    fields that reports need. `said` has public messages in order, with who says them (rules.status).
    """
    now, born, closed_at = state(conversation), conversation.created_at, conversation.closed_at
    asked: int | None = conversation.asked_after
    (day, had_breached), last_at = _reported(conversation), conversation.last_activity_at
    met = _day(conversation) if conversation.last_message else None
    for message, kind in said:
        at, is_answer = message.created_at, kind == status.STAFF
        is_ = now if at >= (conversation.assigned_at or 0) else replace(now, agent=0)
        today = quarters.utc_day(at)
        if closed_at is not None and last_at <= closed_at < at:
            asked = None
        change = Change(
            at,
            born,
            is_,
            is_,
            kind,
            message.sender_number if is_answer else 0,
            waited=at - born - asked if is_answer and asked is not None else None,
            is_first=is_answer and not day,
            is_days_first=is_answer and day != today,
            is_met=bool(is_.agent) and met != today,
        )
        message.counted = counting.encode(change)
        asked = None if is_answer else at - born if kind == status.CONTACT and asked is None else asked
        day, met, last_at = today if is_answer else day, today, at
    asked = None if conversation.status == CLOSED and (closed_at or 0) >= last_at else asked
    return {_SINCE_CREATION: asked, _REPORTED: (day << 1 | had_breached) or None}


def amounts_of(texts: Iterable[str | None]) -> Amounts:
    """Returns what messages and entries of event logs count together that have kept these texts."""
    found: Amounts = {}
    for text in texts:
        for change in counting.decode_all(text):
            counting.join(found, counting.amounts(change))
    return found


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


def row_after(before: Conversation, changes: dict[str, Any], by: int) -> Conversation:
    """Returns a row as it is after changes by somebody (rules.actors)."""
    after = copy(before)
    after.attribute_values = {**before.attribute_values, **changes, "changed_by": by}
    return after


def fields_after(before: Conversation, changes: dict[str, Any], now: int, by: int) -> dict[str, Any]:
    """Returns what a write by somebody sets of the fields that reports need: since when the contact waits for an answer, on which
    day an agent answered last, and whether a clock has breached. Nothing where it changes none.
    """
    if before.is_internal:
        return {}
    after = row_after(before, changes, by)
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


def is_answered(row: Conversation) -> bool:
    """Returns whether an agent has ever answered."""
    return _reported(row)[0] > 0


def _reported(row: Conversation | None) -> tuple[int, bool]:
    """Returns the UTC day on which an agent answered last, 0 for never, and whether a clock has breached."""
    kept = (row.reported if row else None) or 0
    return kept >> 1, bool(kept & 1)


def _at(before: Conversation | None, after: Conversation, is_said: bool, breached: list[str]) -> int:
    """Returns when a write counts: a breach that comes alone when the clock was due, what an import says of a status when that
    was, everything else when it was written.
    """
    if before is None:
        return after.created_at
    if before.status != after.status and is_imported(after):
        return max(after.created_at, after.status_since if after.closed_at is None else after.closed_at)
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
