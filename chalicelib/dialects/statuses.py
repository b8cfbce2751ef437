"""HTTP statuses of the desk's errors, for the dialects that use HTTP's."""

from chalicelib.desk.core.errors import (
    Conflict,
    Exists,
    Forbidden,
    Invalid,
    Locked,
    Missing,
    NotAuthenticated,
    NotFound,
    Stale,
    TooMany,
)
from chalicelib.dialects.endpoint import WrongMethod

_STATUSES: dict[type[Exception], int] = {
    Missing: 400,
    Invalid: 400,
    NotAuthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    WrongMethod: 405,
    Conflict: 409,
    Exists: 409,
    Stale: 412,
    Locked: 429,
    TooMany: 429,
}


def status_of(error: Exception) -> int:
    """Returns the status of an error, 500 for one on our side."""
    return next((_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), 500)
