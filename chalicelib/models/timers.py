"""Timers: what is due later than a queue can hold it back. Key due minute#shard · due time#id.

A sweep reads the coming minutes and never searches. A row is never looked up or cancelled: when it fires, the thing's own row
says whether the deadline still holds.
"""

from zlib import crc32

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table

#: A minute's rows are spread over this many partitions (1,000 writes a second each). Each costs the sweep a request.
SHARDS = 4
_KEPT_SECONDS = 7 * 86400
_MINUTE = 60_000


class Timer(Table):
    """An event to be sent at `due_at` (epoch milliseconds)."""

    class Meta:
        table_name = config.table("timers")

    minute = UnicodeAttribute(hash_key=True, attr_name="mi")
    name = UnicodeAttribute(range_key=True, attr_name="na")
    due_at = IntegerAttribute(attr_name="du")
    event = UnicodeAttribute(attr_name="ev")
    expires_at = IntegerAttribute(attr_name="ex")


def put(due_at: int, name: str, event: str) -> None:
    """Stores an event until it is due. The same name and time again is the same row."""
    minute = f"{due_at // _MINUTE}#{crc32(name.encode()) % SHARDS}"
    Timer(minute, f"{due_at}#{name}", due_at=due_at, event=event, expires_at=due_at // 1000 + _KEPT_SECONDS).save()


def list_due(minute: int, shard: int) -> list[Timer]:
    """Returns what one shard of an epoch minute holds, soonest first."""
    return list(Timer.query(f"{minute}#{shard}", page_size=1000))


def delete(timers: list[Timer]) -> None:
    """Deletes rows that have been sent on. One request for each 25."""
    with Timer.batch_write() as batch:
        for timer in timers:
            batch.delete(timer)
