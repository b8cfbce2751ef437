"""Bodies of AWS's JSON, read and written in C: botocore looks at each attribute of each row, which takes most of a list's CPU.

A shape of botocore's becomes a type of msgspec's, bytes included. What that type does not take (a null, a shape with times, no
JSON at all) botocore reads and writes itself, so that what comes out is the same. Only `SDK_UNKNOWN_MEMBER` is left out, which
botocore puts in place of an attribute of a type that it does not know.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypedDict

import msgspec
from botocore.model import OperationModel, Shape
from botocore.parsers import JSONParser, ResponseParserFactory
from botocore.serialize import JSONSerializer

#: Types kept: one for each operation that is used, and for each of its errors.
_MOST_TYPES = 128
_SCALARS = {"string": str, "blob": bytes, "boolean": bool} | dict.fromkeys(("integer", "long", "float", "double"), int | float)
#: Operations whose parameters are JSON and bytes.
PLAIN = frozenset(
    ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem", "BatchWriteItem", "TransactWriteItems"]
)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_UNWRITABLE = (TypeError, msgspec.MsgspecError, UnicodeEncodeError, RecursionError)
_encoder = msgspec.json.Encoder()


class AttributeValue(TypedDict, total=False):
    """One of DynamoDB's values. The only shape that holds itself."""

    S: str
    N: str
    B: bytes
    SS: list[str]
    NS: list[str]
    BS: list[bytes]
    M: dict[str, "AttributeValue"]
    L: list["AttributeValue"]
    NULL: bool
    BOOL: bool


class _NotPlain(Exception):
    """A shape has something in it that JSON has not."""


class Factory(ResponseParserFactory):
    """Makes botocore's parsers, and ours for JSON: `response_parser_factory` of a botocore session."""

    def create_parser(self, protocol_name: str) -> Any:
        """Returns the parser of a protocol's answers."""
        return _PARSER if protocol_name == "json" else super().create_parser(protocol_name)


class Parser(JSONParser):
    """Botocore's parser with another way to read a body."""

    def _handle_json_body(self, raw_body: bytes, shape: Shape) -> Any:
        if decoder := _decoder(shape):
            try:
                return decoder.decode(raw_body)
            except _UNREADABLE:
                pass  # botocore reads it, or says what is wrong with it
        return super()._handle_json_body(raw_body, shape)  # type: ignore[misc]


_PARSER = Parser()


class Serializer(JSONSerializer):
    """Botocore's serializer with another way to write a body. Bytes are given as bytes."""

    def serialize_to_request(self, parameters: Mapping[str, Any], operation_model: OperationModel) -> dict[str, Any]:
        """Returns a request for an operation: its headers and its body."""
        if operation_model.name in PLAIN:
            try:
                body = _encoder.encode(parameters)
            except _UNWRITABLE:
                pass  # botocore writes it, or says what is wrong with it
            else:
                return {**super().serialize_to_request({}, operation_model), "body": body}
        return dict(super().serialize_to_request(parameters, operation_model))


@lru_cache(_MOST_TYPES)
def _decoder(shape: Shape) -> msgspec.json.Decoder[Any] | None:
    """Returns what decodes a body of a shape, None where botocore has to."""
    try:
        return msgspec.json.Decoder(_type(shape))
    except (_NotPlain, RecursionError):
        return None


def _type(shape: Any) -> Any:
    """Returns the type of a shape. Raises _NotPlain, and RecursionError for a shape that holds itself."""
    if shape.name == AttributeValue.__name__:
        return AttributeValue
    match shape.type_name:
        case "structure":
            return _structure(shape)
        case "list":
            return list[_type(shape.member)]  # type: ignore[misc]
        case "map":
            return dict[str, _type(shape.value)]  # type: ignore[misc]
    if shape.type_name not in _SCALARS:
        raise _NotPlain(shape.name)
    return _SCALARS[shape.type_name]


def _structure(shape: Any) -> Any:
    if shape.is_document_type or shape.is_tagged_union or any("name" in one.serialization for one in shape.members.values()):
        raise _NotPlain(shape.name)
    return TypedDict(shape.name, {name: _type(member) for name, member in shape.members.items()}, total=False)  # type: ignore[operator]
