"""OneView's errors: `{"errors": [{"status": "404", "title": "not found"}]}`."""

from msgspec import UNSET

from chalicelib.desk.core.errors import DeskError
from chalicelib.dialects.http import Answer, Request
from chalicelib.dialects.oneview.wire import Failure, Failures
from chalicelib.dialects.statuses import status_of

TITLES = {
    400: "bad request",
    401: "not authorize",
    403: "forbidden",
    404: "not found",
    405: "method not allowed",
    409: "conflict",
    412: "precondition failed",
    429: "too many requests",
    500: "internal server error",
}


def fail(error: Exception, request: Request) -> Answer:
    """An error in this dialect's shape. `detail` says more where there is more."""
    status = status_of(error)
    detail = str(error) if isinstance(error, DeskError) else ""
    return Answer(Failures(errors=[Failure(status=str(status), title=TITLES[status], detail=detail or UNSET)]), status)
