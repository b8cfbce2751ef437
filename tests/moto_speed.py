"""moto made faster where this suite spends its time in it; nothing that it answers changes."""

import copy
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamRecord, StreamShard, Table
from moto.sqs.models import Message

_STRUCTURE, _TRANSACT = BaseJSONSerializer._serialize_type_structure, DynamoDBBackend.transact_write_items


def _serialize_structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Moto looks for ten names, each in four spellings, in every attribute of an item, which is as it goes out already unless it
    is of bytes.
    """
    if shape.name == "AttributeValue" and type(value) is dict and "B" not in value:
        self._default_serialize(serialized, value, shape, key)
    else:
        _STRUCTURE(self, serialized, value, shape, key)


def _transact(self: Any, transact_items: list[dict[str, Any]]) -> None:
    """Moto copies each table with all that is in it, to go back to where it is refused: with a `Table` that is its own copy it
    goes back to nothing, and what the transaction names, and its records in the streams, are put back here.
    """
    touched = list(_touched(self, transact_items))
    recorded = [(table.stream_shard, len(table.stream_shard.items)) for table, *_ in touched if table.stream_shard]
    try:
        _TRANSACT(self, transact_items)
    except Exception:
        for items, key, item in ((*_place(table, key), item) for table, key, item in touched):
            if item is not None:
                items[key] = item
            else:
                items.pop(key, None)
        for shard, length in recorded:
            del shard.items[length:]
        raise


def _touched(self: Any, transact_items: list[dict[str, Any]]) -> Iterator[tuple[Table, dict[str, Any], Any]]:
    """Each table, key and copy of the item that a transaction names, None where there is no such item."""
    for operation in (operation for entry in transact_items for operation in entry.values()):
        table, key = self.tables.get(operation["TableName"]), operation.get("Key") or operation["Item"]
        if table and table.hash_key_attr in key and (table.range_key_attr or table.hash_key_attr) in key:
            items, at = _place(table, key)
            yield table, key, copy.deepcopy(items.get(at))


def _place(table: Any, key: dict[str, Any]) -> tuple[dict[DynamoType, Any], DynamoType]:
    """Where a table has an item: a dict, and the item's key in it."""
    hash_key = DynamoType(key[table.hash_key_attr])
    if table.range_key_attr is None:
        return table.items, hash_key
    return table.items[hash_key], DynamoType(key[table.range_key_attr])


#: What moto would keep every instance of until the mock ends, for a page that shows them: all that a file has ever stored or
#: sent, which each garbage collection goes through.
_KEPT = (Item, Message, StreamRecord, StreamShard, Table)


@contextmanager
def faster() -> Iterator[None]:
    """For the time of a mock."""
    with ExitStack() as forgetful:
        for kind in _KEPT:
            forgetful.enter_context(patch.object(kind, "instances_tracked", deque[Any](maxlen=0)))
        with _patched():
            yield


@contextmanager
def _patched() -> Iterator[None]:
    with (
        patch.object(BaseJSONSerializer, "_serialize_type_structure", _serialize_structure),
        patch.object(Table, "__deepcopy__", lambda self, memo: self, create=True),
        patch.object(DynamoDBBackend, "transact_write_items", _transact),
    ):
        yield
