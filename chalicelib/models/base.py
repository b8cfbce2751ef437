"""What every table shares: fast reading and writing of rows, and the error of a conditional write."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from pynamodb import attributes
from pynamodb.attributes import Attribute
from pynamodb.connection.table import TableConnection
from pynamodb.constants import NULL, STRING
from pynamodb.exceptions import AttributeNullError, DeleteError, PutError, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.pagination import ResultIterator
from pynamodb.transactions import TransactWrite

from chalicelib.models.attributes import BooleanAttribute, IntegerAttribute, UnicodeAttribute
from chalicelib.models.dynamodb import CONFLICT
from chalicelib.models.dynamodb import connection as connection
from chalicelib.models.expressions import SetAll, as_read, clauses

_CONDITION = "ConditionalCheckFailed"
#: Bytes of a hash key and of a range key that DynamoDB allows.
_LONGEST = (2048, 1024)
#: Keys that one BatchGetItem takes.
_MOST_KEYS = 100
_M = TypeVar("_M", bound="Table")


class ConditionFailed(Exception):
    """A conditional write did not apply, and nothing of it is stored.

    `reasons` has one entry for each operation in the transaction's order (puts before updates): None for one that would have
    applied, else its code. `found` has the raw item that was in the way, where the operation asked for it.
    """

    def __init__(self, reasons: list[str | None], found: list[dict[str, Any] | None]) -> None:
        super().__init__(f"refused: {reasons}")
        self.reasons = reasons
        self.found = found


def _deserializer(attribute: Attribute[Any]) -> Callable[[Any], Any] | None:
    """Returns what turns a stored value into ours, None for a text."""
    as_it_is = type(attribute).deserialize in (Attribute.deserialize, attributes.UnicodeAttribute.deserialize)
    return None if as_it_is else int if isinstance(attribute, IntegerAttribute) else attribute.deserialize


def _serializer(attribute: Attribute[Any]) -> Callable[[Any], Any] | None:
    """Returns what turns our value into a stored one, None for texts and booleans."""
    return None if isinstance(attribute, UnicodeAttribute | BooleanAttribute) else attribute.serialize


class Table(Model):
    """Base of all models. They share one connection."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        table = super()._get_connection()
        if table.connection is not connection:
            connection.add_meta_table(table.get_meta_table())
            table.connection = connection
        return table

    @classmethod
    def _instantiate(cls: type[_M], attribute_values: dict[str, dict[str, Any]]) -> _M:
        """Returns a row from its raw item. pynamodb's own way sets every default twice and every value through a descriptor,
        which takes longer than everything else that an inbox page needs.
        """
        row, readers, values = cls.__new__(cls), cls._reading(), cls._defaults()
        for stored, value in attribute_values.items():
            if (reader := readers.get(stored)) and NULL not in value:
                name, kind, deserialize = reader
                values[name] = deserialize(value[kind]) if deserialize else value[kind]
        row.attribute_values = values
        return row

    @classmethod
    @cache
    def _reading(cls) -> dict[str, tuple[str, str, Callable[[Any], Any] | None]]:
        """Returns by stored name each attribute's name, its DynamoDB type, and what deserializes it, if anything has to."""
        known = cls._attributes.items()
        return {one.attr_name: (name, one.attr_type, _deserializer(one)) for name, one in known}

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        plain, made = cls._with_defaults()
        return plain | {name: make() for name, make in made} if made else plain.copy()

    @classmethod
    @cache
    def _with_defaults(cls) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
        """Returns defaults by name, and factories of those that rows may not share."""
        known = {name: attribute.default for name, attribute in cls._attributes.items() if attribute.default is not None}
        made = [(name, default) for name, default in known.items() if callable(default)]
        return {name: default for name, default in known.items() if not callable(default)}, made

    def _set_defaults(self, _user_instantiated: bool = True) -> None:
        self.attribute_values |= self._defaults()

    def _set_attributes(self, **attributes: Any) -> None:
        if unknown := attributes.keys() - self.get_attributes():
            raise ValueError(f"{type(self).__name__} has no {', '.join(unknown)}")
        self.attribute_values |= attributes

    def serialize(self, null_check: bool = True) -> dict[str, dict[str, Any]]:
        """Returns the row's raw item. Raises AttributeNullError where a required attribute is missing."""
        item, own = {}, self.attribute_values
        for name, (stored, kind, serialize, optional) in self._writing().items():
            value = own.get(name)
            written = serialize(value) if serialize and value is not None else value
            if written is not None:
                item[stored] = {kind: written}
            elif null_check and not optional:
                raise AttributeNullError(name)
        return item

    @classmethod
    @cache
    def _writing(cls) -> dict[str, tuple[str, str, Callable[[Any], Any] | None, bool]]:
        """Returns by name each attribute's stored name, its DynamoDB type, what serializes it, and whether it may be None."""
        known = cls._attributes.items()
        return {name: (one.attr_name, one.attr_type, _serializer(one), bool(one.null)) for name, one in known}

    @classmethod
    def raw(cls, **values: Any) -> dict[str, dict[str, Any]]:
        """Returns some attributes as they are stored: a key to read, or where a Query continues. None of them is None."""
        known = [(cls._writing()[name], value) for name, value in values.items()]
        return {stored: {kind: serialize(value) if serialize else value} for (stored, kind, serialize, _), value in known}

    @classmethod
    def hash_key_of(cls, item: Mapping[str, dict[str, Any]]) -> str:
        """Returns the hash key of a raw item."""
        stored, deserialize = cls._hash_key_reading()
        text = item[stored][STRING]
        return str(deserialize(text) if deserialize else text)

    @classmethod
    @cache
    def _hash_key_reading(cls) -> tuple[str, Callable[[Any], Any] | None]:
        """Returns the hash key's stored name, and what deserializes it, if anything has to."""
        attribute = cls._hash_key_attribute()
        return attribute.attr_name, _deserializer(attribute)

    def get_save_kwargs_from_instance(
        self, condition: Condition | None = None, return_values_on_condition_failure: str | None = None
    ) -> dict[str, Any]:
        """Returns a transaction's put. pynamodb's own way makes a dozen objects of each condition."""
        item = self.serialize()
        if version := self._version_attribute_name:
            item |= self.raw(**{version: (getattr(self, version) or 0) + 1})
        return self._operation({"Item": item}, condition, return_values_on_condition_failure)

    def get_update_kwargs_from_instance(
        self,
        actions: list[Action],
        condition: Condition | None = None,
        return_values_on_condition_failure: str | None = None,
        *,
        add_version_condition: bool = True,
    ) -> dict[str, Any]:
        """Returns a transaction's update. A row with a version is written only on the one that was read."""
        if version := self._version_attribute_name:
            actions = [*actions, SetAll(type(self), {version: (getattr(self, version) or 0) + 1})]
        key = self.raw(**{name: getattr(self, name) for name in (self._hash_keyname, self._range_keyname) if name})
        return self._operation({"Key": key}, condition, return_values_on_condition_failure, actions)

    @classmethod
    def _key_names(cls) -> list[str]:
        """Returns the stored names of its hash and range key. All our keys are texts."""
        return [cls.get_attributes()[name].attr_name for name in (cls._hash_keyname, cls._range_keyname) if name]

    def _operation(
        self, what: dict[str, Any], condition: Condition | None, return_values: str | None, actions: Sequence[Action] = ()
    ) -> dict[str, Any]:
        names: dict[str, str] = {}
        values: dict[str, Any] = {}
        conditions = [] if condition is None else [condition.serialize(names, values)]
        if version := self._version_attribute_name:
            conditions.append(as_read(self.get_attributes()[version].attr_name, getattr(self, version), names, values))
        parts = {
            "ConditionExpression": " AND ".join(conditions),
            "UpdateExpression": clauses(actions, names, values),
            "ReturnValuesOnConditionCheckFailure": return_values,
            "ExpressionAttributeNames": {short: name for name, short in names.items()},
            "ExpressionAttributeValues": values,
        }
        return {"TableName": self.Meta.table_name, **what, **{name: part for name, part in parts.items() if part}}

    @classmethod
    def find(cls: type[_M], hash_key: str, range_key: str | None = None, *, consistent: bool = True) -> _M | None:
        """Returns the row with this key, None if there is none or the key is too long for one. One request."""
        texts = [text for text in cls._serialize_keys(hash_key, range_key) if text is not None]
        if any(not 0 < len(text.encode()) <= most for text, most in zip(texts, _LONGEST, strict=False)):
            return None
        key = dict(zip(cls._key_names(), ({STRING: text} for text in texts), strict=False))
        found = connection.dispatch("GetItem", {"TableName": cls.Meta.table_name, "Key": key, "ConsistentRead": consistent})
        return cls._instantiate(found["Item"]) if "Item" in found else None


def read_page(results: ResultIterator[_M]) -> tuple[list[_M], dict[str, Any] | None]:
    """Returns all rows of a limited Query and the key to continue from, None at the end. One request for a page."""
    return list(results), results.last_evaluated_key


def read_raw(
    wanted: Mapping[type[Table], Sequence[dict[str, Any]]], *, consistent: bool = False
) -> dict[type[Table], list[dict[str, Any]]]:
    """Returns the raw items that exist under raw keys of several tables, a moment old unless `consistent`. One request for each
    hundred keys.
    """
    left = [(model, key) for model, keys in wanted.items() for key in keys]
    found: dict[type[Table], list[dict[str, Any]]] = {model: [] for model in wanted}
    models = {str(model.Meta.table_name): model for model in wanted}
    while left:
        now, left = left[:_MOST_KEYS], left[_MOST_KEYS:]
        asked: dict[str, dict[str, Any]] = {
            name: {"Keys": [key for other, key in now if other is model], "ConsistentRead": consistent}
            for name, model in models.items()
        }
        answer = connection.dispatch(
            "BatchGetItem", {"RequestItems": {name: keys for name, keys in asked.items() if keys["Keys"]}}
        )
        for name, items in answer["Responses"].items():
            found[models[name]] += items
        left += [(models[name], key) for name, rest in answer.get("UnprocessedKeys", {}).items() for key in rest["Keys"]]
    return found


def delete_all(model: type[Table], rows: Sequence[Table]) -> None:
    """Deletes rows of a model's table, whether they exist or not. One request for each 25, none for none."""
    with model.batch_write() as batch:
        for row in rows:
            batch.delete(row)


@contextmanager
def transaction() -> Iterator[TransactWrite]:
    """Writes all or nothing in one request. Raises ConditionFailed where a condition did not hold."""
    try:
        with TransactWrite(connection=connection) as write:
            yield write
    except TransactWriteError as error:
        reasons = error.cancellation_reasons
        codes = [reason.code if reason else None for reason in reasons]
        if not {_CONDITION, CONFLICT}.intersection(codes) and error.cause_response_code != "TransactionInProgressException":
            raise
        raise ConditionFailed(codes, [reason.raw_item if reason else None for reason in reasons]) from error


@contextmanager
def conditional() -> Iterator[None]:
    """Wraps one put, update or delete. Raises ConditionFailed where its condition did not hold."""
    try:
        yield
    except (PutError, UpdateError, DeleteError) as error:
        reason = (error.cause_response_code or "").removesuffix("Exception")
        if reason not in (_CONDITION, CONFLICT):
            raise
        raise ConditionFailed([reason], [None]) from error
