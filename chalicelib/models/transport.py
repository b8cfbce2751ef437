"""HTTP to DynamoDB: botocore's own session takes as long to send a request and take its answer as the rest of a call does.

A request goes out in one piece over a connection that is kept, and an answer's few headers are read without a parser of mails.
Errors are those of botocore's session, which its retries know.
"""

import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from io import BufferedReader
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from weakref import finalize

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util.wait import wait_for_read

#: Bytes of a line, and header lines, that an answer may have; as in http.client.
_LONGEST_LINE, _MOST_LINES = 65_536, 100
_PORTS = {"http": 80, "https": 443}
#: Statuses of answers without a body, whatever their headers say.
_EMPTY = (204, 304)


class _Broken(OSError):
    """The other side has ended the connection in the middle of an answer, or does not speak HTTP."""


class Headers(dict[str, str]):
    """Headers, kept by lower-case name and found in any letter case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        """Returns a header's value."""
        return super().get(name.lower(), default)


class Response(AWSResponse):
    """An answer that has been read whole."""

    headers: Any

    def __init__(self, url: str, status: int, headers: Headers, body: bytes) -> None:
        super().__init__(url, status, HTTPHeaders(), None)
        self.headers, self._body = headers, body

    @property
    def content(self) -> bytes:
        """Its body."""
        return self._body


class _Target(NamedTuple):
    """Where requests to a URL go, and how they begin."""

    host: str
    port: int
    is_safe: bool
    lines: bytes


@lru_cache(64)
def host_of(url: str) -> str:
    """Returns what a request to a URL has as its Host: the port only where it is not the usual one."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


@lru_cache(64)
def _target(method: str, url: str) -> _Target:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = f"{method} {path} HTTP/1.1\r\nHost: {host_of(url)}\r\nAccept-Encoding: identity\r\n".encode()
    return _Target(parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.scheme == "https", lines)


class _Kept:
    """An open connection, used by one thread at a time. Raises OSError where it breaks."""

    def __init__(self, target: _Target, opened: socket.socket) -> None:
        self.place = target[:3]
        self._socket, self._reader = opened, opened.makefile("rb")

    @property
    def is_usable(self) -> bool:
        """Whether it is as it was left: there is something to read where the other side has closed it."""
        return not wait_for_read(self._socket, timeout=0)

    def exchange(self, sent: bytes) -> tuple[int, Headers, bytes, bool]:
        """Sends a request. Returns status, headers and body of its answer, and whether another request may follow."""
        self._socket.sendall(sent)
        status, headers, goes_on = _head(self._reader)
        while status < 200:
            status, headers, goes_on = _head(self._reader)
        body, is_bounded = _body(self._reader, status, headers)
        return status, headers, body, goes_on and is_bounded

    def close(self) -> None:
        """Closes it."""
        with suppress(OSError):
            self._reader.close()
            self._socket.close()


class Session:
    """Botocore's `http_session` for requests with a body in memory to a host that is reached without a proxy."""

    def __init__(self, connect: float, read: float, most: int, tls: Callable[[], ssl.SSLContext]) -> None:
        """Seconds to wait for a connection and for an answer, idle connections kept at most, and what makes TLS's settings,
        which the first safe connection calls.
        """
        self._connect, self._read, self._tls = connect, read, lru_cache(tls)
        self._most, self._idle = most, deque[_Kept]()
        finalize(self, _close_all, self._idle)

    def send(self, request: AWSPreparedRequest) -> Response:
        """Returns the answer. Raises what botocore's own session does."""
        target = _target(request.method, request.url)
        sent = _written(target, request)
        kept = self._taken(target) or self._opened(target, request.url)
        goes_on = False
        try:
            status, headers, body, goes_on = kept.exchange(sent)
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except OSError as error:
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error
        finally:
            self._leave(kept, goes_on)
        return Response(request.url, status, headers, body)

    def _leave(self, kept: _Kept, goes_on: bool) -> None:
        if goes_on and len(self._idle) < self._most:
            self._idle.append(kept)
        else:
            kept.close()

    def close(self) -> None:
        """Closes what is idle."""
        _close_all(self._idle)

    def _taken(self, target: _Target) -> _Kept | None:
        """Returns the idle connection that was used last, None for none. Those that do not serve are closed."""
        with suppress(IndexError):
            while True:
                kept = self._idle.pop()
                if kept.place == target[:3] and kept.is_usable:
                    return kept
                kept.close()
        return None

    def _opened(self, target: _Target, url: str) -> _Kept:
        try:
            opened = socket.create_connection((target.host, target.port), self._connect)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if target.is_safe:
                opened = self._tls().wrap_socket(opened, server_hostname=target.host)
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=url, error=error) from error
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error
        opened.settimeout(self._read)
        return _Kept(target, opened)


def _close_all(idle: deque[_Kept]) -> None:
    with suppress(IndexError):
        while True:
            idle.pop().close()


def _written(target: _Target, request: AWSPreparedRequest) -> bytes:
    """Returns a request as it is sent. Raises ValueError for a header of several lines."""
    lines = [b"%b: %b\r\n" % (_bytes(name), _bytes(value)) for name, value in request.headers.items()]
    head = target.lines + b"".join(lines)
    if head.count(b"\n") != len(lines) + 3 or head.count(b"\r") != len(lines) + 3:
        raise ValueError("a header has several lines")
    return head + b"\r\n" + _bytes(request.body or b"")  # type: ignore[arg-type]  # a body in memory


def _bytes(given: str | bytes) -> bytes:
    return given.encode() if isinstance(given, str) else given


def _head(reader: BufferedReader) -> tuple[int, Headers, bool]:
    """Returns an answer's status and headers, and whether its connection goes on. Raises _Broken."""
    version, _, rest = _line(reader).partition(b" ")
    status = rest[:3]
    if not version.startswith(b"HTTP/1.") or not status.isdigit():
        raise _Broken("no answer of HTTP")
    headers = Headers()
    for _ in range(_MOST_LINES):
        if not (line := _line(reader)):
            break
        name, _, value = line.decode("latin-1").partition(":")
        name, value = name.lower(), value.strip()
        dict.__setitem__(headers, name, f"{dict.__getitem__(headers, name)}, {value}" if name in headers else value)
    else:
        raise _Broken("too many headers")
    return int(status), headers, version == b"HTTP/1.1" and headers.get("connection", "").lower() != "close"


def _line(reader: BufferedReader) -> bytes:
    line = reader.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise _Broken("ended in the middle of an answer" if len(line) < _LONGEST_LINE else "a line is too long")
    return line.rstrip(b"\r\n")


def _body(reader: BufferedReader, status: int, headers: Headers) -> tuple[bytes, bool]:
    """Returns an answer's body, and whether something said where it ends. Raises _Broken."""
    if status in _EMPTY:
        return b"", True
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return b"".join(_chunks(reader)), True
    if "content-length" in headers:
        return _exactly(reader, _number(headers["content-length"].encode(), 10)), True
    return reader.read(), False


def _chunks(reader: BufferedReader) -> Iterator[bytes]:
    """Yields the pieces of a body that is sent in pieces, and reads the headers that may follow it."""
    while size := _number(_line(reader).partition(b";")[0], 16):
        yield _exactly(reader, size)
        _line(reader)
    while _line(reader):
        pass


def _number(text: bytes, base: int) -> int:
    """Returns a length. Raises _Broken."""
    if not (text := text.strip()).isalnum():
        raise _Broken("no length")
    try:
        return int(text, base)
    except ValueError as error:
        raise _Broken("no length") from error


def _exactly(reader: BufferedReader, size: int) -> bytes:
    """Returns so many bytes. Raises _Broken where there are fewer."""
    if len(read := reader.read(size)) < size:
        raise _Broken("ended in the middle of an answer")
    return read
