"""Anytime's moments: whatever a call is given as a time is answered, or refused by its name."""

import itertools
from collections.abc import Iterator
from urllib.parse import urlencode

import msgspec
import pytest

from chalicelib.desk.core import rate_limits
from chalicelib.dialects.anytime.routes import ANYTIME
from chalicelib.dialects.endpoint import Endpoint
from tests.desk.integrations.receivers import webhook
from tests.world import World

#: Names under which calls take a span of time.
_SPANS = (("timeFrom", "timeTo"), ("from", "to"), ("startTime", "endTime"))
#: The ends of what a `datetime` can be, there and in UTC, and of what milliseconds can be without a sign.
_MOMENTS = (
    "0001-01-01",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "1969-12-31T23:59:59.999Z",
    "9999-12-31",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00",
)


def _span_of(endpoint: Endpoint) -> tuple[str, str] | None:
    names = {field.encode_name for field in msgspec.structs.fields(endpoint.request)}
    is_mail = "plainBody" in names  # whose `from` and `to` are addresses
    return next((span for span in _SPANS if names.issuperset(span) and not is_mail), None)


@pytest.fixture
def many_replays() -> Iterator[None]:
    rate_limits.use("replays=1000000/60")
    yield
    rate_limits.use("off")


@pytest.mark.usefixtures("many_replays")
def test_no_moment_is_a_fault_of_ours(world: World) -> None:
    hook = webhook(world)
    known = [(endpoint, span) for endpoint in ANYTIME.endpoints if (span := _span_of(endpoint))]
    assert len(known) >= 13
    told, headers = [], world.bearer(world.owner)
    for (endpoint, span), moments in itertools.product(known, itertools.product(_MOMENTS, repeat=2)):
        path, given = endpoint.path.replace("{id}", str(hook.number)), dict(zip(span, moments, strict=True))
        asked = (f"{path}?{urlencode(given)}", None) if endpoint.in_query else (path, given)
        answer = world.call(endpoint.method, *asked, **headers)
        if answer.status >= 500 or (answer.status == 400 and not any(name in answer.body["message"] for name in span)):
            told.append((path, given, answer.status, answer.body))
    assert told == []


@pytest.mark.parametrize("offset", ["14", "-14"])
def test_no_offset_makes_a_moment_one(world: World, offset: str) -> None:
    headers = world.bearer(world.owner)
    for path in ("/api/v3/anytime/conversations", "/api/v3/anytime/reports/volume"):
        span = ("timeFrom", "timeTo") if path.endswith("conversations") else ("startTime", "endTime")
        for moments in itertools.product(_MOMENTS, repeat=2):
            given = dict(zip(span, moments, strict=True)) | {"timeZoneOffset": offset}
            assert world.call("GET", f"{path}?{urlencode(given)}", **headers).status in (200, 400), given
