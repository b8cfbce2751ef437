"""Posting: one HTTP request to an address that a stranger may have chosen.

The name is looked up once, all of its addresses are checked (rules.addresses), and the connection is to one that was checked,
with the name's certificate. Redirects are not followed, and nothing of the process's own (proxies, cookies, credentials) is sent.
The whole request takes at most the time and the bytes that `Network` says, even if the receiver answers a byte at a time.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

import msgspec

from chalicelib.rules import addresses, webhook_urls
from chalicelib.rules.webhook_urls import Target

#: Why a request failed: no answer in time, no such name, an address that may not be connected to, no connection, no valid
#: certificate, an answer that is no HTTP, one with another status than 2xx, and nothing to send, because we can't make it.
TIMEOUT, NO_NAME, PRIVATE, NO_CONNECTION, BAD_TLS, BAD_ANSWER, STATUS, NO_PAYLOAD = (
    "timeout",
    "no such host",
    "private address",
    "no connection",
    "bad certificate",
    "bad answer",
    "status",
    "no payload",
)
#: Addresses of a host that are tried.
_MOST_ADDRESSES = 4
_CHUNK = 65_536


@cache
def _trust() -> ssl.SSLContext:
    """The machine's certificates. Loading them takes as long as a request."""
    return ssl.create_default_context()


class Network(msgspec.Struct, frozen=True):
    """How requests are made: seconds for all of one, bytes of an answer that are read, and hosts that may be private."""

    seconds: float = 10.0
    most_bytes: int = 65_536
    allowed: Collection[str] = ()
    resolve: Callable[..., list[Any]] = socket.getaddrinfo
    trust: Callable[[], ssl.SSLContext] = _trust


class Outcome(msgspec.Struct, frozen=True):
    """What came of a request: the answer's status and the beginning of its body, or an `error`; and how many milliseconds it
    took.
    """

    status: int | None
    error: str | None
    milliseconds: int
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        """Whether it was answered with a status from 200 to 299."""
        return self.error is None


class _Failed(Exception):
    """Why a request failed, in a word."""


class _Clock:
    """How long a request may still take."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._until = self._began + seconds

    def left(self) -> float:
        """Returns the seconds that are left. Raises _Failed where there are none."""
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise _Failed(TIMEOUT)
        return seconds

    def milliseconds(self) -> int:
        return int((time.monotonic() - self._began) * 1000)


class _Answer(io.RawIOBase):
    """The bytes of a connection, as http.client reads them. A read may take the time that is left. Ends after so many bytes."""

    def __init__(self, connection: socket.socket, clock: _Clock, most_bytes: int) -> None:
        self._connection, self._clock, self._left = connection, clock, most_bytes
        self._buffered: io.BufferedReader[Any] = io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            return 0
        self._connection.settimeout(self._clock.left())
        count = self._connection.recv_into(memoryview(buffer)[: self._left])
        self._left -= count
        return count

    def makefile(self, *_: Any, **__: Any) -> "io.BufferedReader[Any]":
        """As a socket's, for http.client. Each answer goes on where the one before it has ended."""
        return self._buffered


def post(url: str, headers: Mapping[str, str], body: bytes, network: Network) -> Outcome:
    """Posts a body, and returns what came of it."""
    clock = _Clock(network.seconds)
    try:
        return _post(url, headers, body, network, clock)
    except TimeoutError:
        return Outcome(None, TIMEOUT, clock.milliseconds())
    except _Failed as failed:
        return Outcome(None, str(failed), clock.milliseconds())
    except ssl.SSLError:
        return Outcome(None, BAD_TLS, clock.milliseconds())
    except OSError:
        return Outcome(None, NO_CONNECTION, clock.milliseconds())


def _post(url: str, headers: Mapping[str, str], body: bytes, network: Network, clock: _Clock) -> Outcome:
    try:
        to = webhook_urls.target(url, network.allowed)
    except webhook_urls.Refused:
        raise _Failed(PRIVATE) from None
    connection = _connect(to, _lookup(to, network, clock), clock)
    try:
        if to.is_tls:
            connection.settimeout(clock.left())
            connection = network.trust().wrap_socket(connection, server_hostname=to.host)
        _send(connection, _request(to, headers, body), clock)
        status, said = _read(connection, network, clock)
    finally:
        connection.close()
    return Outcome(status, None if 200 <= status < 300 else STATUS, clock.milliseconds(), said)


def _lookup(to: Target, network: Network, clock: _Clock) -> list[Any]:
    """Returns the addresses of the host. The resolver has no time limit, so it is asked in a thread. Raises _Failed if one of
    them must not be connected to.
    """
    found: list[Any] = []

    def look() -> None:
        try:
            found.extend(network.resolve(to.host, to.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            found.clear()

    asking = threading.Thread(target=look, daemon=True)
    asking.start()
    asking.join(clock.left())
    if asking.is_alive():
        raise _Failed(TIMEOUT)
    if not found:
        raise _Failed(NO_NAME)
    if to.host not in network.allowed and not all(addresses.is_public(str(one[4][0])) for one in found):
        raise _Failed(PRIVATE)
    return found[:_MOST_ADDRESSES]


def _connect(to: Target, found: list[Any], clock: _Clock) -> socket.socket:
    """Returns a connection to the first address that takes one; none may use more than its share of the time."""
    for place, (family, kind, protocol, _, address) in enumerate(found):
        share = clock.left() / (len(found) - place)
        try:
            return _connected(socket.socket(family, kind, protocol), address, share)
        except OSError:
            if place == len(found) - 1:
                raise
    raise _Failed(NO_CONNECTION)


def _connected(connection: socket.socket, address: Any, seconds: float) -> socket.socket:
    connection.settimeout(seconds)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _request(to: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = {"Host": to.authority, "Connection": "close", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {to.path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _send(connection: socket.socket, request: bytes, clock: _Clock) -> None:
    rest = memoryview(request)
    while rest:
        connection.settimeout(clock.left())
        rest = rest[connection.send(rest[:_CHUNK]) :]


def _read(connection: socket.socket, network: Network, clock: _Clock) -> tuple[int, bytes]:
    """Returns the answer's status and the beginning of its body. No room is made for more, whatever length the answer claims."""
    said = _Answer(connection, clock, network.most_bytes)
    early: list[http.client.HTTPResponse] = []  # kept, because one that is dropped closes what all of them read
    try:
        while 100 < (answer := _begun(said)).status < 200:  # not the answer yet (early hints); http.client skips 100
            early.append(answer)
        return answer.status, answer.read(network.most_bytes)
    except http.client.IncompleteRead as cut:  # it has more than is read, or has ended early
        return answer.status, cut.partial
    except (http.client.HTTPException, ValueError) as wrong:
        raise _Failed(BAD_ANSWER) from wrong


def _begun(said: _Answer) -> http.client.HTTPResponse:
    answer = http.client.HTTPResponse(said, method="POST")  # type: ignore[arg-type]
    answer.begin()
    return answer
