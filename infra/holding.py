"""Requests that the embedded AWS holds until it has something to answer: a poll of a stream or of a queue costs nothing while
nothing happens, and is answered at once when something does.

A client asks for that with the header `X-Polydesk-Hold`, which names the queue or the stream's table. With
`X-Polydesk-Read` a reader of a stream says who it is and which record it took last.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Any, Send], Awaitable[None]]
HEADER, READ = "X-Polydesk-Hold", "X-Polydesk-Read"
#: A POST here ends what is held, and lets nothing be held any more: the desk stops.
RELEASE = "/_polydesk/release"
#: Seconds that a request is held at most; below a client's own patience.
LONGEST = 20.0
#: Told with a table, a reader and the record that it took last.
Took = Callable[[str, str, str], None]


class Bells:
    """What held requests listen to. A bell has the name of a queue or a table."""

    def __init__(self, due: Callable[[str], float | None]) -> None:
        """`due` says when (epoch seconds) the next message of a queue can be received, None where no time is known."""
        self._due = due
        self._heard: dict[str, asyncio.Event] = {}
        self._gone: set[asyncio.Task[None]] = set()
        self.is_released = False

    def ring(self, name: str) -> None:
        """Wakes those who listen to a name."""
        if bell := self._heard.pop(name, None):
            bell.set()

    def release(self) -> None:
        """Wakes all, for good."""
        self.is_released = True
        for name in list(self._heard):
            self.ring(name)

    def listen(self, name: str) -> asyncio.Event:
        """What is set when the name is rung next."""
        return self._heard.setdefault(name, asyncio.Event())

    async def wait(self, name: str, bell: asyncio.Event, end: float) -> None:
        """Returns when a queue has something to receive, when a stream may have something to read, or at `end`."""
        while not self.is_released and (now := time.time()) < end:
            due = self._due(name)
            if due is not None and due <= now:
                return
            try:
                await asyncio.wait_for(bell.wait(), min(end, due or end) - now)
            except TimeoutError:
                continue
            if self._due(name) is None:
                return
            bell = self.listen(name)


def held(app: App, bells: Bells, took: Took, longest: float = LONGEST) -> App:
    """The app, which answers a request that may be held once it has something to say, or after `longest` seconds."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        name, read = _header(scope, HEADER), _header(scope, READ)
        if name and read:
            took(name, *read.split())
        if scope["type"] == "http" and scope["path"] == RELEASE:
            bells.release()
            await _answer(send, [_start(204), {"type": "http.response.body", "body": b""}])
        elif scope["type"] != "http" or name is None:
            await app(scope, receive, send)
        else:
            body = await _body(receive)
            answer = asyncio.ensure_future(_hold(app, bells, name, scope, body, longest))
            client = asyncio.ensure_future(receive())  # nothing more comes from a client but that it has gone
            await asyncio.wait({answer, client}, return_when=asyncio.FIRST_COMPLETED)
            client.cancel()
            if answer.done():
                await _answer(send, answer.result())
            else:
                answer.cancel()

    return wrapped


def _header(scope: Scope, name: str) -> str | None:
    return next((value.decode() for key, value in scope.get("headers", ()) if key == name.lower().encode()), None)


async def _hold(app: App, bells: Bells, name: str, scope: Scope, body: bytes, longest: float) -> list[Message]:
    """The answer: the first one that says something, or the last one before the time is up."""
    end = time.time() + longest
    while True:
        bell = bells.listen(name)
        answer: list[Message] = []

        async def keep(message: Message, answer: list[Message] = answer) -> None:
            answer.append(message)

        await app(dict(scope), _again(body), keep)
        if bells.is_released or time.time() >= end or not _is_empty(answer):
            return answer
        await bells.wait(name, bell, end)


def _is_empty(answer: list[Message]) -> bool:
    """Whether the answer has neither a message nor a record."""
    if answer[0]["status"] != 200:
        return False
    found = json.loads(b"".join(message.get("body", b"") for message in answer[1:]) or b"{}")
    return not (found.get("Messages") or found.get("Records"))


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _again(body: bytes) -> Receive:
    """What gives the body to an app that asks for it."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _start(status: int) -> Message:
    return {"type": "http.response.start", "status": status, "headers": []}


async def _answer(send: Send, answer: list[Message]) -> None:
    for message in answer:
        await send(message)
