"""API Gateway's events, as Chalice shows them, to a dialect's requests and back."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
from chalice.app import Request as Received
from chalice.app import Response

from chalicelib import telemetry
from chalicelib.dialects.endpoint import Dialect
from chalicelib.dialects.http import Answer, Request

_VARIABLE = re.compile(r"{(\w+)}")
_encoder = msgspec.json.Encoder()


def identify(event: Any, handle: Callable[[Any], Any]) -> Any:
    """A middleware of every lambda: which call it is, for what is logged."""
    request = event.context.get("requestId") if isinstance(event, Received) else None
    invocation = event.lambda_context if isinstance(event, Received) else event.context
    telemetry.invoked(request_id=request, invocation_id=getattr(invocation, "aws_request_id", None))
    return handle(event)


def serve(dialect: Dialect, request: Received) -> Response:
    """The dialect's answer to what came through the gateway."""
    return respond(dialect.handle(received(request)))


def received(request: Received) -> Request:
    """A request as dialects see it."""
    variables: dict[str, str] = request.uri_params or {}
    path = _VARIABLE.sub(lambda found: variables[found[1]], request.path)
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = request.raw_body
    return Request(request.method, path, _query(request), headers, body if isinstance(body, bytes) else body.encode())


def _query(request: Received) -> dict[str, Any]:
    many: Any = request.query_params or {}
    values = {name: many.getlist(name) for name in many}
    return {name: given[0] if len(given) == 1 else given for name, given in values.items()}


def respond(answer: Answer) -> Response:
    """An answer as Chalice wants it: JSON, or nothing."""
    body = "" if answer.body is None else _encoder.encode(answer.body).decode()
    return Response(body, {"Content-Type": "application/json", **answer.headers}, answer.status)
