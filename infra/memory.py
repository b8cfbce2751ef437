"""Memory of `make run`'s processes: what is freed goes back to the system, and large bodies are taken a few at a time."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Condition

#: glibc's parameters, in malloc.h: from which size on a block is mapped by itself, what is left at a heap's end, and how many
#: heaps threads have.
_MMAP_THRESHOLD, _TRIM_THRESHOLD, _ARENA_MAX = -3, -1, -8
_LARGE = 256 * 1024


def give_back() -> None:
    """Has the C library map large blocks by themselves, so that each is given back when it is freed. Does nothing where it is
    not glibc, which by default keeps what it has once had, for each thread's heap.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, value in ((_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE), (_ARENA_MAX, 2)):
            mallopt(parameter, value)


class Room:
    """How many bytes may be in memory at once. A caller that needs more than is left waits; small amounts are free."""

    def __init__(self, most: int, small: int = 64 * 1024) -> None:
        """All is free."""
        self._most, self._small = most, small
        self._taken, self._freed = 0, Condition()

    @contextmanager
    def taking(self, size: int) -> Iterator[None]:
        """Around what needs so many bytes. More than there are at all count as all."""
        wanted = min(size, self._most) if size > self._small else 0
        with self._freed:
            self._freed.wait_for(lambda: not wanted or self._taken + wanted <= self._most)
            self._taken += wanted
        try:
            yield
        finally:
            with self._freed:
                self._taken -= wanted
                self._freed.notify_all()
