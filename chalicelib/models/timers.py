"""Timers: what is due later than a queue can hold it back. Key due minute#shard · due time#id.

A sweep reads the coming minutes and never searches. A row is never looked up, cancelled or deleted: when it comes back, the
thing's own row says whether the deadline still holds, and the table forgets it a week after it was due, which costs nothing.
"""

from zlib import crc32

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table

#: Partitions of a minute, with 1,000 writes a second each. The sweep always reads the first, each for a request; the others are
#: used, and read, where a minute is crowded.
SHARDS, CROWDED_SHARDS = 4, 32
#: Rows that are read at once, some 250 KB.
PAGE = 1_000
_KEPT_SECONDS = 7 * 86400
_MINUTE = 60_000
#: Name of the row that says that a minute is crowded. It comes before all others of the first shard.
_MARK = "#crowded"


class Timer(Table):
    """A message to be sent to `queue` at `due_at` (epoch milliseconds)."""

    class Meta:
        table_name = config.table("timers")

    minute = UnicodeAttribute(hash_key=True, attr_name="mi")
    name = UnicodeAttribute(range_key=True, attr_name="na")
    due_at = IntegerAttribute(attr_name="du")
    queue = UnicodeAttribute(attr_name="qu")
    event = UnicodeAttribute(attr_name="ev")
    expires_at = IntegerAttribute(attr_name="ex")

    @property
    def is_mark(self) -> bool:
        """Whether it is a mark that the minute is crowded, and not a timer."""
        return self.name == _MARK


def shard_of(name: str, *, crowded: bool) -> int:
    """Returns the shard of a row."""
    number = crc32(name.encode())
    return SHARDS + number % CROWDED_SHARDS if crowded else number % SHARDS


def put(due_at: int, name: str, queue: str, event: str, *, crowded: bool = False) -> None:
    """Stores a message until it is due. The same name and time again is the same message."""
    _save(due_at, shard_of(name, crowded=crowded), f"{due_at}#{name}", queue, event)


def mark_crowded(due_at: int) -> None:
    """Has the sweep read all shards of a minute. It must be stored before a row of the further ones is."""
    _save(due_at // _MINUTE * _MINUTE, 0, _MARK, "", "")


def _save(due_at: int, shard: int, name: str, queue: str, event: str) -> None:
    minute, expires_at = f"{due_at // _MINUTE}#{shard}", due_at // 1000 + _KEPT_SECONDS
    Timer(minute, name, due_at=due_at, queue=queue, event=event, expires_at=expires_at).save()


def list_due(minute: int, shard: int, after: str = "") -> list[Timer]:
    """Returns what one shard of an epoch minute holds behind a row's name, soonest first, PAGE at most. One request."""
    behind = Timer.name > after if after else None
    return list(Timer.query(f"{minute}#{shard}", behind, limit=PAGE, page_size=PAGE))
