"""HTTP for `make run`: Chalice's own local gateway, without its forty milliseconds of Nagle; it refuses as the deployed one."""

import io
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, LocalChalice, LocalDevServer, LocalGateway, LocalGatewayException

from infra import bucket
from infra.faults import FAULTS, Crashed
from infra.gateway import NO_SUCH_PATH
from infra.memory import Room

log = logging.getLogger("polydesk.http")
#: Bytes of a body, as API Gateway takes them; and those of all bodies that are being answered, which are copied several times.
MOST_BYTES, _ROOM = 10 * 1024 * 1024, 10 * 1024 * 1024
_DRAINED = 100 * 1024 * 1024
_LAST = {"Connection": "close"}
_TOO_LONG = b'{"message":"Request Too Long"}'
_BAD_CHUNK, _LONGEST_LINE, _HEX = b'{"message":"The chunks of the body are broken"}', 8_192, re.compile(rb"[0-9a-fA-F]{1,8}")


class NoSuchPath(LocalGatewayException):
    """The path is in no family of the app's."""

    CODE = 404


class TooLong(LocalGatewayException):
    """The body is larger than the gateway takes."""

    CODE = 413


class BadLength(LocalGatewayException):
    """The body's length, or a chunk's, is not a number."""

    CODE = 400


class Gateway(LocalGateway):
    """What finds the app's route for a request."""

    def _generate_lambda_event(self, method: str, path: str, headers: Any, body: bytes | None) -> Any:
        try:
            return super()._generate_lambda_event(method, path, headers, body)
        except ValueError as error:
            raise NoSuchPath({}, NO_SUCH_PATH.encode()) from error


class Methods(dict[str, Any]):
    """The methods of a path, and with them any other: its dialect refuses that as it does one that it knows."""

    def __contains__(self, method: object) -> bool:
        return True

    def __missing__(self, method: str) -> Any:
        return next(iter(self.values()))


class Server(ThreadingHTTPServer):
    """Many connections at once, each in a thread that ends with the process."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *given: Any) -> None:
        """As the base class, and nothing is being answered yet."""
        super().__init__(*given)
        self._answering, self._idle = 0, threading.Condition()
        self.room = Room(_ROOM)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Around one request."""
        with self._idle:
            self._answering += 1
        try:
            yield
        finally:
            with self._idle:
                self._answering -= 1
                self._idle.notify_all()

    def drain(self, seconds: float) -> bool:
        """Waits until what has been asked is answered; False where that takes longer."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._answering, seconds)


class Handler(ChaliceRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    wbufsize = -1
    rfile: Any
    wfile: Any
    #: How many seconds a client may be silent in the middle of a request, or on a connection that it keeps.
    timeout = 120
    #: For a request that is not HTTP.
    error_content_type = "application/json"
    error_message_format = '{"message": "%(explain)s"}'

    def __init__(self, request: Any, address: Any, server: Any, app_object: Chalice, config: Config) -> None:
        """As the base class, with a gateway of its own."""
        self.local_gateway = Gateway(app_object, config)
        BaseHTTPRequestHandler.__init__(self, request, address, server)

    def __getattr__(self, name: str) -> Any:
        """Handles any method as the known ones."""
        if name.startswith("do_"):
            return self._generic_handle
        raise AttributeError(name)

    def _generic_handle(self) -> None:
        # Chalice's own converter says 127.0.0.1 whoever calls; API Gateway says whose connection it is.
        self.local_gateway.event_converter.LOCAL_SOURCE_IP = self.client_address[0]
        wire, most = self.rfile, bucket.MOST_BYTES if bucket.has(self.path) else MOST_BYTES
        try:
            if "transfer-encoding" in self.headers:
                self._read_chunks(most)
            self._handle(self._size(most))
        except LocalGatewayException as refusal:
            self._send_error_response(refusal)
        finally:
            self.rfile = wire

    def _handle(self, size: int) -> None:
        if bucket.has(self.path):
            with self.server.answering():
                bucket.pass_on(self, size)
            return
        with self.server.room.taking(size), self.server.answering():
            try:
                self._answer()
            except Crashed:
                self.close_connection = True

    def _answer(self) -> None:
        """Answers a request, or where that goes wrong on purpose, only does what it asks."""
        wire: Any = self.wfile
        if FAULTS.is_dropped():
            self.wfile, self.close_connection = io.BytesIO(), True
        try:
            with FAULTS.dying():
                super()._generic_handle()
            self.wfile.flush()
        finally:
            self.wfile = wire

    def _size(self, most: int) -> int:
        """Bytes of the body that comes. Raises TooLong for more than `most`, after it has come: a client that is still
        sending does not listen.
        """
        told = self.headers.get("content-length", "0")
        if not (told.isascii() and told.isdecimal()):
            raise BadLength(_LAST, b'{"message":"Content-Length is not a number"}')
        size = int(told)
        if size > most:
            left = min(size, _DRAINED)
            while left and (part := self.rfile.read(min(left, 65_536))):
                left -= len(part)
            raise TooLong(_LAST, _TOO_LONG)
        return size

    def _read_chunks(self, most: int) -> None:
        """Reads a body that comes in chunks, after which it is as one whose length was told. Raises BadLength, TooLong."""
        body, total = bytearray(), 0
        for size in iter(self._chunk_size, 0):
            end = total + size
            while total < end:
                part = self.rfile.read(min(end - total, 65_536))
                total += len(part)
                body += part if total <= most else b""
                if not part or total > _DRAINED:
                    raise BadLength(_LAST, _BAD_CHUNK)
            if self.rfile.readline(_LONGEST_LINE).strip():
                raise BadLength(_LAST, _BAD_CHUNK)
        while self.rfile.readline(_LONGEST_LINE).strip():
            pass  # trailers say nothing to anybody here
        if total > most:
            raise TooLong(_LAST, _TOO_LONG)
        del self.headers["transfer-encoding"], self.headers["content-length"]
        self.headers["Content-Length"] = str(total)
        self.rfile = io.BytesIO(body)

    def _chunk_size(self) -> int:
        """Returns the bytes of the chunk that comes, 0 after the last one. Raises BadLength."""
        told = self.rfile.readline(_LONGEST_LINE).partition(b";")[0].strip()
        if not _HEX.fullmatch(told):
            raise BadLength(_LAST, _BAD_CHUNK)
        return int(told, 16)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle  # noqa: N815 (as the base has them)

    def _send_http_response_with_body(self, code: int, headers: Any, body: Any) -> None:
        """A HEAD gets the headers alone: a body would be read as the beginning of the next answer."""
        super()._send_http_response_with_body(code, headers, b"" if self.command == "HEAD" else body)

    def _send_error_response(self, error: Any) -> None:
        """What the gateway itself refuses: as the deployed one does, with CORS."""
        error.headers = {**error.headers, "Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
        super()._send_error_response(error)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """What the server itself says; the desk has a line a request (LOG_LEVEL=INFO)."""
        log.debug(format, *args)


def serve(app: Chalice, port: int) -> LocalDevServer:
    """A server of the app on 127.0.0.1, bound and not yet serving. Raises OSError for a taken port."""
    app.__class__ = LocalChalice
    app.routes = {path: Methods(methods) for path, methods in app.routes.items()}
    return LocalDevServer(app, Config.create(chalice_app=app, app_name=app.app_name), "127.0.0.1", port, Handler, Server)
