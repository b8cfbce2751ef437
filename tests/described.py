"""Whether an answer is one that `/openapi.json` describes, and has nothing beside that."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

import jsonschema_rs
import pytest
from chalice.test import HTTPResponse, TestHTTPClient

import app
from chalicelib.desk.core.errors import DeskError
from chalicelib.dialects import openapi
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Request

#: Of an answer without a body, which any status may have where no media type is described.
_NO_BODY = b""
#: The name of the document where its parts are told from those of a schema.
_DOCUMENT = "urn:openapi"


@cache
def document() -> dict[str, Any]:
    """What is served, with every object closed: an answer may get a field only together with its description."""
    found = copy.deepcopy(openapi.document(app.DIALECTS))
    for schema in found["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return found


def validators(components: Mapping[str, Any]) -> Callable[[Any], jsonschema_rs.Draft202012Validator]:
    """Returns what makes a validator of a schema that may name components. These are compiled once for all."""
    known = jsonschema_rs.Registry([(_DOCUMENT, {"components": components})], draft=jsonschema_rs.Draft202012)

    @cache
    def compiled(schema: str) -> jsonschema_rs.Draft202012Validator:
        named = json.loads(schema.replace('"#/components/', f'"{_DOCUMENT}#/components/'))
        return jsonschema_rs.Draft202012Validator(named, validate_formats=True, registry=known)

    return lambda schema: compiled(json.dumps(schema))


@cache
def _validators() -> Callable[[Any], jsonschema_rs.Draft202012Validator]:
    return validators(document()["components"])


@cache
def _of_type(path: str, method: str, status: int, kind: str) -> jsonschema_rs.Draft202012Validator | None:
    """What checks a body of a content type, None where anything will do. Fails for what is not described."""
    responses = document()["paths"][path][method.lower()]["responses"]
    assert str(status) in responses, f"{method} {path} answers {status}, which is not described"
    content = responses[str(status)].get("content", {})
    assert kind in content, f"{method} {path} answers {status} with {kind}, which is not described"
    schema = content[kind].get("schema")
    return _validators()(schema) if schema else None


@lru_cache(20_000)
def row_of(method: str, path: str) -> Endpoint | None:
    """The row that a request is for, where there is one."""
    for dialect in app.DIALECTS:
        try:
            return dialect.find(Request(method, path.partition("?")[0]))[0]
        except DeskError:
            continue
    return None


def check(method: str, path: str, status: int, headers: Mapping[str, Any], body: bytes) -> bool:
    """Whether a row has answered. Fails where the answer is not as it is described: status, content type, body."""
    row = row_of(method, path)
    if row is None:
        return False
    response = document()["paths"][row.path][method.lower()]["responses"].get(str(status), {})
    if body == _NO_BODY and response and "content" not in response:
        return True
    validator = _of_type(row.path, row.method, status, str(headers["Content-Type"]).partition(";")[0])
    try:
        if validator:
            validator.validate(json.loads(body))
    except jsonschema_rs.ValidationError as error:
        raise AssertionError(f"{method} {path} answers {status} {body[:500]!r}, which is not described: {error}") from error
    return True


@contextmanager
def checked() -> Iterator[None]:
    """Meanwhile every answer that a test gets in this process is checked."""
    ask = TestHTTPClient.request

    def request(self: TestHTTPClient, method: str, path: str, *given: Any, **named: Any) -> HTTPResponse:
        answer = ask(self, method, path, *given, **named)
        check(method.upper(), path, answer.status_code, answer.headers, answer.body)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestHTTPClient, "request", request)
        yield
