"""The way of a row from botocore to moto and back without HTTP: what moto's handlers take and give is what botocore sent and
reads, but for bytes.

Botocore checks and serializes each request as always, and its hooks before and after a call see it. What moto refuses goes the
whole way once more, so that a refusal is the one that botocore makes of moto's answer.
"""

from base64 import b64decode
from types import SimpleNamespace
from typing import Any

import msgspec
from botocore.client import BaseClient
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.responses import DynamoHandler

_MAKE_REQUEST = BaseClient._make_request  # type: ignore[attr-defined]
#: Operations on rows, and the methods of moto's handler.
_DIRECT = {
    "GetItem": "get_item",
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "DeleteItem": "delete_item",
    "Query": "query",
    "BatchGetItem": "batch_get_item",
    "BatchWriteItem": "batch_write_item",
    "TransactWriteItems": "transact_write_items",
}
_AWS = ".amazonaws.com/"
_OK = SimpleNamespace(status_code=200, headers={})


class _Handler(DynamoHandler):
    """Moto's handler of one request, given as botocore's parameters."""

    def __init__(self, body: dict[str, Any], region: str) -> None:
        super().__init__()
        self.body = self.params = body
        self._backend = dynamodb_backends[DEFAULT_ACCOUNT_ID][region]

    @property
    def dynamodb_backend(self) -> Any:
        """The tables of the region."""
        return self._backend


def make_request(self: Any, operation_model: Any, request_dict: dict[str, Any], request_context: Any) -> Any:
    """Botocore's `BaseClient._make_request`: the response and what is read of it."""
    method = _DIRECT.get(operation_model.name) if operation_model.service_model.service_name == "dynamodb" else None
    if method is None or not request_dict["url"].endswith(_AWS):
        return _MAKE_REQUEST(self, operation_model, request_dict, request_context)
    try:
        body = _with_bytes(msgspec.json.decode(request_dict["body"]))
        result = getattr(_Handler(body, self.meta.region_name), method)().result
    except Exception:
        return _MAKE_REQUEST(self, operation_model, request_dict, request_context)
    members = operation_model.output_shape.members
    return _OK, {name: value for name, value in result.items() if value is not None and name in members} | {
        "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
    }


def _with_bytes(value: Any) -> Any:
    """A request's parameters with bytes in the place of their base64."""
    if type(value) is dict:
        if len(value) == 1:
            ((kind, given),) = value.items()
            if kind == "B" and type(given) is str:
                return {"B": b64decode(given)}
            if kind == "BS" and type(given) is list:
                return {"BS": [b64decode(one) for one in given]}
        return {name: _with_bytes(one) for name, one in value.items()}
    return [_with_bytes(one) for one in value] if type(value) is list else value
