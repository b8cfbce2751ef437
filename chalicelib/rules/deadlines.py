"""Deadlines: when a conversation is warned, closed or given to another agent, when an empty one expires, when a snoozed one
wakes, and when its clocks of service breach.

Times are epoch milliseconds, spans are seconds.
"""

import msgspec
from msgspec.structs import replace

from chalicelib.rules.status import CONTACT, PENDING_EXTERNAL, STAFF

REASSIGN, WARN, CLOSE, EXPIRE, STAY, WAKE = "reassign", "warn", "close", "expire", "stay", "wake"
#: When a clock of service has breached (rules.sla).
BREACHES = ("first_due", "next_due", "resolve_due")
KINDS = (REASSIGN, WARN, CLOSE, EXPIRE, STAY, WAKE, *BREACHES)
#: Seconds that a chat may stay empty where an account has set none.
EXPIRE_AFTER = 86_400
_MOST_DOUBLINGS = 6


class CloseRule(msgspec.Struct, frozen=True):
    """Spans of its own for conversations of a department (its number, None for any) with a status (None for the one that waits
    for the customer). The spans are seconds, at least 1.
    """

    warn_after: int
    close_after: int
    group: int | None = None
    status: str | None = None


class AutoClose(msgspec.Struct, frozen=True):
    """An account's auto-close settings. The spans are seconds, at least 1."""

    is_enabled: bool = True
    reassign_unpicked_after: int = 180
    warn_after: int = 300
    close_after: int = 600
    #: When it was last switched on, epoch milliseconds; 0 where it always was.
    since: int = 0
    #: Spans by department and status. The first rule that matches goes before `warn_after` and `close_after`.
    rules: tuple[CloseRule, ...] = ()

    def runs(self, last_activity_at: int) -> bool:
        """Returns whether the clocks still run that a message of that time started. Switching off stops them for good."""
        return self.is_enabled and last_activity_at >= self.since

    def of(self, group: int | None, status: str = PENDING_EXTERNAL) -> "AutoClose":
        """Returns the settings for conversations of a department (its number) with a status: the spans are those of the first
        rule that matches. Without one, only what waits for the customer is closed.
        """
        for rule in self.rules:
            if rule.group in (None, group) and (rule.status or PENDING_EXTERNAL) == status:
                return replace(self, warn_after=rule.warn_after, close_after=rule.close_after)
        return self if status == PENDING_EXTERNAL else replace(self, is_enabled=False)


class Deadlines(msgspec.Struct, frozen=True):
    """When each action is due, None where it is not."""

    reassign_at: int | None = None
    warn_at: int | None = None
    close_at: int | None = None


def after_message(now: int, sender_kind: str, before: Deadlines, settings: AutoClose) -> Deadlines:
    """Returns the deadlines after a public message.

    An agent's answer starts both clocks of silence and ends the wait for a pick. A customer's message stops both: a customer
    who waits is never closed. The system's own messages change nothing.
    """
    if sender_kind == CONTACT:
        return Deadlines(reassign_at=before.reassign_at)
    if sender_kind != STAFF:
        return before
    if not settings.is_enabled:
        return Deadlines()
    return Deadlines(warn_at=now + settings.warn_after * 1000, close_at=now + settings.close_after * 1000)


def after_change(silent_since: int | None, before: Deadlines, settings: AutoClose) -> Deadlines:
    """Returns the deadlines after a change of the department or status, by the settings for the new ones.

    `silent_since` is when the agent's last answer came, None if the customer has written since or no agent has answered. A
    customer who was warned is not warned again.
    """
    if silent_since is None or not settings.runs(silent_since):
        return replace(before, warn_at=None, close_at=None)
    is_warned = before.close_at is not None and before.warn_at is None
    warn_at = None if is_warned else silent_since + settings.warn_after * 1000
    return replace(before, warn_at=warn_at, close_at=silent_since + settings.close_after * 1000)


def put_off(now: int, due: Deadlines) -> int | None:
    """Returns until when a closing that is due has to wait, because the warning before it could not be given: as long after it as
    was meant. None where it may close.
    """
    if due.warn_at is None or due.close_at is None:
        return None
    return max(now + due.close_at - due.warn_at, due.close_at + 1)


def reassign_at(now: int, attempt: int, settings: AutoClose) -> int:
    """Returns when routing looks again at a conversation that nobody picked: the span, doubled with each attempt up to 64
    times.
    """
    return now + (settings.reassign_unpicked_after << min(attempt, _MOST_DOUBLINGS)) * 1000


def delay(now: int, due_at: int, longest: int) -> int:
    """Returns the seconds to hold a message back so that it comes at `due_at` or just after, at most `longest`."""
    return max(0, min(longest, -((now - due_at) // 1000)))
