"""What a call may answer, for `/openapi.json`: its successes, and each error in the shape and words of its dialect."""

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from chalicelib.desk.core.errors import Conflict, DeskError, Forbidden, Invalid, NotAuthenticated, NotFound, Stale, TooMany
from chalicelib.dialects import examples
from chalicelib.dialects.endpoint import Dialect, Endpoint
from chalicelib.dialects.http import Answer, Request, Shows

_JSON, _EXAMPLES_AT = "application/json", "#/components/examples/"
_EXAMPLES = [Invalid("field", "is wrong"), NotAuthenticated(), Forbidden("this"), NotFound("thing", "id"), Conflict(), Stale()]
#: An error of each kind, to see how a dialect says it.
_ERRORS: dict[type[Exception], Exception] = {type(error): error for error in (*_EXAMPLES, TooMany("requests", 1), Exception())}


def shown(dialect: Dialect, endpoint: Endpoint) -> Iterator[Shows]:
    """Returns all that a call may answer: its successes in the dialect's envelope, and each of its errors in the dialect's
    shape.
    """
    if get_args(endpoint.answer) and get_args(endpoint.answer)[0] is Answer:
        for own in get_args(endpoint.answer)[1:]:
            body = own.body and dialect.envelope(own.body)
            yield Shows(body, own.status, own.media_type, own.headers)
    else:
        for shape in _shapes(endpoint.answer):
            yield Shows(None if shape is type(None) else dialect.envelope(shape))
    request = Request(endpoint.method, endpoint.path)
    for error in _errors(endpoint):
        refusal = _refusal(dialect, error, request)
        kind, named = type(refusal.body), f"{dialect.name}-{type(refusal.body).__name__}-{type(error).__name__}"
        yield Shows(kind, refusal.status, headers=tuple(refusal.headers), error=named, said=refusal.body)


def said(shapes: Iterable[Shows]) -> dict[str, Any]:
    """Returns how each error is said, by the name that responses have for it."""
    return {each.error: {"value": msgspec.to_builtins(each.said)} for each in shapes if each.error}


def _refusal(dialect: Dialect, error: Exception, request: Request) -> Answer:
    return dialect.refuse(error, request) if isinstance(error, DeskError) else dialect.fail(error, request)


def _shapes(shape: Any) -> Sequence[Any]:
    """Returns the type, or the two types of an answer that may be empty (UNSET)."""
    is_one_of = get_origin(shape) in (Union, UnionType) and msgspec.UnsetType in get_args(shape)
    return get_args(shape) if is_one_of else (shape,)


def _errors(endpoint: Endpoint) -> Iterator[Exception]:
    """Returns the errors of any call with this method, path, headers and needs, and the row's own."""
    own = {Invalid, TooMany, Exception, *endpoint.raises}
    own |= {NotAuthenticated, Forbidden} if endpoint.needs else set()
    own |= {NotFound} if "{" in endpoint.path else set()
    own |= {Conflict} if endpoint.method != "GET" else set()  # many write at once
    own |= {Stale} if "If-Match" in endpoint.headers.values() else set()
    return (_ERRORS[kind] for kind in sorted(own, key=list(_ERRORS).index))


def responses(shapes: Sequence[Shows], schema_of: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Returns the responses by status and media type, with an example of each success and error."""
    responses: dict[str, Any] = {}
    for status in sorted({each.status for each in shapes}):
        same = [each for each in shapes if each.status == status]
        headers = {name: {"schema": {"type": "string"}} for each in same for name in each.headers}
        kinds = dict.fromkeys(each.media_type for each in same if each.body is not None or each.media_type != _JSON)
        told = {kind: [each for each in same if each.body and each.media_type == kind] for kind in kinds}
        content = {
            kind: _content([schema_of[each.body] for each in those]) | _exemplified(those, schema_of, components)
            for kind, those in told.items()
        }
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            **({"headers": headers} if headers else {}),
            **({"content": content} if content else {}),
        }
    return responses


def _content(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    different = [schema for at, schema in enumerate(schemas) if schema not in schemas[:at]]
    if not different:
        return {}
    return {"schema": different[0] if len(different) == 1 else {"oneOf": different}}


def _exemplified(shapes: Sequence[Shows], schema_of: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Returns the examples of one status and media type by name: what succeeds, and each error."""
    shown = {
        each.error.rpartition("-")[2] or f"Success{at or ''}": {"$ref": f"{_EXAMPLES_AT}{each.error}"}
        if each.error
        else {"value": examples.of(schema_of[each.body], components)}
        for at, each in enumerate(shapes)
    }
    return {"examples": shown} if shown else {}
