"""API Gateway's events, as Chalice shows them, turned into a dialect's requests, and answers turned back."""

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
    """Middleware of every lambda: gives each log line the call's id, and answers as text or bytes, whichever they are."""
    request = event.context.get("requestId") if isinstance(event, Received) else None
    invocation = event.lambda_context if isinstance(event, Received) else event.context
    telemetry.invoked(request_id=request, invocation_id=getattr(invocation, "aws_request_id", None))
    if not isinstance(event, Received):
        return handle(event)
    event.headers = _Headers(event.to_original_event()["headers"] or {})
    answer = handle(event)
    return _Sent(answer.body, answer.headers, answer.status_code)


class _Headers(CaseInsensitiveMapping):
    """Headers by name in any letter case; `known` has them by lower-case name, as they were sent.

    Chalice treats every answer as binary (app.py says why) and refuses clients that do not accept that, so all are made to
    accept it.
    """

    def __init__(self, given: dict[str, str]) -> None:
        self.known = {name.lower(): value for name, value in given.items()}
        super().__init__(self.known | {"accept": "*/*"})


class _Sent(Response):
    """An answer that is base64 for bytes and text for a text, whatever its content type."""

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:
        """Returns what Lambda gives to API Gateway."""
        return dict(super().to_dict(["*/*"] if isinstance(self.body, bytes) else []))


def serve(dialect: Dialect, request: Received) -> Response:
    """Returns the dialect's answer to a request that came through the gateway."""
    return respond(dialect.handle(received(request)))


def received(request: Received) -> Request:
    """Returns the request as dialects see it."""
    variables: dict[str, str] = request.uri_params or {}
    path = _VARIABLE.sub(lambda found: variables[found[1]], request.path)
    body, source = request.raw_body, request.context.get("identity", {}).get("sourceIp") or ""
    headers = cast(_Headers, request.headers).known  # set by `identify`
    return Request(request.method, path, _query(request), headers, body if isinstance(body, bytes) else body.encode(), source)


def address_of(request: Received) -> str:
    """Returns the path of a request as its client sees it, which begins with the gateway's stage."""
    return str(request.context.get("path") or request.path)


def source_of(event: WebsocketEvent) -> str:
    """Returns the network address of a socket's client, as the gateway saw it."""
    return event.to_dict()["requestContext"].get("identity", {}).get("sourceIp") or ""


def _query(request: Received) -> dict[str, Any]:
    many: Any = request.query_params or {}
    values = {name: many.getlist(name) for name in many}
    return {name: given[0] if len(given) == 1 else given for name, given in values.items()}


def respond(answer: Answer) -> Response:
    """Returns an answer as Chalice wants it: JSON, nothing, or something with its own content type."""
    written = answer.body is None or "Content-Type" in answer.headers
    body = (answer.body or "") if written else _encoder.encode(answer.body).decode()
    return Response(body, {"Content-Type": "application/json", **answer.headers}, answer.status)
