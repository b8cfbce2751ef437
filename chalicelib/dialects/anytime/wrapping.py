"""Objects under their name: answers show one as `{"trigger": {…}}`, and a client may send it back so."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, get_args

import msgspec

from chalicelib.context import Context
from chalicelib.desk.core.errors import Invalid, Missing, NotFound
from chalicelib.dialects.anytime import repeats
from chalicelib.dialects.anytime.errors import spelled
from chalicelib.dialects.anytime.numbers import as_sent
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import MULTIPART, Answer, Request, Shows


def names_of(endpoint: Endpoint) -> tuple[str, ...]:
    """Returns the names under which an endpoint's body may have its fields: those under which its answer has an object."""
    has_json = endpoint.method in ("POST", "PUT") and not endpoint.in_form and endpoint.media_type != MULTIPART
    return _names(endpoint.answer) if has_json else ()


@cache
def _names(answer: Any) -> tuple[str, ...]:
    bodies = [shown.body for shown in get_args(answer) if isinstance(shown, Shows)] or [answer]
    fields = [field for body in bodies if _is_object(body) for field in msgspec.structs.fields(body)]
    return tuple(field.encode_name for field in fields if _is_object(field.type))


def _is_object(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct)


def unwrap(endpoint: Endpoint, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns what was sent with the fields of an object under its name. One that stands beside the object counts.

    Raises Invalid where an object is sent under two names, and they differ.
    """
    names = _used(endpoint, given)
    fields: dict[str, Any] = {}
    for name in names:
        if any(fields.get(field, value) != value for field, value in given[name].items()):
            raise Invalid(name, f"says something else than {names[0]}")
        fields |= given[name]
    return {**fields, **{field: value for field, value in given.items() if field not in names}} if names else given


def _used(endpoint: Endpoint, given: Mapping[str, Any]) -> list[str]:
    return [name for name in names_of(endpoint) if isinstance(given.get(name), dict)]


def once(ctx: Context, request: Request, endpoint: Endpoint, serve: Callable[[], Answer]) -> Answer:
    """Returns the answer to a request, as `repeats.once`. An error about a field of an object has the object's name before the
    field's, and an error about a missing thing has its number.
    """

    def told() -> Answer:
        try:
            return serve()
        except NotFound as error:
            raise as_sent(ctx, request, error) from error
        except (Missing, Invalid) as error:
            error.field = _place(endpoint, request.json if names_of(endpoint) else {}, spelled(error.field))
            raise

    return repeats.once(ctx, request, endpoint, told)


def _place(endpoint: Endpoint, given: Mapping[str, Any], field: str) -> str:
    """Returns a field with the name of the object that it was sent in, or should have been sent in."""
    names, top = _used(endpoint, given), field.partition(".")[0].partition("[")[0]
    elsewhere: Collection[str] = [*given, *endpoint.headers.values()]
    if not names or not field or top in elsewhere or f"{{{top}}}" in endpoint.path:
        return field
    return f"{next((name for name in names if top in given[name]), names[0])}.{field}"
