"""Whatever is sent to any endpoint, the answer is one of the desk's: no 5xx, no stack trace, always JSON and CORS."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conformance.scene import Scene, send
from tests.conformance.table import Row, each, every_row
from tests.visitors import Answer

ROWS = every_row()
FEW = settings(
    max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8
)
_VALUES = _JSON | st.sampled_from(["\x00", "x" * 3_000, 10**40, -(2**63), 1e308, "٣", "🙂" * 600])
_HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
_NAMES = ("Authorization", "If-Match", "Idempotency-Key", "X-Agent-ID", "Content-Type", "api_token", "access_token", "Origin")
_SEGMENT = st.text(min_size=1, max_size=30).filter(lambda text: text.strip("./ ") != "") | st.sampled_from(
    ["%", "%2F", "a/b", "..", "\x00", "x" * 3_000, "9" * 400, "null", "-0", "{id}", "🙂" * 300]
)


def sound(answer: Answer) -> None:
    """Fails where an answer is not the desk's own, or tells of its inside."""
    assert answer.status < 500, answer.body
    text = json.dumps(answer.body)
    assert "Traceback" not in text
    assert ".py" not in text
    kinds = (
        "application/json",
        "application/zip",
        "image/png",
        "text/plain; charset=utf-8",
        "text/html; charset=utf-8",
        "text/javascript; charset=utf-8",
        "text/csv; charset=utf-8",
    )
    assert answer.headers["Content-Type"] in kinds
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert not isinstance(answer.body, dict) or answer.body.get("error_code") != 17


def path_of(scene: Scene, row: Row) -> Callable[[], str]:
    """Returns what gives the row's path: the same each time, unless a call may have used up what it names."""
    if row.endpoint.method == "DELETE":
        return lambda: scene.path(row)
    path = scene.path(row)
    return lambda: path


def credentials(scene: Scene, row: Row) -> dict[str, str]:
    return scene.headers(row, str(row.facts.get("api_levels", ["PPCOM"])[0])) if row.endpoint.needs else {}


@each(ROWS)
def test_random_json(scene: Scene, row: Row) -> None:
    fields, path = sorted({*row.facts["params"], "conditions", "include"}), path_of(scene, row)

    @FEW
    @given(st.dictionaries(st.sampled_from(fields) | st.text(max_size=8), _VALUES, max_size=6) | _JSON)
    def check(body: Any) -> None:
        headers = {"Content-Type": "application/json", **credentials(scene, row)}
        sound(send(row.endpoint.method, path(), headers, json.dumps(body).encode()))
        if isinstance(body, dict) and row.endpoint.method == "GET":
            query = "&".join(f"{quote(name)}={quote(str(value))}" for name, value in body.items())
            sound(send("GET", f"{path()}?{query}", credentials(scene, row)))

    check()


def fields_of(row: Row) -> set[str]:
    """What may stand in a body, but for what switches off something that other tests need."""
    known = {field.encode_name for field in msgspec.structs.fields(row.endpoint.request)}
    in_path = set(re.findall(r"{(\w+)}", row.endpoint.path))
    documented: set[str] = set(row.facts["params"])
    return (known | documented) - row.endpoint.headers.keys() - in_path - {"isEnabled", "status"}


@each([row for row in ROWS if fields_of(row) and not row.endpoint.in_form])
def test_a_valid_body_with_one_random_field(scene: Scene, row: Row) -> None:
    label = str((row.facts.get("api_levels") or ["PPCOM"])[0])
    body, fields, path = scene.body(row, label), sorted(fields_of(row)), path_of(scene, row)

    @FEW
    @given(st.sampled_from(fields), _VALUES)
    def check(name: str, value: Any) -> None:
        headers = {"Content-Type": "application/json", **credentials(scene, row)}
        sound(send(row.endpoint.method, path(), headers, json.dumps(body | {name: value}).encode()))

    check()


@each(ROWS)
def test_random_headers(scene: Scene, row: Row) -> None:
    schemes, path = st.sampled_from(["Bearer ", "Basic ", "OAuth ", "bearer ", ""]), path_of(scene, row)

    @FEW
    @given(st.dictionaries(st.sampled_from(_NAMES), _HEADER, max_size=4), schemes)
    @example({"Content-Type": "application/json; charset=é"}, "")
    def check(headers: dict[str, str], scheme: str) -> None:
        with_scheme = headers | ({"Authorization": scheme + headers["Authorization"]} if "Authorization" in headers else {})
        sound(send(row.endpoint.method, path(), with_scheme))
        sound(send(row.endpoint.method, path(), with_scheme | credentials(scene, row)))

    check()


@each([row for row in ROWS if "{" in row.endpoint.path])
def test_random_path_variables(scene: Scene, row: Row) -> None:
    body = b"" if row.endpoint.method == "GET" else json.dumps(scene.body(row)).encode()

    @FEW
    @given(_SEGMENT)
    def check(segment: str) -> None:
        path = scene.path(row, **dict.fromkeys(("id", "roomID", "ticketID"), segment))
        sound(send(row.endpoint.method, path, {"Content-Type": "application/json", **scene.bearer()}, body))

    check()


@each(ROWS)
def test_headers_that_are_not_ascii(scene: Scene, row: Row) -> None:
    path = scene.path(row)
    for value in ("é", "Bearer é", "Basic é", "OAuth é", "é é"):
        sound(send(row.endpoint.method, path, dict.fromkeys(_NAMES, value)))
        sound(send(row.endpoint.method, path, {"Authorization": value}))


@each([row for row in ROWS if row.endpoint.method != "GET" and not row.endpoint.in_form])
def test_deep_nesting_is_refused(scene: Scene, row: Row) -> None:
    path = scene.path(row)
    for body in (b"[" * 100_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000):
        sound(send(row.endpoint.method, path, {"Content-Type": "application/json", **credentials(scene, row)}, body))


@pytest.mark.parametrize("digits", [400, 4_301, 100_000])
def test_numbers_of_many_digits_are_refused(scene: Scene, digits: int) -> None:
    for row in ROWS:
        if row.endpoint.method != "GET" and not row.endpoint.in_form:
            name = next(iter(row.facts["params"]), "status")
            body = b'{"' + name.encode() + b'": ' + b"9" * digits + b"}"
            sound(
                send(row.endpoint.method, scene.path(row), {"Content-Type": "application/json", **credentials(scene, row)}, body)
            )


def test_a_variable_is_one_segment_however_it_is_encoded(scene: Scene) -> None:
    listed = f"/api/v3/anytime/conversations/{scene.number}%2Fmessages"
    assert send("GET", listed, scene.bearer()).status in (400, 404)
    assert send("PUT", f"/cs-chat-ticket/v1/tickets%2F{scene.visitor.conversation}%2FpickedTime", scene.bearer()).status == 404


def test_an_unserved_method_has_cors_too(scene: Scene) -> None:
    for row in ROWS:
        answer = send("HEAD", scene.path(row), {})
        assert (answer.headers.get("Access-Control-Allow-Origin"), row.key) == ("*", row.key)
