"""Files, identicons and the messages that bring more than a text."""

import json
import uuid
from email import message_from_string
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import boto3
import pytest

from chalicelib import config
from chalicelib.desk.conversations import files, pictures
from chalicelib.models import conversations, messages
from tests.conformance.scene import Scene, message
from tests.pictures import animated, bomb, picture, size_of
from tests.world import Answer, Visitor, World, counted, multipart

LONG = "é" * 65  # 130 bytes


def bring(scene: Scene, visitor: Visitor, subtype: str, body: Any, label: str = "PPCOM", **changes: Any) -> dict[str, Any]:
    """A message that brings something along."""
    text = body if isinstance(body, str) else json.dumps(body)
    sent = {"conversation_uuid": visitor.conversation, "to_uuid": visitor.conversation, "message_subtype": subtype}
    sender = {"from_uuid": visitor.id} if label == "PPCOM" else {}
    return dict(
        scene.world.pp("PP_SEND_MESSAGE", label, **message(scene, label) | sent | sender | {"message_body": text} | changes).body
    )


def newest(visitor: Visitor) -> dict[str, Any]:
    """The last message as the visitor sees it: its subtype, and its body as it is in both places."""
    world = visitor.world
    page = world.pp("PP_PAGE_HISTORY_MESSAGE", conversation_uuid=visitor.conversation, user_uuid=visitor.id, page_size=1)
    (shown,) = page.body["list"]
    letters = json.loads(shown["message_body"])
    assert (letters["ms"], letters["bo"]) == (shown["message_subtype"], shown["body"])
    return dict(shown)


def number_of(visitor: Visitor) -> int:
    """The integer id of the visitor's conversation."""
    found = conversations.get(visitor.world.account, visitor.conversation)
    assert found
    return found.number


def upload(world: World, user: str, data: bytes, name: str = "a.bin", mime: str = "application/octet-stream") -> str:
    answer = world.upload(user, data, name, mime)
    assert answer.status == 200
    return str(answer.body["fuuid"])


def upload_of_agent(world: World, data: bytes) -> str:
    """A file of the first agent, who was seen with a token just now."""
    assert world.pp("PP_GET_APP_INFO", "PPKEFU", app_uuid=world.account).body["error_code"] == 0
    return upload(world, world.agents[0].id, data)


def get(world: World, fid: str, query: str = "", **headers: str) -> Answer:
    return world.call("GET", f"/download/{fid}{query}", **headers)


def fetched(answer: Answer) -> dict[str, Any]:
    """What the bucket has where a download leads, and under which header it gives it."""
    assert (answer.status, answer.body) == (302, None)
    where = urlsplit(answer.headers["Location"])
    query = parse_qs(where.query)
    assert query["X-Amz-Expires"] == [str(files.LINK_SECONDS)]
    assert answer.headers["Cache-Control"] == f"private, max-age={files.LINK_SECONDS - 60}"
    stored = boto3.client("s3").get_object(Bucket=where.netloc.split(".")[0], Key=unquote(where.path[1:]))
    shown = query["response-content-disposition"][0]
    return {"key": unquote(where.path[1:]), "data": stored["Body"].read(), "mime": stored["ContentType"], "shown": shown}


def objects(*ids: str) -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=config.ATTACHMENTS).get("Contents", [])
    return sorted(entry["Key"] for entry in listed if any(id_ in entry["Key"] for id_ in ids))


# --- uploads and downloads


def test_a_widget_s_form_stores_a_file_that_its_id_opens(scene: Scene) -> None:
    kind, body = multipart(
        user_uuid=scene.visitor.id, upload_type="file", subtype="FILE", file=("über uns.pdf", "application/pdf", b"%PDF words")
    )
    answer = scene.world.call("POST", "/upload", body, Content_Type=kind, Origin="https://shop.example")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    found = fetched(get(scene.world, answer.body["fuuid"]))
    assert (found["data"], found["mime"]) == (b"%PDF words", "application/pdf")
    assert found["key"] == f"incoming/{answer.body['fuuid']}"
    assert found["shown"] == "attachment; filename*=utf-8''%C3%BCber%20uns.pdf"


@pytest.mark.parametrize(
    "name, shown",
    [
        ("plain.txt", 'filename="plain.txt"'),
        ('a"b;c.txt', 'filename="a\\"b;c.txt"'),
        ("../../etc/passwd", 'filename="passwd"'),
        ("C:\\temp\\x.exe", 'filename="x.exe"'),
        ("a\r\nSet-Cookie: x=1", 'filename="aSet-Cookie: x=1"'),
        ("\u202egpj.exe", 'filename="gpj.exe"'),
        ("日本.png", "filename*=utf-8''%E6%97%A5%E6%9C%AC.png"),
        ("..", 'filename="file"'),
        ("x" * 400, f'filename="{"x" * 200}"'),
    ],
)
def test_a_name_is_quoted_and_leads_nowhere(scene: Scene, name: str, shown: str) -> None:
    fid = upload(scene.world, scene.visitor.id, b"words")
    assert fetched(get(scene.world, fid, f"?file_name={quote(name)}"))["shown"] == f"attachment; {shown}"


@pytest.mark.parametrize(
    "name, asked",
    [
        ("my file.pdf", "my%20file.pdfe.pdf"),
        ("Über uns.txt", "%C3%9Cber%20uns.txt.txt"),
        ("Preis & Liste.pdf", "Preis%20&%20Liste.pdfte.pdf"),
        ("价目表 1.pdf", "%E4%BB%B7%E7%9B%AE%E8%A1%A8%201.pdfdf"),
        ("счёт.pdf", "%E0%91%81%E0%91%87%E0%91%91%E0%91%82.pdf"),
    ],
)
def test_a_name_that_the_web_widget_misspells_is_the_file_s_own(scene: Scene, name: str, asked: str) -> None:
    fid = upload(scene.world, scene.visitor.id, b"words", name)
    told = message_from_string(f"Content-Disposition: {fetched(get(scene.world, fid, f'?file_name={asked}'))['shown']}")
    assert told.get_filename() == name


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "image/png", "nonsense", "", "text/html; charset=x\u00e9"])
def test_only_what_is_an_image_is_shown_in_a_page(scene: Scene, mime: str) -> None:
    found = fetched(get(scene.world, upload(scene.world, scene.visitor.id, b"<script>alert(1)</script>", "a.png", mime)))
    assert found["shown"] == 'attachment; filename="a.png"'
    assert found["mime"] == ("text/html" if mime.startswith("text/html") else "application/octet-stream")
    image = fetched(get(scene.world, upload(scene.world, scene.visitor.id, picture("PNG"), "a.html", mime)))
    assert (image["mime"], image["shown"]) == ("image/png", 'inline; filename="a.html"')


def test_a_file_needs_a_person_and_some_bytes_but_not_too_many(scene: Scene) -> None:
    world, user = scene.world, scene.visitor.id
    for nobody in (str(uuid.uuid4()), "nobody", "", "x" * 3_000, "é" * 1_500, "\x00"):
        assert world.upload(nobody, b"words").body["error_code"] in (6, 7), nobody
    assert world.upload(user, b"").body["error_code"] == 28
    assert "fuuid" in world.upload(user, b"x" * files.MOST_BYTES).body
    large = world.upload(user, b"x" * (files.MOST_BYTES + 1)).body
    assert (large["error_code"], str(files.MOST_BYTES) in large["error_detail"]) == (28, True)


def test_a_form_without_its_file_or_user_is_refused(scene: Scene) -> None:
    file = ("a.bin", "text/plain", b"words")
    forms: list[tuple[dict[str, Any], int]] = [({"file": file}, 6), ({"user_uuid": scene.visitor.id, "other": file}, 6)]
    forms += [({"user_uuid": file, "file": file}, 28), ({"other": file}, 6)]
    for fields, code in forms:
        kind, body = multipart(**fields)
        assert scene.world.call("POST", "/upload", body, Content_Type=kind).body["error_code"] == code, fields
    assert scene.world.form("/upload", user_uuid=scene.visitor.id, file="words").body["error_code"] == 28
    for kind in ("multipart/form-data; boundary=x", "text/plain", "application/json"):
        assert scene.world.call("POST", "/upload", b"nonsense", Content_Type=kind).body["error_code"] in (1, 6), kind


def test_a_token_that_is_shown_is_checked(scene: Scene, rival: Scene) -> None:
    world, user = scene.world, scene.visitor.id

    def code(token: str, who: str = user) -> int:
        return int(world.upload(who, b"words", Authorization=token).body["error_code"])

    good = f"OAuth {world.token('PPCOM')}"
    assert (code(good), code("OAuth unknown"), code("Bearer x"), code("OAuth")) == (0, 4, 3, 3)
    assert code(f"OAuth {rival.world.token('PPCOM')}") == 7
    agent = f"OAuth {world.token('PPKEFU')}"
    assert (code(agent, world.agents[0].id), code(agent, world.agents[1].id), code(agent)) == (0, 20, 20)
    assert code(f"OAuth {world.token('THIRD_PARTY_KEFU')}", world.agents[1].id) == 0


def test_nothing_is_found_under_an_id_that_is_none(scene: Scene) -> None:
    visitor = scene.visitor
    own = f"{scene.world.account}.{visitor.conversation}"
    for fid in [str(uuid.uuid4()), "nothing", "thum-", f"thum-{uuid.uuid4()}", "txt-", "txt-a.b.c", "txt-..", "é", "x" * 300]:
        answer = get(scene.world, fid)
        assert (answer.status in (400, 404), answer.body["error_code"] in (14, 28)) == (True, True), fid
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    for fid in (f"txt-{own}.{uuid.uuid4()}", f"txt-{own}.", f"txt-{own}.{'x' * 100}"):
        assert get(scene.world, fid).status == 404, fid
    plain = upload(scene.world, visitor.id, b"words")
    assert get(scene.world, f"thum-{plain}").status == 404


def test_what_no_message_took_up_is_gone_after_a_day(scene: Scene) -> None:
    world, visitor = scene.world, scene.world.visitor()
    kept, lost = upload(world, visitor.id, b"kept"), upload(world, visitor.id, b"lost")
    assert bring(scene, visitor, "FILE", {"fid": kept})["error_code"] == 0
    world.now += 86_400_000
    try:
        assert get(world, lost).status == 404
        assert fetched(get(world, kept))["data"] == b"kept"
        assert bring(scene, visitor, "FILE", {"fid": lost}, uuid=str(uuid.uuid4()))["error_code"] in (4, 14)
    finally:
        world.now -= 86_400_000


# --- messages


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


# --- identicons


def test_an_identicon_is_the_same_picture_for_ever(scene: Scene) -> None:
    path = f"/identicon/{scene.visitor.id}.png"
    first = scene.world.call("GET", path, Accept="image/avif,image/webp,image/*,*/*;q=0.8")
    assert (first.status, first.headers["Content-Type"]) == (200, "image/png")
    assert "max-age=31536000" in first.headers["Cache-Control"]
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert size_of(first.raw) == ("PNG", 192, 192)
    for accept in ("image/*", "image/png", "*/*", "text/html", ""):
        assert scene.world.call("GET", path, Accept=accept).raw == first.raw
    assert scene.world.call("GET", path.upper().replace("/IDENTICON", "/identicon").replace(".PNG", ".png")).raw == first.raw
    assert scene.world.call("GET", f"/identicon/{scene.world.account}.png").raw != first.raw


@pytest.mark.parametrize("name", [".png", "a", "a.jpg", "x" * 77 + ".png", "x" * 3_000 + ".png", "%00"])
def test_a_name_that_is_none_has_no_picture(scene: Scene, name: str) -> None:
    answer = scene.world.call("GET", f"/identicon/{name}")
    assert answer.status in (400, 404)
    assert answer.body["error_code"] in (14, 28)


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
