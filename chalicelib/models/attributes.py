"""Attributes of our tables: plain values, each under its own name."""

from typing import Any, TypeVar, overload

from pynamodb import attributes
from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER

_A = TypeVar("_A", bound="Attribute[Any]")
_T = TypeVar("_T")


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


class VersionAttribute(IntegerAttribute, attributes.VersionAttribute):
    """Counts how often a row was written; a write of ours says which one it has read."""
