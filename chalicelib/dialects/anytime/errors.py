"""Anytime's errors: `{"code": status * 1000 + detail, "message": …}`."""

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

_STATUSES: dict[type[Exception], tuple[int, int]] = {
    Missing: (400, 1),
    Invalid: (400, 0),
    NotAuthenticated: (401, 0),
    Forbidden: (403, 0),
    NotFound: (404, 0),
    WrongMethod: (405, 0),
    Conflict: (409, 0),
    Exists: (409, 1),
    Stale: (412, 0),
}
#: What the desk calls a field, and what its client does.
_FIELDS = {
    "assignee": "agentAssigneeId",
    "body": "plainBody",
    "contact": "contactId",
    "close_after": "closeAfter",
    "html_body": "htmlBody",
    "page": "pageIndex",
    "time_from": "timeFrom",
    "warn_after": "warnAfter",
}


def fail(error: Exception, request: Request) -> Answer:
    """An error in this dialect's shape: a validation error names the field as the client knows it."""
    status, detail = _STATUSES.get(type(error), (500, 0))
    headers = {"WWW-Authenticate": 'Bearer, Basic realm="anytime"'} if status == 401 else {}
    return Answer({"code": status * 1000 + detail, "message": _message(error, status)}, status, headers)


def _message(error: Exception, status: int) -> str:
    match error:
        case Missing():
            return f"{error.field} is required"
        case Invalid(field=field, reason=reason) if field:
            return f"{_FIELDS.get(field, field)} {reason}"
        case NotAuthenticated():
            return "the credentials are missing, wrong or expired"
        case Stale():
            return "the conversation has changed since you read it"
        case DeskError():
            return str(error)
        case _:
            return "something went wrong on our side"
