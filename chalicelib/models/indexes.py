"""Indexes of our tables, written with the model's names and stored under its short ones."""

from typing import Any, TypeVar

from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, Index, LocalSecondaryIndex
from pynamodb.models import Model

_M = TypeVar("_M", bound=Model)


class _NamedByModel(Index[_M]):
    def __set_name__(self, owner: Any, name: str) -> None:
        """Takes over the stored names of its keys and projected attributes. A key that only another model of the table has
        brings its own, and what no model has yet is projected under the name that it is given.
        """
        super().__set_name__(owner, name)
        for key, attribute in self.Meta.attributes.items():
            attribute.attr_name = getattr(owner, key, attribute).attr_name
        if projected := self.Meta.projection.non_key_attributes:
            self.Meta.projection = IncludeProjection([_stored(owner, one) for one in projected])


def _stored(owner: Any, name: str) -> str:
    attribute = getattr(owner, name, None)
    return str(attribute.attr_name) if attribute is not None else name


class GlobalIndex(_NamedByModel[_M], GlobalSecondaryIndex[_M]):
    """A global secondary index."""


class LocalIndex(_NamedByModel[_M], LocalSecondaryIndex[_M]):
    """A local secondary index."""
