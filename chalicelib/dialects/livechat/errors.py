"""LiveChat's envelope, for failures, warnings and successes."""

from typing import Any

from chalicelib.desk.errors import (
    Conflict,
    DeskError,
    Exists,
    Forbidden,
    Invalid,
    Missing,
    NotAuthenticated,
    NotFound,
    Stale,
)
from chalicelib.dialects.endpoint import WrongMethod
from chalicelib.dialects.http import Answer, Request

_STATUSES: dict[type[Exception], int] = {
    Missing: 400,
    Invalid: 400,
    NotAuthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    WrongMethod: 405,
    Conflict: 409,
    Exists: 409,
    Stale: 409,
}


def fail(error: Exception, request: Request) -> Answer:
    """An error in this dialect's envelope."""
    status = _STATUSES.get(type(error), 500)
    text = str(error) if isinstance(error, DeskError) else "something went wrong on our side"
    return Answer({"status": 0, "type": "Error", "message": text or "the token is missing, wrong or expired"}, status)


def wrap(request: Request, body: Any) -> dict[str, Any]:
    """A success in this dialect's envelope."""
    return {"status": 1, "type": "Success", "message": body}
