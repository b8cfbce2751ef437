"""HTTP as the dialects see it: no framework, no gateway."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects import forms
from chalicelib.dialects.bounds import Bytes, Header

#: The byte order mark that some programs put before a text. It is taken off bodies and off sockets' messages.
BYTE_ORDER_MARK = "\ufeff"
_MARK = BYTE_ORDER_MARK.encode()
MULTIPART = "multipart/form-data"
#: The header that says what an administrator's call has consumed of DynamoDB's capacity.
UNITS = "X-Polydesk-Units"


class Upload(msgspec.Struct):
    """A file of a form."""

    name: Header
    mime: Header
    data: Bytes


class Request(msgspec.Struct, dict=True):
    """A request: the path as it was sent, query values by name (repeated ones as a list), headers by lower-case name.

    `source` is the network address of the client, as the gateway saw it. A header that claims another one is not trusted.
    """

    method: str
    path: str
    query: Mapping[str, Any] = msgspec.field(default_factory=dict)
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""
    source: str = ""

    @cached_property
    def json(self) -> dict[str, Any]:
        """Returns the body as a JSON object, {} for no body. Raises Invalid for anything else."""
        document = self._document
        if not isinstance(document, dict):
            raise Invalid("", "the body must be a JSON object")
        return document

    def json_under(self, name: str) -> dict[str, Any]:
        """Returns the same, where a list stands for an object that has it under this name."""
        return {name: self._document} if isinstance(self._document, list) else self.json

    @cached_property
    def _document(self) -> Any:
        try:
            return msgspec.json.decode(self.body.removeprefix(_MARK)) if self.body else {}
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Invalid("", f"the body is not JSON: {error}") from error

    @cached_property
    def form(self) -> dict[str, Any]:
        """Returns the body as form fields, files as an Upload; the last one of a repeated field.

        Raises Invalid for a bad form.
        """
        body = self.body.removeprefix(_MARK)
        try:
            if self.media_type == MULTIPART:
                return forms.parts(self.headers["content-type"], body)
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=forms.MOST_FIELDS))
        except ValueError as error:
            raise Invalid("", f"the body is not a form: {error}") from error

    @property
    def media_type(self) -> str:
        """The body's content type without parameters, lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def credential(self, scheme: str) -> str | None:
        """Returns what follows `scheme` in the Authorization header, in any letter case."""
        given, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() or None if given.lower() == scheme.lower() else None


class Answer(msgspec.Struct, frozen=True):
    """An answer. `body` is anything that msgspec can encode, text or bytes if `headers` has their type, or None.

    `refused` is True for a refusal, whatever its status.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    refused: bool = False


class Shows(msgspec.Struct, frozen=True):
    """What an endpoint that makes its own Answer may answer: `Annotated[Answer, Shows(…), …]` is its annotation.

    `body` is the type of a JSON body, None for none or another media type; `headers` names the important ones. `error` names the
    error that it says, `said` is how.
    """

    body: Any = None
    status: int = 200
    media_type: str = "application/json"
    headers: tuple[str, ...] = ()
    error: str = ""
    said: Any = None


class Cors(msgspec.Struct, frozen=True):
    """What a browser on another page may send."""

    methods: str
    headers: str
    max_age: int = 1_728_000
    exposed: str = f"Retry-After, {UNITS}"

    def as_headers(self) -> dict[str, str]:
        """The headers that every answer carries, errors included."""
        return {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": self.methods,
            "Access-Control-Allow-Headers": self.headers,
            "Access-Control-Max-Age": str(self.max_age),
            "Access-Control-Expose-Headers": self.exposed,
        }


def has_etag(known: str, etag: str) -> bool:
    """Returns whether one of the tags of If-None-Match is this one. Weak and strong tags count the same here."""
    opaque = etag.removeprefix("W/")
    return any(tag.strip().removeprefix("W/") in (opaque, "*") for tag in known.split(","))


def accepts_gzip(accepted: str) -> bool:
    """Returns whether gzip is among the encodings of Accept-Encoding with a weight above zero."""
    for coding in accepted.lower().split(","):
        name, _, weight = coding.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False
