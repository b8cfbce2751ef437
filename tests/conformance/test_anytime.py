"""Every Anytime endpoint: credentials, documented objects, paths, and errors in its shape."""

import base64
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.context import ADMIN, AGENT, Caller
from chalicelib.desk.auth import tokens
from chalicelib.dialects.anytime.routes import ANYTIME
from chalicelib.dialects.http import MULTIPART
from chalicelib.models.sequences import Sequence
from tests.conformance.scene import BASIC, Scene, refresh_token, send
from tests.conformance.table import Row, each, row_gaps, rows_of
from tests.visitors import Answer
from tests.world import PASSWORD, World

ROWS = rows_of(ANYTIME)
WITH_TOKEN = [row for row in ROWS if row.endpoint.needs is not None]
OF_ONE = [row for row in ROWS if "{id}" in row.endpoint.path]
PATH = "/api/v3/anytime/conversations"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, If-Match, Idempotency-Key",
    "Access-Control-Max-Age": "1728000",
}


def refused(answer: Answer) -> int:
    """The status of a refusal, once its shape is right."""
    assert answer.status < 500, answer
    assert answer.body.keys() == {"code", "message"}, answer
    assert answer.body["code"] // 1000 == answer.status
    assert isinstance(answer.body["message"], str)
    assert answer.body["message"]
    assert CORS.items() <= answer.headers.items()
    return answer.status


def basic(world: World, of: str | None = None, key: str | None = None) -> dict[str, str]:
    """Basic credentials of the owner, whose key is made once, or others."""
    if key is None and BASIC not in world.tokens:
        caller = Caller(world.account, ADMIN, world.owner.id, world.owner.number)
        world.tokens[BASIC] = tokens.issue(world.ctx(ADMIN), caller, tokens.KEY, None, name=world.owner.email)
    key = world.tokens[BASIC] if key is None else key
    text = f"{world.owner.email if of is None else of}:{key}"
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


def ask(scene: Scene, row: Row, **headers: str) -> Answer:
    """The row's valid call with these headers alone."""
    return ask_at(scene, row, scene.path(row), **headers)


def ask_at(scene: Scene, row: Row, path: str, **headers: str) -> Answer:
    """The same at another path."""
    return ask_with(scene, row, path, scene.body(row), **headers)


def ask_with(scene: Scene, row: Row, path: str, body: dict[str, Any], **headers: str) -> Answer:
    """The same with a body that was made before: calls that are refused use nothing up."""
    if row.endpoint.method == "GET":
        return scene.world.call("GET", f"{path}?{urlencode(body)}" if body else path, **headers)
    if row.endpoint.media_type == MULTIPART:
        return scene.world.form_data(path, headers, **body)
    return scene.world.call(row.endpoint.method, path, body, **headers)


@each(ROWS)
def test_a_valid_call_answers_every_documented_key(scene: Scene, row: Row) -> None:
    for headers in (scene.bearer(owner=True), basic(scene.world)) if row in WITH_TOKEN else [{}]:
        answer = ask(scene, row, **headers) if headers else scene.ask(row)
        assert (answer.status, headers) == (200, headers)
        assert row_gaps(row, answer.body or {}) == []
        assert (answer.body or {}).keys() == row.facts["answer"].keys()
        assert CORS.items() <= answer.headers.items()


def test_a_fresh_conversation_and_its_messages_have_every_key_too(scene: Scene) -> None:
    scene.world.asking()
    number = max(numbers(scene))
    for row in [row for row in OF_ONE if row.endpoint.method == "GET" and row.endpoint.path.startswith(PATH)]:
        if row.endpoint.path.endswith("/draft"):
            continue  # it has none
        answer = scene.world.call("GET", scene.path(row, id=str(number)), **scene.bearer())
        assert row_gaps(row, answer.body) == []


@each(WITH_TOKEN)
def test_credentials_are_missing_or_wrong(scene: Scene, rival: Scene, row: Row) -> None:
    world, token = scene.world, scene.bearer(owner=True)["Authorization"].removeprefix("Bearer ")
    wrong = ["", "Bearer", "Bearer ", token, f"OAuth {token}", f"Basic {token}", f"Bearer {token}x", "Bearer é", "Basic Og=="]
    wrong += [basic(world, key="x")["Authorization"], basic(world, "nobody@x.test")["Authorization"], "Basic !!!", "Basic /w=="]
    wrong += [basic(world, "", "")["Authorization"], basic(world, rival.world.owner.email, token)["Authorization"]]
    wrong += [f"Bearer {refresh_token(scene)}", f"Bearer {world.clients['THIRD_PARTY_CONSOLE'][1]}"]
    path, body = scene.path(row), scene.body(row)
    for header in wrong:
        assert (refused(ask_with(scene, row, path, body, Authorization=header)), header) == (401, header)
    answer = ask_with(scene, row, path, body)
    assert refused(answer) == 401
    assert "WWW-Authenticate" in answer.headers


@each(WITH_TOKEN)
def test_an_expired_token_is_refused(scene: Scene, row: Row) -> None:
    headers = scene.world.bearer(scene.world.owner)
    scene.world.now += 3_600_000
    try:
        assert refused(ask(scene, row, **headers)) == 401
    finally:
        scene.world.now -= 3_600_000


@each(WITH_TOKEN)
def test_a_token_of_too_low_a_level_is_forbidden(scene: Scene, row: Row) -> None:
    path, body = scene.path(row), scene.body(row)
    for label in ("PPCOM", "THIRD_PARTY_KEFU"):
        assert refused(ask_with(scene, row, path, body, Authorization=f"Bearer {scene.world.token(label)}")) == 403
    expected = 403 if row.endpoint.needs == ADMIN else 200
    assert ask(scene, row, **scene.bearer()).status == expected
    assert row.endpoint.needs in (AGENT, ADMIN)


def test_only_the_owner_sets_auto_close(scene: Scene) -> None:
    assert refused(scene.world.call("PUT", "/api/v3/anytime/autoClose", {"warnAfter": 1}, **scene.bearer())) == 403


def respelt(path: str) -> list[str]:
    head, tail = path[:5], path[5:]
    return [f"{path}/", f"{head}{tail.upper()}", f"{head}{tail.title()}", f"{head}{tail.lower()}/"]


@each(WITH_TOKEN)
def test_paths_match_whatever_the_case_and_with_a_trailing_slash(scene: Scene, row: Row) -> None:
    for at in range(4):
        # Anew, because what has been ended is not ended again, and what is there is not created again.
        path = respelt(scene.path(row))[at]
        assert ask_at(scene, row, path, **scene.bearer(owner=True)).status == 200, path


def numbers(scene: Scene) -> set[int]:
    return {entry["id"] for entry in scene.world.call("GET", PATH, **scene.bearer()).body["conversations"]}


@pytest.fixture(scope="module")
def foreign(scene: Scene, rival: Scene) -> int:
    """A number that a conversation has in the other account alone."""
    counter = Sequence(f"{rival.world.account}#number#conversation")
    counter.update([Sequence.value.add(1_000)])  # the tests of this file create some themselves
    rival.world.asking()
    return max(numbers(rival))


@each(OF_ONE)
def test_an_unknown_id_is_not_found(scene: Scene, foreign: int, row: Row) -> None:
    unknown = (foreign, 10**6) if row.endpoint.path.startswith(PATH) else (10**6,)
    body = scene.body(row)
    for number in (*unknown, 0, -1, 2**63, 10**30):
        status = refused(ask_with(scene, row, scene.path(row, id=str(number)), body, **scene.headers(row)))
        assert status == 404 or (status == 400 and number not in unknown), number


@each(OF_ONE)
def test_an_id_that_is_no_number_is_named(scene: Scene, row: Row) -> None:
    body = scene.body(row)
    for text in ("one", "1.5", "1e3", "é", "%00", "9" * 400, scene.visitor.conversation, " "):
        answer = ask_with(scene, row, scene.path(row, id=text), body, **scene.headers(row))
        assert refused(answer) in (400, 404), text
        assert answer.status == 404 or answer.body["message"].startswith("id "), answer.body


def covers(row: Row, another: Row) -> bool:
    """Whether a row's path can be another's, with some value for its variable."""
    return bool(re.fullmatch(re.sub(r"{\w+}", "[^/]+", row.endpoint.path), another.endpoint.path))


@each(ROWS)
def test_another_method_is_405(scene: Scene, row: Row) -> None:
    methods = {other.endpoint.method for other in ROWS if covers(other, row)}
    path = scene.path(row)
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
        assert (refused(scene.world.call(method, path, **scene.bearer())), method) == (405, method)


@each(ROWS)
def test_options_answers_a_browser(scene: Scene, row: Row) -> None:
    answer = scene.world.call("OPTIONS", scene.path(row), Origin="https://shop.example")
    assert (answer.status, answer.body) == (200, None)
    assert CORS.items() <= answer.headers.items()


@pytest.mark.parametrize("path", ["nothing", "conversations/1/nothing", "conversations/1/messages/2/3", "autoClose/1/2/3"])
def test_an_unknown_path_is_404(scene: Scene, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert refused(scene.world.call(method, f"/api/v3/anytime/{path}", **scene.bearer())) == 404
        assert refused(scene.world.call(method, f"/api/v2/anytime/{path}", **scene.bearer())) == 404


@each([row for row in WITH_TOKEN if row.endpoint.method != "GET"])
def test_a_body_that_is_no_json_object_is_400(scene: Scene, row: Row) -> None:
    headers, path = {"Content-Type": "application/json", **scene.bearer(owner=True)}, scene.path(row)
    for body in (b"{", b"nonsense", b"[1]", b'"text"', b"null", b'{"subject": "\\ud800"}', b"{}{}"):
        assert (refused(send(row.endpoint.method, path, headers, body)), body) == (400, body)


# --- /oauth/token


def test_a_password_gives_tokens_for_anytime_and_oneview(scene: Scene) -> None:
    agent = scene.world.agents[0]
    answer = scene.world.form("/oauth/token", grant_type="password", email=agent.email.upper(), password=PASSWORD)
    assert (answer.status, answer.body["token_type"]) == (200, "bearer")
    assert answer.body["expires_in"] > 0
    again = scene.world.form("/oauth/token", grant_type="refresh_token", refresh_token=answer.body["refresh_token"])
    assert (again.status, again.body.keys()) == (200, answer.body.keys())
    assert again.body["access_token"] != answer.body["access_token"]
    for given in (answer, again):
        headers = {"Authorization": f"bearer {given.body['access_token']}"}
        assert scene.world.call("GET", PATH, **headers).status == 200
        assert scene.world.call("GET", "/cs-chat-ticket/v1/info", **headers).body["id"] == agent.id
    scene.world.now += answer.body["expires_in"] * 1000
    try:
        assert refused(scene.world.call("GET", PATH, Authorization=f"Bearer {answer.body['access_token']}")) == 401
    finally:
        scene.world.now -= answer.body["expires_in"] * 1000


def test_what_gives_no_tokens(scene: Scene) -> None:
    email, access = scene.world.agents[0].email, scene.bearer()["Authorization"].removeprefix("Bearer ")
    wrong: list[dict[str, str]] = [{"password": "wrong"}, {"password": ""}, {"email": "nobody@x.test"}, {"email": ""}]
    wrong += [{"email": "é" * 3_000}, {"password": "\x00"}, {"email": "\x00"}]
    wrong += [{"grant_type": "refresh_token", "refresh_token": token} for token in ("", "unknown", access, "é")]
    for changes in wrong:
        given = {"grant_type": "password", "email": email, "password": PASSWORD} | changes
        assert (refused(scene.world.form("/oauth/token", **given)), changes) == (401, changes)


@pytest.mark.parametrize("given", [{}, {"grant_type": ""}, {"grant_type": "magic", "email": "a@b.c", "password": "x"}])
def test_a_grant_type_is_one_of_two_and_is_named(scene: Scene, given: dict[str, Any]) -> None:
    answer = scene.world.form("/oauth/token", **given)
    assert refused(answer) == 400
    assert answer.body["message"].startswith("grant_type ")


def test_only_a_form_is_posted_for_a_token(scene: Scene) -> None:
    for body in ("{}", "&&", "%ff", json.dumps({"grant_type": "password"}), "a=b&" * 200):
        answer = scene.world.call("POST", "/oauth/token", body, Content_Type="application/x-www-form-urlencoded")
        assert refused(answer) == 400
