"""Every PPMessage endpoint: its levels, its documented answer, and the order of its checks."""

import re
from typing import Any

import pytest

from chalicelib.context import ADMIN, Caller
from chalicelib.desk.auth import tokens
from chalicelib.dialects.ppmessage.auth import LEVELS
from chalicelib.dialects.ppmessage.errors import STRINGS
from chalicelib.dialects.ppmessage.routes import PPMESSAGE
from tests.conformance.scene import Scene, send
from tests.conformance.table import Row, each, row_gaps, rows_of
from tests.visitors import Answer

ROWS = [row for row in rows_of(PPMESSAGE) if row.endpoint.needs is not None]
WITH_APP = [row for row in ROWS if row.facts.get("params", {}).get("app_uuid")]
#: Nobody's, and the owner's console's alone; whoever signs up in a console is one.
OWNERS, SECRETS = ("user_password",), ("app_secret", "api_secret", "app_key")
TOLD = {"PPCONSOLE_SIGNUP": ("PPCONSOLE_BEFORE_LOGIN",)}
#: Documented as required; a sign-up may leave it out, and may name an account that is still to be.
MAY_BE_LEFT_OUT = {("PPCONSOLE_SIGNUP", "app_uuid")}
#: Required, but null in what clients send: a web widget that knows its customer, and a phone, have no trace.
MAY_BE_NULL = {("PP_CREATE_DEVICE", "ppcom_trace_uuid")}
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \d{6}$")
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization",
    "Access-Control-Max-Age": "1728000",
}


def refused(answer: Answer, row: Row) -> int:
    """The code of a refusal, once its shape is right."""
    code = answer.body["error_code"]
    assert answer.status == 200
    assert code != 0
    assert answer.body["error_string"] == STRINGS[code]
    assert answer.body["uri"] == row.endpoint.path.removeprefix("/api")
    assert CORS.items() <= answer.headers.items()
    return int(code)


def raw(scene: Scene, row: Row, body: bytes, **headers: str) -> Answer:
    """The row with bytes as its body."""
    sent = {"Content-Type": "application/json", **scene.headers(row)} | {k.replace("_", "-"): v for k, v in headers.items()}
    return send("POST", row.endpoint.path, sent, body)


def first_level(row: Row) -> str:
    return str(row.facts["api_levels"][0])


@each(ROWS)
def test_a_valid_call_answers_every_documented_key_at_every_documented_level(scene: Scene, row: Row) -> None:
    assert row.facts["api_levels"]
    for label in row.facts["api_levels"]:
        answer = scene.ask(row, label)
        assert (answer.status, answer.body["error_code"], answer.body["error_string"]) == (200, 0, "success."), label
        assert answer.body["uri"] == row.endpoint.path.removeprefix("/api")
        assert row_gaps(row, answer.body) == []
        assert CORS.items() <= answer.headers.items()


def values(shown: Any, *names: str) -> list[Any]:
    """Everything under one of the names, however deep."""
    if isinstance(shown, dict):
        own = [value for name, value in shown.items() if name in names]
        return own + [found for value in shown.values() for found in values(value, *names)]
    return [found for item in shown for found in values(item, *names)] if isinstance(shown, list) else []


@each(ROWS)
def test_datetimes_are_spelt_as_documented_and_no_secret_is_shown(scene: Scene, row: Row) -> None:
    for label in row.facts["api_levels"]:
        shown = scene.ask(row, label).body
        times = values(shown, "createtime", "updatetime")
        assert [at for at in times if not isinstance(at, int) and not _MOMENT.match(at)] == []
        hidden = OWNERS if label == "PPCONSOLE" else [*OWNERS, *SECRETS] if label not in TOLD.get(row.id, ()) else OWNERS
        assert [secret for secret in values(shown, *hidden) if secret is not None] == []


REQUIRED = [
    pytest.param(row, name, id=f"{row.id}-{name}")
    for row in ROWS
    for name in row.required
    if (row.id, name) not in MAY_BE_LEFT_OUT
]


@pytest.mark.parametrize("row, name", REQUIRED)
def test_what_is_required_is_missed_and_null_is_no_value(scene: Scene, row: Row, name: str) -> None:
    label, expected = first_level(row), 4 if name == "app_uuid" else 6
    assert refused(scene.ask(row, label, **{name: None}), row) == expected
    endpoint = row.endpoint.path.removeprefix("/api/")
    null = scene.world.pp(endpoint, label, **scene.body(row, label) | {name: None})
    assert (null.body["error_code"] if (endpoint, name) in MAY_BE_NULL else refused(null, row)) == (
        0 if (endpoint, name) in MAY_BE_NULL else expected
    )


@each(ROWS)
def test_what_is_not_a_json_object_is_refused_first(scene: Scene, row: Row) -> None:
    for body in (b"{", b"nonsense", b"[]", b'[{"app_uuid": 1}]', b'"text"', b"1", b"null", b"a=b", b'{"a": "\\ud800"}', b"{}{}"):
        assert (refused(raw(scene, row, body), row), body) == (1, body)
        assert (refused(raw(scene, row, body, Authorization="nonsense"), row), body) == (1, body)


@each(ROWS)
def test_an_empty_body_is_not_json(scene: Scene, row: Row) -> None:
    assert refused(raw(scene, row, b""), row) == 1


@each(ROWS)
def test_the_content_type_is_json_whatever_its_parameters(scene: Scene, row: Row) -> None:
    for kind in ("application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png"):
        assert (refused(raw(scene, row, b"{}", Content_Type=kind), row), kind) == (1, kind)
    for kind in ("application/json; charset=utf-8", "Application/JSON", "text/json"):
        assert (refused(raw(scene, row, b"{}", Content_Type=kind, Authorization=""), row), kind) == (3, kind)


@each(ROWS)
def test_another_method_is_refused_in_the_shape_of_this_dialect(scene: Scene, row: Row) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = scene.world.call(method, row.endpoint.path, **scene.headers(row))
        assert (refused(answer, row), method) == (1, method)


@each(ROWS)
def test_options_answers_a_browser(scene: Scene, row: Row) -> None:
    answer = scene.world.call("OPTIONS", row.endpoint.path, Origin="https://shop.example", Access_Control_Request_Method="POST")
    assert (answer.status, answer.body) == (200, None)
    exposed = {"Access-Control-Expose-Headers": "Retry-After, X-Polydesk-Units"}
    assert {name: value for name, value in answer.headers.items() if name.startswith("Access-Control")} == CORS | exposed


@each(ROWS)
def test_the_authorization_header_is_oauth_and_a_token(scene: Scene, row: Row) -> None:
    label, body = first_level(row), scene.body(row, first_level(row))

    def fresh() -> str:
        return scene.headers(row, label)["Authorization"].removeprefix("OAuth ")

    token = fresh()
    assert refused(scene.world.call("POST", row.endpoint.path, body), row) == 3
    for header in ("", "OAuth", "OAuth ", token, f"Bearer {token}", f"Basic {token}", f"OAuth{token}", "é"):
        assert (refused(scene.world.call("POST", row.endpoint.path, body, Authorization=header), row), header) == (3, header)
    for scheme in ("oauth", "OAUTH"):
        answer = scene.world.call("POST", row.endpoint.path, scene.body(row, label), Authorization=f"{scheme} {fresh()}")
        assert answer.body["error_code"] == 0


@each(ROWS)
def test_a_token_is_refused_that_is_unknown_expired_or_of_another_level(scene: Scene, row: Row) -> None:
    world, label = scene.world, first_level(row)
    body = scene.body(row, label)

    def code(token: str) -> int:
        return refused(world.call("POST", row.endpoint.path, body, Authorization=f"OAuth {token}"), row)

    assert [code(token) for token in ("unknown", "x" * 5000, "a b", "日本", "'; --")] == [4] * 5
    for other in LEVELS.keys() - set(row.facts["api_levels"]):
        assert (code(world.token(other)), other) == (4, other)
    short = Caller(world.account, LEVELS[label], client=label)
    token = tokens.issue(world.ctx(ADMIN), short, tokens.ACCESS, 60)
    for kind in (tokens.REFRESH, tokens.KEY, tokens.CLIENT):
        assert (code(tokens.issue(world.ctx(ADMIN), short, kind, 60)), kind) == (4, kind)
    world.now += 60_000
    try:
        assert code(token) == 4
    finally:
        world.now -= 60_000


@each(WITH_APP)
def test_a_token_is_for_its_own_account_alone(scene: Scene, rival: Scene, row: Row) -> None:
    for label in row.facts["api_levels"]:
        own = scene.body(row, label)
        theirs = scene.world.call("POST", row.endpoint.path, own, **rival.headers(row, label))
        assert (refused(theirs, row), label) == (4, label)
        strangers: list[Any] = [rival.world.account, "nonsense", 5, ["x"], {}, True]
        if (row.id, "app_uuid") not in MAY_BE_LEFT_OUT:  # an empty text is none
            strangers.append("")
        for app in strangers:
            assert (refused(scene.ask(row, label, app_uuid=app), row), label, app) == (4, label, app)


@each(ROWS)
def test_the_checks_come_in_their_order(scene: Scene, row: Row) -> None:
    body = {"app_uuid": scene.world.account}
    assert refused(scene.world.call("POST", row.endpoint.path, body), row) == 3
    assert refused(scene.world.call("POST", row.endpoint.path, body, Authorization="OAuth unknown"), row) == 4
    other = next(iter(LEVELS.keys() - set(row.facts["api_levels"])))
    assert refused(scene.world.call("POST", row.endpoint.path, body, Authorization=f"OAuth {scene.world.token(other)}"), row) == 4


@pytest.mark.parametrize("path", ["/api/PP_NO_SUCH", "/api/pp_get_app_info", "/ppauth/nothing", "/api/%00", "/api/é"])
def test_an_unknown_endpoint_is_refused_in_the_shape_of_this_dialect(scene: Scene, path: str) -> None:
    for method in ("POST", "GET", "DELETE"):
        answer = scene.world.call(method, path, b"{}", Content_Type="application/json")
        assert answer.status == 200
        assert answer.body["error_code"] not in (0, 17)
        assert CORS.items() <= answer.headers.items()
