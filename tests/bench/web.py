"""One kept HTTP connection with little of its own in the way, and how long requests over several of them take."""

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookies import SimpleCookie
from statistics import median
from typing import Any

_STARTS_WITHIN, _ANSWERS_WITHIN = 60, 300


class Unanswered(Exception):
    """An answer was not as it must be, or nothing answers at all."""


class Connection:
    """A connection to a port of this machine, used by one thread at a time."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWERS_WITHIN)

    def request(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """The answer, read to its end. Raises Unanswered for a status of 400 and above."""
        self._http.request(method, path, body and body.encode(), dict(headers or {}))
        answer = self._http.getresponse()
        read = answer.read()
        if answer.status >= 400:
            raise Unanswered(f"{method} {path[:60]} answered {answer.status}: {read[:300]!r}")
        return answer, read

    def json(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON answered to JSON, None for an empty answer."""
        read = self.request(method, path, None if body is None else json.dumps(body), headers)[1]
        return json.loads(read) if read else None

    def cookies(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """The cookies that an answer sets."""
        answer = self.request(method, path, body, headers)[0]
        jar = SimpleCookie("\r\n".join(value for name, value in answer.getheaders() if name.lower() == "set-cookie"))
        return {name: morsel.value for name, morsel in jar.items()}


@dataclass(frozen=True, slots=True)
class Sample:
    """Requests of one kind: milliseconds that each took, and seconds that all took together."""

    milliseconds: list[float]
    seconds: float

    @property
    def median(self) -> float:
        """Milliseconds."""
        return median(self.milliseconds)

    @property
    def rate(self) -> float:
        """A second."""
        return len(self.milliseconds) / self.seconds


def timed(work: Callable[[Connection], object], connections: list[Connection], times: int) -> Sample:
    """Does the work so many times over each of the connections at once."""

    def one(connection: Connection) -> list[float]:
        return [_timed(work, connection) for _ in range(times)]

    started = time.perf_counter()
    with ThreadPoolExecutor(len(connections)) as pool:
        each = list(pool.map(one, connections))
    return Sample([took for took_ in each for took in took_], time.perf_counter() - started)


def _timed(work: Callable[[Connection], object], connection: Connection) -> float:
    started = time.perf_counter()
    work(connection)
    return (time.perf_counter() - started) * 1000


def wait_for(process: "subprocess.Popen[Any]", port: int) -> None:
    """Until the process serves its port. Raises Unanswered where it ends, or does not within a minute."""
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise Unanswered(f"{process.args!r} does not serve port {port}")
