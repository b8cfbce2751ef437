"""What dies between two requests to DynamoDB."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.models.base import connection


def interrupted(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> int:
    """Does something again and again, each time with one request more before it dies. Returns how many it takes."""
    send, last = connection._make_api_call, 0
    while True:
        last += 1
        left = [last]

        def dispatch(operation: str, given: dict[str, Any], left: list[int] = left) -> dict[str, Any]:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return send(operation, given)

        monkeypatch.setattr(connection, "_make_api_call", dispatch)
        try:
            act()
        except KeyboardInterrupt:
            continue
        finally:
            monkeypatch.setattr(connection, "_make_api_call", send)
        return last
