"""API Gateway's events, as Chalice shows them, to a dialect's requests and back."""

import re
from collections.abc import Callable
from typing import Any, cast

import msgspec
from chalice.app import CaseInsensitiveMapping, Response, WebsocketEvent
from chalice.app import Request as Received

from chalicelib import telemetry
from chalicelib.dialects.endpoint import Dialect
from chalicelib.dialects.http import Answer, Request

_VARIABLE = re.compile(r"{(\w+)}")
_encoder = msgspec.json.Encoder()


def identify(event: Any, handle: Callable[[Any], Any]) -> Any:
    """A middleware of every lambda: which call it is, for what is logged; and that an answer is text or bytes as it is itself."""
    request = event.context.get("requestId") if isinstance(event, Received) else None
    invocation = event.lambda_context if isinstance(event, Received) else event.context
    telemetry.invoked(request_id=request, invocation_id=getattr(invocation, "aws_request_id", None))
    if not isinstance(event, Received):
        return handle(event)
    event.headers = _Headers(event.to_original_event()["headers"] or {})
    answer = handle(event)
    return _Sent(answer.body, answer.headers, answer.status_code)


class _Headers(CaseInsensitiveMapping):
    """Headers by name, whatever the case; `known` has them by lower-case name. For Chalice every answer is a binary one (app.py
    says why), and refused to whom does not accept that, so everybody does.
    """

    def __init__(self, given: dict[str, str]) -> None:
        self.known = {name.lower(): value for name, value in given.items()} | {"accept": "*/*"}
        super().__init__(self.known)


class _Sent(Response):
    """An answer that is base64 where it is bytes, and text where it is text, whatever its type."""

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:
        """As Lambda gives it to API Gateway."""
        return dict(super().to_dict(["*/*"] if isinstance(self.body, bytes) else []))


def serve(dialect: Dialect, request: Received) -> Response:
    """The dialect's answer to what came through the gateway."""
    return respond(dialect.handle(received(request)))


def received(request: Received) -> Request:
    """A request as dialects see it."""
    variables: dict[str, str] = request.uri_params or {}
    path = _VARIABLE.sub(lambda found: variables[found[1]], request.path)
    body, source = request.raw_body, request.context.get("identity", {}).get("sourceIp") or ""
    headers = cast(_Headers, request.headers).known  # identify has put them there
    return Request(request.method, path, _query(request), headers, body if isinstance(body, bytes) else body.encode(), source)


def source_of(event: WebsocketEvent) -> str:
    """The network address of a socket's client, as the gateway saw it."""
    return event.to_dict()["requestContext"].get("identity", {}).get("sourceIp") or ""


def _query(request: Received) -> dict[str, Any]:
    many: Any = request.query_params or {}
    values = {name: many.getlist(name) for name in many}
    return {name: given[0] if len(given) == 1 else given for name, given in values.items()}


def respond(answer: Answer) -> Response:
    """An answer as Chalice wants it: JSON, nothing, or what has a content type of its own."""
    written = answer.body is None or "Content-Type" in answer.headers
    body = (answer.body or "") if written else _encoder.encode(answer.body).decode()
    return Response(body, {"Content-Type": "application/json", **answer.headers}, answer.status)
