"""Anytime's messages that agents write: types, HTML, idempotency keys, and fields that are wrong."""

import json
from typing import Any

import pytest

from tests.conformance.scene import Scene
from tests.conformance.table import gaps
from tests.conformance.test_anytime import PATH, refused
from tests.conformance.writes import OBJECTS, bodies, get, post
from tests.conformance.writes import number as number


def test_documented_types_and_sources_are_shown(scene: Scene, number: int) -> None:
    for type_, source in (
        ("reply", "agentConsole"),
        ("reply", "API"),
        ("note", "agentConsole"),
        ("note", "API"),
        ("reply", None),
    ):
        given = {"type": type_, "plainBody": "words"} | ({"source": source} if source else {})
        shown = post(scene, number, given).body["message"]
        assert gaps("message", shown, OBJECTS) == []
        assert (shown["type"], shown["source"], shown["plainBody"]) == (type_, source or "API", "words")
        assert (shown["senderType"], shown["senderId"]) == ("agent", scene.world.agents[0].number)
        assert (shown["conversationId"], type(shown["id"])) == (number, int)
    listed = scene.world.call("GET", f"{PATH}/{number}/messages", **scene.bearer()).body["messages"]
    assert len({message["id"] for message in listed}) == 6
    assert listed[-1] == shown


def test_an_email_needs_an_account_that_sends_it(scene: Scene, number: int) -> None:
    answer = post(scene, number, {"type": "email", "plainBody": "words", "subject": "s"})
    assert (answer.status, answer.body["message"]) == (
        400,
        "type email needs an e-mail account whose address is verified, and there is none",
    )


@pytest.mark.parametrize(("name", "value"), [("quote", "q"), ("from", "a@b.test"), ("to", "a@b.test"), ("cc", "a@b.test")])
def test_what_is_not_served_of_a_message_is_refused_and_not_dropped(scene: Scene, number: int, name: str, value: Any) -> None:
    answer = post(scene, number, {"type": "reply", "plainBody": "words", name: value})
    assert (answer.status, answer.body["message"]) == (400, f"{name} is not served")
    assert post(scene, number, {"type": "reply", "plainBody": "words", name: None}).status == 200


def test_html_has_its_text(scene: Scene, number: int) -> None:
    shown = post(scene, number, {"type": "reply", "htmlBody": "<p>Hello <b>you</b></p>", "subject": "S"}).body["message"]
    assert (shown["htmlBody"], shown["plainBody"], shown["subject"]) == ("<p>Hello <b>you</b></p>", "Hello you", "S")


@pytest.mark.parametrize("nothing", ["<p></p>", "<p>&nbsp;</p>", "<br>", "<style>p {}</style>", "<!-- a -->", "<p"])
def test_html_that_shows_nothing_is_refused_by_name(scene: Scene, number: int, nothing: str) -> None:
    answer = post(scene, number, {"type": "reply", "htmlBody": nothing})
    assert (answer.status, answer.body["message"]) == (400, "htmlBody has no text")
    assert post(scene, number, {"type": "reply", "htmlBody": nothing, "plainBody": "a"}).status == 200


def test_html_reads_as_a_browser_shows_it(scene: Scene, number: int) -> None:
    html = "<style>p{}</style><p>Hi Tom &amp; Jerry,</p><p>first line<br>second&nbsp;line</p><ul><li>one<li>two</ul>"
    shown = post(scene, number, {"type": "reply", "htmlBody": html}).body["message"]
    clean = "<p>Hi Tom &amp; Jerry,</p><p>first line<br>second&nbsp;line</p><ul><li>one</li><li>two</li></ul>"
    assert (shown["htmlBody"], shown["plainBody"]) == (clean, "Hi Tom & Jerry,\n\nfirst line\nsecond line\n\n- one\n- two")


def test_html_that_is_an_image_alone_is_a_message_too(scene: Scene, number: int) -> None:
    assert post(scene, number, {"type": "reply", "htmlBody": '<img src="cat.png">'}).status == 200
    assert get(scene, number).status == 200
    assert bodies(scene, number)[-1] == "[image]"


BAD_MESSAGES: dict[str, list[Any]] = {
    "type": [None, "shout", "", 1, []],
    "source": ["fax", "", None, 1],
    "plainBody": ["", None, 5, ["x"], {}],
    "htmlBody": [5, [], {}],
    "subject": [5, [], "x" * 501],
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
def test_a_bad_message_is_400_named_and_not_stored(scene: Scene, name: str) -> None:
    before = bodies(scene, scene.number)
    for value in BAD_MESSAGES[name]:
        answer = post(scene, scene.number, {"type": "reply", "plainBody": "x", name: value})
        assert (refused(answer), value) == (400, value)
        assert answer.body["message"].startswith(f"{name} "), answer.body
    assert post(scene, scene.number, {"plainBody": "x"}).body["message"] == "type is required"
    assert post(scene, scene.number, {"type": "note"}).body["message"].startswith("plainBody ")
    assert bodies(scene, scene.number) == before


def test_a_text_too_long_is_400(scene: Scene) -> None:
    for name in ("plainBody", "htmlBody"):
        assert refused(post(scene, scene.number, {"type": "reply", name: "é" * 30_001})) == 400


@pytest.mark.parametrize("name", ["plainBody", "htmlBody"])
def test_a_text_too_long_is_named(scene: Scene, name: str) -> None:
    answer = post(scene, scene.number, {"type": "reply", name: "é" * 30_001})
    assert answer.body["message"].startswith(f"{name} ")


def test_one_idempotency_key_is_one_message(scene: Scene, number: int) -> None:
    given = {"type": "reply", "plainBody": "once"}
    first, again = (post(scene, number, given, Idempotency_Key="key 1") for _ in range(2))
    assert first.status == again.status == 200
    assert first.body == again.body
    assert bodies(scene, number) == ["a question", "once"]
    assert post(scene, number, given).body["message"]["id"] != first.body["message"]["id"]
    assert post(scene, number, given, Idempotency_Key="key 2").body["message"]["id"] != first.body["message"]["id"]
    for other in ({"plainBody": "else"}, {"type": "note"}):
        assert refused(post(scene, number, given | other, Idempotency_Key="key 1")) == 409
    assert bodies(scene, number) == ["a question", "once", "once", "once"]


@pytest.mark.parametrize("other", [{"subject": "S"}, {"source": "agentConsole"}, {"htmlBody": "<i>once</i>"}], ids=json.dumps)
def test_one_idempotency_key_is_for_one_body_in_all_its_fields(scene: Scene, number: int, other: dict[str, str]) -> None:
    given = {"type": "reply", "plainBody": "once", "htmlBody": "<b>once</b>"}
    assert post(scene, number, given, Idempotency_Key="key 3").status == 200
    assert refused(post(scene, number, given | other, Idempotency_Key="key 3")) == 409


def test_a_key_is_of_its_caller_and_of_limited_length(scene: Scene, number: int) -> None:
    given = {"type": "reply", "plainBody": "mine"}
    own = post(scene, number, given, Idempotency_Key="shared").body["message"]
    path = f"{PATH}/{number}/messages"
    other = scene.world.call("POST", path, given, Idempotency_Key="shared", **scene.world.bearer(scene.world.agents[1]))
    assert (other.status, other.body["message"]["senderId"]) == (200, scene.world.agents[1].number)
    assert other.body["message"]["id"] != own["id"]
    assert post(scene, number, given, Idempotency_Key="k" * 256).status == 200
    answer = post(scene, number, given, Idempotency_Key="k" * 257)
    assert refused(answer) == 400
    assert answer.body["message"].startswith(("Idempotency-Key ", "idempotencyKey "))
