"""moto made faster where this suite spends its time in it; nothing that it answers changes."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_STRUCTURE, _UPDATE = BaseJSONSerializer._serialize_type_structure, DynamoDBBackend.update_item


def _serialize_structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Moto looks for ten names, each in four spellings, in every attribute of an item, which is as it goes out already unless it
    is of bytes.
    """
    if shape.name == "AttributeValue" and type(value) is dict and "B" not in value:
        self._default_serialize(serialized, value, shape, key)
    else:
        _STRUCTURE(self, serialized, value, shape, key)


def _copied(self: Any, memo: dict[int, Any]) -> Any:
    """What a transaction goes back to where it is refused: the table with its items, none of which is altered in place."""
    twin = copy.copy(self)
    twin.items = copy.copy(self.items)
    for key, items in self.items.items():
        twin.items[key] = copy.copy(items) if self.range_key_attr else items
    twin.stream_shard = copy.copy(self.stream_shard)
    if twin.stream_shard:
        twin.stream_shard.items = list(self.stream_shard.items)
        twin.stream_shard.table = twin
    return twin


def _update(self: Any, table_name: str, key: dict[str, Any], *given: Any, **named: Any) -> Any:
    """An item is altered in a copy of its own that takes its place, for the sake of `_copied`."""
    table = self.get_table(table_name)
    hash_key = DynamoType(key[table.hash_key_attr])
    if hash_key in table.items and table.range_key_attr is None:
        table.items[hash_key] = copy.deepcopy(table.items[hash_key])
    elif hash_key in table.items and (range_key := DynamoType(key[table.range_key_attr])) in table.items[hash_key]:
        table.items[hash_key][range_key] = copy.deepcopy(table.items[hash_key][range_key])
    return _UPDATE(self, table_name, key, *given, **named)


@contextmanager
def faster() -> Iterator[None]:
    """For the time of a mock."""
    with (
        patch.object(BaseJSONSerializer, "_serialize_type_structure", _serialize_structure),
        patch.object(Table, "__deepcopy__", _copied, create=True),
        patch.object(DynamoDBBackend, "update_item", _update),
    ):
        yield
