"""Lifecycle: what happens to a conversation's summary. Each function returns the fields that change, None for a cleared one.

Times are epoch milliseconds.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from chalicelib.rules import deadlines, status
from chalicelib.rules.allocation import PAUSING
from chalicelib.rules.deadlines import AutoClose, Deadlines
from chalicelib.rules.text import preview

Changes = dict[str, Any]
#: Bytes of the last message that the summary shows, and agents it has been given to that it remembers: every message writes
#: the row, which has to stay small (tests/models/test_sizes.py).
LONGEST_PREVIEW, MOST_TRIED = 200, 10


class Sender(msgspec.Struct, frozen=True):
    """Who wrote a message: kind is contact, agent or system; number is the integer id, 0 for the system."""

    id: str
    number: int
    kind: str


_UNASSIGNED: Changes = {"assignee": None, "assignee_number": None, "assigned_at": None, "picked_at": None, "chosen_by": None}
_NO_DEADLINES: Changes = {"reassign_at": None, "warn_at": None, "close_at": None}


def closed(now: int) -> Changes:
    """It is closed, by a person or by the clock. The assignee stays on record."""
    return {
        "status": status.CLOSED,
        "status_since": now,
        "closed_at": now,
        **_NO_DEADLINES,
        "expire_at": None,
        "has_named_agents": None,
    }


def deleted(now: int) -> Changes:
    """It is deleted. Its status and its agent stay on record; nothing happens to it any more."""
    return {"deleted_at": now, **_NO_DEADLINES, "expire_at": None, "stay_at": None}


def empty(again: int | None, expires: int) -> Changes:
    """It has no message yet and is closed at `expires`. It waits for an agent only if routing looks at it again, at `again`."""
    return {"reassign_at": again, "expire_at": expires}


def named(expires: int) -> Changes:
    """Its visitor has named the agents who should serve it, and has not written yet."""
    return {"reassign_at": None, "expire_at": expires, "has_named_agents": True}


def moved(now: int, to: str) -> Changes:
    """It is moved by hand to another open status. Only one that waits for the customer can be warned and closed."""
    clocks = {} if to == status.PENDING_EXTERNAL else stopped()
    return {"status": to, "status_since": now, "closed_at": None, **clocks}


def stopped() -> Changes:
    """It is neither warned nor closed for silence until the next answer."""
    return {"warn_at": None, "close_at": None}


def snoozed(now: int, held: "Held", until: int) -> Changes:
    """It is on hold until a moment. Meanwhile it is neither warned nor closed, and its agent need not pick it."""
    changes = stopped() if held.status == status.ON_HOLD else moved(now, status.ON_HOLD)
    if held.assignee:
        changes |= {"reassign_at": None, "tried_agents": []}
    return {**changes, "wake_at": until}


def woken(now: int, *, is_answered: bool) -> Changes:
    """Its snooze has ended: it waits for an agent, as new if none has answered yet."""
    return {**moved(now, status.PENDING_INTERNAL if is_answered else status.NEW), "wake_at": None}


def after_snooze(held: "Held", changes: Changes) -> Changes:
    """Returns what else changes with a conversation that is snoozed. What takes it off hold or away ends the snooze: an answer,
    another status, its end or its deletion. Until then an agent who gets it need not pick it.
    """
    if held.wake_at is None or "wake_at" in changes:
        return {}
    if changes.get("status", held.status) != status.ON_HOLD or changes.get("deleted_at"):
        return {"wake_at": None}
    return {"reassign_at": None} if changes.get("assignee") and changes.get("reassign_at") else {}


def waiting(again: int | None) -> Changes:
    """It has no agent from now on. Routing looks at it again at `again`, if at all."""
    return {
        **_UNASSIGNED,
        **_NO_DEADLINES,
        "tried_agents": [],
        "routing_attempts": 0,
        "reassign_at": again,
        "has_named_agents": None,
        "audience": None,
    }


def assigned(now: int, agent: str, number: int, tried: Sequence[int]) -> Changes:
    """A person gives it to an agent. No clock undoes that."""
    return {
        "assignee": agent,
        "assignee_number": number,
        "assigned_at": now,
        "picked_at": None,
        "tried_agents": [*(other for other in tried if other != number), number][-MOST_TRIED:],
        "routing_attempts": 0,
        "reassign_at": None,
        "has_named_agents": None,
        "audience": None,
        "chosen_by": None,
    }


def routed(now: int, agent: str, number: int, tried: Sequence[int], attempts: int, settings: AutoClose) -> Changes:
    """Routing gives it to an agent, who has to pick it in time. An agent who had it before gets twice the time of the one
    before; so does any agent after MOST_TRIED others.
    """
    again = attempts + 1 if number in tried or len(tried) >= MOST_TRIED else 0
    due = deadlines.reassign_at(now, again, settings) if settings.is_enabled else None
    return assigned(now, agent, number, tried) | {"routing_attempts": again, "reassign_at": due}


def still_unpicked(now: int, assigned: bool, attempts: int, settings: AutoClose) -> Changes:
    """Nobody else could be found. It is looked at again, each time after twice as long, unless its agent may take their time."""
    if assigned and not settings.is_enabled:
        return {"reassign_at": None}
    return {"routing_attempts": attempts + 1, "reassign_at": deadlines.reassign_at(now, attempts + 1, settings)}


class Held(Protocol):
    """What a pause and a snooze depend on."""

    status: str

    @property
    def wake_at(self) -> int | None:
        """When its snooze ends, None if it has none."""

    @property
    def assignee(self) -> str | None:
        """Its agent."""

    @property
    def paused(self) -> str | None:
        """The status in which it does not count, if it is in one."""


def paused(held: Held, changes: Changes) -> Changes:
    """It has an agent, and waits for its contact or is on hold after these changes: so it does not count, if it did."""
    after = changes.get("status", held.status)
    is_paused = after in PAUSING and changes.get("assignee", held.assignee) and after != held.paused
    return {"paused": after} if is_paused else {}


def picked(now: int) -> Changes:
    """Its agent has taken it up, so it no longer matters who had it before."""
    return {"picked_at": now, "reassign_at": None, "tried_agents": []}


def after_public_message(
    now: int, before: str, due: Deadlines, sender: Sender, message: str, body: str, settings: AutoClose
) -> Changes:
    """It has a new public message with id `message`; `before` is the status and `due` the deadlines until then."""
    after = status.after_message(before, sender.kind)
    then = deadlines.after_message(now, sender.kind, due, settings) if after != status.CLOSED else Deadlines()
    changes: Changes = {
        "last_activity_at": now,
        "last_message": message,
        "preview": preview(body, LONGEST_PREVIEW),
        "last_sender": sender.id,
        "last_sender_number": sender.number,
        "last_sender_kind": sender.kind,
        "is_read_by_contact": sender.kind == status.CONTACT,
        "reassign_at": then.reassign_at,
        "warn_at": then.warn_at,
        "close_at": then.close_at,
    }
    if sender.kind != status.MACHINE:
        changes |= {"is_read": sender.kind == status.STAFF, "expire_at": None, "has_named_agents": None}
    if before == status.CLOSED and after != before:
        changes["closed_at"] = None
    return changes | ({"status": after, "status_since": now} if after != before else {})
