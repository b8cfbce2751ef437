"""CPU time of processes that are not ours, as Linux counts it."""

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has taken, by itself and for its system calls, without its children."""
    fields = (_of(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def children(pid: int) -> list[int]:
    """The processes that a process has started, and which run."""
    return [int(child) for task in (_of(pid) / "task").iterdir() for child in (task / "children").read_text().split()]


def family(pid: int) -> Iterator[int]:
    """The process and all that come of it."""
    yield pid
    for child in children(pid):
        yield from family(child)


def _of(pid: int) -> Path:
    return Path("/proc") / str(pid)
