"""What becomes of a mail: a conversation, a message of its thread, once, with every line and file."""

import base64
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from chalicelib.context import ADMIN
from chalicelib.desk.channels import email_accounts
from chalicelib.desk.conversations import files, triggers
from chalicelib.desk.core import rate_limits
from chalicelib.models import received_mails, storage
from chalicelib.rules import reply_addresses
from chalicelib.rules.triggers import CREATED
from tests.desk.automation.triggers import mails
from tests.desk.channels.mails import ANN, bring, mail, mailbox
from tests.pictures import picture
from tests.world import World


def inbox(world: World) -> list[dict[str, Any]]:
    """The conversations, latest first."""
    return list(world.call("GET", "/api/v3/anytime/conversations", **world.bearer()).body["conversations"])


def thread(world: World, number: int) -> list[dict[str, Any]]:
    return list(world.call("GET", f"/api/v3/anytime/conversations/{number}/messages", **world.bearer()).body["messages"])


def test_a_mail_begins_a_conversation(world: World) -> None:
    ours = mailbox(world)
    bring(world, mail(ours, Cc="Bob <bob@other.example>"), ours)
    (found,) = inbox(world)
    assert (found["channel"], found["receivedFrom"], found["subject"], found["status"]) == ("email", ours, "A question", "new")
    (said,) = thread(world, found["id"])
    assert (said["type"], said["source"], said["plainBody"].strip(), said["senderType"]) == (
        "email",
        "helpDesk",
        "It is broken.",
        "contact",
    )
    assert (said["from"], said["to"], said["cc"]) == (ANN, ours, "bob@other.example")


def texts(world: World, number: int) -> list[str]:
    return [said["plainBody"].strip() for said in thread(world, number)]


def downloaded(world: World, url: str) -> bytes:
    """The bytes behind an address that the desk gives."""
    answer = world.call("GET", url.removeprefix("https://desk.test"))
    return storage.get(unquote(urlsplit(answer.headers["Location"]).path.lstrip("/"))) or b""


def key_of(world: World) -> bytes:
    return email_accounts.reply_key(world.as_agent())


def begun(world: World, ours: str, **headers: str) -> tuple[int, str]:
    """A conversation that a mail has begun: its id, and the mail's Message-ID."""
    first = mail(ours, **headers)
    bring(world, first, ours)
    return int(inbox(world)[0]["id"]), str(first["Message-ID"])


def test_an_answer_to_a_mail_of_ours_continues_its_thread_from_wherever_it_comes(world: World) -> None:
    ours = mailbox(world)
    number, _ = begun(world, ours)
    sent = reply_addresses.message_id(key_of(world), number, 2, ours.partition("@")[2])
    bring(
        world, mail(ours, "By the header.", sender="bob@other.example", In_Reply_To=f"<{sent}>"), ours, source="bob@other.example"
    )
    bring(world, mail(ours, "By the list.", Subject="Something else", References=f"<a@b.example> <{sent.upper()}>"), ours)
    assert texts(world, number) == ["It is broken.", "By the header.", "By the list."]
    assert len(inbox(world)) == 1


def test_an_answer_to_another_mail_continues_its_thread_if_it_is_from_somebody_who_takes_part(world: World) -> None:
    ours = mailbox(world)
    number, id_ = begun(world, ours, Cc="bob@other.example")
    bring(world, mail(ours, "From Bob.", sender="Bob <BOB@other.example>", In_Reply_To=id_), ours)
    bring(world, mail(ours, "A stranger.", sender="eve@evil.example", In_Reply_To=id_, Subject="Re: A question"), ours)
    bring(world, mail(ours, "Only the subject.", Subject="Re: A question"), ours)
    assert texts(world, number) == ["It is broken.", "From Bob."]
    senders = [said["senderId"] for said in thread(world, number)]
    assert len(set(senders)) == 2 and len(inbox(world)) == 3


def test_the_reply_address_works_in_lower_case_and_for_a_colleague_and_a_forged_one_does_not(world: World) -> None:
    ours = mailbox(world)
    number, _ = begun(world, ours)
    back = reply_addresses.reply_address(key_of(world), ours, number)
    forged = back.replace("+c", "+c1")
    bring(world, mail(back.lower(), "A colleague.", sender="carl@customer.example"), back.lower())
    bring(world, mail(back.upper(), "Shouting."), back.upper())
    bring(world, mail(forged, "A guess.", sender="eve@evil.example"), forged)
    assert texts(world, number) == ["It is broken.", "A colleague.", "Shouting."]
    assert [len(inbox(world)), inbox(world)[0]["receivedFrom"]] == [2, ours]


def test_a_closed_conversation_opens_again_and_a_deleted_one_stays_deleted(world: World) -> None:
    ours = mailbox(world)
    number, id_ = begun(world, ours)
    assert world.call("PUT", f"/api/v3/anytime/conversations/{number}", {"status": "closed"}, **world.bearer()).status == 200
    bring(world, mail(ours, "Again.", In_Reply_To=id_), ours)
    assert (inbox(world)[0]["id"], inbox(world)[0]["status"]) == (number, "pendingInternal")
    assert world.call("DELETE", f"/api/v3/anytime/conversations/{number}", **world.bearer()).status == 200
    bring(world, mail(ours, "And again.", In_Reply_To=id_), ours)
    (found,) = inbox(world)
    assert found["id"] != number and texts(world, found["id"]) == ["And again."]


def test_a_machines_mail_is_kept_and_wakes_nothing(world: World) -> None:
    ours = mailbox(world)
    number, id_ = begun(world, ours)
    assert world.call("PUT", f"/api/v3/anytime/conversations/{number}", {"status": "closed"}, **world.bearer()).status == 200
    bring(world, mail(ours, "I am away.", In_Reply_To=id_, Auto_Submitted="auto-replied"), ours)
    sent = reply_addresses.message_id(key_of(world), number, 1, "desk.example")
    bring(world, mail(ours, "No such user.", In_Reply_To=f"<{sent}>", sender="mailer-daemon@mx.example"), ours, source="")
    assert inbox(world)[0]["status"] == "closed"
    bring(world, mail(ours, "I am here.", In_Reply_To=id_, Auto_Submitted="no"), ours)
    assert inbox(world)[0]["status"] == "pendingInternal"
    assert texts(world, number) == ["It is broken.", "I am away.", "No such user.", "I am here."]
    assert [said["senderType"] for said in thread(world, number)] == ["contact", "contact", "system", "contact"]


def test_files_and_pictures_are_kept_and_load_from_us(world: World) -> None:
    ours, shown = mailbox(world), picture()
    made = mail(ours, "See it.")
    inside = base64.b64encode(shown).decode()
    images = f'<img src="cid:pic@1"><img src=" cid:PIC%401 "><img src="data:image/png;base64,{inside}">'
    made.add_alternative(f'<p>See {images} and <img src="cid:gone"></p>', subtype="html")
    made.get_payload()[1].add_related(shown, "image", "png", cid="<pic@1>", filename="p.png")  # type: ignore[index, union-attr]
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
    bring(world, made, ours)
    (said,) = thread(world, inbox(world)[0]["id"])
    names = {file["fileName"]: file["url"] for file in said["attachments"]}
    assert names.keys() == {"p.png", "image-1.png", "bill.pdf"} and "cid:" not in said["htmlBody"]
    named, again, within = (source.replace("&amp;", "&") for source in re.findall(r'src="([^"]+)"', said["htmlBody"]))
    assert (named, again, within) == (names["p.png"], names["p.png"], names["image-1.png"])
    for url, data in ((named, shown), (within, shown), (names["bill.pdf"], b"%PDF")):
        assert downloaded(world, url) == data


def test_pictures_that_are_named_by_their_files_load_too(world: World) -> None:
    ours = mailbox(world)
    made = mail(ours, None)
    made.set_content('<img src="cid:a.png"><img src="cid:b.png@01D0"><img src="cid:c">', subtype="html")
    for name, id_ in (("a.png", None), ("b.png", None), ("a.png", "< c >")):
        made.add_attachment(picture() + name.encode(), maintype="image", subtype="png", filename=name)
        if id_:
            made.get_payload()[-1]["Content-ID"] = id_  # type: ignore[index]
    bring(world, made, ours)
    (said,) = thread(world, inbox(world)[0]["id"])
    loaded = [source.replace("&amp;", "&") for source in re.findall(r'src="([^"]+)"', said["htmlBody"])]
    assert len(loaded) == 3 and {downloaded(world, url)[-5:] for url in loaded[::2]} == {b"a.png"}
    assert downloaded(world, loaded[1]).endswith(b"b.png") and loaded[2] == said["attachments"][2]["url"]


def test_what_marks_a_quote_in_html_is_seen_before_it_is_cleaned(world: World) -> None:
    ours = mailbox(world)
    made = mail(ours, None)
    text = '<p>mine</p><noscript>and this</noscript><div class="gmail_quote">Bob, lately<p>theirs</p></div>'
    made.set_content(text, subtype="html")
    bring(world, made, ours)
    (said,) = thread(world, inbox(world)[0]["id"])
    assert (said["plainBody"], said["htmlBody"].strip()) == ("mine\n\nand this", "<p>mine</p>")
    assert said["quote"] == "Bob, lately\ntheirs"


def test_mails_without_a_sender_are_told_apart_by_their_return_path(world: World) -> None:
    ours = mailbox(world)
    for source in ("a@x.example", "b@x.example", "b@x.example"):
        bring(world, b"Subject: Alarm\n\nIt is hot.", ours, source=source)
    assert sorted(thread(world, one["id"])[0]["from"] for one in inbox(world)) == ["a@x.example", "b@x.example"]


def test_a_text_that_is_too_long_goes_on_in_a_file_and_a_hundred_files_are_all_kept(world: World) -> None:
    ours = mailbox(world)
    made = mail(ours, "".join(f"line {at} of many, with an ö\n" for at in range(5_000)))
    for at in range(100):
        made.add_attachment(b"x%d" % at, maintype="application", subtype="octet-stream", filename=f"{at}.bin")
    bring(world, made, ours)
    (said,) = thread(world, inbox(world)[0]["id"])
    assert len(said["attachments"]) == 101 and len(said["plainBody"].encode()) <= 60_000
    assert files.load(world.as_agent(), said["attachments"][-1]["guid"]).mime == "text/plain; charset=utf-8"
    whole = downloaded(world, said["attachments"][-1]["url"]).decode()
    assert whole.splitlines()[4_999] == "line 4999 of many, with an ö"


def test_the_same_mail_is_one_message_however_often_and_by_whatever_way_it_comes(world: World) -> None:
    ours, other = mailbox(world), mailbox(world, "sales")
    made = mail(ours, Date="Mon, 30 Nov 2026 10:00:00 +0000")
    told = bring(world, made, ours, other)
    world.deliver("inbound", told)
    bring(world, b"Received: from elsewhere\r\n" + made.as_bytes(), other)
    (found,) = inbox(world)
    assert texts(world, found["id"]) == ["It is broken."]
    again = mail(ours, "Another text.", Message_ID=str(made["Message-ID"]))
    bring(world, again, ours)
    assert len(inbox(world)) == 2


def test_each_account_that_a_mail_is_for_gets_it(world: World) -> None:
    elsewhere = World(world.monkeypatch, clock_of=world)
    ours, theirs = mailbox(world), mailbox(elsewhere)
    bring(world, mail(f"{ours}, {theirs}"), ours, theirs, "nobody@nowhere.example")
    assert [row["receivedFrom"] for row in inbox(world)] == [ours]
    assert [row["receivedFrom"] for row in inbox(elsewhere)] == [theirs]


def test_an_agent_who_writes_from_outside_is_a_contact_there(world: World) -> None:
    ours = mailbox(world)
    for text in ("Once.", "Twice."):
        bring(world, mail(ours, text, sender=world.agents[0].email), ours)
    first, second = inbox(world)
    assert first["contactId"] == second["contactId"] not in (world.agents[0].number, None)


def test_a_mail_without_a_sender_or_a_subject_is_kept(world: World) -> None:
    ours = mailbox(world)
    bring(world, b"Subject:\r\nFrom: nobody\r\n\r\nhello\r\n", ours, source="")
    bring(world, b"\x00\xff no mail at all", ours, source="")
    assert {"hello"} < {texts(world, row["id"])[0] for row in inbox(world)} and len(inbox(world)) == 2


def test_a_conversation_that_is_removed_for_good_is_found_by_no_id(world: World) -> None:
    ours = mailbox(world)
    number, id_ = begun(world, ours)
    assert received_mails.find(world.account, "", [id_.strip("<>")], 0)[1]
    for path in (f"conversations/{number}", f"deletedconversations/{number}"):
        assert world.call("DELETE", f"/api/v3/anytime/{path}", **world.bearer()).status == 200
    world.settle()
    assert received_mails.find(world.account, "", [id_.strip("<>")], 0)[1] == {}


def test_machines_are_not_answered_and_people_ten_times_in_half_a_minute(world: World) -> None:
    ours = mailbox(world)
    triggers.create(
        world.ctx(ADMIN, world.owner),
        triggers.Change(
            name="thanks", event=CREATED, sends_mail=True, to_contact=True, subject="We have it", plain_text="Thank you."
        ),
    )
    for at in range(3):
        bring(world, mail(ours, f"I am away {at}.", Auto_Submitted="auto-replied", sender="robot@other.example"), ours)
    assert mails("robot@other.example") == []
    rate_limits.use("")
    try:
        for at in range(12):
            bring(world, mail(ours, f"Again {at}."), ours)
    finally:
        rate_limits.use("off")
    assert len(mails(ANN)) == 10
