"""Blocked senders: what becomes of their mails, and of junk e-mails."""

from typing import Any

import pytest

from tests.desk.channels.mails import bring, mail, mailbox
from tests.desk.channels.test_inbound import downloaded, inbox, texts, thread
from tests.pictures import picture
from tests.visitors import Answer
from tests.world import World

_BASE = "/api/v3/anytime"
SPAM = "spam@evil.example"


def ask(world: World, method: str, path: str, body: Any = None) -> Answer:
    return world.call(method, f"{_BASE}/{path}", body, **world.bearer())


def block(world: World, email: str, kind: str) -> Answer:
    return ask(world, "PUT", "blockedSenders", {"email": email, "blockType": kind})


def junk(world: World, query: str = "") -> list[dict[str, Any]]:
    return list(ask(world, "GET", f"junkEmails{query}").body["junkEmails"])


def test_blocked_senders_are_set_listed_and_removed(world: World) -> None:
    told = block(world, " Spam@EVIL.example", "blockEmailasJunk")
    assert (told.status, told.body) == (200, {"blockedSender": {"email": SPAM, "blockType": "blockEmailasJunk"}})
    assert block(world, "evil.example", "rejectDomain").status == 200
    assert block(world, SPAM, "rejectEmail").body["blockedSender"]["blockType"] == "rejectEmail"
    known = ask(world, "GET", "blockedSenders").body["blockedSenders"]
    assert [(one["email"], one["blockType"]) for one in known] == [(SPAM, "rejectEmail"), ("evil.example", "rejectDomain")]
    assert len(ask(world, "GET", "blockedSenders?email=evil.example").body["blockedSenders"]) == 1
    assert ask(world, "DELETE", f"blockedSenders?email={SPAM}").status == 200
    assert ask(world, "DELETE", "blockedSenders", {"email": "evil.example"}).status == 200
    assert ask(world, "GET", "blockedSenders").body["blockedSenders"] == []
    assert ask(world, "DELETE", f"blockedSenders?email={SPAM}").status == 404


@pytest.mark.parametrize(
    ("email", "kind"),
    [("evil.example", "rejectEmail"), (SPAM, "blockDomainasJunk"), ("", "rejectDomain"), ("a b", "rejectDomain"), (SPAM, "ban")],
)
def test_what_is_no_address_or_no_domain_is_not_blocked(world: World, email: str, kind: str) -> None:
    answer = block(world, email, kind)
    assert answer.status == 400 and ("email" in answer.body["message"] or "blockType" in answer.body["message"])


def test_an_address_counts_before_its_domain_and_a_domain_does_not_stand_for_those_below_it(world: World) -> None:
    ours = mailbox(world)
    block(world, "evil.example", "blockDomainasJunk")
    block(world, SPAM, "rejectEmail")
    for name in (SPAM, "other@evil.example", "x@sub.evil.example"):
        bring(world, mail(ours, f"From {name}", sender=name), ours)
    assert [one["from"] for one in junk(world)] == ["other@evil.example"]
    assert [texts(world, row["id"]) for row in inbox(world)] == [["From x@sub.evil.example"]]


def test_a_junk_email_is_shown_found_marked_and_removed(world: World) -> None:
    ours = mailbox(world)
    block(world, SPAM, "blockEmailasJunk")
    made = mail(ours, "Buy now!", sender=f"Spammer <{SPAM}>", Subject="Pills", Cc="a@b.example")
    made.add_attachment(picture(), maintype="image", subtype="png", filename="p.png")
    bring(world, made, ours)
    world.pass_(60)
    bring(world, mail(ours, "Sell now!", sender=SPAM), ours)
    second, first = junk(world)
    account = ask(world, "GET", "emailAccounts")
    assert {name: first[name] for name in ("subject", "name", "from", "to", "cc", "plainBody", "isRead")} == {
        "subject": "Pills", "name": "Spammer", "from": SPAM, "to": ours, "cc": "a@b.example",
        "plainBody": "Buy now!", "isRead": False,
    }  # fmt: skip
    assert downloaded(world, first["attachments"][0]["url"]) == picture()
    assert [one["id"] for one in junk(world, "?keywords=buy%20PILLS")] == [first["id"]]
    assert [one["id"] for one in junk(world, f"?timeTo={first['time']}")] == [first["id"]]
    assert [one["id"] for one in junk(world, f"?timeFrom={second['time']}")] == [second["id"]]
    assert ask(world, "PUT", f"junkEmails/{first['id']}", {"isRead": True}).body["junkEmail"]["isRead"] is True
    assert ask(world, "GET", f"junkEmails/{first['id']}").body["junkEmail"]["isRead"] is True
    assert ask(world, "DELETE", f"junkEmails/{first['id']}").status == 200
    assert ask(world, "GET", f"junkEmails/{first['id']}").status == 404
    assert world.call("GET", first["attachments"][0]["url"].removeprefix("https://desk.test")).status == 404
    bring(world, made, ours)
    assert [one["id"] for one in junk(world)] == [second["id"]] and account.status in (200, 404)


def test_a_junk_email_that_is_none_becomes_a_conversation_once_with_its_files(world: World) -> None:
    ours = mailbox(world)
    block(world, SPAM, "blockEmailasJunk")
    made = mail(ours, "I am a customer.", sender=SPAM)
    made.add_attachment(b"bill", maintype="application", subtype="pdf", filename="bill.pdf")
    bring(world, made, ours)
    (found,) = junk(world)
    told = [ask(world, "POST", f"junkEmails/{found['id']}/notJunk") for _ in range(2)]
    world.settle()
    assert told[0].body["conversation"]["id"] == told[1].body["conversation"]["id"] == inbox(world)[0]["id"]
    (said,) = thread(world, inbox(world)[0]["id"])
    assert (said["plainBody"].strip(), said["from"], len(inbox(world))) == ("I am a customer.", SPAM, 1)
    assert downloaded(world, said["attachments"][0]["url"]) == b"bill"
    assert (junk(world), ask(world, "GET", f"junkEmails/{found['id']}").status) == ([], 404)


def test_junk_expires_after_thirty_days_whatever_the_table_still_has(world: World) -> None:
    ours = mailbox(world)
    block(world, SPAM, "blockEmailasJunk")
    bring(world, mail(ours, sender=SPAM), ours)
    (found,) = junk(world)
    world.pass_(30 * 86_400 - 60)
    assert len(junk(world)) == 1
    world.pass_(60)
    assert (junk(world), ask(world, "GET", f"junkEmails/{found['id']}").status) == ([], 404)
    assert ask(world, "POST", f"junkEmails/{found['id']}/notJunk").status == 404
