"""Waiting for a condition, with a deadline; and a port that nobody has."""

import socket
import time
from collections.abc import Callable
from typing import TypeVar

#: Seconds after which what has not happened will not.
PATIENCE = 60
_T = TypeVar("_T")


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], _T | None], patience: float = PATIENCE) -> _T:
    """What `holds` returns once it is true; fails after `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"it did not happen within {patience} seconds")
