"""HTTP to DynamoDB by Python's own client over kept connections: botocore's session has urllib3 between, which takes as long to
send a request and take its answer as the rest of a call does.

Errors are those of botocore's session, which its retries know.
"""

import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
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

_PORTS = {"http": 80, "https": 443}


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


class _Place(NamedTuple):
    """Where requests to a URL go."""

    host: str
    port: int
    is_safe: bool


class _Kept(NamedTuple):
    """An open connection, used by one thread at a time."""

    place: _Place
    connection: HTTPConnection

    @property
    def is_usable(self) -> bool:
        """Whether it is as it was left: there is something to read where the other side has closed it."""
        return not wait_for_read(self.connection.sock, timeout=0)

    def close(self) -> None:
        """Closes it."""
        with suppress(OSError):
            self.connection.close()


@lru_cache(64)
def host_of(url: str) -> str:
    """Returns what a request to a URL has as its Host: the port only where it is not the usual one."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in (None, _PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


@lru_cache(64)
def _place_of(url: str) -> tuple[_Place, str]:
    """Returns where requests to a URL go, and its path with its query."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Place(parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.scheme == "https"), path


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
        place, path = _place_of(request.url)
        kept = self._taken(place) or self._opened(place, request.url)
        given: Any = (request.body, request.headers)  # whose types botocore's stubs don't know
        goes_on = False
        try:
            kept.connection.request(request.method, path, *given)
            answer = kept.connection.getresponse()
            body = answer.read()
            goes_on = not answer.will_close
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except (OSError, HTTPException) as error:
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error
        finally:
            self._leave(kept, goes_on)
        return Response(request.url, answer.status, _headers(answer.getheaders()), body)

    def _leave(self, kept: _Kept, goes_on: bool) -> None:
        if goes_on and len(self._idle) < self._most:
            self._idle.append(kept)
        else:
            kept.close()

    def close(self) -> None:
        """Closes what is idle."""
        _close_all(self._idle)

    def _taken(self, place: _Place) -> _Kept | None:
        """Returns the idle connection that was used last, None for none. Those that do not serve are closed."""
        with suppress(IndexError):
            while True:
                kept = self._idle.pop()
                if kept.place == place and kept.is_usable:
                    return kept
                kept.close()
        return None

    def _opened(self, place: _Place, url: str) -> _Kept:
        try:
            opened = self._connection(place)
            opened.connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=url, error=error) from error
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error
        opened.sock.settimeout(self._read)
        return _Kept(place, opened)

    def _connection(self, place: _Place) -> HTTPConnection:
        if place.is_safe:
            return HTTPSConnection(place.host, place.port, timeout=self._connect, context=self._tls())
        return HTTPConnection(place.host, place.port, timeout=self._connect)


def _close_all(idle: deque[_Kept]) -> None:
    with suppress(IndexError):
        while True:
            idle.pop().close()


def _headers(given: list[tuple[str, str]]) -> Headers:
    headers = Headers()
    for name, value in given:
        lower = name.lower()
        headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
    return headers
