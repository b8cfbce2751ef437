"""Rate counts: how much of each rate limit this process has counted, in memory."""

from threading import Lock

from chalicelib.rules.rate_limits import Limit

#: Windows that a process counts at once; the oldest is forgotten first, and then counted by its shared row alone.
_MOST_COUNTED = 20_000


class Counts:
    """What this process knows of each window: the total, how many the shared row lacks, and the window's end (epoch seconds)."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int, int]] = {}
        self._changing = Lock()

    def add(self, key: str, weight: int, limit: Limit, second: int) -> tuple[int, int, int]:
        """Counts more in a window that is not full. Returns the known total, what the caller has to add to the shared row now,
        and when the window ends.
        """
        with self._changing:
            total, own, end = self._known.pop(key, (0, 0, 0))
            if end <= second:
                total, own, end = 0, 0, second + limit.seconds
            if total <= limit.most:
                total, own = total + weight, own + weight
            due = own if own >= limit.step or total > limit.most else 0
            self._known[key] = total, own - due, end
            while len(self._known) > _MOST_COUNTED:
                del self._known[next(iter(self._known))]
            return total, due, end

    def learn(self, key: str, total: int, end: int) -> None:
        """Notes the shared row's count, and adds what other threads have counted meanwhile."""
        with self._changing:
            _, own, _ = self._known.get(key, (0, 0, 0))
            self._known[key] = total + own, own, end

    def find(self, key: str, second: int) -> tuple[int, int, int]:
        """Returns the known total of a window, how many of it the shared row lacks, and when it ends; zeros if none runs."""
        with self._changing:
            known = self._known.get(key, (0, 0, 0))
            return known if known[2] > second else (0, 0, 0)

    def clear(self) -> None:
        """Forgets all."""
        with self._changing:
            self._known.clear()
