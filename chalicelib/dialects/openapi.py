"""OpenAPI 3.1 of everything that is served, made from the endpoint tables."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from chalicelib import config
from chalicelib.context import stranger
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import TooMany
from chalicelib.dialects import examples, outcomes
from chalicelib.dialects.bounds import Name
from chalicelib.dialects.endpoint import Dialect, Endpoint
from chalicelib.dialects.http import MULTIPART, Answer, Cors, Request, Upload, accepts_gzip, has_etag

_VARIABLE = re.compile(r"{(\w+)}")
_SCHEMAS = "#/components/schemas/"
#: How a row's docstring names it, which the operation does already.
_NAMED = re.compile(r"^`[A-Z]+ [^`]+`: ")
_JSON, _AUTHORIZATION = "application/json", "Authorization"
CORS = Cors(methods="GET, OPTIONS", headers="Content-Type, Authorization")
#: A file of a form.
_BINARY = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
#: As many requests as one counts for: the document is large, and each process makes it again.
_WEIGHT = 20
_made: dict[tuple[str, ...], "_Document"] = {}


def answer(dialects: Sequence[Dialect], request: Request) -> Answer:
    """Returns the answer for `/openapi.json`: the document, 405 for other methods, or 429 for a source that asks too often."""
    headers = CORS.as_headers()
    try:
        rate_limits.spend_by_source(stranger(request.source), "requests", _WEIGHT)
    except TooMany as error:
        return Answer({"message": str(error)}, 429, headers | {"Retry-After": str(error.seconds)}, refused=True)
    if request.method not in ("GET", "OPTIONS"):
        return Answer(
            {"message": f"{request.method} is not for {request.path}"}, 405, headers | {"Allow": CORS.methods}, refused=True
        )
    return _sent(_document(dialects), request, headers) if request.method == "GET" else Answer(headers=headers)


class _Document(NamedTuple):
    """The document as it is sent: its text, the same compressed, and a tag that changes with the text."""

    text: bytes
    zipped: bytes
    etag: str


def _sent(made: _Document, request: Request, headers: dict[str, str]) -> Answer:
    headers |= {"Content-Type": _JSON, "Cache-Control": "no-cache", "Vary": "Accept-Encoding", "ETag": made.etag}
    if has_etag(request.headers.get("if-none-match", ""), made.etag):
        return Answer(None, 304, headers)
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        return Answer(made.zipped, headers=headers | {"Content-Encoding": "gzip"})
    return Answer(made.text.decode(), headers=headers)


def _document(dialects: Sequence[Dialect]) -> _Document:
    import gzip  # other processes need none

    names = tuple(dialect.name for dialect in dialects)
    if names not in _made:
        text = msgspec.json.encode(document(dialects))
        _made[names] = _Document(text, gzip.compress(text, 6, mtime=0), f'W/"{hashlib.sha256(text).hexdigest()[:20]}"')
    return _made[names]


def document(dialects: Sequence[Dialect]) -> dict[str, Any]:
    """Returns the description of all endpoints: parameters, body, and every answer."""
    rows = [
        (dialect, endpoint, list(outcomes.shown(dialect, endpoint))) for dialect in dialects for endpoint in dialect.endpoints
    ]
    requests = {endpoint.request for _, endpoint, _ in rows}
    answers = {each.body for *_, shapes in rows for each in shapes if each.body is not None}
    types = sorted(requests | answers, key=str)
    schema_of, components = _schemas(types)
    for name in _reached([schema_of[shape] for shape in answers], components):
        _sent_whole(components[name])
    paths: dict[str, dict[str, Any]] = {}
    for dialect, endpoint, shapes in rows:
        asked = components[schema_of[endpoint.request]["$ref"].removeprefix(_SCHEMAS)]
        operation = _operation(dialect, endpoint, asked, components)
        operation["responses"] = outcomes.responses(shapes, schema_of, components)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Polydesk", "version": "1", "description": _ABOUT},
        "servers": [{"url": config.PUBLIC_URL or "/"}],
        "paths": paths,
        "components": {
            "schemas": {name: components[name] for name in sorted(_reached(paths, components))},
            "examples": outcomes.said(each for *_, shapes in rows for each in shapes),
            "securitySchemes": {name: scheme for dialect in dialects for name, scheme in _schemes(dialect)},
        },
    }


def _schemes(dialect: Dialect) -> Iterator[tuple[str, dict[str, str]]]:
    """Returns the dialect's security schemes by name. Each says whose it is, because a viewer shows those of all dialects."""
    for name, scheme in dialect.security.items():
        yield name, {**scheme, "description": f"{dialect.name}: {scheme['description']}"}


def _schemas(types: Sequence[Any]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Returns the schema of each type and of all types they refer to, by name. Names in several dialects get their module's."""
    made = msgspec.json.encode(msgspec.json.schema_components(types, ref_template=f"{_SCHEMAS}{{name}}"))
    schemas, components = msgspec.json.decode(made.replace(b"chalicelib.dialects.", b"").replace(b".wire.", b"."))
    for name in (name for name in components if "." in name):
        components[name]["title"] = "".join(word[:1].upper() + word[1:] for word in re.split("[._]", name))
    _split_enums(components)
    return dict(zip(types, schemas, strict=True)), components


def _split_enums(part: Any) -> None:
    """Makes a choice of two lists of each list that has texts and numbers, because generators of clients know no mixed ones."""
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _split_enums(inner)
    words = part.get("enum", []) if isinstance(part, dict) else []
    texts = [word for word in words if isinstance(word, str)]
    if texts and len(texts) < len(words):
        part["anyOf"] = [{"enum": [word for word in words if word not in texts]}, {"enum": texts}]
        del part["enum"]


_ABOUT = """One support desk in the words of four others.

Every path answers OPTIONS, for browsers of other pages. A method that it does not have is refused with `Allow`, in the shape of
its dialect. What never comes to a dialect is refused with a `message`: an unknown path, more than 10 MB, more requests than the
gateway lets through. Answers may get further fields."""


def _reached(part: Any, components: dict[str, Any]) -> set[str]:
    """Returns the names of all components that a part of the document refers to, directly or not."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            reference = str(inner.get("$ref", ""))
            name = reference.removeprefix(_SCHEMAS) if reference.startswith(_SCHEMAS) else ""
            waiting += [components[name]] if name and name not in found else []
            found |= {name} - {""}
        waiting += inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else []
    return found


def _sent_whole(schema: dict[str, Any]) -> None:
    """Marks fields with a default as required, because an answer has them too."""
    fields = schema.get("properties", {})
    always = [name for name, field in fields.items() if "default" in field or name in schema["required"]]
    schema["required"] = always


def _operation_id(dialect: Dialect, endpoint: Endpoint) -> str:
    """Returns the function's name, numbered from the second row on that has a function of this name."""
    at = [row for row in dialect.endpoints if row.use.__name__ == endpoint.use.__name__].index(endpoint)
    return f"{dialect.name}_{endpoint.use.__name__}" + (f"_{at + 1}" if at else "")


def _operation(dialect: Dialect, endpoint: Endpoint, schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Returns an operation without its responses. `schema` is its request's."""
    operation: dict[str, Any] = {
        "tags": [dialect.name],
        "operationId": _operation_id(dialect, endpoint),
        "summary": _summary(endpoint),
        "parameters": [_shown_by_example(each, components) for each in _parameters(dialect, endpoint, schema)],
        "security": _security(dialect, endpoint),
    }
    body = _body(dialect, endpoint, schema)
    if body:
        kinds = dict.fromkeys([endpoint.media_type, *([MULTIPART] if endpoint.in_form else [])])
        needed = bool(body.get("required") or body.get("anyOf") or (dialect.needs_body and endpoint.needs))
        content: dict[str, Any] = {"schema": body}
        if not any(field.type is Upload for field in msgspec.structs.fields(endpoint.request)):
            content["example"] = examples.of(body, components, sent=True)
        operation["requestBody"] = {"required": needed, "content": dict.fromkeys(kinds, content)}
    return operation


def _summary(endpoint: Endpoint) -> str:
    """Returns the first sentence or two of what the row's function says it does, as far as its first line goes."""
    said = _NAMED.sub("", (endpoint.use.__doc__ or "").strip().split("\n")[0])
    told = endpoint.use.__name__.replace("_", " ") if said.startswith("`") else said
    return told[:1].upper() + told[1:]


def _shown_by_example(parameter: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Returns a parameter, with an example if it must be given."""
    if not parameter["required"]:
        return parameter
    return parameter | {"example": examples.of(parameter["schema"], components, parameter["name"], sent=True)}


def _security(dialect: Dialect, endpoint: Endpoint) -> list[dict[str, list[str]]]:
    """Returns what a caller may show, each scheme with the level, permission or api level that it needs."""
    if endpoint.needs is None:
        schemes: list[dict[str, list[str]]] = [{name: []} for name in dialect.security]
        return [{}, *schemes] if _AUTHORIZATION in endpoint.headers.values() else []
    levels = [endpoint.needs] if isinstance(endpoint.needs, str) else endpoint.needs
    return [{name: [level]} for name in dialect.security for level in levels]


def _body(dialect: Dialect, endpoint: Endpoint, schema: dict[str, Any]) -> dict[str, Any] | None:
    """Returns the body's schema: the request without what comes in the path or a header, which may stand under the object's name.
    None if nothing is left.
    """
    elsewhere = {*_VARIABLE.findall(endpoint.path), *endpoint.headers}
    written = schema.get("properties", {}) if endpoint.method != "GET" else {}
    fields = {name: field for name, field in written.items() if name not in elsewhere}
    files = {field.encode_name: _BINARY for field in msgspec.structs.fields(endpoint.request) if field.type is Upload}
    needed = [name for name in schema.get("required", []) if name in fields]
    if not fields:
        return None
    names, shape = dialect.names_of(endpoint), {"type": "object", "properties": fields | files, "required": needed}
    plain: dict[str, Any] = {**schema, **shape}
    # Generators of clients make a class of each, and one of two spellings of a name.
    whole: dict[str, Any] = {
        name: {**shape, "title": f"{schema['title']}Fields{at or ''}", "description": "the same fields under the object's name"}
        for at, name in enumerate(names)
    }
    if not (whole and needed):
        return plain | {"properties": whole | plain["properties"]}
    wrapped = [
        {"title": f"{schema['title']}Wrapped{at or ''}", "type": "object", "properties": {name: fields}, "required": [name]}
        for at, (name, fields) in enumerate(whole.items())
    ]
    return {"anyOf": [plain, *wrapped]}


def _parameters(dialect: Dialect, endpoint: Endpoint, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Path variables and headers, and for GET, and where it says so, all other fields as query parameters."""
    in_path, headers = set(_VARIABLE.findall(endpoint.path)), endpoint.headers
    parameters = [
        {"name": name, "in": "header", "required": False, "schema": msgspec.json.schema(kind)}
        for name, kind in dialect.headers.items()
    ]
    if dialect.once and endpoint.method == "POST" and endpoint.needs and not endpoint.is_repeatable:
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": msgspec.json.schema(Name)})
    for name, field in schema.get("properties", {}).items():
        place = "path" if name in in_path else "header" if name in headers else "query"
        is_in_body = place == "query" and endpoint.method != "GET" and not endpoint.in_query
        if headers.get(name) == _AUTHORIZATION or is_in_body:
            continue
        needed = place == "path" or name in schema.get("required", [])
        style = {"style": "deepObject", "explode": True} if field.get("type") == "object" else {}
        parameters.append({"name": headers.get(name, name), "in": place, "required": needed, "schema": field, **style})
    return parameters
