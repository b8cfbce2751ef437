"""Telemetry: a JSON line for each request, queue record and stream batch, with CloudWatch's metrics in it.

A line has ids, names and numbers that the desk itself knows, and nothing that a client wrote: no text, secret, address, query
or header. An error's line has its type and where it was raised, not its message.
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
#: Every metric and its unit. A batch or message that comes twice counts twice: metrics are for watching.
UNITS = {
    MESSAGES: "Count",
    ROUTING_WAIT: "Milliseconds",
    TIMER_LATENESS: "Milliseconds",
    QUEUE_AGE: "Milliseconds",
    ERRORS: "Count",
    REFUSED: "Count",
}
#: Values of one metric that CloudWatch takes in one line. No batch may have more.
MOST_VALUES = 100

_MOST_FRAMES = 20
#: Whether an error's message is shown too: on a developer's machine (`make run`).
_WORDS = config.STAGE == "local" and not config.IN_LAMBDA
_ids: ContextVar[Mapping[str, str] | None] = ContextVar("ids", default=None)
_encoder = msgspec.json.Encoder()


class Failed(Exception):
    """A job failed. It names only the type of error, because Lambda logs what is raised; the rest is in the job's line."""


class LogFields(dict[str, Any]):
    """The fields of a line; readable text on a terminal."""

    def __str__(self) -> str:
        return " ".join([str(self["message"]), *(f"{name}={value}" for name, value in self.items() if name != "message")])


class JsonLines(logging.Formatter):
    """Formats records as JSON lines, errors without their messages."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns one line."""
        error = record.exc_info[1] if record.exc_info else None
        told = (
            record.msg
            if isinstance(record.msg, LogFields)
            else {"message": record.getMessage()} | (_error_fields(error) if error else {})
        )
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return _encoder.encode({"timestamp": at, "level": record.levelname, **told}).decode()


def configure() -> None:
    """Sets up logging in Lambda: JSON lines on standard output, from LOG_LEVEL on. Elsewhere the runner sets it up."""
    if config.IN_LAMBDA and not log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
        log.setLevel(config.LOG_LEVEL)
        log.propagate = False


def invoked(**ids: str | None) -> None:
    """Sets fields that every line of this thread has from now on, which say the invocation it belongs to."""
    _ids.set({name: id_ for name, id_ in ids.items() if id_})


class Line:
    """One line, written when its work is done. An error that leaves the block becomes Failed."""

    def __init__(self, message: str, **fields: Any) -> None:
        """`message` names the work: request, record, batch, sweep."""
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
        """Adds fields that the desk knows; None is left out."""
        self._fields.update({name: value for name, value in fields.items() if value is not None})

    def measure(self, metric: str, *values: float) -> None:
        """Adds values of a metric of UNITS, MOST_VALUES at most. Counts are summed."""
        if UNITS[metric] == "Count":
            self._values[metric] = [sum(values, sum(self._values.get(metric, [])))]
        elif values:
            self._values.setdefault(metric, []).extend(values)

    def route(self, path: str, request: type[msgspec.Struct]) -> None:
        """Adds the endpoint: its path with its variables' names, and the type of its requests."""
        self._request = request
        self.add(route=path)

    def caller(self, caller: Caller) -> None:
        """Adds who calls. A visitor's uuid is what their client says, so it is added only if it is one."""
        self.add(account=caller.account or None, caller=caller.level, person=_uuid(caller.person))

    def conversation(self, given: Any) -> None:
        """Adds what a request names as its conversation, if that can be one: a uuid or a number."""
        self.add(conversation=_uuid(given), conversation_number=given if isinstance(given, int) else None)

    def refused(self, error: Exception) -> None:
        """Adds why a caller was refused: the kinds and fields that the error names, never values."""
        cause = type(error.__cause__).__name__ if error.__cause__ else None
        self.add(error=type(error).__name__, cause=cause, field=self._field(getattr(error, "field", "")))
        self.add(kind=getattr(error, "kind", None), code=getattr(error, "code", None))

    def _field(self, named: str) -> str | None:
        """Returns the field's name if the request type has it. Other names, and keys within it, are the client's own."""
        known = msgspec.structs.fields(self._request) if self._request else ()
        head = named.partition("[")[0].partition(".")[0]
        return head if any(head in (field.name, field.encode_name) for field in known) else None

    def failed(self, error: BaseException) -> None:
        """Adds an error on our side."""
        self._unexpected = error
        self.add(**_error_fields(error))

    def _write(self) -> None:
        level = logging.ERROR if self._unexpected else logging.INFO
        if log.isEnabledFor(level):
            log.log(level, LogFields(self._fields | self._metrics()), exc_info=self._unexpected if _WORDS else None)

    def _metrics(self) -> dict[str, Any]:
        if not (self._values and config.IN_LAMBDA):
            return self._values
        # Imported by the first line with a metric: 13 ms that a successful request does not pay.
        from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

        dimensions = {"Stage": config.STAGE}
        if self._fields.get("dialect"):
            dimensions["Dialect"] = self._fields["dialect"]
        values = {name: {"Unit": UNITS[name], "Value": values} for name, values in self._values.items()}
        return dict(AmazonCloudWatchEMFProvider(namespace=NAMESPACE).serialize_metric_set(values, dimensions, {}))


def _uuid(given: object) -> str | None:
    return given if isinstance(given, str) and ids.is_uuid(given) else None


def _error_fields(error: BaseException) -> dict[str, Any]:
    """Returns an error's type, AWS's code for it, the types that caused it, and where it was raised, innermost last."""
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
    """Returns AWS's code for an error (`ThrottlingException`), if it is an answer of AWS."""
    response = getattr(error, "response", None)
    return response.get("Error", {}).get("Code") if isinstance(response, dict) else None
