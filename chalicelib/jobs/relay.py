"""Streams → queues: what changed in the tables, told as events."""

from typing import Any

from chalicelib import context, telemetry
from chalicelib.desk.core import changes, events
from chalicelib.desk.core.changes import Measures
from chalicelib.desk.core.events import Event
from chalicelib.telemetry import Line


def relay(table: str, records: list[dict[str, Any]]) -> None:
    """Publishes what a batch of a table's stream means. Raises telemetry.Failed where a queue fails: the batch comes again.

    A batch has one line, because each message is a record.
    """
    with Line("batch", job="relay", table=table, records=len(records)) as line:
        line.add(first_id=records[0].get("eventID") if records else None)
        ctx = context.system()
        images = [(record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage")) for record in records]
        meant = [changes.events_of(table, old, new) for old, new in images]
        happened = [event for told, _ in meant for event in told]
        events.publish(happened, ctx.now)
        _tell(line, happened, [progress for _, progress in meant])


def _tell(line: Line, happened: list[Event], progress: list[Measures]) -> None:
    line.add(
        events=len(happened), conversations=sorted({event.conversation for event in happened if hasattr(event, "conversation")})
    )
    line.measure(telemetry.ROUTING_WAIT, *(change.waited for change in progress if change.waited is not None))
    came = sum(change.messages for change in progress)
    if came:
        line.measure(telemetry.MESSAGES, came)
