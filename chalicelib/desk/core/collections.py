"""Collections: all objects of one kind that an account has set, such as its groups or its tags.

A kind declares its type (core.schemas). The collection sets these fields if the type has them: `id` (a new uuid), `number`
(from 1, never the same twice), `created_at`, `updated_at` (epoch milliseconds) and `version` (from 1, one more with each
change).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.context import Context
from chalicelib.desk.core import documents, ordering
from chalicelib.desk.core.documents import Partition, size
from chalicelib.desk.core.errors import Exists, Invalid, NotFound, Stale
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.core.schemas import Schema, apply_patch
from chalicelib.desk.core.setting_logs import Subject
from chalicelib.models import settings
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.settings import Setting
from chalicelib.rules import ids

T = TypeVar("T")
#: Fields that the collection sets and no patch may set.
_SET_HERE = frozenset(["id", "number", "created_at", "updated_at", "version"])
#: Bytes of all objects of a kind, so that an answer with all of them fits into what Lambda returns at once, 6 MB.
MOST_BYTES = 3_000_000
#: Name of a partition's index row: each kind's last number, and the numbers in the order of `reorder`.
_INDEX = "#"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Base for a kind's type: the fields that the collection sets."""

    id: str
    number: int
    created_at: int
    updated_at: int
    version: int


class Collection(Generic[T]):
    """The objects of one kind, by key, in the order of `reorder`, else of creation.

    An account has at most `most` of them, together with the kinds in `counted_with`, and MOST_BYTES. They are stored in a
    partition of their own unless another is named, such as documents.ACCOUNT. `check` raises Invalid for a value that this kind
    can't have.
    """

    def __init__(
        self,
        kind: str,
        type_: type[T],
        *,
        most: int,
        longest: Mapping[str, int] | None = None,
        key: str = "id",
        partition: str | None = None,
        counted_with: Sequence[str] = (),
        check: Callable[[T], None] = lambda _: None,
    ) -> None:
        self.kind, self.most, self._type = kind, most, documents.register(kind, type_)
        self.schema = Schema(type_, longest, check)
        self._key, self._label = key, kind.replace("_", " ")
        self._partition = kind if partition is None else partition
        documents.PARTITIONS.add(self._partition)
        self._counted = tuple(f"{name}#" for name in (kind, *counted_with))

    # --- reading

    def of(self, partition: Partition) -> Mapping[str, T]:
        """Returns all of a partition that was read, in order."""
        return partition.value(self.kind, self._values)

    def load(self, ctx: Context) -> Mapping[str, T]:
        """Returns all, at most a minute old, with this process's changes. No request where a warm process has them, else one."""
        return self.of(documents.load(ctx, self._partition))

    def load_fresh(self, ctx: Context) -> Mapping[str, T]:
        """Returns all as they are stored now. One request."""
        return self.of(documents.load_fresh(ctx, self._partition))

    def load_with(self, ctx: Context, key: str | None) -> Mapping[str, T]:
        """Returns all, read again if this key is not known, because it may have just been created."""
        known = self.load(ctx)
        return known if key is None or key in known else self.load_fresh(ctx)

    def get(self, ctx: Context, key: str) -> T:
        """Returns one as it is stored now. One request. Raises NotFound."""
        return self._value(self._row(ctx, key))

    def get_by_number(self, ctx: Context, number: int) -> T:
        """Returns one by its number, as it is stored now. One request where a warm process knows its key, else one or two more.

        Raises NotFound.
        """
        known = _numbered(self.load(ctx), number)
        row = settings.get(self._hash_key(ctx), self._name(known)) if known else None
        if row and row.document["number"] == number:
            return self._value(row)
        found = _numbered(self.load_fresh(ctx), number)
        if found is None:
            raise NotFound(self._label, number)
        return found

    def forget(self, ctx: Context) -> None:
        """Drops what this process remembers, after another process has changed it."""
        documents.forget(ctx.account, self._partition)

    # --- writing

    def create(self, ctx: Context, patch: object) -> T:
        """Creates one with the fields of a patch, and returns it. Two requests. Raises Exists, Invalid (also for one too many),
        Conflict.

        Every creation in a partition also writes its index, so of two at the same moment one counts again.
        """
        own = {"id": ctx.new_id(), "number": 0, "created_at": ctx.now, "updated_at": ctx.now}
        document = apply_patch(own, self._told(patch))
        self.schema.check(document)

        def attempt() -> T:
            partition = documents.read(ctx, self._partition)
            if sum(name.startswith(self._counted) for name in partition.rows) >= self.most:
                raise Invalid(self._label, f"an account has {self.most} at most")
            self._check_bytes(partition, document)
            index = self._index(ctx, partition)
            number = index.document["numbers"].get(self.kind, 0) + 1
            made = self.schema.check(document | {"number": number}, 1)
            if self._name(made) in partition.rows:
                raise Exists(self._label, self._key_of(made))
            index.document["numbers"][self.kind] = number
            stored = self.schema.document(made) | {"number": number}
            row = Setting(self._hash_key(ctx), self._name(made), document=stored)
            settings.create(row, index, self._log(ctx, row, None, stored))
            return made

        made = retry_on_conflict(ctx, attempt)
        self._publish(ctx, made)
        return made

    def change(self, ctx: Context, key: str, patch: object, version: int | UnsetType = UNSET) -> tuple[T, T]:
        """Sets the fields of a patch. UNSET leaves a field as it is; None and an empty text give it its default. As `edit`."""
        told = self._told(patch)
        return self.edit(ctx, key, lambda before: self.schema.patched(before, told), version)

    def edit(self, ctx: Context, key: str, change: Callable[[T], T], version: int | UnsetType = UNSET) -> tuple[T, T]:
        """Stores what `change` makes of one, and returns it before and after. Two requests, one if nothing changes, three for a
        large one that grows.

        A new key moves it. Raises NotFound, Invalid, Exists for a key that is taken, Stale if `version` is given and not the
        present one, Conflict.
        """

        def attempt() -> tuple[T, T]:
            row = self._row(ctx, key, version)
            before = self._value(row)
            wanted = change(before)
            if wanted == before:
                return before, before
            document = row.document | self.schema.document(wanted) | {"updated_at": ctx.now}
            after = self.schema.check(document, row.version + 1)
            if size(document) > max(size(row.document), MOST_BYTES // self.most):
                self._check_bytes(documents.read(ctx, self._partition), document, row.name)
            self._write(ctx, row, after, document)
            return before, after

        before, after = retry_on_conflict(ctx, attempt)
        if after is not before:
            self._publish(ctx, after)
        return before, after

    def remove(self, ctx: Context, key: str, version: int | UnsetType = UNSET) -> None:
        """Removes one. Two requests. Raises NotFound, Stale if `version` is given and not the present one, Conflict."""

        def attempt() -> None:
            row = self._row(ctx, key, version)
            settings.delete(row, self._log(ctx, row, row.document, None))

        retry_on_conflict(ctx, attempt)
        documents.publish_change(ctx, self._partition, self.kind, key)

    def reorder(self, ctx: Context, keys: Sequence[str]) -> None:
        """Puts these first, in this order; the others follow as they were. Two requests, one if nothing changes.

        Raises Invalid if one is named twice or does not exist, Conflict.
        """
        self._arrange(ctx, partial(ordering.put_first, self._label, keys))

    def move(self, ctx: Context, key: str, by: int) -> None:
        """Moves one by so many places, up where `by` is negative; at the end it stays. As `put_at`."""
        self._put(ctx, key, lambda at: at + by)

    def put_at(self, ctx: Context, key: str, place: int) -> None:
        """Puts one at a place from 1, or the nearest there is. Requests as `reorder`. Raises NotFound, Conflict."""
        self._put(ctx, key, lambda _: place - 1)

    def _arrange(self, ctx: Context, arrange: Callable[[list[str]], list[str]]) -> None:
        """Stores the order that `arrange` makes of the keys in theirs."""

        def attempt() -> bool:
            partition = documents.read(ctx, self._partition)
            index, numbers = self._index(ctx, partition), self._numbers(partition)
            wanted = arrange([*numbers])
            if is_new := wanted != [*numbers]:
                index.document["order"][self.kind] = [numbers[key] for key in wanted]
                settings.put(index, index.document, documents.log_order(ctx, self.kind, [*numbers], wanted, index.version))
            return is_new

        if retry_on_conflict(ctx, attempt):
            documents.publish_change(ctx, self._partition, self.kind)

    def _put(self, ctx: Context, key: str, to: Callable[[int], int]) -> None:
        """Puts one at the place (from 0) that `to` makes of its own."""
        self._arrange(ctx, partial(ordering.put_one, self._label, key, to))

    # --- rows

    def _rows(self, partition: Partition) -> list[Setting]:
        """Returns the rows of this kind, in order."""
        index = partition.rows.get(_INDEX)
        order = index.document["order"].get(self.kind, []) if index else []
        places = {number: place for place, number in enumerate(order)}
        own = [row for name, row in partition.rows.items() if name.startswith(f"{self.kind}#")]
        return sorted(own, key=lambda row: (places.get(row.document["number"], len(places)), row.document["number"]))

    def _values(self, partition: Partition) -> dict[str, T]:
        return {self._key_of(value): value for value in map(self._value, self._rows(partition))}

    def _numbers(self, partition: Partition) -> dict[str, int]:
        """Returns numbers by key, in order."""
        return {row.name.partition("#")[2]: row.document["number"] for row in self._rows(partition)}

    def _index(self, ctx: Context, partition: Partition) -> Setting:
        """Returns the partition's index to write over: the one that was read, else a new one."""
        return partition.rows.get(_INDEX) or Setting(self._hash_key(ctx), _INDEX, document={"numbers": {}, "order": {}})

    def _row(self, ctx: Context, key: str, version: int | UnsetType = UNSET) -> Setting:
        possible = self._key != "id" or ids.is_uuid(key)
        row = settings.get(self._hash_key(ctx), f"{self.kind}#{key}") if possible else None
        if row is None:
            raise NotFound(self._label, key)
        if version not in (UNSET, row.version):
            raise Stale
        return row

    def _write(self, ctx: Context, row: Setting, value: T, document: dict[str, Any]) -> None:
        """Writes over the row that was read, or moves it to another key."""
        name, log = self._name(value), self._log(ctx, row, row.document, document)
        if row.name == name:
            settings.put(row, document, log)
            return
        if settings.get(row.account, name):
            raise Exists(self._label, self._key_of(value))
        settings.move(row, name, document, log)

    def _check_bytes(self, partition: Partition, document: Mapping[str, Any], name: str = "") -> None:
        """Raises Invalid if a document, which replaces the row `name`, is more than an account may have with the others."""
        if partition.size_with(document, name, self._counted) > MOST_BYTES:
            raise Invalid(self._label, f"an account has {MOST_BYTES:,} bytes at most of all together")

    def _log(self, ctx: Context, row: Setting, before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[LogEntry]:
        """Returns what is logged of a change of a row that was read, or of a new one."""
        subject = Subject(ctx.account, self.kind, self._type, row.name.partition("#")[2], row.document["number"])
        return documents.log_of(ctx, subject, before, after, (row.version or 0) + 1)

    def _hash_key(self, ctx: Context) -> str:
        return documents.hash_key(ctx.account, self._partition)

    def _publish(self, ctx: Context, value: T) -> None:
        documents.publish_change(ctx, self._partition, self.kind, self._key_of(value))

    # --- values

    def _value(self, row: Setting) -> T:
        return self.schema.value(row.document, row.version)

    def _key_of(self, value: T) -> str:
        return str(getattr(value, self._key))

    def _name(self, value: T) -> str:
        return f"{self.kind}#{self._key_of(value)}"

    def _told(self, patch: object) -> dict[str, Any]:
        return self.schema.read_patch(patch, never=_SET_HERE)


def _numbered(values: Mapping[str, T], number: int) -> T | None:
    """Returns the value with this number, None if there is none."""
    return next((value for value in values.values() if getattr(value, "number", None) == number), None)
