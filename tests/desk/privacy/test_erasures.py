"""Erasure: of a contact nothing is left in any table, index, object or word of the search, whatever dies in between."""

from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.channels import blocked_senders
from chalicelib.desk.privacy import erasures
from tests.desk.channels import mails
from tests.desk.privacy import raw
from tests.world import Answer, World

BASE = "/api/v3/anytime"
MARK = "zyxwmark"
ADDRESS = f"{MARK}@people.example"


def call(world: World, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    return world.call(method, f"{BASE}{path}", body, **world.bearer(world.owner), **headers)


def person(world: World) -> int:
    """A contact with all that can be noted of one; the marker is in each text."""
    texts = ["alias", "description", "company", "title", "phoneNumber", "faxNumber", "address", "city", "stateOrProvince"]
    texts += ["country", "postalOrZipCode", "avatar"]
    given: dict[str, Any] = {name: f"{name} {MARK}" for name in texts}
    given |= {"name": f"Name {MARK}", "email": ADDRESS, "tags": [MARK]}
    given["identities"] = [{"type": "email", "value": ADDRESS}, {"type": "externalId", "value": f"id {MARK}"}]
    answer = call(world, "POST", "/contacts", given, Idempotency_Key="one")
    assert answer.status == 200, answer.body
    return int(answer.body["contact"]["id"])


def erase(world: World, contact: int) -> dict[str, Any]:
    """The receipt, once all is done."""
    assert call(world, "POST", f"/contacts/{contact}/erase").status == 200
    world.index()
    for _ in range(3):
        world.pass_(erasures.HELD / 1000)
        world.index()
    return dict(call(world, "GET", f"/contacts/{contact}/erase").body["erasure"])


def test_nothing_is_left_of_a_contact_who_mails_chats_and_is_blocked(world: World) -> None:
    world.searched = True
    to = mails.mailbox(world)
    contact = person(world)
    mail = mails.mail(to, f"It is {MARK} broken.", f"Ann {MARK} <{ADDRESS}>", Subject=f"About {MARK}")
    mail.add_attachment(f"file {MARK}".encode(), maintype="text", subtype="plain", filename=f"{MARK}.txt")
    mails.bring(world, mail, to, source=ADDRESS)
    world.index()
    found = call(world, "GET", f"/conversations?contactId={contact}").body
    conversation = found["conversations"][0]["id"]
    path = f"/conversations/{conversation}"
    assert call(world, "POST", f"{path}/messages", {"type": "note", "plainBody": f"note {MARK}"}).status == 200
    assert call(world, "PUT", f"{path}", {"subject": f"Changed {MARK}"}).status == 200
    call(world, "PUT", f"{path}/draft", {"plainBody": f"draft {MARK}"})
    blocked_senders.block(world.ctx(ADMIN), ADDRESS, blocked_senders.JUNK_ADDRESS)
    mails.bring(world, mails.mail(to, f"Junk {MARK}", f"Ann <{ADDRESS}>"), to, source=ADDRESS)
    world.index()
    before = raw.places(MARK)
    assert before.keys() >= {"people", "contact-words", "unique-names", "conversations", "messages", "event-logs", "search"}
    assert before.keys() >= {"mails", "settings", "repeats", "files", "bucket"}
    receipt = erase(world, contact)
    assert receipt["status"] == "completed"
    assert raw.places(MARK) == {}
    assert receipt["removed"]["conversations"] == 1
    assert receipt["removed"]["messages"] == 2
    assert receipt["removed"]["junkEmails"] == 1
