"""Erasure: of a contact nothing is left in any table, index, object or word of the search, whatever dies in between."""

from pathlib import Path
from typing import Any

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.channels import blocked_senders
from chalicelib.desk.conversations import conversations, drafts
from chalicelib.desk.people import agents
from chalicelib.desk.privacy import erasures
from chalicelib.desk.reports import statistics
from chalicelib.models import people
from tests.desk.channels import mails
from tests.desk.integrations.receivers import URL, receiving, webhook
from tests.desk.privacy import raw
from tests.infra import lines as imported
from tests.interruptions import interrupted
from tests.visitors import Answer, Visitor
from tests.world import World

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
    found = call(world, "GET", "/conversations").body
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
    assert receipt["removed"]["files"] >= 1
    assert receipt["removed"]["conversations"] == 1
    assert receipt["removed"]["messages"] == 2
    assert receipt["removed"]["junkEmails"] == 1


def chat(world: World) -> tuple[Visitor, int]:
    """A visitor who has said the marker, and their integer id."""
    visitor = world.asking(f"words {MARK}")
    world.settle()
    return visitor, conversations.load(world.ctx(ADMIN), visitor.conversation).contact_number


def test_what_a_contact_wrote_in_another_s_conversation_is_emptied_and_their_address_goes(world: World) -> None:
    world.searched = True
    to = mails.mailbox(world)
    contact = person(world)
    mails.bring(world, mails.mail(to, f"mine {MARK}", f"<{ADDRESS}>"), to, source=ADDRESS)
    other = mails.mail(to, f"Hello {ADDRESS}, and others", "Bob <bob@other.example>", Cc=f"{ADDRESS}, cara@other.example")
    mails.bring(world, other, to, source="bob@other.example")
    world.index()
    listed = call(world, "GET", "/conversations").body["conversations"]
    own, theirs = (next(one["id"] for one in listed if (one["contactId"] == contact) is is_own) for is_own in (True, False))
    assert call(world, "POST", f"/conversations/{theirs}/messages", {"type": "note", "plainBody": f"ask {ADDRESS}"}).status == 200
    assert call(world, "PUT", f"/conversations/{theirs}", {"subject": f"About {ADDRESS}"}).status == 200
    assert call(world, "POST", f"/conversations/{theirs}/merge", {"sourceId": own}).status == 200
    world.index()
    receipt = erase(world, contact)
    assert receipt["status"] == "completed"
    assert raw.places(MARK) == {}
    left = call(world, "GET", f"/conversations/{theirs}/messages").body["messages"]
    assert sorted(one["plainBody"].strip() for one in left) == sorted(
        ["[erased]", "Hello erased@contact.invalid, and others", "ask erased@contact.invalid"]
    )
    assert receipt["removed"]["messagesEmptied"] == 1
    assert receipt["removed"]["messagesChanged"] == 2
    assert [one["cc"] for one in left if one["plainBody"].startswith("Hello")] == ["erased@contact.invalid, cara@other.example"]


def test_a_contact_who_was_given_another_conversation_is_found_where_they_wrote(world: World) -> None:
    visitor, contact = chat(world)
    number = conversations.load(world.ctx(ADMIN), visitor.conversation).number
    other = call(world, "POST", "/contacts", {"name": "Other"}).body["contact"]["id"]
    assert call(world, "PUT", f"/conversations/{number}", {"contactId": other}).status == 200
    world.settle()
    assert erase(world, contact)["removed"]["messagesEmptied"] == 1
    assert raw.places(MARK) == {}


def test_with_a_contact_go_those_who_were_merged_into_them(world: World) -> None:
    visitor, source = chat(world)
    contact = person(world)
    assert call(world, "POST", f"/contacts/{contact}/merge", {"sourceId": source}).status == 200
    refused = call(world, "POST", f"/contacts/{source}/erase")
    assert (refused.status, str(contact) in refused.body["message"]) == (409, True)
    world.settle()
    assert erase(world, contact)["removed"]["contacts"] == 2
    assert raw.places(MARK) == {}
    assert {row.name for row in people.get_many(world.account, {visitor.id}).values()} == {"Erased contact"}


def test_what_comes_meanwhile_is_another_contact_s_or_goes_too(world: World) -> None:
    to = mails.mailbox(world)
    contact = person(world)
    visitor, chatting = chat(world)
    for number in (contact, chatting):
        assert call(world, "POST", f"/contacts/{number}/erase").status == 200
    visitor.say("too late")
    mails.bring(world, mails.mail(to, "I am new here", f"<{ADDRESS}>"), to, source=ADDRESS)
    world.index()
    for number in (contact, chatting):
        assert erase(world, number)["status"] == "completed"
    found = call(world, "GET", "/contacts?keywords=zyxwmark").body["contacts"]
    assert [one["email"] for one in found] == [ADDRESS]
    assert found[0]["id"] not in (contact, chatting)
    assert raw.places("too late") == {}
    assert raw.places("I am new here").keys() >= {"messages"}
    erase(world, found[0]["id"])
    assert raw.places(MARK, "I am new here") == {}


def test_whatever_dies_the_next_run_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, contact = chat(world)
    call(world, "PUT", f"/contacts/{contact}", {"name": f"Name {MARK}"})
    world.upload(visitor.id, b"words", f"{MARK}.bin", Authorization=f"OAuth {world.token('PPCOM')}")
    world.settle()
    erasures.begin(world.ctx(ADMIN), contact)
    ends = 0
    for _ in range(4):
        ends += interrupted(monkeypatch, lambda: erasures.run(world.ctx(SYSTEM), contact))
        world.index()
        world.now += erasures.HELD
    assert ends > 20
    receipt = erasures.get(world.ctx(ADMIN), contact)
    assert receipt.completed_at
    exact = {"conversations": 1, "messages": 1, "contacts": 1}
    assert {name: by for name, by in receipt.removed.items() if name not in ("devices", "files")} == exact
    assert raw.places(MARK) == {}


def test_an_agent_who_has_left_keeps_no_draft_about_a_contact(world: World) -> None:
    """Of theirs, and in another's conversation, where the draft names them."""
    contact = person(world)
    own, other = world.asking("ours"), world.asking("others")
    number = conversations.load(world.ctx(ADMIN), own.conversation).number
    assert call(world, "PUT", f"/conversations/{number}", {"contactId": contact}).status == 200
    for visitor in (own, other):
        drafts.save(world.as_agent(2), visitor.conversation, {"plain_body": f"dear {ADDRESS}"})
    note = {"type": "note", "plainBody": f"about {ADDRESS}"}
    at = conversations.load(world.ctx(ADMIN), other.conversation).number
    assert call(world, "POST", f"/conversations/{at}/messages", note).status == 200
    agents.remove(world.ctx(ADMIN), world.agents[2].id)
    world.index()
    exported = call(world, "GET", f"/contacts/{contact}/export").raw
    assert f"dear {ADDRESS}".encode() in exported
    assert erase(world, contact)["status"] == "completed"
    assert raw.places(MARK) == {}
    assert raw.places("dear erased@contact.invalid").keys() == {"conversations"}


def test_of_an_imported_contact_the_ids_of_the_other_system_are_handed_out_and_go(world: World, tmp_path: Path) -> None:
    world.searched = True
    contact, conversation = imported.CONTACT | {"id": f"c {MARK}"}, imported.CLOSED | {"id": f"v {MARK}", "contact": f"c {MARK}"}
    said = imported.message(f"m {MARK}", "hello", "2023-03-01T09:00:01Z", contact=f"c {MARK}") | {"conversation": f"v {MARK}"}
    imported.bring(world, imported.write(tmp_path / "a.jsonl", contact, imported.AGENT, conversation, said))
    world.index()
    assert raw.places(MARK).keys() == {"people", "unique-names", "conversations", "messages"}
    (number,) = [one["id"] for one in call(world, "GET", "/contacts").body["contacts"]]
    exported = call(world, "GET", f"/contacts/{number}/export").raw
    assert all(f'"{kind} {MARK}"'.encode() in exported for kind in "cvm")
    assert erase(world, number)["status"] == "completed"
    assert raw.places(MARK) == {}


def test_what_receivers_of_webhooks_answered_about_a_contact_goes(world: World) -> None:
    receiver = receiving(world)
    receiver.body = f"got {MARK}".encode()
    webhook(world)
    webhook(world, "conversation_created", url=f"{URL}/2")
    _, contact = chat(world)
    call(world, "PUT", f"/contacts/{contact}", {"name": f"Name {MARK}"})
    receiver.body = b"thanks"
    world.asking("somebody else")
    world.settle()
    assert raw.places(f"got {MARK}").keys() == {"webhook-deliveries"}
    kept = len(raw.places("thanks")["webhook-deliveries"])
    assert erase(world, contact)["removed"]["webhookAnswers"] >= 3
    assert raw.places(f"got {MARK}") == {}
    assert len(raw.places("thanks")["webhook-deliveries"]) >= kept


def test_who_exported_and_who_erased_is_logged_and_stays(world: World) -> None:
    contact = person(world)
    assert call(world, "GET", f"/contacts/{contact}/export").status == 200
    world.now += 1000
    erase(world, contact)
    call(world, "POST", f"/contacts/{contact}/erase")
    logged = call(world, "GET", "/auditLogs?kind=contact").body["auditLogs"]
    told = [(one["field"], one["objectId"], one["actorId"], one["from"], one["to"]) for one in logged]
    assert told == [(field, contact, world.owner.number, None, None) for field in ("erased", "exported")]


def test_it_is_for_administrators_and_the_receipt_stays(world: World) -> None:
    _, contact = chat(world)
    path = f"{BASE}/contacts/{contact}/erase"
    assert world.call("POST", path, **world.bearer()).status == 403
    assert call(world, "GET", f"/contacts/{contact}/erase").status == 404
    first = erase(world, contact)
    assert call(world, "POST", f"/contacts/{contact}/erase").body["erasure"] == first
    assert first["requestedById"] == world.owner.number
    shown = call(world, "GET", f"/contacts/{contact}").body["contact"]
    assert (shown["name"], shown["isDeleted"], shown["identities"]) == ("Erased contact", True, [])
    assert call(world, "GET", f"/contacts/{contact}/export").status == 409
    assert call(world, "POST", "/contacts/999/erase").status == 404


def test_counters_stay(world: World) -> None:
    _, contact = chat(world)
    world.count()
    before = statistics.totals(world.as_agent())
    erase(world, contact)
    world.count()
    assert statistics.totals(world.as_agent()) == before
