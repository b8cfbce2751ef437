"""WebSockets for `make run`: what API Gateway does between a socket and the lambdas, and its management API.

One port serves both: clients at /pcsocket/WS, and `POST|DELETE /@connections/<id>`, through which lambdas send and close.
"""

import asyncio
import logging
import secrets
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from chalice.local import LambdaContext
from hypercorn.asyncio import serve
from hypercorn.config import Config

from infra.faults import FAULTS

PATH = "/pcsocket/WS"
log = logging.getLogger("polydesk.local")
_TIMEOUT_MS = 29_000
#: The largest message of a client that API Gateway takes.
_MOST_BYTES = 128 * 1024
_Message = dict[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]


class Gateway:
    """An ASGI application. `module` holds the lambdas `websocket_connect`, `websocket_message` and `websocket_disconnect`."""

    def __init__(self, module: Any) -> None:
        """Nobody is connected yet."""
        self._module = module
        self._open: dict[str, _Send] = {}

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Serves one socket, or one call of the management API."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._manage(scope, receive, send)
        else:
            await _lifespan(receive, send)

    async def _socket(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        await receive()
        if scope["path"].rstrip("/") != PATH:
            await send({"type": "websocket.close", "code": 1008})
            return
        connection, source = secrets.token_urlsafe(12) + "=", scope["client"][0]
        answer = await self._call("connect", connection, source)
        if answer is None or answer["statusCode"] != 200:
            await send(
                {"type": "websocket.http.response.start", "status": answer["statusCode"] if answer else 500, "headers": []}
            )
            await send({"type": "websocket.http.response.body", "body": b""})
            return
        await send({"type": "websocket.accept"})
        self._open[connection] = send
        try:
            while (message := await receive())["type"] == "websocket.receive":
                text = message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
                await self._call("message", connection, source, text)
        finally:
            self._open.pop(connection, None)
            await self._call("disconnect", connection, source)

    async def _call(self, route: str, connection: str, source: str, body: str | None = None) -> _Message | None:
        """Calls a lambda as the gateway does. Returns what it does; what it raises is its own affair, and None."""
        context: _Message = {
            "connectionId": connection,
            "domainName": "localhost",
            "apiId": "local",
            "stage": "local",
            "routeKey": route,
        }
        context["identity"] = {"sourceIp": source}
        name = f"websocket_{route}"
        try:
            answer: _Message = await asyncio.to_thread(
                _lambda(self._module, name), {"requestContext": context, "body": body}, LambdaContext(name, 512, _TIMEOUT_MS)
            )
        except Exception:
            log.exception("%s failed", name)
            return None
        return answer

    async def _manage(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        to = self._open.get(scope["path"].removeprefix("/@connections/"))
        status = 410 if to is None else 200
        if to and scope["method"] == "POST":
            await to({"type": "websocket.send", "text": body.decode()})
        elif to:
            await to({"type": "websocket.close", "code": 1000})
        headers = [(b"content-type", b"application/json"), (b"x-amzn-errortype", b"GoneException")]
        await send({"type": "http.response.start", "status": status, "headers": headers[: 1 if to else 2]})
        await send({"type": "http.response.body", "body": b"{}"})


def _lambda(module: Any, name: str) -> Callable[[Any, Any], Any]:
    """One of the module's lambdas, which may die where faults are made on purpose."""

    def call(event: Any, context: Any) -> Any:
        with FAULTS.dying():
            return getattr(module, name)(event, context)

    return call


async def _lifespan(receive: _Receive, send: _Send) -> None:
    for answer in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{answer}.complete"})


class Server(threading.Thread):
    """The gateway on a port of 127.0.0.1, in a thread."""

    def __init__(self, module: Any, port: int) -> None:
        """Not started yet."""
        super().__init__(name="sockets", daemon=True)
        self._config = Config()
        self._config.bind = [f"127.0.0.1:{port}"]
        self._config.websocket_max_message_size = _MOST_BYTES
        self._config.accesslog = self._config.errorlog = None
        self._gateway = Gateway(module)
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()

    def run(self) -> None:
        """Serves until stopped."""
        self._loop.run_until_complete(serve(self._gateway, self._config, shutdown_trigger=self._stopped.wait))  # type: ignore[arg-type]

    def stop(self) -> None:
        """Ends it, and waits a moment for its sockets to close."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self.join(timeout=5)
