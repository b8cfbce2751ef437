"""What is read and written in C is what botocore reads and writes."""

import json
from base64 import b64encode
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import botocore.session
import pytest
from botocore.model import OperationModel, Shape
from botocore.parsers import JSONParser
from botocore.serialize import JSONSerializer
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.models.json_bodies import PLAIN, AttributeValue, Factory, Parser, Serializer, _decoder

_SESSION = botocore.session.Session()
_SERVICES = {name: _SESSION.get_service_model(name) for name in ("dynamodb", "sqs")}
OPERATIONS = [model.operation_model(name) for model in _SERVICES.values() for name in model.operation_names]
each = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.service_model.service_name}-{one.name}")
some = settings(max_examples=15, deadline=None)
_texts = st.text('abc世\x00"\\é', max_size=5)
_numbers = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
#: Documents that a body is made of, by the type of a shape. `blob` is bytes, which a body has in base64.
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": _texts,
    "boolean": st.booleans(),
    "blob": st.binary(max_size=5),
    "timestamp": st.integers(0, 2**32),
    **dict.fromkeys(("integer", "long", "float", "double"), _numbers),
}


@cache
def documents(shape: Any) -> st.SearchStrategy[Any]:
    """What an answer of a shape may be."""
    if shape.name == "AttributeValue":
        return _values()
    if shape.type_name == "list":
        return st.lists(documents(shape.member), max_size=2)
    if shape.type_name == "map":
        return st.dictionaries(_texts, documents(shape.value), max_size=2)
    if shape.type_name == "structure":
        return st.fixed_dictionaries({}, optional={name: documents(one) for name, one in shape.members.items()})
    return _SCALARS[shape.type_name]


@cache
def _values() -> st.SearchStrategy[Any]:
    return st.recursive(_leaves(), _nested, max_leaves=5)


def _leaves() -> st.SearchStrategy[Any]:
    kinds: dict[str, st.SearchStrategy[Any]] = {"S": _texts, "N": st.integers().map(str), "B": st.binary(max_size=5)}
    sets = {f"{kind}S": st.lists(values, max_size=2) for kind, values in kinds.items()}
    return st.one_of(
        [_only(kind, values) for kind, values in (kinds | sets | dict.fromkeys(("NULL", "BOOL"), st.booleans())).items()]
    )


def _nested(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return _only("L", st.lists(values, max_size=2)) | _only("M", st.dictionaries(_texts, values, max_size=2))


def _only(kind: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return values.map(lambda value: {kind: value})


def body_of(document: Any) -> bytes:
    return json.dumps(document, default=lambda some: b64encode(some).decode()).encode()


def read_by(parser: JSONParser, body: bytes, shape: Any, status: int = 200) -> Any:
    headers = {"x-amzn-RequestId": "A1", "x-amz-crc32": "7", "x-amzn-requestid": "A1"}
    return parser.parse({"body": body, "headers": headers, "status_code": status, "context": {}}, shape)


def alike(body: bytes, shape: Shape | None, status: int = 200) -> Any:
    """What both parsers read, or the type of what they raise."""
    found = [_outcome(partial(read_by, parser, body, shape, status)) for parser in (Parser(), JSONParser())]
    assert found[0] == found[1]
    return found[0]


def _outcome(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Exception as error:
        return type(error)


@each
@some
@given(data=st.data())
def test_an_answer_is_read_as_botocore_reads_it(operation: OperationModel, data: st.DataObject) -> None:
    shape: Any = operation.output_shape
    document = {} if shape is None else data.draw(documents(shape))
    assert document == {} or "ResponseMetadata" in alike(body_of({**document, "Unknown": [{"a": None}]}), shape)


@each
@some
@given(data=st.data())
def test_an_error_is_read_as_botocore_reads_it(operation: OperationModel, data: st.DataObject) -> None:
    for shape in operation.error_shapes:
        said = {"__type": f"com.amazonaws.dynamodb.v20120810#{shape.name}", "message": "why", **data.draw(documents(shape))}
        alike(body_of(said), operation.output_shape, 400)
        alike(body_of(said), shape, 400)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"<html>busy</html>",
        b'{"Item": null}',
        b'{"Item": {"a": null}}',
        b'{"Item": {"a": {"S": null}}}',
        b'{"Item": {"a": {"S": "\\ud800"}}}',
        b'{"Item": {"a": {"S": "\xff"}}}',
        b'{"Item": {"a": {"N": 5}}}',
        b'{"Item": {"a": {"B": "not base64!"}}}',
        b'{"Item": {"a": {"B": "YQ"}}}',
        b'{"Item": {"a": {"S": "x", "S": "y"}}}',
        b'{"Item": {"a": {"M": {}}, "b": {"L": []}, "c": {"SS": []}}}',
        b'{"ConsumedCapacity": {"CapacityUnits": 1e400}}',
        b'{"ConsumedCapacity": {"CapacityUnits": 123456789012345678901234567890}}',
        b'{"Item": ' + b'{"a":{"M":' * 2000 + b"{}" + b"}}" * 2000 + b"}",
    ],
)
@pytest.mark.parametrize("status", [200, 301, 400, 500, 503])
def test_a_strange_answer_is_read_as_botocore_reads_it(body: bytes, status: int) -> None:
    alike(body, _SERVICES["dynamodb"].operation_model("GetItem").output_shape, status)


def test_a_value_has_the_types_that_botocore_knows() -> None:
    shape: Any = _SERVICES["dynamodb"].shape_for("AttributeValue")
    assert AttributeValue.__annotations__.keys() == shape.members.keys()


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_what_the_models_send_is_read_and_written_in_c(name: str) -> None:
    operation: Any = _SERVICES["dynamodb"].operation_model(name)
    assert _decoder(operation.input_shape) and _decoder(operation.output_shape)
    shapes = {shape.name: shape for shape in operation.error_shapes}
    assert all(_decoder(shape) for shape in shapes.values())


def test_the_factory_makes_botocores_parsers_for_other_protocols() -> None:
    assert type(Factory().create_parser("json")) is Parser
    assert type(Factory().create_parser("rest-xml")).__module__ == "botocore.parsers"


@each
@some
@given(data=st.data())
def test_a_request_says_what_botocore_says(operation: OperationModel, data: st.DataObject) -> None:
    given_ = {} if operation.input_shape is None else data.draw(documents(operation.input_shape))
    ours, theirs = (one.serialize_to_request(given_, operation) for one in (Serializer(), JSONSerializer()))
    assert json.loads(ours.pop("body")) == json.loads(theirs.pop("body"))
    assert ours == theirs


def test_what_c_cannot_write_botocore_writes() -> None:
    operation = _SERVICES["dynamodb"].operation_model("GetItem")
    written = Serializer().serialize_to_request({"TableName": "\ud800", "Key": {}}, operation)
    assert json.loads(written["body"]) == {"TableName": "\ud800", "Key": {}}
