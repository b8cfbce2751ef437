"""Event logs: what was changed about conversations. Key account#conversation · when, version, field.

A row's key follows from the change alone, so a record of the stream that comes twice writes the same row again. That a trigger
has fired is a row, too, whose key follows from the event and the trigger: it fires once for an event.
"""

from collections.abc import Iterable

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, conditional, read_page
from chalicelib.models.batches import put_all
from chalicelib.models.conversations import Conversation

#: The field of a firing, and the letter before the trigger's number in its key, which sorts after digits.
FIRED, _FIRING = "fired", "t"


class LogEntry(Table):
    """One change of one field. `before` and `after` are the field's values as text, None for none.

    Of a firing the field is FIRED and `after` the trigger's name.
    """

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
    #: Of a firing: its place among those of one event, what its change was for other triggers (names with commas between them),
    #: and the last public message then.
    turn = IntegerAttribute(null=True, attr_name="tu")
    caused = UnicodeAttribute(null=True, attr_name="ca")
    message = UnicodeAttribute(null=True, attr_name="me")
    #: Of the first row of a change: what reports count of it (rules/counting.py). None where a message has it, or for nothing.
    counted = UnicodeAttribute(null=True, attr_name="rc")

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
        """The field's place among those of one change; of a firing the trigger's number."""
        return int(self.place.split(".")[2].removeprefix(_FIRING))


#: Holds where a row with this key is not stored yet.
IS_NEW = LogEntry.place.does_not_exist()


def place(at: int, version: int, number: int) -> str:
    """Returns the range key of a change of field `number`. Places sort by time, then version."""
    return f"{_event(at, version)}{number:03d}"


def firing_place(at: int, version: int, trigger: int) -> str:
    """Returns the range key of the firing of a trigger (its number) for an event: when that was, and the version since."""
    return f"{_event(at, version)}{_FIRING}{trigger:06d}"


def _event(at: int, version: int) -> str:
    return f"{at:013d}.{version:08d}."


def is_place(text: str) -> bool:
    """Whether a text has the shape of a range key."""
    *event, last = text.split(".")
    number = last.removeprefix(_FIRING)
    sizes = [13, 8, 3 if number == last else 6]
    return [len(part) for part in (*event, number) if part.isascii() and part.isdecimal()] == sizes


def firings(conversation_key: str, at: int, version: int) -> dict[int, LogEntry]:
    """Returns the firings for an event by the trigger's number, read consistently. One request."""
    of_event = LogEntry.place.startswith(f"{_event(at, version)}{_FIRING}")
    return {row.number: row for row in LogEntry.query(conversation_key, of_event, consistent_read=True)}


def put_firing(entry: LogEntry) -> None:
    """Stores a firing. One request. Raises ConditionFailed where it is stored already."""
    with conditional():
        entry.save(IS_NEW)


def put(entries: Iterable[LogEntry]) -> None:
    """Stores rows, or the same ones again. One request for each 25, none for none."""
    rows = {(entry.conversation_key, entry.place): entry for entry in entries}
    put_all(list(rows.values()))


def latest(conversation: Conversation, limit: int, before: str | None = None) -> tuple[list[LogEntry], bool]:
    """Returns the latest changes of a conversation, or the latest before a place, oldest first, and whether there are older ones.

    One request. A moment old.
    """
    earlier = LogEntry.place < before if before else None
    rows, _ = read_page(LogEntry.query(conversation.key, earlier, scan_index_forward=False, limit=limit + 1))
    return rows[:limit][::-1], len(rows) > limit
