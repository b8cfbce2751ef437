"""One message of a queue: read, handled, and logged in one line."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import context, telemetry
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import Event
from chalicelib.jobs.batch import Record
from chalicelib.telemetry import Line

#: Handles an event and returns its outcome in a word. Gets context, event and line, and what its job adds.
Handler = Callable[..., str]


class NotHandled(Exception):
    """A queue has an event that its job has no handler for."""


def handle(job: str, record: Record, handlers: Mapping[type[Event], Handler], *more: Any) -> None:
    """Passes the event of a queue's record to the handler of its type. Raises telemetry.Failed; then the message comes again."""
    with Line("record", job=job) as line:
        line.add(message_id=record.get("messageId"))
        event = publishing.decode(record["body"])
        line.add(event=publishing.name_of(event), account=event.account, conversation=getattr(event, "conversation", None))
        ctx = context.system(event.account)
        line.measure(telemetry.QUEUE_AGE, *_age(record, event, ctx.now))
        if type(event) not in handlers:
            raise NotHandled(publishing.name_of(event))
        line.add(outcome=handlers[type(event)](ctx, event, line, *more))


def _age(record: Record, event: Event, now: int) -> list[int]:
    """Returns how many milliseconds the message could have been received earlier. Empty if the record does not say when it was
    sent.
    """
    sent = record.get("attributes", {}).get("SentTimestamp")
    return [] if sent is None else [max(0, now - int(sent) - publishing.delay(event, int(sent)) * 1000)]
