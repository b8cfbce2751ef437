"""Deadlines: when a conversation is warned, closed or given to another agent, when an empty one expires, and when its clocks of
service breach.

Times are epoch milliseconds, spans are seconds.
"""

from dataclasses import dataclass

from chalicelib.rules.status import CONTACT, STAFF

REASSIGN, WARN, CLOSE, EXPIRE = "reassign", "warn", "close", "expire"
#: When a clock of service has breached (rules.sla).
BREACHES = ("first_due", "next_due", "resolve_due")
KINDS = (REASSIGN, WARN, CLOSE, EXPIRE, *BREACHES)
#: Seconds that a chat may stay empty where an account has set none.
EXPIRE_AFTER = 86_400
_MOST_DOUBLINGS = 6


@dataclass(frozen=True, slots=True)
class AutoClose:
    """An account's auto-close settings. The spans are seconds, at least 1."""

    is_enabled: bool = True
    reassign_unpicked_after: int = 180
    warn_after: int = 300
    close_after: int = 600
    #: When it was last switched on, epoch milliseconds; 0 where it always was.
    since: int = 0

    def runs(self, last_activity_at: int) -> bool:
        """Returns whether the clocks still run that a message of that time started. Switching off stops them for good."""
        return self.is_enabled and last_activity_at >= self.since


@dataclass(frozen=True, slots=True)
class Deadlines:
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


def reassign_at(now: int, attempt: int, settings: AutoClose) -> int:
    """Returns when routing looks again at a conversation that nobody picked: the span, doubled with each attempt up to 64
    times.
    """
    return now + (settings.reassign_unpicked_after << min(attempt, _MOST_DOUBLINGS)) * 1000


def delay(now: int, due_at: int, longest: int) -> int:
    """Returns the seconds to hold a message back so that it comes at `due_at` or just after, at most `longest`."""
    return max(0, min(longest, -((now - due_at) // 1000)))
