"""moto's server in this process, mended where it differs from AWS in what a deployment needs, and with a fuse."""

import io
import json
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.apigateway.models import APIGatewayBackend
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.awslambda.models import LambdaFunction
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import FakeBucket, s3_backends
from werkzeug.serving import make_server


def _import_rest_api(self: Any, api_doc: dict[str, Any], *given: Any) -> Any:
    """Moto reads `info.description` of every document; Chalice writes none."""
    return _IMPORT_REST_API(self, {**api_doc, "info": {"description": "", **api_doc["info"]}}, *given)


def _put_rest_api(self: Any, function_id: str, api_doc: dict[str, Any], *given: Any, **named: Any) -> Any:
    """Moto takes OpenAPI 3 alone; Chalice writes Swagger 2. And overwriting leaves no gateway response on AWS."""
    if named.get("mode") == "overwrite":
        self.apis[function_id].gateway_responses.clear()
    document = {name: part for name, part in api_doc.items() if name != "swagger"}
    return _PUT_REST_API(self, function_id, document, *given, **named)


def _create_change_set(self: Any, stack_name: str, *given: Any, **named: Any) -> Any:
    """Moto makes a second stack beside one that is in review; AWS takes that one."""
    for key, stack in list(self.stacks.items()):
        if stack.name == stack_name and stack.status == "REVIEW_IN_PROGRESS":
            del self.stacks[key]
    return _CREATE_CHANGE_SET(self, stack_name, *given, **named)


def _update_configuration(self: Any, config_updates: dict[str, Any]) -> Any:
    """Moto forgets LoggingConfig, and a change of TracingConfig."""
    self.tracing_config = config_updates.get("TracingConfig", self.tracing_config)
    self.logging_config = config_updates.get("LoggingConfig", getattr(self, "logging_config", {"LogFormat": "Text"}))
    return _UPDATE_CONFIGURATION(self, config_updates)


def _get_configuration(self: Any, on_create: bool = False) -> Any:
    """As above."""
    return _GET_CONFIGURATION(self, on_create) | {"LoggingConfig": getattr(self, "logging_config", {"LogFormat": "Text"})}


def _create_table(
    cls: Any, /, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **named: Any
) -> Any:
    """Moto doesn't know ImportExistingResources, with which AWS takes in a table that is there."""
    there = dynamodb_backends[account_id][region_name].tables.get(resource_name)
    return there or _CREATE_TABLE(resource_name, cloudformation_json, account_id, region_name, **named)


def _create_bucket(
    cls: Any, /, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **named: Any
) -> Any:
    """As above, for a bucket."""
    there = s3_backends[account_id]["aws"].buckets.get(resource_name)
    return there or _CREATE_BUCKET(resource_name, cloudformation_json, account_id, region_name, **named)


_IMPORT_REST_API = APIGatewayBackend.import_rest_api
_PUT_REST_API = APIGatewayBackend.put_rest_api
_CREATE_CHANGE_SET = CloudFormationBackend.create_change_set
_UPDATE_CONFIGURATION = LambdaFunction.update_configuration
_GET_CONFIGURATION = LambdaFunction.get_configuration
_CREATE_TABLE = Table.create_from_cloudformation_json
_CREATE_BUCKET = FakeBucket.create_from_cloudformation_json
_MENDED = [
    (APIGatewayBackend, "import_rest_api", _import_rest_api),
    (APIGatewayBackend, "put_rest_api", _put_rest_api),
    (CloudFormationBackend, "create_change_set", _create_change_set),
    # moto would run a function in Docker for every change of a table that it listens to.
    (LambdaFunction, "_invoke_lambda", lambda *_, **__: ("", False, "")),
    # moto refuses a change set without a change; AWS makes one that says so.
    (CloudFormationResponse, "_validate_different_update", lambda *_: None),
    (LambdaFunction, "update_configuration", _update_configuration),
    (LambdaFunction, "get_configuration", _get_configuration),
    (Table, "create_from_cloudformation_json", classmethod(_create_table)),
    (FakeBucket, "create_from_cloudformation_json", classmethod(_create_bucket)),
]


#: Deployments of a WebSocket API, which moto has not: AWS answers at once, and Chalice wants no more than the id.
_OF_SOCKETS = re.compile("/v2/apis/[^/]+/deployments")
#: Updates of a WebSocket API's stage, which moto has not either.
_STAGE_OF_SOCKETS = re.compile("/v2/apis/([^/]+)/stages/([^/]+)")


def _update_stage(api: str, name: str, given: dict[str, Any]) -> Any:
    """Takes the default settings of all routes."""
    stage = apigatewayv2_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].get_stage(api, name)
    stage.default_route_settings |= given["defaultRouteSettings"]
    return stage.to_json()


class Fuse:
    """WSGI middleware that refuses requests of a kind, as a lost permission does, so that a command fails where one wants."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app, self.kind, self.left, self.blown = app, "", 0, False

    def arm(self, kind: str, nth: int = 1) -> None:
        """Lets `nth` - 1 requests whose kind (see `_kind`) has these words through, and no more after them."""
        self.kind, self.left, self.blown = kind, nth, False

    def disarm(self) -> None:
        """Lets all through."""
        self.kind = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self.kind and self.kind in _kind(environ):
            self.left -= 1
            if self.left <= 0:
                self.blown = True
                start_response("403 Forbidden", [("Content-Type", "application/json"), ("x-amzn-ErrorType", "AccessDenied")])
                return [b'{"__type": "AccessDenied", "message": "the fuse has blown"}']
        if environ["REQUEST_METHOD"] == "POST" and _OF_SOCKETS.fullmatch(environ["PATH_INFO"]):
            start_response("201 Created", [("Content-Type", "application/json")])
            return [b'{"deploymentId": "d", "deploymentStatus": "DEPLOYED"}']
        if environ["REQUEST_METHOD"] == "PATCH" and (stage := _STAGE_OF_SOCKETS.fullmatch(environ["PATH_INFO"])):
            given = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(_update_stage(stage[1], stage[2], given)).encode()]
        return self.app(environ, start_response)


def _kind(environ: dict[str, Any]) -> str:
    """What a request asks for: its target; of a REST service its method and path; of a query service its form as well."""
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target)
    if "x-www-form-urlencoded" not in environ.get("CONTENT_TYPE", ""):
        return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = io.BytesIO(body)
    return str(body.decode())


@contextmanager
def serving() -> Iterator[tuple[str, Fuse]]:
    """The address of a running server, and its fuse."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    fuse = Fuse(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, fuse, threaded=True, request_handler=MotoRequestHandler)
    patches = [patch.object(owner, name, mended) for owner, name, mended in _MENDED]
    for each in patches:
        each.start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", fuse
    server.shutdown()
    server.server_close()
    for each in patches:
        each.stop()
