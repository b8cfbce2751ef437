"""moto made faster where this suite spends its time in it; nothing that it answers changes."""

import copy
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from threading import local
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl

from botocore import session, useragent
from botocore.client import BaseClient
from botocore.parsers import BaseJSONParser
from botocore.regions import EndpointRulesetResolver
from botocore.signers import RequestSigner
from moto.core import botocore_stubber, responses, utils
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb import responses as answers
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamRecord, StreamShard, Table
from moto.dynamodb.models.utilities import bytesize, dynamo_to_dict
from moto.sqs.models import Message

from tests import moto_direct, moto_expressions, moto_queues, moto_requests

_STRUCTURE, _TRANSACT = BaseJSONSerializer._serialize_type_structure, DynamoDBBackend.transact_write_items
_QUERY, _ALL_ITEMS, _PROJECT, _SET = Table.query, Table.all_items, Item.project, LimitedSizeDict.__setitem__
_CAST: Callable[[DynamoType], Any] = DynamoType.cast_value.fget  # type: ignore[attr-defined]
_REGULAR_JSON, _SIZE, _COPY = DynamoType.to_regular_json, DynamoType.size, DynamoType.__deepcopy__
_PARSE = BaseJSONParser._handle_structure  # type: ignore[attr-defined]
#: Types whose values are compared, copied and shown as they are.
_PLAIN = frozenset({"S", "BOOL"})
#: Types whose values are never changed where they are: another one takes their place.
_FIXED = _PLAIN | {"N", "B", "NULL"}
#: Types whose values go over the wire as they are.
_AS_SENT = _PLAIN | {"N", "NULL", "SS", "NS"}
#: Bytes of an item below which moto's own limit, about 405,000, is far.
_FAR_BELOW = 200_000
#: What a query of this thread reads: the table it is of, and its partition's key, None for an index.
_querying = local()


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


def _query(self: Table, *given: Any, **more: Any) -> Any:
    """Moto sorts all that a table has before it looks for the partition, which it then sorts anyway."""
    hash_key, *_, index = given[:8]
    _querying.table, _querying.partition = self, None if index else hash_key
    try:
        return _QUERY(self, *given, **more)
    finally:
        _querying.table = None


def _all_items(self: Table) -> list[Item]:
    if getattr(_querying, "table", None) is not self:
        return _ALL_ITEMS(self)
    if not self.range_key_attr:
        return list(self.items.values())
    parts = self.items.values() if _querying.partition is None else [self.items.get(_querying.partition, {})]
    return [item for part in parts for item in part.values()]


def _project(self: Item, projection_expressions: list[list[str]]) -> Item:
    """Moto turns the whole item into Python's values and back for each attribute that is asked for."""
    if any(len(path) > 1 for path in projection_expressions):
        return _PROJECT(self, projection_expressions)
    names = {name for (name,) in projection_expressions} & self.attrs.keys()
    return Item(self.hash_key, self.range_key, {name: value for name, value in self.attrs.items() if name in names})


def _cast_value(self: DynamoType) -> Any:
    return self.value if self.type in _PLAIN else _CAST(self)


def _is_equal(self: DynamoType, other: DynamoType) -> bool:
    if self.type != other.type:
        return False
    return self.value == other.value if self.type in _PLAIN else bool(_CAST(self) == _CAST(other))


def _is_unequal(self: DynamoType, other: DynamoType) -> bool:
    return not _is_equal(self, other)


def _to_regular_json(self: DynamoType) -> dict[str, Any]:
    return {self.type: self.value} if self.type in _PLAIN or self.type == "N" else _REGULAR_JSON(self)


def _copied(self: DynamoType, memo: dict[int, Any]) -> DynamoType:
    """Moto copies all that a query finds, whether or not it can be changed."""
    return self if self.type in _FIXED else _COPY(self, memo)


def _size(self: DynamoType) -> int:
    if self.type not in _FIXED:
        return _SIZE(self)
    if (known := self.__dict__.get("bytes")) is None:
        known = self.__dict__["bytes"] = _SIZE(self)
    return int(known)


def _item_size(self: Item) -> int:
    """Moto weighs each item that a query finds, attribute by attribute; most attributes know what they weigh."""
    total = 0
    for name, value in self.attrs.items():
        known = value.__dict__.get("bytes")
        total += _weight(name) + (value.size() if known is None else known)
    return total


_weight = lru_cache(bytesize)


def _to_dict(found: Any) -> Any:
    """Moto asks of each value of each item whether it is one of eight kinds."""
    if type(found) is DynamoType and found.type in _AS_SENT:
        return {found.type: found.value}
    if type(found) in (dict, LimitedSizeDict):
        return {key: _to_dict(value) for key, value in found.items()}
    return [_to_dict(value) for value in found] if type(found) is list else dynamo_to_dict(found)


def _parsed(self: Any, shape: Any, value: Any) -> Any:
    """Botocore looks for ten names in every attribute of an item; one without bytes is right as it came."""
    if shape.name == "AttributeValue" and type(value) is dict and value.keys() <= _AS_SENT:
        return value
    return _PARSE(self, shape, value)


def _query_string(text: str, **given: Any) -> list[tuple[str, str]]:
    """Moto reads each body as the fields of a form, whatever it is."""
    return [] if text.startswith("{") else parse_qsl(text, **given)


def _set_limited(self: LimitedSizeDict, key: str, value: Any) -> None:
    """Moto weighs all attributes of an item for each that is set; here only those of an item that may be too large."""
    weight: int = self.__dict__.get("weight", 0) + bytesize(key) + value.size()
    self.__dict__["weight"] = weight
    if weight < _FAR_BELOW:
        dict.__setitem__(self, key, value)
    else:
        _SET(self, key, value)


def _copy_item(self: Item, memo: dict[int, Any]) -> Item:
    """Moto notes each value that it copies, in case it is in itself."""
    result = object.__new__(Item)
    result.hash_key = _copied(self.hash_key, memo)
    result.range_key = self.range_key and _copied(self.range_key, memo)
    result.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    dict.update(result.attrs, {name: _copied(value, memo) for name, value in self.attrs.items()})
    return result


def _number(headers: dict[str, Any] | None = None) -> str:
    """Moto throws dice for each sign of a request's id."""
    if headers is not None:
        headers["x-amzn-requestid"] = _REQUEST
    return _REQUEST


_REQUEST = "A" * 52


def _loader(search_path: str | None = None) -> Any:
    """Each session of botocore reads its descriptions of the services from files; here one has what another has read."""
    loader: Any = _LOADER(search_path)
    if search_path is None:
        loader._cache = _read
    return loader


def _endpoint(self: Any, operation_model: Any, call_args: Any, request_context: Any) -> Any:
    """Botocore works out where each request goes; of these services all of a client's go to the same place."""
    if operation_model.service_model.service_name not in moto_direct.SERVICES:
        return _ENDPOINT(self, operation_model, call_args, request_context)
    name, known = operation_model.name, self._instance_cache
    if name not in known:
        known[name] = _ENDPOINT(self, operation_model, call_args, request_context)
    return known[name]


_ENDPOINT = EndpointRulesetResolver.construct_endpoint
_LOADER = session.create_loader
_read: dict[Any, Any] = {}

#: What moto would keep every instance of until the mock ends, for a page that shows them: all that a file has ever stored or
#: sent, which each garbage collection goes through.
_KEPT = (Item, Message, StreamRecord, StreamShard, Table)


_FASTER: list[tuple[Any, str, Any]] = [
    (BaseJSONSerializer, "_serialize_type_structure", _serialize_structure),
    (DynamoDBBackend, "transact_write_items", _transact),
    (Table, "query", _query),
    (Table, "all_items", _all_items),
    (Item, "project", _project),
    (DynamoType, "cast_value", property(_cast_value)),
    (DynamoType, "__eq__", _is_equal),
    (DynamoType, "__ne__", _is_unequal),
    (DynamoType, "to_regular_json", _to_regular_json),
    (DynamoType, "__deepcopy__", _copied),
    (DynamoType, "size", _size),
    (Item, "size", _item_size),
    (answers, "dynamo_to_dict", _to_dict),
    (BaseJSONParser, "_handle_structure", _parsed),
    (responses, "parse_qsl", _query_string),
    (LimitedSizeDict, "__setitem__", _set_limited),
    (Item, "__deepcopy__", _copy_item),
    (responses, "gen_amzn_requestid_long", _number),
    (BaseClient, "_make_request", moto_direct.make_request),
    (RequestSigner, "sign", moto_requests.sign),
    (botocore_stubber, "normalize_request", moto_requests.normalize),
    (session, "create_loader", _loader),
    (EndpointRulesetResolver, "construct_endpoint", _endpoint),
    (useragent.UserAgentString, "to_string", lambda self: "Boto3"),
    # Pure functions that are asked the same in each request.
    (responses, "method_names_from_class", lru_cache(utils.method_names_from_class)),
    (responses, "camelcase_to_underscores", lru_cache(utils.camelcase_to_underscores)),
    (responses, "get_partition", lru_cache(responses.get_partition)),  # type: ignore[attr-defined]
    (useragent, "sanitize_user_agent_string_component", lru_cache(useragent.sanitize_user_agent_string_component)),
]


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
    with ExitStack() as patches:
        patches.enter_context(patch.object(Table, "__deepcopy__", lambda self, memo: self, create=True))
        for owner, name, faster in [*_FASTER, *moto_expressions.FASTER, *moto_queues.FASTER]:
            patches.enter_context(patch.object(owner, name, faster, create=name in ("__deepcopy__", "traverse")))
        yield
