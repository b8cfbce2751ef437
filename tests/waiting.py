"""Waiting for a condition, with a deadline; and a port that nobody has."""

import random
import socket
import time
from collections.abc import Callable
from typing import TypeVar

#: Seconds after which what has not happened will not.
PATIENCE = 60
_T = TypeVar("_T")


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago, like the two after it; none that the system gives to a connection."""
    while True:
        port = random.randrange(10_000, 32_000)
        if all(map(_is_free, range(port, port + 3))):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def until(holds: Callable[[], _T | None], patience: float = PATIENCE) -> _T:
    """What `holds` returns once it is true; fails after `patience` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"it did not happen within {patience} seconds")
