"""OpenAPI 3.1 of everything served, out of the endpoint tables."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from chalicelib.context import stranger
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import TooMany
from chalicelib.dialects.endpoint import Dialect, Endpoint
from chalicelib.dialects.http import Answer, Cors, Request

_VARIABLE = re.compile(r"{(\w+)}")
_REF = "#/components/schemas/{name}"
CORS = Cors(methods="GET, OPTIONS", headers="Content-Type, Authorization")


#: As many requests as one counts for: it is large, and made by the first that asks a process.
_WEIGHT = 20
_made: dict[tuple[str, ...], dict[str, Any]] = {}


def answer(dialects: Sequence[Dialect], request: Request) -> Answer:
    """What is answered for `/openapi.json`: the description, or 429 where a source asks too often."""
    headers = CORS.as_headers()
    try:
        rate_limits.spend_by_source(stranger(request.source), "requests", _WEIGHT)
    except TooMany as error:
        return Answer({"message": str(error)}, 429, headers | {"Retry-After": str(error.seconds)}, refused=True)
    return Answer(_document(dialects) if request.method == "GET" else None, headers=headers)


def _document(dialects: Sequence[Dialect]) -> dict[str, Any]:
    names = tuple(dialect.name for dialect in dialects)
    if names not in _made:
        _made[names] = document(dialects)
    return _made[names]


def document(dialects: Sequence[Dialect]) -> dict[str, Any]:
    """The description of all endpoints: each with its parameters, its body, its answer and its dialect's errors."""
    endpoints = [(dialect, endpoint) for dialect in dialects for endpoint in dialect.endpoints]
    types = sorted(
        {shape for _, endpoint in endpoints for shape in (endpoint.request, _answer(endpoint)) if shape is not None}, key=str
    )
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for dialect, endpoint in endpoints:
        schema_of = dict(zip(types, schemas, strict=True))
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(dialect, endpoint, schema_of, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Polydesk", "version": "1", "description": "One support desk in the words of four others."},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


_SECURITY = {
    "PPMessage": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "OAuth <token> of /ppauth/token"},
    "Anytime": {"type": "http", "scheme": "bearer", "description": "a token of /oauth/token, or Basic email:api_key"},
    "OneView": {"type": "http", "scheme": "bearer", "description": "a token of /oauth/token"},
    "LiveChat": {"type": "apiKey", "in": "header", "name": "api_token"},
}


def _answer(endpoint: Endpoint) -> Any:
    return None if endpoint.answer in (None, type(None), Answer) else endpoint.answer


def _operation(dialect: Dialect, endpoint: Endpoint, schema_of: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    shown = _answer(endpoint)
    content = {"content": {"application/json": {"schema": schema_of[shown]}}} if shown is not None else {}
    operation: dict[str, Any] = {
        "tags": [dialect.name],
        "operationId": f"{dialect.name}_{endpoint.use.__name__}",
        "summary": (endpoint.use.__doc__ or "").strip().split("\n")[0],
        "parameters": _parameters(endpoint),
        "responses": {
            "200": {"description": "Success", **content},
            "default": {"description": f"An error as {dialect.name} shows it"},
        },
        "security": [{dialect.name: []}] if endpoint.needs else [],
    }
    body = _body(endpoint, components[schema_of[endpoint.request]["$ref"].rsplit("/", 1)[1]])
    if body:
        operation["requestBody"] = {"content": {endpoint.media_type: {"schema": body}}}
    return operation


def _body(endpoint: Endpoint, schema: dict[str, Any]) -> dict[str, Any] | None:
    """Schema of the body: the request's, without what comes in the path or in a header; None where nothing is left."""
    elsewhere = {*_VARIABLE.findall(endpoint.path), *endpoint.headers}
    written = schema.get("properties", {}) if endpoint.method != "GET" else {}
    fields = {name: field for name, field in written.items() if name not in elsewhere}
    needed = [name for name in schema.get("required", []) if name in fields]
    return {**schema, "properties": fields, "required": needed} if fields else None


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    """Path variables and headers, and for GET all other fields as query parameters."""
    in_path = set(_VARIABLE.findall(endpoint.path))
    parameters = []
    for field in msgspec.structs.fields(endpoint.request):
        name, place = field.encode_name, "path" if field.encode_name in in_path else "query"
        if name in endpoint.headers:
            name, place = endpoint.headers[name], "header"
        elif place == "query" and endpoint.method != "GET":
            continue
        parameters.append(
            {"name": name, "in": place, "required": place == "path" or field.required, "schema": _schema(field.type)}
        )
    return parameters


@cache
def _schema(type_: Any) -> dict[str, Any]:
    schema = msgspec.json.schema(type_, ref_template=_REF)
    schema.pop("$defs", None)
    return schema
