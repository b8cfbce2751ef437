"""The endpoint table: what a dialect is, and the one way that every request of every dialect takes.

A row is an endpoint: parse, do, show. The OpenAPI document and the conformance tests read the same rows.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, get_args, get_type_hints
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from chalicelib import telemetry
from chalicelib.context import Context, stranger
from chalicelib.desk.core import rate_limits, units
from chalicelib.desk.core.errors import DeskError, InProgress, Invalid, Locked, Missing, NotFound, TooMany
from chalicelib.dialects.http import MULTIPART, UNITS, Answer, Cors, Request, Upload
from chalicelib.dialects.queries import unfolded

#: How msgspec's complaints about a missing field begin, and what comes before the place.
_MISSING, _AT = "Object missing required field `", " - at "
#: Characters of a complaint that are shown. It may repeat what the client sent.
_LONGEST_REASON = 300
#: How rows name a conversation: in their path, or in a field of their requests.
_IN_PATH, _IN_FIELD = re.compile(r"/(?:conversations|rooms|tickets)/{(\w+)}"), "conversation_uuid"


class WrongMethod(DeskError):
    """The path exists, but only for the methods `allowed`."""

    def __init__(self, method: str, path: str, allowed: Sequence[str]) -> None:
        super().__init__(f"{method} is not for {path}")
        self.allowed = allowed


class Nothing(msgspec.Struct):
    """A request without parameters."""


class Endpoint(msgspec.Struct, frozen=True, dict=True):
    """One row. `use` takes a context and the request, and returns the answer's body or an Answer. Its annotations are the types
    of request and answer.

    `path` has its variables in braces, named like the request's fields. `needs` is for the dialect's `admit`: a level, api
    levels, or None for an endpoint without a token. `headers` names the fields that come from headers. `actor` is the field that
    names the person the call acts for, if the credential does not; `admit` checks it, and nothing else decides who acts. `raises`
    names errors of this call besides those of any call with its path and `needs`. `is_repeatable` says that the call itself makes
    a repeated request harmless. `has_secret` says that the answer shows a secret once, so it is not kept for a repeated request.
    `listed` is the field that takes a JSON body which is a list. With `in_query` the body's fields may be in the query.
    """

    method: str
    path: str
    use: Callable[[Context, Any], Any]
    needs: Any = None
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    in_form: bool = False
    actor: str = ""
    raises: Collection[type[Exception]] = ()
    is_repeatable: bool = False
    has_secret: bool = False
    listed: str = ""
    in_query: bool = False

    @cached_property
    def _types(self) -> dict[str, Any]:
        return get_type_hints(self.use, include_extras=True)

    @property
    def request(self) -> type[msgspec.Struct]:
        """Type of the request."""
        return self._types["request"]  # type: ignore[no-any-return]

    @cached_property
    def fields(self) -> dict[str, bool]:
        """Names of the request's fields, and whether each must be given."""
        return {field.name: field.required for field in msgspec.structs.fields(self.request)}

    @cached_property
    def nullable(self) -> frozenset[str]:
        """The request's fields that must be given, but may be null."""
        types = get_type_hints(self.request)
        return frozenset(name for name, needed in self.fields.items() if needed and type(None) in get_args(types[name]))

    @cached_property
    def conversation(self) -> str:
        """The request's field that names a conversation, if it has one."""
        found = _IN_PATH.search(self.path)
        return found[1] if found else _IN_FIELD

    @cached_property
    def media_type(self) -> str:
        """Content type of the body. A form with a file is multipart; other forms may be too."""
        has_file = any(field.type is Upload for field in msgspec.structs.fields(self.request))
        return MULTIPART if has_file else "application/x-www-form-urlencoded" if self.in_form else "application/json"

    @property
    def answer(self) -> Any:
        """Type of the answer's body; for an endpoint that makes its Answer itself, `Annotated` with what it Shows."""
        return self._types["return"]


class Dialect(msgspec.Struct, frozen=True, dict=True):
    """A wire format: its table, and how it admits, wraps and refuses."""

    name: str
    endpoints: Sequence[Endpoint]
    admit: Callable[[Request, Endpoint], Context]
    fail: Callable[[Exception, Request], Answer]
    cors: Cors
    wrap: Callable[[Request, Any], Any] = lambda _, body: body
    #: The type of what `wrap` returns for a body of a type.
    envelope: Callable[[Any], Any] = lambda shape: shape
    #: OpenAPI's security schemes by name, each of which will do; and what `admit` reads of other headers, with its type.
    security: Mapping[str, Mapping[str, str]] = msgspec.field(default_factory=dict)
    headers: Mapping[str, Any] = msgspec.field(default_factory=dict)
    #: Returns what was sent in the types of the endpoint's fields, for clients that send other types than documented.
    read: Callable[[Endpoint, Mapping[str, Any]], Mapping[str, Any]] = lambda _, given: given
    #: Returns the names under which an endpoint's body may have its fields; `read` sees to it.
    names_of: Callable[[Endpoint], Collection[str]] = lambda _: ()
    #: Returns what the last argument returns, or the answer that the same request has had. None to serve every request.
    once: Callable[[Context, Request, Endpoint, Callable[[], Answer]], Answer] | None = None
    any_case: bool = False
    #: Whether a call that must show a token must have a body, too.
    needs_body: bool = False

    @cached_property
    def _rows(self) -> dict[tuple[str, int], list[tuple[list[str], Endpoint]]]:
        rows: dict[tuple[str, int], list[tuple[list[str], Endpoint]]] = {}
        for endpoint in sorted(self.endpoints, key=lambda row: row.path.count("{")):
            parts = _parts(endpoint.path)
            rows.setdefault((endpoint.method, len(parts)), []).append((parts, endpoint))
        return rows

    @cached_property
    def _plain(self) -> dict[tuple[str, str], Endpoint]:
        """Rows without a variable, by method and path. Most calls need only these."""
        return {(row.method, self._spelled(row.path)): row for row in self.endpoints if "{" not in row.path}

    def _spelled(self, path: str) -> str:
        return path.lower() if self.any_case else path

    def find(self, request: Request) -> tuple[Endpoint, dict[str, str]]:
        """Returns the row for a request, and its path's variables. A plain segment goes before a variable.

        Raises NotFound for an unknown path, WrongMethod for a path that has other methods.
        """
        if plain := self._plain.get((request.method, self._spelled(request.path))):
            return plain, {}
        given = [unquote(segment) for segment in _parts(request.path)]
        for parts, endpoint in self._rows.get((request.method, len(given)), []):
            if self._matches(parts, given):
                return endpoint, {part[1:-1]: segment for part, segment in zip(parts, given, strict=True) if part[0] == "{"}
        allowed = {method for (method, _), rows in self._rows.items() for parts, _ in rows if self._matches(parts, given)}
        if allowed:
            raise WrongMethod(request.method, request.path, sorted(allowed | {"OPTIONS"}))
        raise NotFound("endpoint", f"{request.method} {request.path}")

    def _matches(self, parts: list[str], given: list[str]) -> bool:
        pairs = zip(parts, given, strict=False)
        return len(parts) == len(given) and all(
            segment if part[0] == "{" else self._spelled(part) == self._spelled(segment) for part, segment in pairs
        )

    def handle(self, request: Request) -> Answer:
        """Returns the answer to any request. Never raises."""
        with telemetry.Line("request", dialect=self.name, method=request.method) as line, units.collecting() as consumed:
            answer = Answer() if request.method == "OPTIONS" else self._answer(request, line)
            line.add(status=answer.status)
        told = {UNITS: str(consumed)} if consumed.is_told else {}
        return Answer(answer.body, answer.status, {**self.cors.as_headers(), **told, **answer.headers})

    def _answer(self, request: Request, line: telemetry.Line) -> Answer:
        try:
            answer = self._serve(request, line)
        except DeskError as error:
            line.refused(error)
            answer = self.refuse(error, request)
        except Exception as error:
            line.failed(error)
            line.measure(telemetry.ERRORS, 1)
            return self.fail(error, request)
        if answer.refused or answer.status >= 400:
            line.measure(telemetry.REFUSED, 1)
        return answer

    def refuse(self, error: DeskError, request: Request) -> Answer:
        """The dialect's answer to what a client did wrong, with `Retry-After` in seconds and `Allow` where they belong."""
        answer = self.fail(error, request)
        more = {"Retry-After": str(error.seconds)} if isinstance(error, Locked | TooMany | InProgress) else {}
        if isinstance(error, WrongMethod):
            more = {"Allow": ", ".join(error.allowed)}
        return replace(answer, headers={**answer.headers, **more}, refused=True)

    def _serve(self, request: Request, line: telemetry.Line) -> Answer:
        rate_limits.spend_by_source(stranger(request.source), "requests")
        endpoint, variables = self.find(request)
        line.route(endpoint.path, endpoint.request)
        ctx = replace(self.admit(request, endpoint), dialect=self.name)
        line.caller(ctx.caller)
        units.tell(ctx)

        def use() -> Answer:
            given = parse(request, endpoint, variables, self.read)
            line.conversation(getattr(given, endpoint.conversation, None))
            shown = endpoint.use(ctx, given)
            answer = shown if isinstance(shown, Answer) else Answer(shown)
            return Answer(self.wrap(request, answer.body), answer.status, answer.headers, answer.refused)

        return self.once(ctx, request, endpoint, use) if self.once else use()


def parse(
    request: Request,
    endpoint: Endpoint,
    variables: Mapping[str, str],
    read: Callable[[Endpoint, Mapping[str, Any]], Mapping[str, Any]] = lambda _, given: given,
) -> msgspec.Struct:
    """Returns the endpoint's request: a GET's fields from the query, another's from the body, both with the path's variables
    and headers. Raises Missing, Invalid.
    """
    given = _sent(request, endpoint)
    elsewhere = _from_headers(request, endpoint)
    own = {name: value for name, value in read(endpoint, given).items() if name not in endpoint.headers}
    try:
        return msgspec.convert({**own, **elsewhere, **variables}, endpoint.request, strict=False)
    except msgspec.ValidationError as error:
        raise explained(str(error)) from error


def _sent(request: Request, endpoint: Endpoint) -> Mapping[str, Any]:
    """Returns the fields that are sent in the query or the body. Raises Invalid."""
    if request.method == "GET":
        return unfolded(request.query)
    if endpoint.listed:
        return request.json_under(endpoint.listed)
    sent = request.form if endpoint.in_form else request.json
    return {**unfolded(request.query), **sent} if endpoint.in_query else sent


def _from_headers(request: Request, endpoint: Endpoint) -> dict[str, str]:
    """Returns the fields that come in headers. Raises Invalid for what is no text: half of a pair that UTF-16 has."""
    sent = {name: header for name, header in endpoint.headers.items() if header.lower() in request.headers}
    for header in sent.values():
        if any("\ud800" <= letter <= "\udfff" for letter in request.headers[header.lower()]):
            raise Invalid(header, "is not a text")
    return {name: request.headers[header.lower()] for name, header in sent.items()}


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def explained(text: str) -> Missing | Invalid:
    """Returns msgspec's complaint as a desk error that names the field."""
    said, found, place = text.rpartition(_AT)
    said, place = (said, place.rpartition("`$")[2].strip("`.")) if found else (text, "")
    if said.startswith(_MISSING):
        return Missing(".".join(filter(None, [place, said.removeprefix(_MISSING).rstrip("`")])))
    return Invalid(place, said[:1].lower() + said[1:_LONGEST_REASON])


def required(fields: Collection[str], given: Mapping[str, Any]) -> None:
    """Raises Missing for the first of the fields that is missing."""
    for name in fields:
        if given.get(name) in (None, ""):
            raise Missing(name)
