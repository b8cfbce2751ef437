"""Documents: an account's settings as typed values, in rows that are read one partition at a time and remembered for a minute."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from chalicelib.context import Context
from chalicelib.desk.core import account_events, publishing, setting_logs
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.core.schemas import Schema
from chalicelib.desk.core.setting_logs import Subject
from chalicelib.models import event_logs, settings
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.settings import Setting

T = TypeVar("T")
#: The partition of what nearly every call needs: one request reads all of it.
ACCOUNT = ""
#: All partitions that a document or a collection was declared in. Removing an account removes all of them.
PARTITIONS: set[str] = set()
#: The setting that says for how many days logs are kept (accounts/log_retention.py), and how many without it.
LOG_RETENTION, KEPT_DAYS = "log_retention", 365
_DAY = 86_400
#: Tells acts of one moment apart.
_VERSIONS = 10**8


class Partition:
    """Rows that are read together, by name, and the values made of them."""

    def __init__(self, rows: Mapping[str, Setting]) -> None:
        self.rows = rows
        self._values: dict[str, Any] = {}

    def value(self, name: str, make: Callable[["Partition"], T]) -> T:
        """Returns what `make` makes of the rows, made once for each name."""
        if name not in self._values:
            self._values[name] = make(self)
        return self._values[name]  # type: ignore[no-any-return]

    def size_with(self, document: Mapping[str, Any], name: str, prefixes: tuple[str, ...]) -> int:
        """Returns the bytes of all documents whose rows' names begin so, with this one in the place of the row `name`."""
        others = (row.document for other, row in self.rows.items() if other != name and other.startswith(prefixes))
        return size(document) + sum(map(size, others))


def size(document: Mapping[str, Any]) -> int:
    """Returns the bytes of a document."""
    return len(msgspec.json.encode(document))


_known: TimedCache[Partition] = TimedCache()
#: The types of all kinds of settings: documents and collections.
KINDS: dict[str, Any] = {}


def hash_key(account: str, partition: str) -> str:
    """Returns the key that a partition of an account is stored under."""
    return f"{account}#{partition}" if partition else account


def read(ctx: Context, partition: str) -> Partition:
    """Returns a partition as it is stored now. One request for each MB."""
    return Partition(settings.load(hash_key(ctx.account, partition)))


def load_fresh(ctx: Context, partition: str) -> Partition:
    """Returns the same, and remembers it."""
    return _known.put_read(hash_key(ctx.account, partition), lambda: read(ctx, partition), ctx.now)


def load(ctx: Context, partition: str) -> Partition:
    """Returns a partition, at most a minute old. No request where a warm process has it."""
    found = _known.get(hash_key(ctx.account, partition), ctx.now)
    return load_fresh(ctx, partition) if found is None else found


def forget(account: str, partition: str = ACCOUNT) -> None:
    """Drops what this process remembers of a partition that has just been changed."""
    _known.forget(hash_key(account, partition))


def publish_change(ctx: Context, partition: str, kind: str, key: str = "") -> None:
    """Forgets a partition that has just been changed, and publishes SettingsChanged. One request, which the docstrings of use
    cases that change settings do not count.
    """
    forget(ctx.account, partition)
    publishing.publish([account_events.SettingsChanged(ctx.account, ctx.now, kind, key)], ctx.now)


def logs_expire_at(ctx: Context, changed_at: int) -> int | None:
    """Returns until when (epoch seconds) what is logged of a change is kept, None for ever. No request where a warm process has
    the account, else one.
    """
    row = load(ctx, ACCOUNT).rows.get(f"{LOG_RETENTION}#")
    days = row.document["days"] if row else KEPT_DAYS
    return None if days is None else changed_at // 1000 + days * _DAY


def log_of(
    ctx: Context, subject: Subject, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, version: int
) -> list[LogEntry]:
    """Returns what is logged of a change that the caller makes now. Requests as `logs_expire_at`."""
    return setting_logs.entries(subject, before, after, version, ctx.stamp, logs_expire_at(ctx, ctx.now))


def log_order(ctx: Context, kind: str, before: Sequence[str], after: Sequence[str], version: int | None) -> list[LogEntry]:
    """Returns what is logged of another order of a kind's keys; `version` is the one of the order that was read."""
    change = {setting_logs.ORDER: [*before]}, {setting_logs.ORDER: [*after]}
    return log_of(ctx, Subject(ctx.account, kind, dict[str, Any]), *change, (version or 0) + 1)


def log_of_act(ctx: Context, key: str, act: tuple[int, str], about: tuple[str, int | None], seed: str = "") -> LogEntry:
    """Returns a log entry, under a key of event_logs.py: the caller does something to a person now. `act` is a word and its place
    among all acts, `about` the person's kind and number. The same seed makes the same entry. Requests as `logs_expire_at`.
    """
    version = zlib.crc32((seed or ctx.new_id()).encode()) % _VERSIONS
    row = LogEntry(key, event_logs.place(ctx.now, version, act[0]), field=act[1], changed_by=ctx.stamp.by)
    row.kind, row.number_of = about
    return event_logs.listed(row, logs_expire_at(ctx, ctx.now))


def register(kind: str, type_: type[T]) -> type[T]:
    """Notes the type of a kind of settings, and returns it."""
    KINDS[kind] = type_
    return type_


class Document(Generic[T]):
    """One value that an account has: its type's defaults until somebody sets it. It has a partition of its own unless one is
    named. Changes are logged and published unless it `is_derived` from other settings, whose changes are.
    """

    def __init__(self, name: str, type_: type[T], *, partition: str | None = None, is_derived: bool = False) -> None:
        self._name, self._default, self._schema = name, type_, Schema(type_)
        self._partition, self._is_derived = name if partition is None else partition, is_derived
        PARTITIONS.add(self._partition)
        register(name, type_)

    def of(self, partition: Partition) -> T:
        """Returns the value from a partition that was read."""
        return self._value(partition.rows.get(f"{self._name}#"))

    def load(self, ctx: Context) -> T:
        """Returns the value, at most a minute old. No request where a warm process has its partition, else one."""
        return load(ctx, self._partition).value(f"{self._name}#", self.of)

    def load_fresh(self, ctx: Context) -> T:
        """Returns the value as it is stored now. One request."""
        return self._value(settings.get(*self._key(ctx)))

    def change(self, ctx: Context, change: Callable[[T], T]) -> T:
        """Stores what `change` makes of the value, and returns it. Two requests, or one if the value stays the same. A change
        of a derived document publishes no event. Raises Invalid, Conflict.
        """

        def attempt() -> tuple[T, bool]:
            row = settings.get(*self._key(ctx))
            before = self._value(row)
            document = self._schema.document(change(before))
            value = self._schema.check(document)
            if value == before:
                return value, False
            settings.put(row or Setting(*self._key(ctx)), document, self._log(ctx, before, document, row.version if row else 0))
            return value, True

        value, is_new = retry_on_conflict(ctx, attempt)
        if is_new and not self._is_derived:
            publish_change(ctx, self._partition, self._name)
        else:
            forget(ctx.account, self._partition)
        return value

    def _log(self, ctx: Context, before: T, document: dict[str, Any], version: int) -> list[LogEntry]:
        if self._is_derived:
            return []
        return log_of(ctx, Subject(ctx.account, self._name, self._default), self._schema.document(before), document, version + 1)

    def _key(self, ctx: Context) -> tuple[str, str]:
        return hash_key(ctx.account, self._partition), f"{self._name}#"

    def _value(self, row: Setting | None) -> T:
        return self._schema.value(row.document) if row else self._default()
