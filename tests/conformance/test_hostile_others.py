"""Every field of every endpoint but PPMessage's with values that no client should send: never a 500, and no request that DynamoDB
would refuse. A file of its own, so that both halves are tried at once.
"""

import base64
import json
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from chalicelib.dialects.http import MULTIPART
from tests import hostile
from tests.conformance.scene import Scene, send
from tests.conformance.table import Row, each, every_row
from tests.conformance.test_ppmessage import ROWS as PPMESSAGE
from tests.conformance.test_robust import credentials, sound
from tests.visitors import multipart

#: Made first, while there is little on the queues that its making waits for.
pytestmark = pytest.mark.usefixtures("rival")
NOTHING: dict[str, str] = {}
OTHERS = [row for row in every_row() if row not in PPMESSAGE]


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    with hostile.watched():
        yield


def is_nested(value: Any) -> bool:
    """Whether a value has others in it."""
    return isinstance(value, list | dict)


@each(OTHERS)
def test_no_value_of_any_dialect_is_an_error_of_ours(scene: Scene, row: Row) -> None:
    label = str((row.facts.get("api_levels") or ["PPCOM"])[0])
    fields = [field.encode_name for field in msgspec.structs.fields(row.endpoint.request)]
    path = scene.path(row)
    for name in (name for name in fields if name not in row.endpoint.headers and f"{{{name}}}" not in row.endpoint.path):
        good = scene.body(row, label)
        nested = hostile.inside(good[name]) if is_nested(good.get(name)) else ()
        for value in [*hostile.SOME, *nested]:
            answer = _sent(scene, row, path, good | {name: value})
            sound(answer)
            if answer.status == 404:  # what the path names is gone, or what the body names: the next value finds it again
                path = scene.path(row)


def _sent(scene: Scene, row: Row, path: str, given: dict[str, Any], more: dict[str, str] = NOTHING) -> Any:
    """The row as a client of any kind would send it, at a path that `Scene.path` has made."""
    headers = credentials(scene, row) | more
    if row.endpoint.method == "GET":
        flat = {name: json.dumps(value) if is_nested(value) else value for name, value in given.items()}
        return send("GET", f"{path}?{urlencode(_plain(flat))}", headers)
    if row.endpoint.media_type == MULTIPART:
        kind, body = multipart(**{name: value if isinstance(value, tuple) else _text(value) for name, value in given.items()})
        return send(row.endpoint.method, path, headers | {"Content-Type": kind}, body)
    if row.endpoint.in_form:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return send(row.endpoint.method, path, headers | form, urlencode(_plain(given)).encode())
    return send(row.endpoint.method, path, headers | {"Content-Type": "application/json"}, json.dumps(given).encode())


#: What no browser puts into a header: half of an address, of a cookie, of a list.
HEADERS = ["", "http://[bad", "http://a:b", "https://é.example", "null", "x" * 9_000, ";=;;", '"', 'W/"', "*", "%00", "gzip;q=x"]
WITH_HEADERS = [row for row in every_row() if row.endpoint.headers]


@each(WITH_HEADERS)
def test_no_value_of_a_header_is_an_error_of_ours(scene: Scene, row: Row) -> None:
    path, given = scene.path(row), scene.body(row)
    for header in row.endpoint.headers.values():
        for value in HEADERS:
            sound(_sent(scene, row, path, given, {header: value}))


def _text(value: Any) -> str:
    return str(value).encode(errors="replace").decode()


def _plain(given: dict[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in given.items()}


CONDITIONS = {"field": "status", "matchType": "is", "value": "new"}


@pytest.mark.parametrize("name", ["field", "matchType", "value", "more"])
def test_conditions_of_any_shape_are_refused_or_read(scene: Scene, name: str) -> None:
    base = "/api/v3/anytime/conversations"
    for value in hostile.LEAVES:
        query = {f"conditions[0][{key}]": _text(one) for key, one in (CONDITIONS | {name: value}).items()}
        sound(send("GET", f"{base}?{urlencode(query)}", scene.bearer()))
        sound(send("GET", f"{base}?{urlencode({f'conditions[{_text(value)}][{name}]': 'a'})}", scene.bearer()))
    sound(send("GET", f"{base}?{urlencode({'conditions' + '[a]' * 3_000: 'a'})}", scene.bearer()))


ANY = str(uuid.UUID(int=1))


@pytest.mark.parametrize("cursor", [f"{'9' * 60}:a", "1:a", ":", f"1:{ANY}", f"-{10**40}:{ANY}", f"{10**40}:{ANY}"])
def test_a_cursor_that_is_made_up_is_refused_or_reads_nothing(scene: Scene, cursor: str) -> None:
    made_up = base64.urlsafe_b64encode(cursor.encode()).decode()
    given = urlencode({"cursor": made_up, "timeFrom": "0001-01-02", "timeTo": "9999-12-30"})
    sound(send("GET", f"/api/v3/anytime/conversations?{given}", scene.bearer()))


# --- the socket
