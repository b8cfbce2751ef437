"""LiveChat's envelope, for failures, warnings and successes."""

from typing import Any, Generic, Literal, TypeVar, cast

import msgspec

from chalicelib.desk.core.errors import DeskError
from chalicelib.dialects.http import Answer, Request
from chalicelib.dialects.statuses import status_of

_T = TypeVar("_T")


class Failure(msgspec.Struct, kw_only=True):
    """What went wrong, in words."""

    status: Literal[0] = 0
    type: Literal["Error"] = "Error"
    message: str


class Success(msgspec.Struct, Generic[_T], kw_only=True):
    """What was asked for. A Warning where there was nothing left to do."""

    status: Literal[1] = 1
    type: Literal["Success", "Warning"] = "Success"
    message: _T


class Already:
    """What an endpoint answers, `shown`, where there was nothing left to do."""

    def __init__(self, shown: Any) -> None:
        self.shown = shown


def already(shown: _T) -> _T:
    """The documented message for a thing that is so already. The envelope calls it a warning."""
    return cast(_T, Already(shown))


def fail(error: Exception, request: Request) -> Answer:
    """An error in this dialect's envelope."""
    status = status_of(error)
    text = str(error) if isinstance(error, DeskError) else "something went wrong on our side"
    return Answer(Failure(message=text or "the token is missing, wrong or expired"), status)


def wrap(request: Request, body: Any) -> Success[Any]:
    """A success in this dialect's envelope, or a warning where nothing was left to do."""
    if isinstance(body, Already):
        return Success(type="Warning", message=body.shown)
    return Success(message=body)


def envelope(shape: Any) -> Any:
    """The type of a success whose message has a type."""
    return Success[shape]
