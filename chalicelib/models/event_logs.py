"""Event logs: what was changed about conversations. Key account#conversation · when, version, field.

A row's key follows from the change alone, so a record of the stream that comes twice writes the same row again.
"""

import random
import time
from collections.abc import Iterable
from typing import Any

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, connection, read_page
from chalicelib.models.conversations import Conversation

#: Rows that one request writes; how often it asks again for rows that DynamoDB was too busy for, and the first pause (seconds).
_AT_ONCE, _TRIES, _PAUSE = 25, 6, 0.05


class LogEntry(Table):
    """One change of one field. `before` and `after` are the field's values as text, None for none."""

    class Meta:
        table_name = config.table("event-logs")

    conversation_key = UnicodeAttribute(hash_key=True, attr_name="ck")
    #: When (epoch milliseconds), the version of the conversation since, the field's place among those of one change.
    place = UnicodeAttribute(range_key=True, attr_name="pl")
    field = UnicodeAttribute(attr_name="fi")
    before = UnicodeAttribute(null=True, attr_name="be")
    after = UnicodeAttribute(null=True, attr_name="af")
    #: Who changed it (rules.actors).
    changed_by = IntegerAttribute(attr_name="cb")

    @property
    def at(self) -> int:
        """When it was changed."""
        return int(self.place.split(".")[0])

    @property
    def version(self) -> int:
        """The conversation's version since."""
        return int(self.place.split(".")[1])

    @property
    def number(self) -> int:
        """The field's place among those of one change."""
        return int(self.place.split(".")[2])


def place(at: int, version: int, number: int) -> str:
    """Returns the range key of a change of field `number`. Places sort by time, then version."""
    return f"{at:013d}.{version:08d}.{number:03d}"


def is_place(text: str) -> bool:
    """Whether a text has the shape of a range key."""
    return [len(part) for part in text.split(".") if part.isascii() and part.isdecimal()] == [13, 8, 3] and len(text) == 26


def put(entries: Iterable[LogEntry]) -> None:
    """Stores rows, or the same ones again. One request for each 25, none for none."""
    rows = {(entry.conversation_key, entry.place): {"PutRequest": {"Item": entry.serialize()}} for entry in entries}
    puts = list(rows.values())
    for first in range(0, len(puts), _AT_ONCE):
        _put(puts[first : first + _AT_ONCE])


def _put(left: list[dict[str, Any]]) -> None:
    name = LogEntry.Meta.table_name
    for attempt in range(_TRIES):
        left = connection.dispatch("BatchWriteItem", {"RequestItems": {name: left}}).get("UnprocessedItems", {}).get(name, [])
        if not left:
            return
        time.sleep(random.uniform(0, _PAUSE * 2**attempt))  # noqa: S311 (no secret)
    raise RuntimeError(f"{len(left)} rows of {name} were not taken")


def latest(conversation: Conversation, limit: int, before: str | None = None) -> tuple[list[LogEntry], bool]:
    """Returns the latest changes of a conversation, or the latest before a place, oldest first, and whether there are older ones.

    One request. A moment old.
    """
    earlier = LogEntry.place < before if before else None
    rows, _ = read_page(LogEntry.query(conversation.key, earlier, scan_index_forward=False, limit=limit + 1))
    return rows[:limit][::-1], len(rows) > limit
