"""Optimistic writes: read, decide, write on a condition; try again if another write came first."""

from collections.abc import Callable
from typing import TypeVar

from chalicelib.context import Context
from chalicelib.desk.core.errors import Conflict
from chalicelib.models.base import ConditionFailed

_T = TypeVar("_T")
_ATTEMPTS = 12


def retry_on_conflict(ctx: Context, attempt: Callable[[], _T]) -> _T:
    """Returns the result of the first attempt that raises no ConditionFailed. Each attempt reads again.

    Raises Conflict after twelve.
    """
    for count in range(_ATTEMPTS):
        try:
            return attempt()
        except ConditionFailed:
            ctx.pause(count)
    raise Conflict("too many writers at once; try again")
