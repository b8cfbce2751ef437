"""PPMessage's error codes: every answer is HTTP 200 with one of them."""

from typing import Any

import msgspec

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

STRINGS = {
    0: "success.",
    1: "request not json.",
    3: "no such access token.",
    4: "wrong access token.",
    6: "required parameter not provided.",
    7: "no such user",
    13: "no such application.",
    16: "illegal message.",
    17: "system error.",
    18: "no such object",
    20: "no permission",
    25: "device existed.",
    26: "no such conversation",
    28: "wrong parameter",
    33: "can not update",
    41: "page too large",
    42: "page max and min together",
}
#: What the desk calls a field, and what its client does.
_FIELDS = {"trace": "ppcom_trace_uuid", "id": "uuid", "body": "message_body", "device": "device_uuid"}
_NOT_FOUND = {"person": 7, "account": 13, "conversation": 26}


class Coded(DeskError):
    """An error that has a code of this dialect's own; `facts` go into the answer."""

    def __init__(self, code: int, detail: str = "", **facts: Any) -> None:
        super().__init__(detail)
        self.code, self.detail, self.facts = code, detail, facts


def code_of(error: Exception) -> int:
    """The code that says what went wrong."""
    match error:
        case Coded():
            return error.code
        case NotAuthenticated():
            return 4
        case WrongMethod():
            return 1
        case Forbidden():
            return 20
        case NotFound():
            return _NOT_FOUND.get(error.kind, 18)
        case Missing():
            return 6
        case Invalid():
            return 28 if error.field else 1
        case Exists():
            return 25 if error.kind == "device" else 33
        case Conflict() | Stale():
            return 33
        case _:
            return 17


def named(error: DeskError) -> DeskError:
    """The error with the field's name as its client knows it."""
    return Invalid(_FIELDS.get(error.field, error.field), error.reason) if isinstance(error, Invalid) else error


def fail(error: Exception, request: Request) -> Answer:
    """An error in this dialect's shape; `error_detail` says what is wrong with which field, where there is more to say."""
    code, facts = code_of(error), error.facts if isinstance(error, Coded) else {}
    detail = str(named(error)) if isinstance(error, DeskError) else ""
    more = {"error_detail": detail} if detail else {}
    return Answer({"error_code": code, "error_string": STRINGS[code], "uri": uri(request), **facts, **more})


def wrap(request: Request, body: Any) -> Any:
    """A success in this dialect's shape; /ppauth has its own."""
    if not isinstance(body, msgspec.Struct):
        return body
    return {"error_code": 0, "error_string": STRINGS[0], "uri": uri(request), **msgspec.structs.asdict(body)}


def uri(request: Request) -> str:
    """The endpoint as answers name it: without /api."""
    return request.path.removeprefix("/api").rstrip("/")
