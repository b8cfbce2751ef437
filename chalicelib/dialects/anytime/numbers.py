"""Things by their numbers: an error about a missing one names the number that the client knows."""

from chalicelib.context import Context
from chalicelib.desk.conversations import conversations
from chalicelib.desk.conversations.fields import CUSTOM
from chalicelib.desk.core.errors import NotFound
from chalicelib.dialects.http import Request


def as_sent(ctx: Context, request: Request, error: NotFound) -> NotFound:
    """Returns what is not there by its number in this dialect. A request or two for a conversation."""
    if error.kind == "custom field" and isinstance(error.name, int):
        return NotFound("field", CUSTOM + error.name)
    if error.kind == "conversation" and isinstance(error.name, str):
        return next((NotFound(error.kind, number) for number in _sent(request) if _is(ctx, number, error.name)), error)
    return error


def _sent(request: Request) -> list[int]:
    """Returns the numbers in a request's path and at the top of its body."""
    in_path = [int(part) for part in request.path.split("/") if part.isascii() and part.isdecimal()]
    return in_path + [value for value in request.json.values() if isinstance(value, int)]


def _is(ctx: Context, number: int, conversation: str) -> bool:
    try:
        return conversations.id_by_number(ctx, number) == conversation
    except NotFound:
        return False
