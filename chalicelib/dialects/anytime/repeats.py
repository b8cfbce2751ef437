"""Anytime's `Idempotency-Key`: the same key and body on any POST give the first answer again.

If the first answer shows a secret, which is only shown once, the repeated call is refused.
"""

from collections.abc import Callable

import msgspec

from chalicelib.context import Context
from chalicelib.desk.core import repeats
from chalicelib.desk.core.repeats import Reply
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import MULTIPART, Answer, Request

#: The header, by its lower-case name.
HEADER = "idempotency-key"


def once(ctx: Context, request: Request, endpoint: Endpoint, serve: Callable[[], Answer]) -> Answer:
    """Returns the answer to a request, which is the first one again where a POST's key was used before.

    No request more without a key, and for endpoints that look at the key themselves. Raises what `repeats.once` does.
    """
    key = request.headers.get(HEADER, "").strip()
    if not key or request.method != "POST" or endpoint.needs is None or endpoint.is_repeatable:
        return serve()
    has_secret = endpoint.has_secret
    return _answer(repeats.once(ctx, key, _fingerprint(request), lambda: _reply(serve()), has_secret=has_secret))


def _fingerprint(request: Request) -> bytes:
    """Returns the method, path and body. A form's boundary is left out: clients choose another one each time."""
    body = request.body
    if request.media_type == MULTIPART:
        boundary = request.headers["content-type"].partition("boundary=")[2].partition(";")[0].strip('" ')
        body = body.replace(boundary.encode(), b"") if boundary else body
    return b"\n".join([request.method.encode(), request.path.strip("/").lower().encode(), body])


def _reply(answer: Answer) -> Reply:
    body = answer.body if isinstance(answer.body, bytes) else b"" if answer.body is None else msgspec.json.encode(answer.body)
    return Reply(answer.status, answer.headers, body, answer.refused)


def _answer(reply: Reply) -> Answer:
    body = reply.body if "Content-Type" in reply.headers else msgspec.Raw(reply.body) if reply.body else None
    return Answer(body, reply.status, reply.headers, reply.refused)
