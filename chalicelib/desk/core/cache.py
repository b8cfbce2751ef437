"""What a warm process remembers for a minute: tokens, settings, names."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from chalicelib import config

_V = TypeVar("_V")


class TimedCache(Generic[_V]):
    """Values by key, each trusted for `config.CACHE_SECONDS`, or `seconds`. Bounded: the oldest entry leaves first, and what is
    too old leaves when something comes. `most` is how many entries there are, or, with `weight`, what they weigh in all.

    Time is the caller's, in epoch milliseconds. Threads may share it: what one has read is not remembered where another has
    dropped something meanwhile, because it may be older than the change.
    """

    def __init__(
        self, most: int = 10_000, seconds: int = config.CACHE_SECONDS, weight: Callable[[_V], int] = lambda value: 1
    ) -> None:
        self._most, self._life, self._weight, self._load = most, seconds * 1000, weight, 0
        self._entries: dict[str, tuple[int, _V]] = {}
        self._writing = Lock()
        #: Counts how often something was dropped.
        self._version = 0
        _all.append(self.clear)

    def get(self, key: str, now: int) -> _V | None:
        """Returns the value, None if there is none or it is too old."""
        entry = self._entries.get(key)
        return entry[1] if entry and 0 <= now - entry[0] < self._life else None

    def put(self, key: str, value: _V, now: int) -> _V:
        """Remembers the value and returns it."""
        with self._writing:
            self._store(key, value, now)
        return value

    def put_read(self, key: str, read: Callable[[], _V], now: int) -> _V:
        """Returns what `read` returns, and remembers it unless something was dropped meanwhile."""
        version, value = self._version, read()
        with self._writing:
            if version == self._version:
                self._store(key, value, now)
        return value

    def _store(self, key: str, value: _V, now: int) -> None:
        self._drop(key)
        self._entries[key] = (now, value)
        self._load += self._weight(value)
        while self._entries and (self._load > self._most or self._is_first_too_old(now)):
            self._drop(next(iter(self._entries)))

    def _is_first_too_old(self, now: int) -> bool:
        return now - next(iter(self._entries.values()))[0] >= self._life

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry:
            self._load -= self._weight(entry[1])

    def forget(self, key: str) -> None:
        """Drops one key. Called by whatever writes the data behind it."""
        with self._writing:
            self._version += 1
            self._drop(key)

    def forget_where(self, matches: Callable[[_V], bool]) -> None:
        """Drops the keys of all values that match."""
        with self._writing:
            self._version += 1
            for key in [key for key, (_, value) in self._entries.items() if matches(value)]:
                self._drop(key)

    def clear(self) -> None:
        """Drops all."""
        with self._writing:
            self._version += 1
            self._entries.clear()
            self._load = 0


_all: list[Callable[[], None]] = []


def clear_all() -> None:
    """Empties all caches, as in a new process."""
    for clear in _all:
        clear()
