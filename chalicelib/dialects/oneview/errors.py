"""OneView's errors: `{"errors": [{"status": "404", "title": "not found"}]}`."""

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
    Stale: 412,
}
TITLES = {
    400: "bad request",
    401: "not authorize",
    403: "forbidden",
    404: "not found",
    405: "method not allowed",
    409: "conflict",
    412: "precondition failed",
    500: "internal server error",
}


def fail(error: Exception, request: Request) -> Answer:
    """An error in this dialect's shape; `detail` says more where there is more to say."""
    status = _STATUSES.get(type(error), 500)
    entry = {"status": str(status), "title": TITLES[status]}
    if isinstance(error, DeskError) and str(error):
        entry["detail"] = str(error)
    return Answer({"errors": [entry]}, status)
