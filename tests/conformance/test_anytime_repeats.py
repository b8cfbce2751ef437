"""Anytime's Idempotency-Key: on every POST, the same key and body give the first answer again."""

import json
import uuid
from typing import Any

import msgspec
import pytest

from chalicelib.desk.accounts import tags
from chalicelib.dialects.anytime.routes import ANYTIME
from chalicelib.dialects.http import MULTIPART
from chalicelib.models.repeats import Repeat
from tests.conformance.cases_anytime_people import new_contact
from tests.conformance.scene import Scene, send
from tests.conformance.table import Row, each, rows_of
from tests.conformance.test_anytime import refused
from tests.lambdas import counted
from tests.visitors import Answer

POSTS = [row for row in rows_of(ANYTIME) if row.endpoint.method == "POST" and row.endpoint.needs]
SECRET = [row for row in POSTS if row.endpoint.has_secret]
TAGS = "/api/v3/anytime/tags"


def new_key() -> str:
    return str(uuid.uuid4())


def post(scene: Scene, name: str, key: str = "", **headers: str) -> Answer:
    given = scene.bearer(owner=True) | ({"Idempotency_Key": key} if key else {}) | headers
    return scene.world.call("POST", TAGS, {"name": name}, **given)


def ask(scene: Scene, row: Row, path: str, body: dict[str, Any], key: str) -> Answer:
    headers = scene.headers(row) | {"Idempotency_Key": key}
    if row.endpoint.media_type == MULTIPART:
        return scene.world.form_data(path, headers, **body)
    return scene.world.call("POST", path, body, **headers)


def test_every_answer_that_shows_a_secret_is_marked() -> None:
    shown = [row for row in POSTS if '"secret"' in json.dumps(msgspec.json.schema(row.endpoint.answer))]
    assert ("POST", "/api/v3/anytime/apiKeys") in [row.key for row in shown]
    assert [row.key for row in shown if not row.endpoint.is_repeatable] == [row.key for row in SECRET]


@each(SECRET)
def test_a_secret_is_told_once_and_kept_nowhere(scene: Scene, row: Row) -> None:
    body, path, key = scene.body(row), scene.path(row), new_key()
    first = ask(scene, row, path, body, key)
    assert first.status == 200
    secret = first.body.get("secret") or first.body["webhook"]["secret"]
    assert secret not in str([one.serialize() for one in Repeat.scan()])
    again = ask(scene, row, path, body, key)
    assert refused(again) == 409
    assert "shows a secret once" in again.body["message"]
    assert refused(ask(scene, row, path, body | {"use": "liveChat"}, key)) == 409


@each([row for row in POSTS if row not in SECRET])
def test_every_post_is_done_once(scene: Scene, row: Row) -> None:
    body, path, key = scene.body(row), scene.path(row), new_key()
    answers = [ask(scene, row, path, body, key) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    changed = body | {"name": "other", "use": "liveChat", "plainBody": "other", "subject": "other"}
    assert refused(ask(scene, row, path, changed, key)) == 409


@pytest.mark.parametrize("path", ["conversations", "portalconversations"])
@pytest.mark.parametrize("named", [True, False])
def test_a_creation_that_is_repeated_after_a_deletion_shows_what_was_created(scene: Scene, path: str, *, named: bool) -> None:
    body: dict[str, Any] = {"subject": "once", "message": {"plainBody": "hello"}}
    body |= {"channel": "portal", "message": {"type": "reply", "plainBody": "hello"}} if path == "conversations" else {}
    body |= {"contactId": new_contact(scene)} if named or path == "portalconversations" else {}
    given = scene.bearer() | {"Idempotency_Key": new_key()}
    first = scene.world.call("POST", f"/api/v3/anytime/{path}", body, **given)
    assert first.status == 200, first.body
    (shown,) = first.body.values()
    assert scene.world.call("DELETE", f"/api/v3/anytime/conversations/{shown['id']}", **scene.bearer()).status == 200
    again = scene.world.call("POST", f"/api/v3/anytime/{path}", body, **given)
    assert again.status == 200, again.body
    assert next(iter(again.body.values()))["id"] == shown["id"]
    gone = f"/api/v3/anytime/deletedconversations/{shown['id']}"
    assert scene.world.call("DELETE", gone, **scene.bearer(owner=True)).status == 200
    answer = scene.world.call("POST", f"/api/v3/anytime/{path}", body, **given)
    assert (refused(answer), answer.body["message"]) == (409, "the conversation that this key has created was removed for good")


def test_the_same_answer_comes_in_the_same_bytes_and_headers(scene: Scene) -> None:
    """But for what the two calls cost."""
    first, again = (post(scene, "once", key) for key in [new_key()] * 2)
    shown, repeated = ({**one.headers, "X-Polydesk-Units": ""} for one in (first, again))
    assert (again.raw, repeated) == (first.raw, shown)


def test_without_a_key_nothing_more_is_asked_for(scene: Scene) -> None:
    with counted() as without:
        assert post(scene, f"tag {new_key()}").status == 200
    with counted() as empty:
        assert post(scene, f"tag {new_key()}", Idempotency_Key="  ").status == 200
    with counted() as with_key:
        assert post(scene, f"tag {new_key()}", new_key()).status == 200
    assert without == empty
    assert [*without, "PutItem", "UpdateItem"] == [*with_key[1:-1], "PutItem", "UpdateItem"]


def test_an_error_leaves_the_key_to_the_corrected_request(scene: Scene) -> None:
    key = new_key()
    assert refused(post(scene, "", key)) == 400
    body = {"Content-Type": "application/json", "Idempotency-Key": key} | scene.bearer(owner=True)
    assert send("POST", TAGS, body, b"{").status == 400
    assert post(scene, "corrected", key).status == 200
    assert refused(post(scene, "corrected", new_key())) == 409


def test_another_person_s_key_and_another_path_s_are_others(scene: Scene) -> None:
    key = new_key()
    path = "/api/v3/anytime/cannedResponses"
    body = {"name": "why?", "textContent": "So."}
    first = scene.world.call("POST", path, body, Idempotency_Key=key, **scene.bearer())
    second = scene.world.call("POST", path, body, Idempotency_Key=key, **scene.bearer(owner=True))
    assert first.body["cannedResponse"]["id"] != second.body["cannedResponse"]["id"]
    again = scene.world.call("POST", "/api/v3/anytime/CANNEDresponses/", body, Idempotency_Key=key, **scene.bearer())
    assert again.body == first.body
    assert refused(scene.world.call("POST", TAGS, body, Idempotency_Key=key, **scene.bearer(owner=True))) == 409


@pytest.mark.parametrize("row", POSTS, ids=[row.id for row in POSTS])
def test_a_key_that_is_too_long_is_refused(scene: Scene, row: Row) -> None:
    given: dict[str, Any] = scene.body(row)
    for length, status in ((256, 200), (257, 400), (9_000, 400)):
        key = new_key().ljust(length, "k")
        assert ask(scene, row, scene.path(row), given, key).status == status


def test_while_the_first_is_served_the_second_may_come_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    key, create, told = new_key(), tags.create, []

    def meanwhile(*given: Any) -> Any:
        told.append(post(scene, "slow", key))
        return create(*given)

    with monkeypatch.context() as patch:
        patch.setattr(tags, "create", meanwhile)
        first = post(scene, "slow", key)
    (second,) = told
    assert (first.status, refused(second), second.headers["Retry-After"]) == (200, 409, "1")
    assert post(scene, "slow", key).body == first.body


def test_a_password_is_no_matter_of_keys(scene: Scene) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": new_key()}
    with counted() as sent:
        assert send("POST", "/oauth/token", form, b"grant_type=other").status == 400
    assert "PutItem" not in sent
