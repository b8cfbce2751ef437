"""What is told of a desk at work: a JSON line for each request, queue record and stream batch, with CloudWatch's metrics in it.

A line has ids, names and numbers that the desk itself knows, and nothing that a client wrote: no text, secret, address,
query or header; of an error its type and where it was raised, not its words.
"""

import logging
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import msgspec

from chalicelib import config
from chalicelib.context import Caller
from chalicelib.rules import ids

log = logging.getLogger("polydesk")

NAMESPACE = "Polydesk"
MESSAGES, ROUTING_WAIT, TIMER_LATENESS = "Messages", "RoutingWait", "TimerLateness"
QUEUE_AGE, ERRORS, REFUSED = "QueueAge", "Errors", "Refused"
#: Every metric, and its unit. What comes twice (a stream's batch, a queue's message) counts twice: they are for watching.
UNITS = {
    MESSAGES: "Count",
    ROUTING_WAIT: "Milliseconds",
    TIMER_LATENESS: "Milliseconds",
    QUEUE_AGE: "Milliseconds",
    ERRORS: "Count",
    REFUSED: "Count",
}
#: Values of one metric that CloudWatch takes in a line: no batch may have more.
MOST_VALUES = 100

_MOST_FRAMES = 20
#: Where an error's own words are shown, too: on the machine of a developer (`make run`).
_WORDS = config.STAGE == "local" and not config.IN_LAMBDA
_ids: ContextVar[Mapping[str, str] | None] = ContextVar("ids", default=None)
_encoder = msgspec.json.Encoder()


class Failed(Exception):
    """A job failed. Says with what type of error; the rest is in its line, because Lambda logs what it is raised."""


class LogFields(dict[str, Any]):
    """What a line says; as text for a terminal."""

    def __str__(self) -> str:
        return " ".join([str(self["message"]), *(f"{name}={value}" for name, value in self.items() if name != "message")])


class JsonLines(logging.Formatter):
    """Records as JSON lines, their errors without their words."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        error = record.exc_info[1] if record.exc_info else None
        told = (
            record.msg
            if isinstance(record.msg, LogFields)
            else {"message": record.getMessage()} | (_error_fields(error) if error else {})
        )
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return _encoder.encode({"timestamp": at, "level": record.levelname, **told}).decode()


def configure() -> None:
    """In Lambda: JSON lines on standard output, from LOG_LEVEL on. Elsewhere logging is the runner's to set."""
    if config.IN_LAMBDA and not log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
        log.setLevel(config.LOG_LEVEL)
        log.propagate = False


def invoked(**ids: str | None) -> None:
    """Sets what every line has from now on, in this thread, to say which call it is of."""
    _ids.set({name: id_ for name, id_ in ids.items() if id_})


class Line:
    """One line, written when its work is done. An error that leaves it becomes Failed."""

    def __init__(self, message: str, **fields: Any) -> None:
        """`message` says what was done: request, record, batch, sweep."""
        self._fields: dict[str, Any] = {"message": message, **(_ids.get() or {}), **fields}
        self._values: dict[str, list[float]] = {}
        self._request: type[msgspec.Struct] | None = None
        self._unexpected: BaseException | None = None

    def __enter__(self) -> "Line":
        self._began = time.perf_counter()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            self.failed(error)
        self._fields["ms"] = round((time.perf_counter() - self._began) * 1000, 1)
        self._write()
        if isinstance(error, Exception):
            raise Failed(type(error).__name__) from None

    def add(self, **fields: Any) -> None:
        """More of what the desk knows; None is left out."""
        self._fields.update({name: value for name, value in fields.items() if value is not None})

    def measure(self, metric: str, *values: float) -> None:
        """Values of a metric of UNITS, MOST_VALUES at most; counts are summed."""
        if UNITS[metric] == "Count":
            self._values[metric] = [sum(values, sum(self._values.get(metric, [])))]
        elif values:
            self._values.setdefault(metric, []).extend(values)

    def route(self, path: str, request: type[msgspec.Struct]) -> None:
        """The endpoint: its path with its variables' names, and the type of its requests."""
        self._request = request
        self.add(route=path)

    def caller(self, caller: Caller) -> None:
        """Who calls. A visitor's uuid is what his client says that it is, so it is told only where it is one."""
        self.add(account=caller.account or None, caller=caller.level, person=_uuid(caller.person))

    def conversation(self, given: Any) -> None:
        """What a request names as its conversation, if that can be one: a uuid, or a number."""
        self.add(conversation=_uuid(given), conversation_number=given if isinstance(given, int) else None)

    def refused(self, error: Exception) -> None:
        """Why a caller did not get what he wanted: what the error says of kinds and fields, never of values."""
        cause = type(error.__cause__).__name__ if error.__cause__ else None
        self.add(error=type(error).__name__, cause=cause, field=self._field(getattr(error, "field", "")))
        self.add(kind=getattr(error, "kind", None), code=getattr(error, "code", None))

    def _field(self, named: str) -> str | None:
        """The field without what is in it, if it is the request's own: other names, and keys within it, are the client's."""
        known = msgspec.structs.fields(self._request) if self._request else ()
        head = named.partition("[")[0].partition(".")[0]
        return head if any(head in (field.name, field.encode_name) for field in known) else None

    def failed(self, error: BaseException) -> None:
        """What went wrong on our side."""
        self._unexpected = error
        self.add(**_error_fields(error))

    def _write(self) -> None:
        level = logging.ERROR if self._unexpected else logging.INFO
        if log.isEnabledFor(level):
            log.log(level, LogFields(self._fields | self._metrics()), exc_info=self._unexpected if _WORDS else None)

    def _metrics(self) -> dict[str, Any]:
        if not (self._values and config.IN_LAMBDA):
            return self._values
        # Imported by the first line that has a metric: 13 ms that a request which succeeds never pays.
        from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

        dimensions = {"Stage": config.STAGE}
        if self._fields.get("dialect"):
            dimensions["Dialect"] = self._fields["dialect"]
        values = {name: {"Unit": UNITS[name], "Value": values} for name, values in self._values.items()}
        return dict(AmazonCloudWatchEMFProvider(namespace=NAMESPACE).serialize_metric_set(values, dimensions, {}))


def _uuid(given: object) -> str | None:
    return given if isinstance(given, str) and ids.is_uuid(given) else None


def _error_fields(error: BaseException) -> dict[str, Any]:
    """An error's type, AWS's code for it, the types that caused it, and where it was raised, innermost last."""
    chain = list(_chain(error))
    codes = [code for each in chain if (code := _code(each))]
    frames = [
        f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    causes = [type(each).__name__ for each in chain[1:]]
    return {"error": type(error).__name__, "codes": codes, "causes": causes, "frames": frames[-_MOST_FRAMES:]}


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _code(error: BaseException) -> str | None:
    """`ThrottlingException` and the like, where the error is AWS's answer."""
    response = getattr(error, "response", None)
    return response.get("Error", {}).get("Code") if isinstance(response, dict) else None
