"""Messages that bring more than a text: images, sounds, files and long texts."""

import json
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.desk.conversations import pictures
from chalicelib.models import messages
from tests.conformance.brought import LONG, bring, fetched, get, newest, number_of, objects, upload, upload_of_agent
from tests.conformance.scene import Scene
from tests.lambdas import counted
from tests.pictures import animated, bomb, picture, size_of
from tests.visitors import multipart


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_an_image_arrives_with_its_thumbnail(scene: Scene, kind: str) -> None:
    world, visitor = scene.world, scene.world.visitor()
    fid = upload(world, visitor.id, picture(kind), "photo", "image/jpg")
    assert bring(scene, visitor, "IMAGE", {"fid": fid, "mime": "image/anything"})["error_code"] == 0
    shown = newest(visitor)
    body = json.loads(shown["body"])
    sizes = {"thum_width": 240, "thum_height": 120, "orig_width": 600, "orig_height": 300}
    assert (shown["message_subtype"], body) == (
        "IMAGE",
        {"thum": f"thum-{fid}", "orig": fid, "mime": f"image/{kind.lower()}"} | sizes,
    )
    whole, small = fetched(get(world, body["orig"])), fetched(get(world, body["thum"]))
    assert (size_of(whole["data"]), size_of(small["data"])) == ((kind, 600, 300), (kind, 240, 120))
    assert (whole["key"], small["key"]) == (f"files/{world.account}/{fid}", f"files/{world.account}/{fid}-thumbnail")
    assert whole["mime"] == small["mime"] == f"image/{kind.lower()}"


@pytest.mark.parametrize("data, size", [(animated(), 300), (picture("PNG", (100, 100)), 100)])
def test_an_image_that_moves_or_is_small_is_its_own_thumbnail(scene: Scene, data: bytes, size: int) -> None:
    visitor = scene.world.visitor()
    fid = upload(scene.world, visitor.id, data)
    assert bring(scene, visitor, "IMAGE", {"fid": fid, "mime": "image/gif"})["error_code"] == 0
    body = json.loads(newest(visitor)["body"])
    assert (body["thum"], body["orig"], body["thum_width"], body["orig_height"]) == (fid, fid, size, size)
    assert fetched(get(scene.world, fid))["data"] == data


@pytest.mark.parametrize("data", [b"words", picture()[:200], bomb(), picture("TIFF"), b"<svg/>"], ids=len)
def test_what_is_no_image_is_sent_as_a_file_or_not_at_all(scene: Scene, data: bytes) -> None:
    visitor = scene.world.visitor()
    fid = upload(scene.world, visitor.id, data, "a.png", "image/png")
    assert bring(scene, visitor, "IMAGE", {"fid": fid, "mime": "image/png"})["error_code"] == 16
    assert visitor.history() == []
    assert bring(scene, visitor, "FILE", {"fid": fid, "mime": "image/png"})["error_code"] == 0
    body = {"fid": fid, "mime": "application/octet-stream", "size": len(data), "name": "a.png"}
    assert json.loads(newest(visitor)["body"]) == body


def test_a_file_may_be_sent_under_another_name_and_a_sound_says_how_long_it_is(scene: Scene) -> None:
    visitor = scene.world.visitor()
    fid = upload(scene.world, visitor.id, b"ID3 words", "a.mp3", "audio/mpeg")
    facts = {"fid": fid, "mime": "audio/mpeg", "size": 9}
    assert bring(scene, visitor, "FILE", {"fid": fid, "mime": "x", "name": "../song.mp3"})["error_code"] == 0
    assert (newest(visitor)["message_subtype"], json.loads(newest(visitor)["body"])) == ("FILE", facts | {"name": "song.mp3"})
    assert bring(scene, visitor, "AUDIO", {"fid": fid, "mime": "audio/mpeg", "dura": 2.5})["error_code"] == 0
    shown = newest(visitor)
    assert (shown["message_subtype"], json.loads(shown["body"])) == ("AUDIO", facts | {"name": "a.mp3", "dura": 2.5})


def test_an_agent_sees_a_file_in_anytime_s_words_and_sends_one_in_ppmessage_s(scene: Scene) -> None:
    world, visitor = scene.world, scene.world.visitor()
    world.settle()
    fid = upload(world, visitor.id, b"words", "über.txt", "text/plain")
    assert bring(scene, visitor, "FILE", {"fid": fid})["error_code"] == 0
    path = f"/api/v3/anytime/conversations/{number_of(visitor)}"
    assert world.call("GET", path, **world.bearer()).body["conversation"]["lastMessage"] == "über.txt"
    path += "/messages"
    (shown,) = world.call("GET", path, **world.bearer()).body["messages"]
    url = f"https://desk.test/download/{fid}?file_name=%C3%BCber.txt"
    assert shown["attachments"] == [{"guid": fid, "id": fid, "fileName": "über.txt", "url": url, "isAvailable": True}]
    assert shown["plainBody"] == "über.txt"
    answer = upload_of_agent(world, b"answer")
    assert bring(scene, visitor, "FILE", {"fid": answer}, "PPKEFU")["error_code"] == 0
    assert json.loads(newest(visitor)["body"])["fid"] == answer


def test_a_file_is_sent_by_who_brought_it_and_into_one_conversation(scene: Scene, rival: Scene) -> None:
    world, visitor, another = scene.world, scene.world.visitor(), scene.world.visitor()
    own, theirs = upload(world, visitor.id, b"own"), upload(rival.world, rival.visitor.id, b"theirs")
    agents = upload_of_agent(world, b"agent's")
    assert bring(scene, another, "FILE", {"fid": own})["error_code"] == 14
    assert bring(scene, visitor, "FILE", {"fid": own}, "PPKEFU")["error_code"] == 14
    assert bring(scene, visitor, "FILE", {"fid": theirs})["error_code"] == 14
    assert bring(scene, visitor, "FILE", {"fid": agents})["error_code"] == 14
    assert visitor.history() == another.history() == []
    assert objects(own, theirs, agents) == sorted(f"incoming/{id_}" for id_ in (own, theirs, agents))
    assert bring(scene, visitor, "FILE", {"fid": agents}, "PPKEFU")["error_code"] == 0
    assert bring(scene, another, "FILE", {"fid": agents}, "PPKEFU")["error_code"] == 14
    assert bring(scene, visitor, "FILE", {"fid": agents}, "PPKEFU")["error_code"] == 0
    assert len(visitor.history()) == 2


def test_a_token_opens_no_file_of_another_account_or_conversation(scene: Scene, rival: Scene) -> None:
    world, visitor = scene.world, scene.world.visitor()
    fid = upload(world, visitor.id, b"words")
    assert bring(scene, visitor, "FILE", {"fid": fid})["error_code"] == 0
    visitor.say(LONG)
    text = json.loads(newest(visitor)["body"])["fid"]
    for opened in (fid, text):
        assert get(world, opened, Authorization="OAuth unknown").status == 401
        for label in ("PPCOM", "PPKEFU", "PPCONSOLE"):
            assert get(world, opened, Authorization=f"OAuth {rival.world.token(label)}").status == 404
            token = world.pp("PP_GET_APP_INFO", label, app_uuid=world.account) and world.tokens[label]
            assert get(world, opened, Authorization=f"OAuth {token}").status in (200, 302), label
    strange = f"OAuth {world.token('PPCOM')}"
    user = world.call(
        "POST", "/api/PP_CREATE_ANONYMOUS", {"app_uuid": world.account, "ppcom_trace_uuid": "s"}, Authorization=strange
    )
    assert user.body["error_code"] == 0
    assert get(world, fid, Authorization=strange).status == get(world, text, Authorization=strange).status == 404


@pytest.mark.parametrize("subtype", ["IMAGE", "AUDIO", "FILE", "TXT"])
def test_a_body_that_names_no_file_is_16_or_14(scene: Scene, subtype: str) -> None:
    visitor = scene.world.visitor()
    wrong: list[Any] = ["", "words", "[]", "{}", "null", "[" * 10_000, {"fid": 5}, {"fid": None}, {"mime": "image/png"}]
    for body in wrong:
        assert bring(scene, visitor, subtype, body)["error_code"] in ((6, 16) if body == "" else (16,)), body
    for fid in ("", "x" * 3_000, "é", "\x00", str(uuid.uuid4()), f"thum-{uuid.uuid4()}"):
        assert bring(scene, visitor, subtype, {"fid": fid, "mime": "image/png"})["error_code"] == 14, fid
    assert bring(scene, visitor, "AUDIO", {"fid": str(uuid.uuid4()), "dura": -1})["error_code"] == 16
    assert visitor.history() == []


def test_a_message_with_a_file_is_stored_once_and_its_file_copied_once(scene: Scene) -> None:
    visitor, id_ = scene.world.visitor(), str(uuid.uuid4())
    fid = upload(scene.world, visitor.id, picture())
    sent = [bring(scene, visitor, "IMAGE", {"fid": fid}, uuid=id_) for _ in range(2)]
    assert [answer["error_code"] for answer in sent] == [0, 0]
    assert len(visitor.history()) == 1


# --- texts


def test_a_long_text_arrives_as_one_to_be_fetched_and_others_see_it_as_it_is(scene: Scene) -> None:
    world, visitor = scene.world, scene.world.visitor()
    for text in ("x" * 128, "é" * 64):
        visitor.say(text)
        assert (newest(visitor)["message_subtype"], newest(visitor)["body"]) == ("TEXT", text)
    for text in ("x" * 129, LONG, "日本 🙂 " * 2_000):
        visitor.say(text)
        shown = newest(visitor)
        assert (shown["message_subtype"], list(json.loads(shown["body"]))) == ("TXT", ["fid"])
        answer = get(world, json.loads(shown["body"])["fid"], Origin="https://shop.example")
        assert (answer.status, answer.raw.decode(), answer.headers["Content-Type"]) == (200, text, "text/plain; charset=utf-8")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert (answer.headers["Content-Disposition"], answer.headers["X-Content-Type-Options"]) == ("attachment", "nosniff")
    rows = world.call("GET", f"/api/v3/anytime/conversations/{number_of(visitor)}/messages", **world.bearer()).body["messages"]
    assert rows[-1]["plainBody"] == "日本 🙂 " * 2_000


@pytest.mark.parametrize("with_token", [False, True])
@pytest.mark.parametrize("in_parts", [False, True])
def test_an_uploaded_text_is_sent_as_txt(scene: Scene, with_token: bool, in_parts: bool) -> None:
    world, visitor = scene.world, scene.world.visitor()
    given = {"upload_type": "content_txt", "content_txt": LONG}
    kind, body = multipart(**given, nothing=("", "", b"")) if in_parts else ("", b"")
    headers = {"Authorization": f"OAuth {world.token('PPCOM')}"} if with_token else {}
    if in_parts:
        answer = world.call("POST", "/upload_txt", body, Content_Type=kind, **headers).body
    else:
        answer = world.call(
            "POST", "/upload_txt", urlencode(given), Content_Type="application/x-www-form-urlencoded", **headers
        ).body
    assert set(answer) >= {"fid", "mime"} and answer["mime"] == "text/plain"
    assert get(world, answer["fid"]).raw.decode() == LONG
    assert bring(scene, visitor, "TXT", {"fid": answer["fid"]})["error_code"] == 0
    shown = newest(visitor)
    assert shown["message_subtype"] == "TXT"
    assert get(world, json.loads(shown["body"])["fid"]).raw.decode() == LONG


def test_a_text_has_some_bytes_but_not_too_many_and_is_its_account_s(scene: Scene, rival: Scene) -> None:
    for content, code in (("", 28), ("x" * 60_001, 28), ("x" * 60_000, 0)):
        assert scene.world.form("/upload_txt", content_txt=content).body["error_code"] == code
    assert scene.world.form("/upload_txt", upload_type="content_txt").body["error_code"] == 6
    assert scene.world.form("/upload_txt", upload_type="other", content_txt="x").body["error_code"] == 28
    token = f"OAuth {rival.world.token('PPCOM')}"
    kind, body = multipart(content_txt="theirs", nothing=("", "", b""))
    theirs = rival.world.call("POST", "/upload_txt", body, Content_Type=kind, Authorization=token).body["fid"]
    assert bring(scene, scene.world.visitor(), "TXT", {"fid": theirs})["error_code"] == 14
    visitor = scene.world.visitor()
    assert bring(scene, visitor, "FILE", {"fid": theirs})["error_code"] == 14


def test_no_note_is_downloaded(scene: Scene) -> None:
    world = scene.world
    path = f"/api/v3/anytime/conversations/{scene.number}/messages"
    posted = world.call("POST", path, {"type": "note", "plainBody": "for us"}, **scene.bearer(), Idempotency_Key="note")
    assert posted.status == 200
    notes = messages.between(world.account, scene.visitor.conversation, 1, 100, newest_first=True)
    (note,) = [row for row in notes if row.kind == "note"]
    assert get(world, f"txt-{world.account}.{scene.visitor.conversation}.{note.id}").status == 404


# --- what it costs


def requests(act: Any) -> list[str]:
    with counted() as sent:
        act()
    return sent


def test_budgets(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    world, visitor = scene.world, scene.world.visitor()
    upload(world, visitor.id, b"warm")
    visitor.say("warm")
    fid, image = upload(world, visitor.id, b"words"), upload(world, visitor.id, picture())
    assert requests(lambda: upload(world, visitor.id, b"words")) == ["Query", "PutObject", "PutItem"]
    assert requests(lambda: upload(world, visitor.id, picture())) == ["Query", "PutObject", "PutObject", "PutItem"]
    post = ["GetItem", "BatchGetItem", "TransactWriteItems"]
    assert requests(lambda: bring(scene, visitor, "FILE", {"fid": fid})) == [*post[:2], "CopyObject", post[2]]
    copies = ["CopyObject", "CopyObject"]
    assert requests(lambda: bring(scene, visitor, "IMAGE", {"fid": image})) == [*post[:2], *copies, post[2]]
    assert requests(lambda: bring(scene, visitor, "FILE", {"fid": fid})) == post
    assert requests(lambda: visitor.say(LONG)) == ["GetItem", "TransactWriteItems"]
    assert requests(lambda: get(world, fid)) == ["GetItem"]
    text = json.loads(newest(visitor)["body"])["fid"]
    assert requests(lambda: get(world, text)) == ["GetItem", "BatchGetItem"]
    monkeypatch.setattr(pictures, "examine", None)
    assert requests(lambda: get(world, f"thum-{image}")) == ["GetItem"]
    assert requests(lambda: world.call("GET", "/identicon/a.png")) == []
    assert requests(lambda: world.form("/upload_txt", content_txt="x")) == ["PutItem"]
