"""AWS's part of a call: whether the policy of the lambda that makes it allows it. moto allows everything.

What a policy does not allow is answered as AWS answers it, so that code meets the error that it would meet there, and is noted
in `denied`, so that no test passes because the code swallowed it.
"""

import functools
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import MockRawResponse

from chalicelib.desk.core import cache, rate_limits
from chalicelib.models import queues, unique_names

CHALICE = Path(__file__).parent.parent / ".chalice"
#: What .chalice/config.json says of each lambda.
FUNCTIONS: dict[str, dict[str, Any]] = json.loads((CHALICE / "config.json").read_text())["lambda_functions"]
#: Operations that IAM knows by another name.
_ACTIONS = {
    "SendMessageBatch": "SendMessage",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
#: Methods on objects that IAM knows by another name.
_OBJECTS = {"HEAD": "Get", "POST": "Put"}

#: An action and the ARN that it is done to.
Need = tuple[str, str]
#: What each lambda has asked of AWS in this process.
made: dict[str, set[Need]] = {}
#: What was refused since the test began: tests/conftest.py fails it where there is any at its end.
denied: list[tuple[str, Need]] = []
#: Whether each call begins in a new process, which knows nothing yet.
always_cold = False
_acting: list[str] = []


@contextmanager
def acting(function: str) -> Iterator[None]:
    """Meanwhile all calls are made in the role of a lambda: its name in app.py, `api_handler` for the routes."""
    if always_cold:
        forget()
    _acting.append(function)
    try:
        yield
    finally:
        _acting.pop()


def forget() -> None:
    """Empties what a process keeps from call to call."""
    cache.clear_all()
    rate_limits.clear()
    unique_names._numbered.cache_clear()
    queues._url.cache_clear()


def check(model: Any, params: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
    """Botocore's before-call hook: the answer to what the acting lambda's policy does not allow, None for what it does."""
    if not _acting:
        return None
    service = model.service_model.service_name
    if service == "s3":
        needs = set(_of_objects(params))
    else:
        body = {} if service == "apigatewaymanagementapi" else json.loads(params["body"] or "{}")
        operation = params["method"] if not body else model.name
        is_mail = service == "sesv2"
        needs = set(_of_mail(model.name, params["url_path"], body) if is_mail else _needs(service, operation, body))
    refused = ask(needs)
    return _refusal(params["url"], refused) if refused else None


def ask(needs: Collection[Need]) -> list[Need]:
    """Notes what the acting lambda asks of AWS; returns what of it its policy does not allow."""
    if not _acting:
        return []
    made.setdefault(_acting[-1], set()).update(needs)
    refused = [need for need in needs if not any(allows(grant, need) for grant in grants(_acting[-1]))]
    denied.extend((_acting[-1], need) for need in refused)
    return refused


def _refusal(url: str, refused: list[Need]) -> tuple[AWSResponse, dict[str, Any]]:
    """An answer as botocore gives it on: as it came, and as it reads."""
    error = {"Code": "AccessDeniedException", "Message": f"not authorized: {refused}"}
    read = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 0}}
    return AWSResponse(url, 400, HTTPHeaders(), MockRawResponse(b"{}")), read


def _needs(service: str, operation: str, body: dict[str, Any]) -> Iterable[Need]:
    if service == "apigatewaymanagementapi":
        yield (
            "execute-api:ManageConnections",
            f"arn:aws:execute-api:us-east-1:123456789012:an-api/v1/{operation}/@connections/one",
        )
    elif service == "sqs":
        queue = body.get("QueueName") or body["QueueUrl"].rsplit("/", 1)[1]
        yield f"sqs:{_ACTIONS.get(operation, operation)}", f"arn:aws:sqs:us-east-1:123456789012:{queue}"
    elif "TransactItems" in body:
        for entry in body["TransactItems"]:
            ((kind, item),) = entry.items()
            yield _of_table(_ACTIONS[kind], item)
    elif "RequestItems" in body:
        yield from (_of_table(operation, {"TableName": table}) for table in body["RequestItems"])
    else:
        yield _of_table(operation, body)


def _of_mail(operation: str, path: str, body: dict[str, Any]) -> Iterable[Need]:
    """A mail that is built by the desk needs the right to send raw ones, too, and one with a configuration set the set's."""
    identity = body.get("FromEmailAddress") or body.get("EmailIdentity") or unquote(path.rpartition("/")[2])
    names = [f"identity/{identity}"]
    names += [f"configuration-set/{body['ConfigurationSetName']}"] if "ConfigurationSetName" in body else []
    actions = ["SendEmail", "SendRawEmail"] if operation == "SendEmail" else [operation]
    for action in actions:
        yield from ((f"ses:{action}", f"arn:aws:ses:us-east-1:123456789012:{name}") for name in names)


def _of_objects(params: dict[str, Any]) -> Iterable[Need]:
    """A copy reads one object and puts another, and an object that is sent in parts is put."""
    bucket = urlsplit(params["url"]).netloc.split(".")[0]
    if params["url_path"].partition("?")[0] in ("", "/"):
        yield "s3:ListBucket", f"arn:aws:s3:::{bucket}"
        return
    if params["method"] == "DELETE" and "uploadId" in params["query_string"]:
        yield "s3:AbortMultipartUpload", f"arn:aws:s3:::{bucket}{params['url_path']}"
        return
    yield (
        f"s3:{_OBJECTS.get(params['method'], params['method'].capitalize())}Object",
        f"arn:aws:s3:::{bucket}{params['url_path']}",
    )
    if "x-amz-copy-source" in params["headers"]:
        yield "s3:GetObject", f"arn:aws:s3:::{params['headers']['x-amz-copy-source']}"


def _of_table(action: str, body: dict[str, Any]) -> Need:
    index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
    return f"dynamodb:{action}", f"arn:aws:dynamodb:us-east-1:123456789012:table/{body['TableName']}{index}"


@functools.cache
def grants(function: str) -> list[Need]:
    """What a lambda's policy allows: action and pattern of ARNs."""
    file = FUNCTIONS[function]["iam_policy_file"]
    return [
        (action, resource)
        for statement in json.loads((CHALICE / file).read_text())["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    ]


@functools.lru_cache(50_000)
def allows(grant: Need, need: Need) -> bool:
    """Whether a grant covers a need."""
    return grant[0] == need[0] and fnmatchcase(need[1], grant[1])
