"""The tables' client: botocore's, with parts of ours in it, and all that botocore does around them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zlib import crc32

import boto3
import pytest
from botocore.httpsession import URLLib3Session
from pynamodb.exceptions import VerboseClientError

from chalicelib.models import json_bodies, quick_client, transport
from chalicelib.models.dynamodb import _Connection
from tests.models.rows import MODELS
from tests.waiting import free_port

_GET: Any = {"TableName": "t", "Key": {"k": {"B": b"\x00\xff"}, "é": {"S": "世"}}, "ConsistentRead": True}


class Dynamo(ThreadingHTTPServer):
    """Answers with what it is told next: a status, a document and headers, or nothing for a connection that breaks."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.next = list[tuple[int, Any, dict[str, str]] | None]()
        self.heard = list[tuple[dict[str, str], bytes]]()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Dynamo

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers.items()), body))
        if (told := self.server.next.pop(0)) is None:
            self.close_connection = True
            return
        status, document, headers = told
        sent = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {
            "x-amzn-RequestId": "R1",
            "x-amz-crc32": str(crc32(sent)),
            "Content-Length": str(len(sent)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def dynamo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dynamo]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # an earlier test's has read its credentials already
    monkeypatch.setattr("time.sleep", lambda _: None)  # botocore waits before it sends again
    with Dynamo() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


def ours() -> _Connection:
    return _Connection(region="us-east-1", connect_timeout_seconds=3, read_timeout_seconds=10, max_retry_attempts=3)


def asked(connection: _Connection, **further: Any) -> Any:
    return connection.dispatch("GetItem", _GET | further)


def test_all_parts_are_in_the_installed_version(dynamo: Dynamo) -> None:
    client = ours().client
    assert type(client._serializer) is json_bodies.Serializer
    assert type(client._ruleset_resolver) is quick_client.Endpoints
    assert type(client._endpoint.http_session) is transport.Session
    assert type(client._endpoint._response_parser_factory) is json_bodies.Factory
    dynamo.next.append((200, {}, {}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.auth.SigV4Auth.canonical_request", None)
        asked(ours())  # signed without it


def test_a_client_with_other_parts_keeps_them(dynamo: Dynamo) -> None:
    client: Any = boto3.client("dynamodb")  # checks what it is given, as ours does not
    del client._ruleset_resolver
    client._endpoint.http_session = kept = object()
    checked = client._serializer
    quick_client.quicken(client, ours().session)
    assert client._endpoint.http_session is kept and client._serializer is checked


def test_behind_a_proxy_botocore_sends(dynamo: Dynamo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    assert type(ours().client._endpoint.http_session) is URLLib3Session


def test_it_asks_and_reads_what_boto3_does(dynamo: Dynamo) -> None:
    item = {"k": {"B": "AP8="}, "m": {"M": {"l": {"L": [{"BS": ["AA=="]}, {"NULL": True}, {"N": "1.5"}]}}}, "é": {"S": "世"}}
    dynamo.next += [(200, {"Item": item, "ConsumedCapacity": {"TableName": "t", "CapacityUnits": 0.5}}, {})] * 2
    answers = [asked(ours()), boto3.client("dynamodb").get_item(**_GET)]
    for answer in answers:
        answer["ResponseMetadata"]["HTTPHeaders"].pop("date")
    assert answers[0] == answers[1] and answers[0]["Item"]["k"] == {"B": b"\x00\xff"}
    (mine, my_body), (theirs, their_body) = dynamo.heard
    assert json.loads(my_body) == json.loads(their_body)
    assert mine["X-Amz-Target"] == theirs["X-Amz-Target"] and mine["X-Amz-Security-Token"] == "test"
    assert mine.keys() == theirs.keys()


@pytest.mark.parametrize(
    "first",
    [None, (200, {"Item": {}}, {"x-amz-crc32": "1"}), (500, {}, {}), (503, {}, {"Content-Length": "9", "Connection": "close"})],
)
def test_what_fails_is_sent_again(dynamo: Dynamo, first: Any) -> None:
    dynamo.next += [first, (200, {"Item": {"k": {"S": "x"}}}, {})]
    answer = asked(ours())
    assert answer["Item"] == {"k": {"S": "x"}} and answer["ResponseMetadata"]["RetryAttempts"] == 1
    (first_sent, body), (second_sent, again) = dynamo.heard
    assert body == again and first_sent["amz-sdk-invocation-id"] == second_sent["amz-sdk-invocation-id"]


def test_a_refusal_is_told_with_its_reasons(dynamo: Dynamo) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "no", "Item": {"k": {"B": "AA=="}}}]
    said = {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "why",
        "CancellationReasons": reasons,
    }
    dynamo.next.append((400, said, {}))
    with pytest.raises(VerboseClientError) as refused:
        ours().dispatch("TransactWriteItems", {"TransactItems": []})
    assert refused.value.response["Error"]["Code"] == "TransactionCanceledException"
    assert [reason and reason.raw_item for reason in refused.value.cancellation_reasons] == [None, {"k": {"B": b"\x00"}}]


def test_botocores_hooks_see_each_request(dynamo: Dynamo) -> None:
    connection, seen = ours(), list[str]()
    hooks = ("provide-client-params", "before-send", "response-received", "after-call")
    for hook in hooks:
        connection.client.meta.events.register(hook, lambda hook=hook, **_: seen.append(hook))
    dynamo.next.append((200, {}, {}))
    asked(connection)
    assert tuple(seen) == hooks


def test_an_endpoint_is_worked_out_once_for_each_operation(dynamo: Dynamo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_DYNAMODB")
    client = ours().client
    plain: Any = boto3.client("dynamodb")
    for name in ("GetItem", "TransactWriteItems"):
        asked_ = {
            "operation_model": client.meta.service_model.operation_model(name),
            "call_args": {"TableName": "t"},
            "request_context": {},
        }
        found = client._ruleset_resolver.construct_endpoint(**asked_)
        assert found == plain._ruleset_resolver.construct_endpoint(**asked_)
        assert found is client._ruleset_resolver.construct_endpoint(**asked_ | {"call_args": {}})
    schemes = [{"name": "sigv4", "signingName": "dynamodb", "signingRegion": "us-east-1"}]
    assert client._ruleset_resolver.auth_schemes_to_signing_ctx(schemes)[0] == "v4"


def test_no_table_is_named_by_its_arn() -> None:
    assert not [model for model in MODELS if model.Meta.table_name.startswith("arn:")]
