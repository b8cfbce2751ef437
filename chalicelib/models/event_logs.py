"""Event logs: what was changed about conversations, people and settings. audit_logs.py lists the rows of a whole account.

Key account#conversation, account#p#person or account#s#kind#key · when, version, field. A row's key follows from the change
alone, so a record of the stream that comes twice writes the same row again. A trigger's firing is a row, too. Its key follows
from the event and the trigger, so that it fires once for an event.
"""

import zlib
from collections.abc import Iterable

from pynamodb.indexes import AllProjection
from pynamodb.transactions import TransactWrite

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, UnicodeAttribute
from chalicelib.models.base import Table, conditional, read_page
from chalicelib.models.batches import put_all
from chalicelib.models.conversations import Conversation
from chalicelib.models.indexes import GlobalIndex

#: Kinds of what a row is about; of a setting its own kind, such as `tag`.
CONVERSATION, CONTACT, AGENT = "conversation", "contact", "agent"
#: Partitions of an account's list: what visitors bring about, and what is rare and sought for.
BUSY, QUIET = "busy", "quiet"

#: The field of a firing, and the letter before the trigger's number in its key, which sorts after digits.
FIRED, _FIRING = "fired", "t"


class ByAccount(GlobalIndex["LogEntry"]):
    """An account's changes by time, in two partitions."""

    class Meta:
        index_name = "by_account"
        projection = AllProjection()

    listed_in = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class LogEntry(Table):
    """One change of one field. `before` and `after` are the field's values as text, None for none.

    Of a firing the field is FIRED and `after` the trigger's name. `expires_at` (epoch seconds) is the table's TTL; a row past it
    counts as gone.
    """

    class Meta:
        table_name = config.table("event-logs")

    key = UnicodeAttribute(hash_key=True, attr_name="ck")
    #: When (epoch milliseconds), the version of the row since, the field's place among those of one change.
    place = UnicodeAttribute(range_key=True, attr_name="pl")
    field = UnicodeAttribute(attr_name="fi")
    before = UnicodeAttribute(null=True, attr_name="be")
    after = UnicodeAttribute(null=True, attr_name="af")
    #: Who changed it (rules.actors).
    changed_by = IntegerAttribute(attr_name="cb")
    #: For a firing: its place among those of one event, what its change was for other triggers (names with commas between them),
    #: and the last public message then.
    turn = IntegerAttribute(null=True, attr_name="tu")
    caused = UnicodeAttribute(null=True, attr_name="ca")
    message = UnicodeAttribute(null=True, attr_name="me")
    #: For the first row of a change: what reports count of it (rules/counting.py). None where a message has it, or for nothing.
    counted = UnicodeAttribute(null=True, attr_name="rc")
    #: What it is about, and its integer id where the change says it.
    kind = UnicodeAttribute(default=CONVERSATION, attr_name="ki")
    number_of = IntegerAttribute(null=True, attr_name="nu")
    #: Number of the routing rule by which a conversation was given to an agent or a department.
    rule = IntegerAttribute(null=True, attr_name="ru")
    #: Its place in the account's list.
    listed_in = UnicodeAttribute(null=True, attr_name="li")
    listed_at = UnicodeAttribute(null=True, attr_name="la")
    expires_at = IntegerAttribute(null=True, attr_name="ex")

    by_account = ByAccount()

    def is_kept(self, now: int) -> bool:
        """Returns whether its time has not passed at `now` (epoch milliseconds)."""
        return self.expires_at is None or self.expires_at > now // 1000

    @property
    def account(self) -> str:
        """Whose it is."""
        return self.key.partition("#")[0]

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


def listed(entry: LogEntry, expires_at: int | None) -> LogEntry:
    """Returns the row with its place in the account's list. Rows of one moment sort by their versions."""
    busy = entry.kind in (CONVERSATION, CONTACT)
    entry.listed_in = list_key(entry.account, BUSY if busy else QUIET)
    entry.listed_at = f"{entry.place}.{zlib.crc32(entry.key.encode()):08x}"
    entry.expires_at = expires_at
    return entry


def list_key(account: str, partition: str) -> str:
    """Returns the hash key of a part of an account's list."""
    return f"{account}#{partition}"


def person_key(account: str, person: str) -> str:
    """Returns the hash key of what was changed about a person (their uuid)."""
    return f"{account}#p#{person}"


def privacy_key(account: str, person: str) -> str:
    """Returns the hash key of who has exported or erased a contact, which stays when the contact is erased."""
    return f"{person_key(account, person)}#privacy"


def setting_key(account: str, kind: str, key: str) -> str:
    """Returns the hash key of what was changed about a setting."""
    return f"{account}#s#{kind}#{key}"


def setting_place(at: int, number: int, version: int, field: int) -> str:
    """Returns the range key of a change of a setting. Its number tells it from another one that had its key before."""
    return f"{at:013d}.{number:08d}.{version:08d}.{field:03d}"


def purge_key(conversation_key: str) -> str:
    """Returns the hash key of the row that says who had a conversation removed for good, which stays."""
    return f"{conversation_key}#purged"


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


def put_new(entry: LogEntry) -> None:
    """Stores a row. One request. Raises ConditionFailed where it is stored already."""
    with conditional():
        entry.save(IS_NEW)


def add(write: TransactWrite, log: Iterable[LogEntry]) -> None:
    """Adds to a transaction: what is logged of it. No row is written over."""
    for entry in log:
        write.save(entry, condition=IS_NEW)


def put(entries: Iterable[LogEntry]) -> None:
    """Stores rows, or the same ones again. One request for each 25, none for none."""
    rows = {(entry.key, entry.place): entry for entry in entries}
    put_all(list(rows.values()))


def latest(conversation: Conversation, limit: int, before: str | None = None) -> tuple[list[LogEntry], bool]:
    """Returns the latest changes of a conversation, or the latest before a place, oldest first, and whether there are older ones.

    One request. A moment old.
    """
    earlier = LogEntry.place < before if before else None
    rows, _ = read_page(LogEntry.query(conversation.key, earlier, scan_index_forward=False, limit=limit + 1))
    return rows[:limit][::-1], len(rows) > limit
