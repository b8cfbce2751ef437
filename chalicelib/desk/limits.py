"""Limits: how often a client may do what costs the desk something, counted by source, person, token or account.

A process counts in memory and adds what it has counted to the window's shared row once every `step`. Who is over a limit
costs no request until the window ends. The stage's setting POLYDESK_LIMITS changes them (docs: README, "Limits").
"""

from threading import Lock

from chalicelib import config
from chalicelib.context import Context
from chalicelib.desk.errors import TooMany
from chalicelib.models import attempts
from chalicelib.rules import ids, limits
from chalicelib.rules.limits import Limit

#: The limits by the name that POLYDESK_LIMITS has for them.
DEFAULTS: dict[str, Limit] = {}
#: Windows that a process counts at once; the oldest is forgotten first, and then counted by its shared row alone.
_MOST_COUNTED = 20_000


class _Counts:
    """What this process knows of each window: how many in all, and how many of these the shared row does not have yet."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int]] = {}
        self._changing = Lock()

    def add(self, key: str, weight: int, most: int) -> tuple[int, int]:
        """Counts more of a window that is not full. Returns the total that is known then, and how much of it only this
        process has counted.
        """
        with self._changing:
            total, own = self._known.pop(key, (0, 0))
            self._known[key] = (total + weight, own + weight) if total <= most else (total, own)
            while len(self._known) > _MOST_COUNTED:
                del self._known[next(iter(self._known))]
            return self._known[key]

    def share(self, key: str, added: int, total: int) -> None:
        """Notes the shared row's total after `added` went into it."""
        with self._changing:
            _, own = self._known.get(key, (0, added))
            self._known[key] = total + own - added, own - added

    def clear(self) -> None:
        """Forgets all."""
        with self._changing:
            self._known.clear()


_counts = _Counts()
_active = limits.configured(DEFAULTS, config.LIMITS)


def clear() -> None:
    """Makes this process count from nothing, as a new one does."""
    _counts.clear()


def use(setting: str) -> None:
    """Counts by another setting than the stage's from now on: what tests and benchmarks need."""
    global _active
    _active = limits.configured(DEFAULTS, setting)
    clear()


def spend(ctx: Context, name: str, whose: str, weight: int = 1) -> None:
    """Counts one more (or `weight` more) of what the limit allows `whose`; a stage without that limit, and nobody, are free.

    No request, or one every `step`; none for who is known to be over the limit. Raises TooMany over it.
    """
    limit = _active.get(name)
    if limit is None or not whose:
        return
    number, end = limit.window(ctx.now)
    key = f"{name}#{whose}#{number}"
    total, own = _counts.add(key, weight, limit.most)
    if own and (own >= limit.step or total > limit.most):
        total = _shared(key, own, end)
    if total > limit.most:
        raise TooMany(limit.what, max(1, end - ctx.now // 1000))


def _shared(key: str, own: int, end: int) -> int:
    total = attempts.count(ids.digest(f"limit#{key}"), own, end)
    _counts.share(key, own, total)
    return total


def spend_by_source(ctx: Context, name: str, weight: int = 1) -> None:
    """The same for the network address that the call came from; a call without one (a job's) is free."""
    spend(ctx, name, limits.network_of(ctx.source), weight)
