"""What every table shares: one connection, names by stage, and what a refused write says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar, overload

from pynamodb import attributes
from pynamodb.attributes import Attribute
from pynamodb.connection import Connection
from pynamodb.connection.table import TableConnection
from pynamodb.constants import NULL, NUMBER
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError, UpdateError
from pynamodb.expressions.update import SetAction
from pynamodb.expressions.util import get_value_placeholder, substitute_names
from pynamodb.models import Model
from pynamodb.pagination import ResultIterator
from pynamodb.transactions import TransactWrite

#: One client for all tables and threads: a client costs more than a hundred calls.
connection = Connection(connect_timeout_seconds=3, read_timeout_seconds=10, max_retry_attempts=3, max_pool_connections=64)

#: Bytes that DynamoDB lets a key have.
_LONGEST_HASH, _LONGEST_RANGE = 2048, 1024
#: Keys that one BatchGetItem takes.
_MOST_KEYS = 100
_LOST_RACE = {"ConditionalCheckFailed", "TransactionConflict"}
_A = TypeVar("_A", bound="Attribute[Any]")
_M = TypeVar("_M", bound="Table")
_T = TypeVar("_T")


class Refused(Exception):
    """A conditional write did not apply, and nothing of it is stored.

    `reasons` has one entry an operation, in the transaction's order (puts before updates): None where that one was
    willing, else its code; `found` has the raw item that stood in the way, where the operation asked for it.
    """

    def __init__(self, reasons: list[str | None], found: list[dict[str, Any] | None]) -> None:
        super().__init__(f"refused: {reasons}")
        self.reasons = reasons
        self.found = found


class Plain(Attribute[_T]):
    """An attribute of a table: read and set without a look at whether it is one of a map, which can be under another name."""

    @overload
    def __get__(self: _A, instance: None, owner: Any) -> _A: ...

    @overload
    def __get__(self, instance: Any, owner: Any) -> _T: ...

    def __get__(self, instance: Any, owner: Any) -> Any:
        """Its value, None where it has none; of the class itself."""
        return self if instance is None else instance.attribute_values.get(self._name)

    def __set_name__(self, owner: type[Any], name: str) -> None:
        """Keeps the name, which pynamodb looks up in a path each time."""
        super().__set_name__(owner, name)
        self._name = name

    def __set__(self, instance: Any, value: _T | None) -> None:
        """Sets its value."""
        instance.attribute_values[self._name] = value


class UnicodeAttribute(Plain[str], attributes.UnicodeAttribute):
    """A text."""


class BooleanAttribute(Plain[bool], attributes.BooleanAttribute):
    """Whether something is so."""


class IntegerAttribute(Plain[int]):
    """A whole number: all of ours are (times, counts, ids)."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """As DynamoDB wants it."""
        return str(int(value))

    def deserialize(self, value: str) -> int:
        """As it was."""
        return int(value)


def _deserializer(attribute: Attribute[Any]) -> Callable[[Any], Any] | None:
    """A text is what it is, a whole number Python's own to make."""
    as_it_is = type(attribute).deserialize in (Attribute.deserialize, attributes.UnicodeAttribute.deserialize)
    return None if as_it_is else int if type(attribute) is IntegerAttribute else attribute.deserialize


class Table(Model):
    """Base of all models: uses the shared connection instead of one a table."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        table = super()._get_connection()
        if table.connection is not connection:
            connection.add_meta_table(table.get_meta_table())
            table.connection = connection
        return table

    @classmethod
    def _instantiate(cls: type[_M], attribute_values: dict[str, dict[str, Any]]) -> _M:
        """A row as it was read. pynamodb's own way sets every default twice and every value through a descriptor, which
        takes longer than all else that we do with an inbox page. No attribute of ours is stored under another name.
        """
        row, (defaults, readers) = cls.__new__(cls), cls._reading()
        values = {name: default() if callable(default) else default for name, default in defaults}
        for name, value in attribute_values.items():
            if (reader := readers.get(name)) and NULL not in value:
                kind, deserialize = reader
                values[name] = deserialize(value[kind]) if deserialize else value[kind]
        row.attribute_values = values
        return row

    @classmethod
    @cache
    def _reading(cls) -> tuple[list[tuple[str, Any]], dict[str, tuple[str, Callable[[Any], Any] | None]]]:
        """Defaults by name; of each attribute the type its value stands under, and what makes it ours, if anything has to."""
        known = cls._attributes
        defaults = [(name, attribute.default) for name, attribute in known.items() if attribute.default is not None]
        return defaults, {name: (attribute.attr_type, _deserializer(attribute)) for name, attribute in known.items()}

    @classmethod
    def find(cls: type[_M], hash_key: str, range_key: str | None = None, *, consistent: bool = True) -> _M | None:
        """The item under a key, or None: also for a key that no item can have. One request."""
        if len(hash_key.encode()) > _LONGEST_HASH or (
            range_key is not None and not 0 < len(range_key.encode()) <= _LONGEST_RANGE
        ):
            return None
        try:
            return cls.get(hash_key, range_key, consistent_read=consistent)
        except cls.DoesNotExist:
            return None


class SetAll(SetAction):
    """Sets whole attributes, none to None, in one action: pynamodb's way makes six objects for each of them."""

    def __init__(self, model: type[Table], values: Mapping[str, Any]) -> None:
        """The values by the attribute's name."""
        known = model.get_attributes()
        self._raw = {name: {known[name].attr_type: known[name].serialize(value)} for name, value in values.items()}

    def serialize(self, placeholder_names: dict[str, str], expression_attribute_values: dict[str, Any]) -> str:
        """The part of an update expression after SET."""
        return ", ".join(
            f"{substitute_names([name], placeholder_names)} = {get_value_placeholder(raw, expression_attribute_values)}"
            for name, raw in self._raw.items()
        )


def page(results: ResultIterator[_M]) -> tuple[list[_M], dict[str, Any] | None]:
    """All items of a limited Query and the key to go on from, None at the end. One request a page of the Query's size."""
    return list(results), results.last_evaluated_key


def read(wanted: Mapping[type[Table], Sequence[dict[str, Any]]]) -> dict[type[Table], list[dict[str, Any]]]:
    """The raw items of several tables under raw keys, a moment old, those that exist: one request for each hundred keys."""
    left = [(model, key) for model, keys in wanted.items() for key in keys]
    found: dict[type[Table], list[dict[str, Any]]] = {model: [] for model in wanted}
    models = {str(model.Meta.table_name): model for model in wanted}
    while left:
        now, left = left[:_MOST_KEYS], left[_MOST_KEYS:]
        asked = {name: {"Keys": [key for other, key in now if other is model]} for name, model in models.items()}
        answer = connection.dispatch(
            "BatchGetItem", {"RequestItems": {name: keys for name, keys in asked.items() if keys["Keys"]}}
        )
        for name, items in answer["Responses"].items():
            found[models[name]] += items
        left += [(models[name], key) for name, rest in answer.get("UnprocessedKeys", {}).items() for key in rest["Keys"]]
    return found


@contextmanager
def transaction() -> Iterator[TransactWrite]:
    """All or nothing, in one request; raises Refused where a condition did not hold or another writer was at it."""
    try:
        with TransactWrite(connection=connection) as write:
            yield write
    except TransactWriteError as error:
        reasons = error.cancellation_reasons
        codes = [reason.code if reason else None for reason in reasons]
        if not _LOST_RACE.intersection(filter(None, codes)) and error.cause_response_code != "TransactionInProgressException":
            raise
        raise Refused(codes, [reason.raw_item if reason else None for reason in reasons]) from error


@contextmanager
def conditional() -> Iterator[None]:
    """Around one conditional put, update or delete: raises Refused where its condition did not hold."""
    try:
        yield
    except (PutError, UpdateError, DeleteError) as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        raise Refused(["ConditionalCheckFailed"], [None]) from error
