"""Anytime's snooze: a conversation is on hold until a time. The vendor's documents have none; it is ours."""

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import conversations, snoozing
from chalicelib.desk.core.errors import Conflict, Missing
from chalicelib.dialects.anytime.conversations import PATH, One, show_one
from chalicelib.dialects.anytime.shapes import Wire, read_moment
from chalicelib.dialects.bounds import Line, Number
from chalicelib.dialects.endpoint import Endpoint


class Snooze(Wire, kw_only=True):
    """`PUT /conversations/{id}/snooze`. `until` is an ISO 8601 time, in UTC unless it says otherwise."""

    id: Number
    until: Line


class EndSnooze(Wire, kw_only=True):
    """`DELETE /conversations/{id}/snooze`."""

    id: Number


def snooze(ctx: Context, request: Snooze) -> One:
    """`PUT /conversations/{id}/snooze`: puts it on hold until a time, or moves that; then it is open again, and unread."""
    until = read_moment(request.until, "until", 0)
    if until is None:
        raise Missing("until")
    return show_one(ctx, snoozing.snooze(ctx, conversations.id_by_number(ctx, request.id), until))


def end_snooze(ctx: Context, request: EndSnooze) -> One:
    """`DELETE /conversations/{id}/snooze`: it is open again at once. One that is not snoozed stays as it is."""
    return show_one(ctx, snoozing.end(ctx, conversations.id_by_number(ctx, request.id)))


_PATH = f"{PATH}/{{id}}/snooze"
ROWS = [
    Endpoint("PUT", _PATH, snooze, AGENT, raises=(Conflict,)),
    Endpoint("DELETE", _PATH, end_snooze, AGENT),
]
