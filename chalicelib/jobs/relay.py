"""Streams → queues: what changed in the tables, told as events."""

from typing import Any

from chalicelib import context
from chalicelib.desk import events


def relay(table: str, records: list[dict[str, Any]]) -> None:
    """Publishes what a batch of a table's stream means. Raises where a queue fails: the batch comes again."""
    ctx = context.system()
    happened = [
        event
        for record in records
        for event in events.of_change(table, record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage"))
    ]
    events.publish(happened, ctx.now)
