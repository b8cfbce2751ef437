"""Triggers: which changes of a conversation they may be about, and when a status has lasted."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from chalicelib.rules import status

CREATED, RECEIVED, REPLIED, ASSIGNED, MOVED, STAYED = (
    "created",
    "reply_received",
    "agent_replied",
    "assignee_changed",
    "status_changed",
    "status_lasts",
)
EVENTS = (CREATED, RECEIVED, REPLIED, ASSIGNED, MOVED, STAYED)
#: The event that a message is, by who wrote it. The desk's own messages are not events.
_OF_SENDER = {status.CONTACT: RECEIVED, status.STAFF: REPLIED}
_ASSIGNEE = ("assignee", "group")
_MINUTE = 60_000


class Stay(NamedTuple):
    """A status and for how many minutes a conversation has it."""

    status: str
    minutes: int


def happened(before: Mapping[str, Any], after: Mapping[str, Any], sender_kind: str | None) -> tuple[str, ...]:
    """Returns the events that a change of a conversation is: of its `assignee`, `group` and `status`, and of a new message by a
    contact or an agent, None for none.
    """
    found = [_OF_SENDER[sender_kind]] if sender_kind in _OF_SENDER else []
    found += [ASSIGNED] if any(before[name] != after[name] for name in _ASSIGNEE) else []
    return (*found, MOVED) if before["status"] != after["status"] else tuple(found)


def next_stay(stays: Collection[Stay], now_status: str, since: int, after: int) -> int | None:
    """Returns when the next of these spans ends for a status that began at `since`, later than `after`; None for none. Times are
    epoch milliseconds.
    """
    ends = (since + stay.minutes * _MINUTE for stay in stays if stay.status == now_status)
    return min((end for end in ends if end > after), default=None)


def has_stayed(minutes: int, stayed: int) -> bool:
    """Returns whether a span of so many minutes is the one that has ended after `stayed` milliseconds."""
    return minutes * _MINUTE == stayed
