"""OpenAPI 3.1 of everything served, out of the endpoint tables."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from chalicelib.dialects.endpoint import Dialect, Endpoint
from chalicelib.dialects.http import Answer, Cors

_VARIABLE = re.compile(r"{(\w+)}")
_REF = "#/components/schemas/{name}"
CORS = Cors(methods="GET, OPTIONS", headers="Content-Type, Authorization")


def document(dialects: Sequence[Dialect]) -> dict[str, Any]:
    """The description of all endpoints: each with its parameters, its body, its answer and its error."""
    endpoints = [(dialect, endpoint) for dialect in dialects for endpoint in dialect.endpoints]
    types = {shape for _, endpoint in endpoints for shape in (endpoint.request, _answer(endpoint)) if shape is not None}
    schemas, components = msgspec.json.schema_components(sorted(types, key=str), ref_template=_REF)
    schema_of = dict(zip(sorted(types, key=str), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for dialect, endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(dialect, endpoint, schema_of)
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


def _operation(dialect: Dialect, endpoint: Endpoint, schema_of: dict[Any, Any]) -> dict[str, Any]:
    title = (endpoint.use.__doc__ or "").strip().split("\n")[0]
    shown = _answer(endpoint)
    content = {"application/json": {"schema": schema_of[shown]}} if shown is not None else {}
    operation: dict[str, Any] = {
        "tags": [dialect.name],
        "operationId": f"{dialect.name}_{endpoint.use.__name__}",
        "summary": title,
        "parameters": _parameters(endpoint),
        "responses": {"200": {"description": "Success", **({"content": content} if content else {})}},
        "security": [{dialect.name: []}] if endpoint.needs else [],
    }
    if endpoint.method in ("POST", "PUT") and msgspec.structs.fields(endpoint.request):
        kind = "application/x-www-form-urlencoded" if endpoint.in_form else "application/json"
        operation["requestBody"] = {"content": {kind: {"schema": schema_of[endpoint.request]}}}
    return operation


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    """Path variables and headers, and for GET and DELETE all other fields as query parameters."""
    in_path = set(_VARIABLE.findall(endpoint.path))
    parameters = []
    for field in msgspec.structs.fields(endpoint.request):
        name, place = field.encode_name, "path" if field.encode_name in in_path else "query"
        if name in endpoint.headers:
            name, place = endpoint.headers[name], "header"
        elif place == "query" and endpoint.method in ("POST", "PUT"):
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
