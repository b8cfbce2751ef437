"""LiveChat's envelope, for failures, warnings and successes."""

from typing import Any

from chalicelib.desk.errors import DeskError
from chalicelib.dialects.http import Answer, Request
from chalicelib.dialects.statuses import status_of


def fail(error: Exception, request: Request) -> Answer:
    """An error in this dialect's envelope."""
    status = status_of(error)
    text = str(error) if isinstance(error, DeskError) else "something went wrong on our side"
    return Answer({"status": 0, "type": "Error", "message": text or "the token is missing, wrong or expired"}, status)


def wrap(request: Request, body: Any) -> dict[str, Any]:
    """A success in this dialect's envelope."""
    return {"status": 1, "type": "Success", "message": body}
