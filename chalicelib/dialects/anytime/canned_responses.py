"""Anytime's canned responses: the same canned replies that PPMessage calls predefined scripts."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import canned_replies
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Line, Number, Paragraph
from chalicelib.dialects.endpoint import Endpoint, Nothing

Html = Annotated[str, Meta(max_length=canned_replies.LONGEST_HTML)]


class CannedResponse(Wire, kw_only=True):
    """A canned response."""

    id: int
    name: str
    html_content: str
    text_content: str


class CannedResponseList(Wire, kw_only=True):
    """Canned responses under their name."""

    canned_responses: list[CannedResponse]


class WrappedCannedResponse(Wire, kw_only=True):
    """One canned response under its name."""

    canned_response: CannedResponse


class OneCannedResponse(Wire, kw_only=True):
    """A canned response by its integer id."""

    id: Number


class MakeCannedResponse(Wire, kw_only=True):
    """`POST /cannedResponses`. One of the two contents is enough; the other is made from it."""

    name: Line
    html_content: Html | None = None
    text_content: Paragraph | None = None


class ChangeCannedResponse(Wire, kw_only=True):
    """`PUT /cannedResponses/{id}`: what is given changes."""

    id: Number
    name: Line | UnsetType = UNSET
    html_content: Html | None = None
    text_content: Paragraph | None = None


def list_canned_responses(ctx: Context, request: Nothing) -> CannedResponseList:
    """`GET /cannedResponses`: all canned responses."""
    return CannedResponseList(canned_responses=[_shown(reply) for reply in canned_replies.load(ctx).replies])


def get_canned_response(ctx: Context, request: OneCannedResponse) -> WrappedCannedResponse:
    """`GET /cannedResponses/{id}`: a canned response."""
    return WrappedCannedResponse(canned_response=_shown(canned_replies.get(ctx, request.id)))


def make_canned_response(ctx: Context, request: MakeCannedResponse) -> WrappedCannedResponse:
    """`POST /cannedResponses`: a new canned response."""
    if not (request.text_content or request.html_content):
        raise Invalid("textContent", "or htmlContent must be given")
    made = canned_replies.write(ctx, request.name, request.text_content, request.html_content)
    return WrappedCannedResponse(canned_response=_shown(made))


def change_canned_response(ctx: Context, request: ChangeCannedResponse) -> WrappedCannedResponse:
    """`PUT /cannedResponses/{id}`: changes the name, the contents, or both."""
    changed = canned_replies.change(ctx, request.id, request.name, request.text_content, request.html_content)
    return WrappedCannedResponse(canned_response=_shown(changed))


def remove_canned_response(ctx: Context, request: OneCannedResponse) -> None:
    """`DELETE /cannedResponses/{id}`: removes a canned response."""
    canned_replies.remove_by_number(ctx, request.id)


def _shown(reply: canned_replies.Reply) -> CannedResponse:
    return CannedResponse(
        id=reply.number, name=reply.question, html_content=canned_replies.html_of(reply), text_content=reply.answer
    )


_PATH, _ONE = f"{BASE}/cannedResponses", f"{BASE}/cannedResponses/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_canned_responses, AGENT),
    Endpoint("POST", _PATH, make_canned_response, AGENT),
    Endpoint("GET", _ONE, get_canned_response, AGENT),
    Endpoint("PUT", _ONE, change_canned_response, AGENT),
    Endpoint("DELETE", _ONE, remove_canned_response, AGENT),
]
