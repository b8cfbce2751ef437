"""LiveChat's envelope, for failures, warnings and successes."""

from typing import Any, TypeVar, cast

from chalicelib.desk.core.errors import DeskError
from chalicelib.dialects.http import Answer, Request
from chalicelib.dialects.statuses import status_of

_T = TypeVar("_T")


class Already:
    """What an endpoint answers, `shown`, where the thing is already so."""

    def __init__(self, shown: Any) -> None:
        self.shown = shown


def already(shown: _T) -> _T:
    """The documented message of a thing that is already so: the envelope calls it a warning."""
    return cast(_T, Already(shown))


def fail(error: Exception, request: Request) -> Answer:
    """An error in this dialect's envelope."""
    status = status_of(error)
    text = str(error) if isinstance(error, DeskError) else "something went wrong on our side"
    return Answer({"status": 0, "type": "Error", "message": text or "the token is missing, wrong or expired"}, status)


def wrap(request: Request, body: Any) -> dict[str, Any]:
    """A success in this dialect's envelope, or a warning where nothing was left to do."""
    if isinstance(body, Already):
        return {"status": 1, "type": "Warning", "message": body.shown}
    return {"status": 1, "type": "Success", "message": body}
