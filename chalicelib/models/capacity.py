"""Capacity: the units that requests to DynamoDB have consumed, summed for one piece of work.

Work that nobody collects for asks for no units. Threads of a pool collect for the work that has started them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_READS = frozenset(["GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"])


class Units:
    """Read and write units, without those of refused writes: DynamoDB does not say what they cost."""

    def __init__(self) -> None:
        self._found: list[tuple[bool, float]] = []
        #: Whether the client is told.
        self.is_told = False

    def add(self, operation: str, consumed: Any) -> None:
        """Adds what the answer to an operation says: one table's units, or a list of several tables'. Safe among threads."""
        several = consumed if isinstance(consumed, list) else [consumed] if consumed else []
        self._found += [(operation in _READS, one["CapacityUnits"]) for one in several]

    def __str__(self) -> str:
        return f"read={self.reads:.10g}, write={self.writes:.10g}"

    @property
    def reads(self) -> float:
        """Read units so far."""
        return sum(units for is_read, units in self._found if is_read)

    @property
    def writes(self) -> float:
        """Write units so far."""
        return sum(units for is_read, units in self._found if not is_read)


#: What the present work has consumed, None where nobody collects.
_collected: ContextVar[Units | None] = ContextVar("collected", default=None)


@contextmanager
def collecting() -> Iterator[Units]:
    """Sums the units of all requests within the block."""
    units = Units()
    token = _collected.set(units)
    try:
        yield units
    finally:
        _collected.reset(token)


def collected() -> Units | None:
    """Returns what to add to, None where nobody collects."""
    return _collected.get()


def in_threads() -> Mapping[str, Any]:
    """Returns the arguments of a pool whose threads collect for the present work."""
    return {"initializer": _collected.set, "initargs": (_collected.get(),)}
