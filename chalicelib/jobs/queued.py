"""One message of a queue: read, handled, and told of in a line."""

from collections.abc import Callable

from chalicelib import context, telemetry
from chalicelib.context import Context
from chalicelib.desk.core import events
from chalicelib.desk.core.events import AnyEvent
from chalicelib.jobs.batch import Record
from chalicelib.telemetry import Line

#: Does what an event asks for, and says in a word what came of it.
Handler = Callable[[Context, AnyEvent, Line], str]


def handle(job: str, record: Record, handler: Handler) -> None:
    """Hands the event of a queue's record to `handler`. Raises telemetry.Failed: the message then comes again."""
    with Line("record", job=job) as line:
        line.add(message_id=record.get("messageId"))
        event = events.decode(record["body"])
        line.add(event=events.name_of(event), account=event.account, conversation=getattr(event, "conversation", None))
        ctx = context.system(event.account)
        line.measure(telemetry.QUEUE_AGE, *_age(record, event, ctx.now))
        line.add(outcome=handler(ctx, event, line))


def _age(record: Record, event: AnyEvent, now: int) -> list[int]:
    """Milliseconds that the message could have been received and was not: none where the record does not say when it was sent."""
    sent = record.get("attributes", {}).get("SentTimestamp")
    return [] if sent is None else [max(0, now - int(sent) - events.delay(event, int(sent)) * 1000)]
