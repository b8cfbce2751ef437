"""Programs that receive webhooks: one in this process, and a real one behind a local port."""

import hashlib
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.integrations import webhooks
from chalicelib.desk.integrations.posting import STATUS, TIMEOUT, Outcome
from chalicelib.desk.integrations.webhooks import Change, Webhook
from chalicelib.jobs import deliver
from tests.world import World

URL = "https://receiver.example/hooks"


@dataclass
class Receiver:
    """What was posted, and how each is answered: by `answer`, a status or None for silence."""

    answer: Callable[[dict[str, Any]], int | None] = lambda _: 200
    body: bytes = b""
    told: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    _lock: Any = field(default_factory=threading.Lock)

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Outcome:
        with self._lock:
            told = json.loads(body)
            self.told.append(told)
            self.headers.append(headers)
            self.bodies.append(body)
            self.urls.append(url)
            status = self.answer(told)
        if status is None:
            return Outcome(None, TIMEOUT, 10_000)
        return Outcome(status, None if 200 <= status < 300 else STATUS, 5, self.body)

    def events(self) -> list[str]:
        return [str(one["event"]) for one in self.told]


def receiving(world: World, answer: Callable[[dict[str, Any]], int | None] = lambda _: 200) -> Receiver:
    """A receiver that gets all that is posted from now on."""
    receiver = Receiver(answer)
    world.monkeypatch.setattr(deliver, "_post", receiver.post)
    return receiver


def webhook(world: World, event: str = "*", **given: Any) -> Webhook:
    """A webhook of an account, which the relay knows of."""
    made = webhooks.create(world.ctx(ADMIN, world.owner), Change(event=event, url=given.pop("url", URL), **given))
    world.settle()
    return made


def is_signed(secret: str, header: str, body: bytes) -> bool:
    """Whether a body was signed with a secret, by hand."""
    parts = [part.split("=", 1) for part in header.split(",")]
    (second,) = [value for name, value in parts if name == "t"]
    wanted = hmac.new(secret.encode(), second.encode() + b"." + body, hashlib.sha256).hexdigest()
    return wanted in [value for name, value in parts if name == "v1"]


@dataclass
class Server:
    """A real receiver: how it answers is `behave`, which has the handler."""

    port: int
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"


def plainly(handler: BaseHTTPRequestHandler) -> None:
    """Answers with 204."""
    handler.send_response(204)
    handler.end_headers()


@contextmanager
def served(behave: Callable[[BaseHTTPRequestHandler], None] = plainly, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A real receiver on a local port."""
    server: Server

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.requests.append((dict(self.headers), body))
            behave(self)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that has gone is expected."""

    with Quiet(("127.0.0.1", 0), Handler) as httpd:
        server = Server(httpd.server_address[1])
        if tls:
            httpd.socket = tls.wrap_socket(httpd.socket, server_side=True)
        serving = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        serving.start()
        try:
            yield server
        finally:
            httpd.shutdown()
            serving.join()


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]
