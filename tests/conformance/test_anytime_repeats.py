"""Anytime's Idempotency-Key: on every POST, the same key and body give the first answer again."""

import uuid
from typing import Any

import pytest

from chalicelib.desk.accounts import tags
from chalicelib.dialects.anytime.routes import ANYTIME
from tests.conformance.scene import Scene, send
from tests.conformance.table import Row, each, rows_of
from tests.conformance.test_anytime import refused
from tests.world import Answer, counted

POSTS = [row for row in rows_of(ANYTIME) if row.endpoint.method == "POST" and row.endpoint.needs]
TAGS = "/api/v3/anytime/tags"


def new_key() -> str:
    return str(uuid.uuid4())


def post(scene: Scene, name: str, key: str = "", **headers: str) -> Answer:
    given = scene.bearer(owner=True) | ({"Idempotency_Key": key} if key else {}) | headers
    return scene.world.call("POST", TAGS, {"name": name}, **given)


@each(POSTS)
def test_every_post_is_done_once(scene: Scene, row: Row) -> None:
    body, key = scene.body(row), new_key()
    answers = [scene.world.call("POST", scene.path(row), body, Idempotency_Key=key, **scene.headers(row)) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    other = scene.world.call(
        "POST",
        scene.path(row),
        body | {"name": "other", "use": "liveChat", "plainBody": "other", "subject": "other"},
        Idempotency_Key=key,
        **scene.headers(row),
    )
    assert refused(other) == 409


def test_the_same_answer_comes_in_the_same_bytes_and_headers(scene: Scene) -> None:
    first, again = (post(scene, "once", key) for key in [new_key()] * 2)
    assert (again.raw, again.headers) == (first.raw, first.headers)


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
        answer = scene.world.call("POST", scene.path(row), given, Idempotency_Key=key, **scene.headers(row))
        assert answer.status == status


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
