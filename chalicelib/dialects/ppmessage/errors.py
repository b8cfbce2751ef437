"""PPMessage's error codes. Every answer is HTTP 200 with one of them, except what a browser shows by its address."""

from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.desk.core.errors import (
    IS_AGENT,
    IS_OWNER,
    NOT_ADMIN,
    NOT_OWNER,
    WRONG_PASSWORD,
    Conflict,
    DeskError,
    Exists,
    Forbidden,
    Invalid,
    Locked,
    Missing,
    NotAuthenticated,
    NotFound,
    Stale,
    TooMany,
    Unavailable,
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
    8: "no such device",
    10: "password mismatch.",
    13: "no such application.",
    14: "no file",
    16: "illegal message.",
    17: "system error.",
    18: "no such object",
    20: "no permission",
    22: "user already existed.",
    25: "device existed.",
    26: "no such conversation",
    28: "wrong parameter",
    29: "not portal user of PPMESSAGE.",
    30: "no such org group.",
    31: "not a list",
    32: "user not in this group",
    33: "can not update",
    35: "no conversation member.",
    36: "wrong conversation type",
    37: "user already in this group",
    38: "user is the owner of app.",
    39: "not owner",
    40: "app not has this user.",
    41: "page too large",
    42: "page max and min together",
    43: "user is not a admin user.",
}
_CODES = [code for code in STRINGS if code]
Code = Annotated[
    int, Meta(description=", ".join(f"{code} {STRINGS[code]}" for code in _CODES), extra_json_schema={"enum": _CODES})
]
#: The desk's name for a field, and the client's.
_FIELDS = {"trace": "ppcom_trace_uuid", "id": "uuid", "body": "message_body", "device": "device_uuid"}
_FIELDS |= {"email": "user_email", "password": "user_password", "level": "user_status", "language": "user_language"}
_FORBIDDEN = {NOT_ADMIN: 43, NOT_OWNER: 39, IS_OWNER: 38, IS_AGENT: 29, WRONG_PASSWORD: 10}
_EXISTS = {"device": 25, "person": 22}
_FIELDS |= {"members": "member_list", "size": "page_size", "page": "page_offset"}
_NOT_FOUND = {
    "person": 7,
    "account": 13,
    "conversation": 26,
    "group": 30,
    "member": 35,
    "group member": 32,
    "device": 8,
    "file": 14,
}
_FIELDS |= {"description": "group_desc", "selection": "group_route_algorithm", "members": "member_list"}
_FIELDS |= {"question": "script_question", "answer": "script_answer"}
#: Fields that several nouns have, and how each noun's endpoints spell them; the first noun that is in an endpoint's name counts.
_OF_NOUNS = {
    "name": (("_USER", "user_fullname"), ("_GROUP", "group_name"), ("_CONVERSATION", "conversation_name"), ("_APP", "app_name")),
    "signature": (("_UPDATE_USER", "user_signature"),),
    "icon": (("_USER", "user_icon"), ("_ANONYMOUS", "user_icon"), ("_GROUP", "group_icon"), ("_APP", "app_icon")),
}
_NO_LIST, _GOT = "expected `array", ", got `"
#: Has OAuth's own words for what is wrong with a form; and the call that knows but 6 and 16.
_TOKEN, _SEND = "/ppauth/token", "/PP_SEND_MESSAGE"
#: Where a page's address leads, and what such a refusal's status is; 400 for any other code.
_SHOWN = ("/download/", "/identicon/", "/ppkefu/icon/", "/ppkefu/material/", "/ppkefu/download/")
#: What a browser takes for a page or a script where it is answered with 200.
_READ = (*_SHOWN, "/widget.js", "/ppauth/auth", "/ppauth/reset")
_STATUSES = {3: 401, 4: 401, 14: 404, 17: 500, 18: 404}


class Failed(msgspec.Struct):
    """A user that a call names and that the call failed for, while it succeeded for others."""

    user_uuid: str
    error_code: Code
    error_string: str


class Refusal(msgspec.Struct, kw_only=True):
    """What went wrong. The fields after `uri` are there where there is such a thing to say; `retry_after` is in seconds."""

    error_code: Code
    error_string: str
    uri: str
    error_detail: str | UnsetType = UNSET
    retry_after: int | UnsetType = UNSET
    device_uuid: str | UnsetType = UNSET
    failed: list[Failed] | UnsetType = UNSET
    failures: list[Failed] | UnsetType = UNSET


class Bare(msgspec.Struct):
    """Base of a body that is all there is in an answer: `wrap` puts nothing around it."""


class OAuthError(Bare):
    """What is wrong with a form of /ppauth/token, in OAuth's own words."""

    error: str
    error_description: str | UnsetType = UNSET


class Coded(DeskError):
    """An error with a code of this dialect's own. `fields` go into the answer."""

    def __init__(self, code: int, detail: str = "", **fields: Any) -> None:
        super().__init__(detail)
        self.code, self.detail, self.fields = code, detail, fields


def code_of(error: Exception) -> int:
    """The code that says what went wrong."""
    match error:
        case Coded():
            return error.code
        case Locked():
            return 10
        case NotAuthenticated():
            return 4
        case WrongMethod():
            return 1
        case TooMany():
            return 20
        case Forbidden():
            return _FORBIDDEN.get(error.why, 20)
        case NotFound():
            return _NOT_FOUND.get(error.kind, 18)
        case Missing():
            return 6
        case Unavailable():
            return 33
        case Invalid():
            return 1 if not error.field else 31 if error.reason.startswith(_NO_LIST) and _GOT in error.reason else 28
        case Exists():
            return _EXISTS.get(error.kind, 33)
        case Conflict() | Stale():
            return 33
        case _:
            return 17


def named(error: DeskError, path: str = "") -> DeskError:
    """The error with the field's name as the endpoint's clients know it."""
    if not isinstance(error, Invalid):
        return error
    spelled = next((name for noun, name in _OF_NOUNS.get(error.field, ()) if noun in path), None)
    return Invalid(spelled or _FIELDS.get(error.field, error.field), error.reason)


def fail(error: Exception, request: Request) -> Answer:
    """An error in this dialect's shape. `error_detail` says more about the field, where there is more."""
    if request.path == _TOKEN and isinstance(error, Invalid | Missing):
        return Answer(OAuthError("invalid_request", str(error)), 400)
    code = code_of(error)
    if code == 28 and uri(request) == _SEND:
        code = 16
    detail = str(named(error, request.path)) if isinstance(error, DeskError) else ""
    status = _STATUSES.get(code, 400) if request.path.startswith(_SHOWN) else 200
    if isinstance(error, TooMany) and request.path.startswith(_READ):
        status = 429
    refusal = Refusal(
        error_code=code, error_string=STRINGS[code], uri=uri(request), error_detail=detail or UNSET, **_fields(error)
    )
    return Answer(refusal, status)


def _fields(error: Exception) -> dict[str, Any]:
    """What an answer says about an error besides its code. `retry_after` is in seconds."""
    if isinstance(error, Locked | TooMany):
        return {"retry_after": error.seconds}
    return error.fields if isinstance(error, Coded) else {}


def wrap(request: Request, body: Any) -> Any:
    """A success in this dialect's shape. /ppauth has its own."""
    if isinstance(body, Bare) or not isinstance(body, msgspec.Struct | UnsetType):
        return body
    told = {} if body is UNSET else msgspec.structs.asdict(body)
    shown = {name: value for name, value in told.items() if value is not UNSET}
    return {"error_code": 0, "error_string": STRINGS[0], "uri": uri(request), **shown}


@cache
def envelope(shape: Any) -> Any:
    """The type of a success whose body has a type, as `wrap` shows it."""
    if shape is not UnsetType and issubclass(shape, Bare):
        return shape
    around = [("error_code", Literal[0]), ("error_string", Literal["success."]), ("uri", str)]
    if shape is UnsetType:
        return msgspec.defstruct("NothingYet", around, forbid_unknown_fields=True)
    namespace = {"__doc__": shape.__doc__}
    return msgspec.defstruct(f"{shape.__name__}Answer", around, bases=(shape,), kw_only=True, namespace=namespace)


def failed(user: str, code: int) -> Failed:
    """The call failed for one of the users."""
    return Failed(user, code, STRINGS[code])


def uri(request: Request) -> str:
    """The endpoint's name in answers, without /api."""
    return request.path.removeprefix("/api").rstrip("/")
