"""What all of Anytime's nouns share: the base of its types, its times, people, and includes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET

from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.people.people import PersonView
from chalicelib.dialects import moments
from chalicelib.dialects.bounds import one_of

BASE = "/api/v3/anytime"
#: How a thing is moved in an order, and by how many places that is.
Direction = Literal["up", "down"]
STEPS = {"up": -1, "down": 1}
_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


class Wire(msgspec.Struct, kw_only=True, rename="camel"):
    """Base: names in this dialect's spelling."""


class Failure(Wire, kw_only=True):
    """What went wrong. `code` is the HTTP status times 1000, plus one where a field is missing or the thing exists."""

    code: int
    message: str


class Person(Wire, kw_only=True):
    """An agent or a contact, as includes show one."""

    id: int
    name: str
    email: str
    type: Annotated[str, one_of("agent", "contact")]


#: Who wrote. `system` is a program of the account, or the desk itself.
SenderType = Annotated[str, one_of("agent", "contact", "system")]


@lru_cache(maxsize=4096)
def moment(at: int) -> str:
    """Returns epoch milliseconds as ISO 8601, UTC with Z. Cached, because inboxes are read again and again."""
    date, time, milliseconds = moments.moment(at)
    return f"{date}T{time}.{milliseconds:03}Z"


def read_moment(text: str | None, field: str, offset_hours: float) -> int | None:
    """Returns an ISO 8601 time as epoch milliseconds. One without a zone is `offset_hours` east of UTC. Raises Invalid."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=timezone(timedelta(hours=offset_hours)))
        return (at.astimezone(UTC) - _EPOCH) // _MILLISECOND  # in UTC a year may be one that `moment` can't show
    except (ValueError, OverflowError) as error:
        raise Invalid(field, "is not an ISO 8601 time") from error


def several(given: str | list[str]) -> list[str]:
    """Returns the values of a query's array: repeated, or with commas between them."""
    parts = [given] if isinstance(given, str) else given
    return [value.strip() for part in parts for value in part.split(",") if value.strip()]


def includes(given: str | list[str], known: frozenset[str]) -> set[str]:
    """Returns what `include` asks for. Raises Invalid for what this call can't include."""
    names = set(several(given))
    if names - known:
        raise Invalid("include", f"knows {', '.join(sorted(known))}")
    return names


@contextmanager
def naming(kind: str, field: str) -> Iterator[None]:
    """Around looking up a thing of a kind that a field names: where there is none, the field's value is wrong."""
    try:
        yield
    except NotFound as missing:
        if missing.kind != kind:
            raise
        raise Invalid(field, f"names {missing}") from missing


def that_counts(given: Sequence[Any], now: Any) -> Any:
    """Returns which of a field's spellings counts: the first that says something else than what is `now`, else the first that was
    sent, UNSET for none. So who sends back an answer may change it under any of its names.
    """
    sent = [value for value in given if value is not UNSET]
    return next((value for value in sent if value != now), sent[0] if sent else UNSET)


_fields = cache(msgspec.structs.fields)


class Spellings:
    """Which fields of requests are spellings of one of the desk's: `names` has the desk's fields with the request's."""

    def __init__(self, **names: Sequence[str]) -> None:
        self._names = names

    def given(self, request: Wire, field: str, now: Any) -> Any:
        """Returns the value that counts of one of the desk's fields, which is `now` so; UNSET where none was sent."""
        return that_counts([getattr(request, name) for name in self._names[field]], now)

    @contextmanager
    def told(self, request: Wire, path: str = "") -> Iterator[None]:
        """Around a use case: an error about a value names the field that it was sent in; if none was sent, the field's first
        spelling. `path`, such as `customRule.`, is where the body has the request.
        """
        try:
            yield
        except Invalid as error:
            names = self._names.get(error.field, ())
            sent = [name for name in names if getattr(request, name) is not UNSET]
            known = {field.name: field.encode_name for field in _fields(type(request))}
            raise Invalid(path + (known[[*sent, *names][0]] if names else error.field), error.reason) from error


def refuse(request: Wire, *names: str) -> None:
    """Raises Invalid for the first of these fields that is given and not empty, so that no request is done by half."""
    for field in _fields(type(request)):
        if field.name in names and getattr(request, field.name):
            raise Invalid(field.encode_name, "is not served")


def given(value: Any) -> Any:
    """Returns a field's value, None where it was not sent."""
    return None if value is UNSET else value


def person(view: PersonView | None) -> Person | None:
    """An agent or a contact."""
    return Person(id=view.number, name=view.name, email=view.email or "", type=view.kind) if view else None
