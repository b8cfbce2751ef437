"""Files that are uploaded and downloaded, and identicons."""

import uuid
from email import message_from_string
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.desk.conversations import files
from tests.conformance.brought import bring, fetched, get, upload
from tests.conformance.scene import Scene
from tests.pictures import picture, size_of
from tests.visitors import multipart

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
        ("10m²Rasen.pdf", "10m%C2%B2Rasen.pdfen.pdf"),
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
