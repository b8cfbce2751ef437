"""Export: one zip with all that is stored of a contact, at any size, whatever dies while it is made."""

import io
import json
import zipfile
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.channels import blocked_senders
from chalicelib.desk.conversations import conversations, messages
from chalicelib.desk.conversations.files import Attach
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.privacy import archives, export_pages, exports
from chalicelib.models import storage
from tests.desk.channels import mails
from tests.desk.privacy.test_erasures import ADDRESS, BASE, MARK, call, person
from tests.interruptions import interrupted
from tests.lambdas import counted
from tests.visitors import Answer
from tests.world import World


def opened(data: bytes) -> dict[str, bytes]:
    """The entries of a zip, each of which is whole."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]


def fetched(answer: Answer) -> dict[str, bytes]:
    """What a link that was answered leads to."""
    assert (answer.status, answer.body["export"]["status"]) == (200, "ready")
    return opened(storage.get(unquote(urlsplit(answer.body["export"]["url"]).path.lstrip("/"))) or b"")


def filled(world: World) -> tuple[int, int]:
    """A contact with data of each kind, and the number of their conversation."""
    world.searched = True
    to = mails.mailbox(world)
    contact = person(world)
    mail = mails.mail(to, f"It is {MARK} broken.", f"Ann <{ADDRESS}>", Subject="About it")
    mail.add_attachment(b"of the file", maintype="text", subtype="plain", filename="attached.txt")
    mails.bring(world, mail, to, source=ADDRESS)
    other = mails.mail(to, "To all", "Bob <bob@other.example>", Cc=ADDRESS)
    mails.bring(world, other, to, source="bob@other.example")
    world.index()
    listed = call(world, "GET", "/conversations").body["conversations"]
    number = next(one["id"] for one in listed if one["contactId"] == contact)
    call(world, "POST", f"/conversations/{number}/messages", {"type": "note", "plainBody": "They are right"})
    call(world, "PUT", f"/conversations/{number}", {"priority": "urgent"})
    blocked_senders.block(world.ctx(ADMIN), ADDRESS, blocked_senders.JUNK_ADDRESS)
    mails.bring(world, mails.mail(to, "Junk it is", f"Ann <{ADDRESS}>"), to, source=ADDRESS)
    world.index()
    return contact, number


def test_a_small_one_has_all_and_comes_at_once(world: World) -> None:
    contact, number = filled(world)
    answer = call(world, "GET", f"/contacts/{contact}/export")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    found = opened(answer.raw)
    own = json.loads(found["contact.json"])[0]
    assert (own["name"], own["email"], own["company"]) == (f"Name {MARK}", ADDRESS, f"company {MARK}")
    assert "password" not in own
    said = lines(found[f"conversations/{number}/messages-00000000.jsonl"])
    assert [(one["kind"], one["body"].strip()) for one in said] == [
        ("email", f"It is {MARK} broken."),
        ("note", "They are right"),
    ]
    (file,) = (name for name in found if name.startswith(f"conversations/{number}/files/"))
    assert (file.endswith("attached.txt"), found[file].strip()) == (True, b"of the file")
    assert json.loads(found[f"conversations/{number}/conversation.json"])["priority"] == "urgent"
    assert "priority" in [one["field"] for one in lines(found[f"conversations/{number}/event-log-0.jsonl"])]
    assert json.loads(found["blocked-senders.json"]) == [{"email": ADDRESS, "block_type": "junk_address"}]
    (elsewhere,) = (data for name, data in found.items() if name.startswith("elsewhere/"))
    assert [one["body"].strip() for one in lines(elsewhere)] == ["To all"]
    (junk,) = (name for name in found if name.startswith("junk-emails/") and name.endswith(".json"))
    assert json.loads(found[junk])["body"].strip() == "Junk it is"
    assert b"Junk it is" in found[junk.replace(".json", ".eml")]
    (changed,) = (data for name, data in found.items() if name.startswith("changes/"))
    assert "created" in [one["field"] for one in lines(changed)]
    assert b"README" not in found["README.txt"]


def test_a_large_one_is_made_by_a_job_and_fetched_by_a_link(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contact, number = filled(world)
    small = opened(call(world, "GET", f"/contacts/{contact}/export").raw)
    for module, name, value in ((exports, "_MOST_BYTES", 10), (exports, "PAGES_AT_ONCE", 2), (export_pages, "_A_PAGE", 1)):
        monkeypatch.setattr(module, name, value)
    first = call(world, "GET", f"/contacts/{contact}/export")
    assert (first.status, first.body["export"]["status"], first.body["export"]["url"]) == (202, "preparing", None)
    assert first.headers["Retry-After"]
    assert call(world, "GET", f"/contacts/{contact}/export").status == 202
    world.settle()
    large = fetched(call(world, "GET", f"/contacts/{contact}/export"))
    texts = {name for name in small if not name.endswith(".jsonl")}
    assert {name: large[name] for name in texts} == {name: small[name] for name in texts}
    for kind in ("messages", "event-log"):
        of = f"conversations/{number}/{kind}"
        parts = [data for found in (small, large) for name, data in sorted(found.items()) if name.startswith(of)]
        assert b"".join(parts[1:]) == parts[0]
    left = storage.list_keys(exports.key_of(world.account, contact), 100)
    assert len(left) == 1


def test_it_goes_to_the_bucket_in_parts_whatever_its_size(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = world.asking("hello")
    contact = conversations.load(world.ctx(ADMIN), visitor.conversation).contact_number
    for at in range(3):
        fid = world.upload(visitor.id, bytes([at]) * 4_400_000, f"{at}.bin").body["fuuid"]
        messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, "", attachments=(Attach(str(fid)),)))
    monkeypatch.setattr(archives, "PART", 5_242_880)
    monkeypatch.setattr(exports, "PAGES_AT_ONCE", 3)
    assert call(world, "GET", f"/contacts/{contact}/export").status == 202
    world.settle()
    found = fetched(call(world, "GET", f"/contacts/{contact}/export"))
    assert sorted(len(data) for name, data in found.items() if name.endswith(".bin")) == [4_400_000] * 3


def test_whatever_dies_the_next_run_makes_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contact, _ = filled(world)
    small = opened(call(world, "GET", f"/contacts/{contact}/export").raw)
    monkeypatch.setattr(exports, "_MOST_BYTES", 10)
    monkeypatch.setattr(exports, "PAGES_AT_ONCE", 2)
    call(world, "GET", f"/contacts/{contact}/export")
    world.queued.clear()
    for _ in range(20):
        interrupted(monkeypatch, lambda: exports.run(world.ctx(SYSTEM), contact))
    assert fetched(call(world, "GET", f"/contacts/{contact}/export")) == small
    with counted() as sent:
        assert exports.run(world.ctx(SYSTEM), contact) is False
    assert sent == ["GetItem"]


def test_it_is_for_administrators_and_its_link_ends_with_the_contact(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contact, _ = filled(world)
    path = f"/contacts/{contact}/export"
    assert world.call("GET", f"{BASE}{path}", **world.bearer()).status == 403
    monkeypatch.setattr(exports, "_MOST_BYTES", 10)
    call(world, "GET", path)
    world.settle()
    assert fetched(call(world, "GET", path))
    call(world, "POST", f"/contacts/{contact}/erase")
    world.index()
    assert storage.list_keys(exports.key_of(world.account, contact), 100) == []
    assert call(world, "GET", path).status == 409


def test_an_old_one_is_made_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contact = person(world)
    monkeypatch.setattr(exports, "_MOST_BYTES", 10)
    path = f"/contacts/{contact}/export"
    call(world, "GET", path)
    world.settle()
    call(world, "PUT", f"/contacts/{contact}", {"company": "Another"})
    assert b"Another" not in fetched(call(world, "GET", path))["contact.json"]
    world.now += exports.KEPT + 1
    assert call(world, "GET", path).status == 202
    world.settle()
    assert b"Another" in fetched(call(world, "GET", path))["contact.json"]


def test_one_whose_parts_have_expired_is_begun_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contact, _ = filled(world)
    path = f"/contacts/{contact}/export"
    small = opened(call(world, "GET", path).raw)
    monkeypatch.setattr(exports, "_MOST_BYTES", 10)
    monkeypatch.setattr(exports, "PAGES_AT_ONCE", 2)
    call(world, "GET", path)
    exports.run(world.ctx(SYSTEM), contact)
    begun, put = exports.RECORDS.find(world.ctx(SYSTEM), contact), storage.put_part
    assert begun

    def gone(key: str, upload: str, number: int, data: bytes) -> str:  # moto knows no error for an upload that is gone
        if upload == begun[1].progress.upload:
            raise storage.NoUpload
        return put(key, upload, number, data)

    monkeypatch.setattr(storage, "put_part", gone)
    world.settle()
    assert fetched(call(world, "GET", path)) == small
