"""Replies by e-mail: what may be sent, what SES gets, and that it gets it once."""

from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.channels import email_accounts
from chalicelib.desk.conversations import conversations, merging
from chalicelib.desk.people import contacts
from chalicelib.rules import mail_building, reply_addresses
from tests.desk.channels.scene import BASE, account, address, customer, number, reply, thread
from tests.lambdas import counted
from tests.mails import sent
from tests.world import World


def test_a_reply_is_a_mail_with_all_that_brings_its_answer_back(world: World) -> None:
    account(world)
    visitor, email = customer(world)
    copy = address(world, "copy")
    shown = reply(
        world,
        visitor,
        htmlBody="<p>Your <b>order</b></p>",
        quote="Where is it?",
        cc=f"Copy <{copy.upper()}>; {email}",
    ).body["message"]
    assert (shown["type"], shown["from"], shown["to"], shown["cc"]) == ("email", address(world), email, copy)
    assert shown["sendStatus"] == "sending" and shown["subject"].startswith("Re: ") and shown["quote"] == "Where is it?"
    world.settle()
    (mail_,) = sent(email)
    assert mail_.to == [email, copy] and mail_.subject == shown["subject"]
    key = email_accounts.reply_key(world.ctx(ADMIN))
    own = str(mail_.message["Message-ID"]).strip("<>")
    assert reply_addresses.read_message_id(key, own) == (number(world, visitor), 2)
    assert f"<{own}>" in str(mail_.message["References"]), "SES gives it another Message-ID"
    back = str(mail_.message["Reply-To"])
    assert reply_addresses.plain_address(back) == address(world)
    assert reply_addresses.conversation_of(key, back) == number(world, visitor)
    assert "<b>order</b>" in mail_.html and mail_building.MARKER in mail_.html
    assert mail_.text.startswith("Your order is on its way.\n\n" + mail_building.MARKER) and "> Where is it?" in mail_.text
    message = thread(world, visitor)[-1]
    assert (message.send_status, message.mail_id) == ("sent", own)
    assert visitor.history()[-1] == "Your order is on its way."


def test_a_second_mail_names_the_first_one(world: World) -> None:
    account(world)
    visitor, email = customer(world)
    for text in ("one", "two"):
        reply(world, visitor, plainBody=text, subject="Order")
        world.settle()
    first, second = sent(email)
    assert second.message["In-Reply-To"] == first.message["Message-ID"]
    assert str(first.message["Message-ID"]) in str(second.message["References"]) and second.subject == "Order"


def test_files_are_mailed(world: World) -> None:
    account(world)
    visitor, email = customer(world)
    guid = world.form_data(f"{BASE}/attachments", world.bearer(), file=("bill.pdf", "application/pdf", b"%PDF"))
    reply(world, visitor, plainBody="", attachments=[{"guid": guid.body["guid"]}])
    world.settle()
    (mail_,) = sent(email)
    assert mail_.files == [("bill.pdf", "application/pdf", b"%PDF")] and mail_.text == "bill.pdf"


def test_posting_a_mail_costs_no_more_than_posting_a_message(world: World) -> None:
    account(world)
    visitor, _ = customer(world)
    reply(world, visitor)
    world.settle()
    path, given = f"{BASE}/conversations/{number(world, visitor)}/messages", {"type": "email", "plainBody": "x"}
    headers = world.bearer()
    world.call("POST", path, given, **headers)
    with counted() as requests:
        assert world.call("POST", path, given, **headers).status == 200
    assert requests == ["GetItem", "TransactWriteItems"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"from": "x@elsewhere.example"}, "from"),
        ({"to": "no address"}, "to"),
        ({"cc": ["a@b.example", "b@@c"]}, "cc"),
        ({"to": '"a"@b.example'}, "to"),
        ({"cc": "a:b@b.example"}, "cc"),
        ({"to": "a@b.example(c)"}, "to"),
        ({"to": '"a@b.example, c@b.example"'}, "to"),
        ({"to": "=?utf-8?q?a=40b.example?=@c.example"}, "to"),
        ({"cc": ",".join(f"a{at}@b.example" for at in range(50))}, "cc"),
        ({"to": [f"a{at}@b.example" for at in range(51)]}, "to"),
        ({"subject": "x" * 501}, "subject"),
        ({"quote": "ü" * 30_001}, "quote"),
        ({"plainBody": ""}, "plainBody"),
        ({"type": "reply", "to": "a@b.example"}, "to"),
        ({"type": "note", "quote": "x"}, "quote"),
    ],
)
def test_what_no_mail_can_have_is_refused_by_its_name(world: World, given: dict[str, Any], field: str) -> None:
    account(world)
    visitor, _ = customer(world)
    answer = reply(world, visitor, **given)
    assert answer.status == 400 and answer.body["message"].startswith(field), answer.body
    world.settle()
    assert len(thread(world, visitor)) == 1


def test_without_an_account_or_an_address_of_the_contact_nothing_is_posted(world: World) -> None:
    visitor, _ = customer(world)
    answer = reply(world, visitor)
    assert answer.status == 400 and "e-mail account" in answer.body["message"]
    account(world)
    nameless = world.asking()
    answer = reply(world, nameless)
    assert answer.status == 400 and answer.body["message"].startswith("to must be given")
    assert reply(world, nameless, to="somebody@b.example").status == 200
    contacts.remove(world.ctx(ADMIN), number(world, visitor, "contact_number"))
    assert reply(world, visitor).body["message"].startswith("to must be given")
    assert reply(world, visitor, to="unknown-sender@mail.invalid").body["message"].startswith("to has something")
    given: dict[str, Any] = {"subject": "a", "channel": "email", "message": {"type": "email", "plainBody": "x"}}
    headers = world.bearer()
    with counted() as requests:
        answer = world.call("POST", f"{BASE}/conversations", given, **headers)
    assert answer.status == 400 and answer.body["message"].startswith("to must be given")
    assert not {"PutItem", "TransactWriteItems"} & {*requests}, "no contact is made for it"


def test_a_new_conversation_begins_with_a_mail(world: World) -> None:
    account(world)
    visitor, email = customer(world)
    contact = number(world, visitor, "contact_number")
    given = {
        "subject": "Your bill",
        "channel": "email",
        "contactId": contact,
        "message": {"type": "email", "plainBody": "It is due.", "from": address(world)},
    }
    headers = {**world.bearer(), "Idempotency_Key": "a"}
    first = world.call("POST", f"{BASE}/conversations", given, **headers)
    assert first.status == 200 and first.body["conversation"]["channel"] == "email"
    assert world.call("POST", f"{BASE}/conversations", given, **headers).body == first.body
    world.settle()
    (mail_,) = sent(email)
    assert (mail_.subject, mail_.text) == ("Your bill", "It is due.")


def test_a_mail_is_from_where_the_customer_wrote_to(world: World) -> None:
    account(world)
    sales = account(world, "sales")
    visitor, _ = customer(world)
    conversation = conversations.load(world.ctx(ADMIN), visitor.conversation)
    conversation.update([type(conversation).received_from.set(sales.email)])
    assert reply(world, visitor).body["message"]["from"] == sales.email
    email_accounts.remove(world.ctx(ADMIN), sales)
    assert reply(world, visitor).body["message"]["from"] == address(world)


def test_names_are_left_out_with_their_commas(world: World) -> None:
    account(world)
    visitor, _ = customer(world)
    to = '"Lee, Ann" <ann@b.example>; Bo <BO@b.example>,, c@b.example,"Lee; A" <ann@b.example>'
    assert reply(world, visitor, to=to, subject="  ").body["message"]["to"] == "ann@b.example, bo@b.example, c@b.example"
    assert thread(world, visitor)[-1].subject == thread(world, visitor)[-1].subject.strip() != ""


def test_who_came_by_a_merge_gets_copies_of_what_goes_to_the_contact(world: World) -> None:
    account(world)
    (visitor, email), (second, other) = customer(world), customer(world)
    merging.merge(world.as_agent(), visitor.conversation, second.conversation)
    path = f"{BASE}/conversations/{number(world, visitor)}/messages"
    given, headers = (
        {"type": "email", "plainBody": "x", "cc": f"copy@b.example, {email}"},
        {**world.bearer(), "Idempotency_Key": "a"},
    )
    first = world.call("POST", path, given, **headers)
    shown = first.body["message"]
    assert (shown["to"], shown["cc"]) == (email, f"copy@b.example, {other}")
    assert world.call("POST", path, given, **headers).body["message"]["id"] == shown["id"]
    assert world.call("POST", path, given | {"cc": "d@b.example"}, **headers).status == 409
    assert reply(world, visitor, to="else@b.example").body["message"]["cc"] is None


def test_a_draft_has_what_a_mail_has(world: World) -> None:
    visitor, _ = customer(world)
    path, many = f"{BASE}/conversations/{number(world, visitor)}/draft", [f"a{at}@customers.example" for at in range(50)]
    given = {"from": address(world), "to": many, "cc": ", ".join(many), "quote": "q", "subject": "s"}
    shown = world.call("POST", path, given, **world.bearer()).body["conversationDraft"]
    assert shown["to"] == shown["cc"] == ", ".join(many) and shown["from"] == given["from"]
