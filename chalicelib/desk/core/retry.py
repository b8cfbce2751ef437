"""Optimistic writes: read, decide, write on condition; again where another was faster."""

from collections.abc import Callable
from typing import TypeVar

from chalicelib.context import Context
from chalicelib.desk.core.errors import Conflict
from chalicelib.models.base import ConditionFailed

_T = TypeVar("_T")
_ATTEMPTS = 12


def retry_on_conflict(ctx: Context, attempt: Callable[[], _T]) -> _T:
    """The result of the first attempt that is not Refused. An attempt reads anew. Raises Conflict after twelve."""
    for count in range(_ATTEMPTS):
        try:
            return attempt()
        except ConditionFailed:
            ctx.pause(count)
    raise Conflict("too many writers at once; try again")
