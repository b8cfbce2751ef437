"""Anytime's errors: `{"code": status * 1000 + detail, "message": …}`."""

from chalicelib.desk.core.errors import DeskError, Exists, Invalid, Locked, Missing, NotAuthenticated, Stale
from chalicelib.dialects.anytime.shapes import Failure
from chalicelib.dialects.http import Answer, Request
from chalicelib.dialects.statuses import status_of

#: The desk's name for a field, and the client's.
_FIELDS = {
    "answer": "textContent",
    "assignee": "agentAssigneeId",
    "body": "plainBody",
    "close_after": "closeAfter",
    "contact": "contactId",
    "day_of_week": "dayOfWeek",
    "default": "defaultValue",
    "end_time": "endTime",
    "expression": "logicExpression",
    "fax": "faxNumber",
    "first_within": "firstRespondWithin",
    "group": "departmentAssigneeId",
    "help_text": "helpText",
    "html": "htmlContent",
    "html_body": "htmlBody",
    "html_text": "htmlText",
    "icon": "avatar",
    "key": "name",
    "mobile": "phoneNumber",
    "next_within": "nextRespondWithin",
    "page": "pageIndex",
    "plain_text": "plainText",
    "postal_code": "postalOrZipCode",
    "question": "name",
    "recipients": "recipientAgentIds",
    "sends_mail": "ifSendEmail",
    "resolve_within": "resolveRespondWithin",
    "source_id": "sourceId",
    "start_time": "startTime",
    "stay_minutes": "stayTimeSpan",
    "stay_status": "stayStatus",
    "tag_numbers": "tagIds",
    "time_from": "timeFrom",
    "values": "autoUpdate",
    "time_unit": "timeUnit",
    "time_zone": "timeZone",
    "warn_after": "warnAfter",
}
#: The field whose value is taken, by the kind of thing that has it.
_TAKEN = {"person": "email", "user_id": "externalId", "sso_id": "SSOUserId"}


def fail(error: Exception, request: Request) -> Answer:
    """An error in this dialect's shape. It names a bad field as the client knows it."""
    status, detail = status_of(error), int(isinstance(error, Missing | Exists))
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Answer(Failure(code=status * 1000 + detail, message=_message(error)), status, headers)


def spelled(field: str) -> str:
    """Returns the client's name for a field of the desk, which may stand in another one."""
    path, dot, name = field.rpartition(".")
    return f"{path}{dot}{_FIELDS.get(name, name)}"


def _message(error: Exception) -> str:
    match error:
        case Missing():
            return f"{spelled(error.field)} is required"
        case Invalid(field=field, reason=reason) if field:
            return f"{spelled(field)} {reason}"
        case Exists(kind=kind, id=id_):
            return f"{_TAKEN.get(kind, kind)} is taken: {id_}"
        case Locked():
            return str(error)
        case NotAuthenticated():
            return "the credentials are missing, wrong or expired"
        case Stale():
            return "the conversation has changed since you read it"
        case DeskError():
            return str(error)
        case _:
            return "something went wrong on our side"
