"""One message of a queue: read, handled, and told of in a line."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import context, telemetry
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import Event
from chalicelib.jobs.batch import Record
from chalicelib.telemetry import Line

#: Does what an event asks for, and says in a word what came of it: is given context, event and line, and what its job adds.
Handler = Callable[..., str]


class NotHandled(Exception):
    """A queue has an event that its job has no handler for."""


def handle(job: str, record: Record, handlers: Mapping[type[Event], Handler], *more: Any) -> None:
    """Hands the event of a queue's record to the handler of its type. Raises telemetry.Failed: the message then comes again."""
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
    """Milliseconds that the message could have been received and was not: none where the record does not say when it was sent."""
    sent = record.get("attributes", {}).get("SentTimestamp")
    return [] if sent is None else [max(0, now - int(sent) - publishing.delay(event, int(sent)) * 1000)]
