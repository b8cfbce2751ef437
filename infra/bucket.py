"""The bucket of `make run` under the desk's own address, so that its pages ask nothing of another origin.

It only passes on what the desk has signed: links to an object, and forms that store one. A stranger's upload is never a page of
the desk's: it runs nothing and asks for nothing.
"""

import http.client
import os
from typing import Any, BinaryIO
from urllib.parse import parse_qs, urlsplit

#: Bytes of a form with the largest file (desk/conversations/attachments.py), and those that are passed on at once.
MOST_BYTES, _PART = 21 * 1024 * 1024, 65_536
_SECONDS = 30
#: Headers that belong to one connection and are not passed on.
_OWN = {"connection", "keep-alive", "transfer-encoding", "server", "date", "content-security-policy", "x-content-type-options"}
_SAFE = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'", "X-Content-Type-Options": "nosniff"}
_REFUSED = b'{"message":"this is served to signed links and forms alone"}'


def has(path: str) -> bool:
    """Whether a request's path is the bucket's."""
    name = os.environ.get("POLYDESK_ATTACHMENTS", "")
    return bool(name) and "AWS_ENDPOINT_URL" in os.environ and f"{urlsplit(path).path}/".startswith(f"/{name}/")


class _Body:
    """The bytes of a request that are still to come."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def read(self, most: int = _PART, /) -> bytes:
        """Some of them, none after the last."""
        part = self._file.read(min(most, self._left))
        self._left -= len(part)
        return part


def pass_on(request: Any, size: int) -> None:
    """Answers a request of `infra.server.Handler`, whose body has `size` bytes, with what the bucket answers."""
    if not _is_signed(request.command, request.path):
        request.close_connection = True
        _answer(request, 403, {"Content-Type": "application/json", "Content-Length": str(len(_REFUSED)), "Connection": "close"})
        request.wfile.write(b"" if request.command == "HEAD" else _REFUSED)
        return
    bucket = http.client.HTTPConnection(urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc, timeout=_SECONDS)
    try:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OWN}
        bucket.request(request.command, request.path, _Body(request.rfile, size) if size else None, headers)
        answer = bucket.getresponse()
        told = {name: value for name, value in answer.getheaders() if name.lower() not in _OWN}
        if "content-length" not in {name.lower() for name in told}:
            request.close_connection, told["Connection"] = True, "close"
        _answer(request, answer.status, told)
        while part := answer.read(_PART):
            request.wfile.write(part)
    finally:
        bucket.close()


def _is_signed(method: str, path: str) -> bool:
    """Whether it is a link, a form, or a browser's question before one. Whether the signature is right, the bucket says."""
    where = urlsplit(path)
    is_object = where.path.strip("/").count("/") > 0
    if method == "GET":
        return is_object and "X-Amz-Signature" in parse_qs(where.query)
    return method == "OPTIONS" or (method == "POST" and not is_object and not where.query)


def _answer(request: Any, status: int, headers: dict[str, str]) -> None:
    request.send_response(status)
    for name, value in (headers | _SAFE).items():
        request.send_header(name, value)
    request.end_headers()
