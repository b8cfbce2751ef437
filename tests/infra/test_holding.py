"""A held request is answered as soon as there is something to say, and asks nothing until then."""

import asyncio
import json
import time
from typing import Any

from infra.holding import HEADER, READ, RELEASE, Bells, held

#: What a test's app answers, and how often it was asked.
ROUTING = "polydesk-local-routing"


class Service:
    """An app with one queue and one stream, whose `found` is what it answers with, once."""

    def __init__(self) -> None:
        self.asked = 0
        self.found: dict[str, Any] = {}
        self.next: float | None = None
        self.took: list[tuple[str, str, str]] = []
        self.bells = Bells(lambda name: self.next)
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        self.bodies.append((await receive())["body"])
        found, self.found = self.found, {}
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(found).encode()})

    async def ask(self, name: str | None = ROUTING, longest: float = 60, path: str = "/", read: str = "") -> tuple[int, bytes]:
        """What a client gets that asks and stays."""
        headers = [(key.lower().encode(), value.encode()) for key, value in ((HEADER, name), (READ, read)) if value]
        parts, answer = [{"type": "http.request", "body": b"asked"}], list[Any]()

        async def receive() -> Any:
            return parts.pop(0) if parts else await asyncio.Future()

        async def send(message: Any) -> None:
            answer.append(message)

        app = held(self, self.bells, lambda *read: self.took.append(read), longest)
        await app({"type": "http", "path": path, "headers": headers}, receive, send)
        return answer[0]["status"], answer[1]["body"]


async def quiet(service: Service, asked: int = 1) -> None:
    """Lets all that can happen now happen; the app has then been asked so often."""
    for _ in range(20):
        await asyncio.sleep(0)
    assert service.asked == asked


def test_what_is_there_is_answered_at_once() -> None:
    async def scene() -> None:
        service = Service()
        service.found = {"Messages": [1]}
        assert json.loads((await service.ask())[1]) == {"Messages": [1]}

    asyncio.run(scene())


def test_a_poll_of_a_stream_is_answered_when_its_table_has_a_record_and_at_no_other() -> None:
    async def scene() -> None:
        service = Service()
        poll = asyncio.ensure_future(service.ask("people"))
        await quiet(service)
        service.bells.ring("conversations")
        await quiet(service)
        service.found = {"Records": [1], "NextShardIterator": "x"}
        service.bells.ring("people")
        assert json.loads((await poll)[1])["Records"] == [1]
        assert service.bodies == [b"asked"] * 2

    asyncio.run(scene())


def test_a_message_that_is_held_back_wakes_nobody_before_its_time() -> None:
    async def scene() -> None:
        service = Service()
        poll = asyncio.ensure_future(service.ask())
        await quiet(service)
        service.next = time.time() + 3600
        service.bells.ring(ROUTING)
        await quiet(service)
        service.next, service.found = time.time() - 1, {"Messages": [1]}
        service.bells.ring(ROUTING)
        assert json.loads((await poll)[1]) == {"Messages": [1]}
        assert service.asked == 2

    asyncio.run(scene())


def test_a_message_that_is_held_back_is_answered_when_its_time_has_come() -> None:
    async def scene() -> None:
        service = Service()
        service.next = time.time() + 0.05

        async def at_last() -> None:
            await quiet(service)
            service.found = {"Messages": [1]}

        assert json.loads((await asyncio.gather(service.ask(), at_last()))[0][1]) == {"Messages": [1]}
        assert time.time() >= (service.next or 0)

    asyncio.run(scene())


def test_what_is_never_answered_ends_with_nothing() -> None:
    assert json.loads(asyncio.run(Service().ask(longest=0.01))[1]) == {}


def test_a_desk_that_stops_is_not_waited_for() -> None:
    async def scene() -> None:
        service = Service()
        poll = asyncio.ensure_future(service.ask())
        await quiet(service)
        assert (await service.ask(None, path=RELEASE))[0] == 204
        assert json.loads((await poll)[1]) == {}
        assert json.loads((await service.ask())[1]) == {}

    asyncio.run(scene())


def test_a_client_that_has_gone_is_given_nothing() -> None:
    async def scene() -> None:
        service = Service()
        parts: list[Any] = [{"type": "http.request", "body": b"asked"}, {"type": "http.disconnect"}]

        async def receive() -> Any:
            return parts.pop(0)

        async def send(message: Any) -> None:
            raise AssertionError("nobody is there")

        app = held(service, service.bells, lambda *read: None)
        await app({"type": "http", "path": "/", "headers": [(HEADER.lower().encode(), b"x")]}, receive, send)
        service.bells.ring("x")
        await quiet(service, service.asked)
        assert service.asked <= 1

    asyncio.run(scene())


def test_a_reader_says_how_far_it_has_read() -> None:
    service = Service()
    service.found = {"Records": [1]}
    asyncio.run(service.ask("people", read="relay_people 0007"))
    assert service.took == [("people", "relay_people", "0007")]


def test_what_does_not_ask_for_it_is_not_held() -> None:
    assert json.loads(asyncio.run(Service().ask(None))[1]) == {}
