"""The way of a row, a message or a stream from botocore to moto and back without HTTP: what moto's handlers take and give is what
botocore sent and reads, but for bytes.

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
from moto.dynamodbstreams.models import dynamodbstreams_backends
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler
from moto.sqs.models import sqs_backends
from moto.sqs.responses import SQSResponse

_MAKE_REQUEST = BaseClient._make_request  # type: ignore[attr-defined]
_AWS = ".amazonaws.com/"
_OK = SimpleNamespace(status_code=200, headers={})


class _Rows(DynamoHandler):
    """Moto's handler of one request, given as botocore's parameters."""

    def __init__(self, body: dict[str, Any], url: str, region: str) -> None:
        super().__init__()
        self.body = self.params = _with_bytes(body)
        self._backend = dynamodb_backends[DEFAULT_ACCOUNT_ID][region]

    @property
    def dynamodb_backend(self) -> Any:
        """The tables of the region."""
        return self._backend


class _Given:
    """What moto's other handlers have of a request: its parameters, and the address that it was sent to."""

    def __init__(self, body: dict[str, Any], url: str, region: str) -> None:
        super().__init__()
        self.given, self.uri = body, url
        self.current_account, self.region = DEFAULT_ACCOUNT_ID, region

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        return self.given.get(param_name, if_none)


class _Queues(_Given, SQSResponse):
    @property
    def sqs_backend(self) -> Any:
        """The queues of the region."""
        return sqs_backends[self.current_account][self.region]


class _Streams(_Given, DynamoDBStreamsHandler):
    @property
    def backend(self) -> Any:
        """The streams of the region."""
        return dynamodbstreams_backends[self.current_account][self.region]

    def get_records(self) -> Any:
        """Records, which moto keeps as they were made and which whoever reads them may change."""
        result: Any = super().get_records()
        result.result["Records"] = [_copied(record) for record in result.result["Records"]]
        return result


#: Moto's handlers of services, and their methods for operations.
_DIRECT: dict[str, tuple[Any, dict[str, str]]] = {
    "dynamodb": (
        _Rows,
        {
            "GetItem": "get_item",
            "PutItem": "put_item",
            "UpdateItem": "update_item",
            "DeleteItem": "delete_item",
            "Query": "query",
            "Scan": "scan",
            "BatchGetItem": "batch_get_item",
            "BatchWriteItem": "batch_write_item",
            "TransactWriteItems": "transact_write_items",
        },
    ),
    "sqs": (_Queues, {"GetQueueUrl": "get_queue_url", "SendMessageBatch": "send_message_batch"}),
    "dynamodbstreams": (
        _Streams,
        {
            "ListStreams": "list_streams",
            "DescribeStream": "describe_stream",
            "GetShardIterator": "get_shard_iterator",
            "GetRecords": "get_records",
        },
    ),
}
#: Services whose requests may go this way.
SERVICES = frozenset(_DIRECT)


def make_request(self: Any, operation_model: Any, request_dict: dict[str, Any], request_context: Any) -> Any:
    """Botocore's `BaseClient._make_request`: the response and what is read of it."""
    handler, methods = _DIRECT.get(operation_model.service_model.service_name, (None, {}))
    method = methods.get(operation_model.name)
    if method is None or not request_dict["url"].endswith(_AWS):
        return _MAKE_REQUEST(self, operation_model, request_dict, request_context)
    try:
        body = msgspec.json.decode(request_dict["body"])
        result = getattr(handler(body, request_dict["url"], self.meta.region_name), method)().result
    except Exception:
        return _MAKE_REQUEST(self, operation_model, request_dict, request_context)
    members = operation_model.output_shape.members
    return _OK, {name: value for name, value in result.items() if value is not None and name in members} | {
        "ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
    }


def _copied(value: Any) -> Any:
    if type(value) is dict:
        return {name: _copied(one) for name, one in value.items()}
    return [_copied(one) for one in value] if type(value) is list else value


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
