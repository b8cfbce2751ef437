"""Delivery of mails: once, whatever dies between, and what SES tells of them later."""

import json
from typing import Any

import pytest

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.channels import bounces, delivery, email_accounts
from chalicelib.desk.conversations import merging, unfinished
from chalicelib.desk.core import documents, publishing
from chalicelib.desk.core.errors import Conflict
from chalicelib.desk.core.events import EmailDue
from chalicelib.models import mail, mailings
from chalicelib.rules import reply_addresses
from tests.desk.channels.scene import BASE, account, address, customer, number, reply, thread
from tests.machine.deliveries import CrashPoint, dies
from tests.mails import sent
from tests.visitors import Visitor
from tests.world import World


def due(world: World, visitor: Visitor, **given: Any) -> EmailDue:
    """The event of a new e-mail, which is not handled."""
    assert reply(world, visitor, **given).status == 200
    world.relay()
    (body,) = [body for _, queue, body in world.queued if queue == "mail"]
    world.queued = [entry for entry in world.queued if entry[1] != "mail"]
    event = publishing.decode(body)
    assert isinstance(event, EmailDue)
    return event


def test_one_message_is_one_mail_however_often_it_is_delivered_and_wherever_a_process_dies(world: World) -> None:
    account(world)
    visitor, email = customer(world)
    counts: list[int] = []
    for call in range(1, 30):
        for after in (False, True):
            before = len(sent(email))
            event = due(world, visitor, plainBody=f"{call} {after}")
            body = publishing.encode(event)
            died = dies(lambda body=body: world.deliver("mail", body), CrashPoint(call, after))  # type: ignore[misc]
            for _ in range(2):
                world.deliver("mail", body)
            counts.append(len(sent(email)) - before)
        if not died:
            break
    assert call > 4 and set(counts) <= {0, 1}
    assert counts.count(0) == 2, "it died when SES may have had it: once before that, once between that and the note"
    left = thread(world, visitor)
    assert {one.send_status for one in left[1:]} == {"sent", "sending"}


def test_what_is_left_in_between_is_sent_again_when_an_agent_asks_for_it(world: World) -> None:
    account(world)
    visitor, email = customer(world)
    event = due(world, visitor)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    world.monkeypatch.setattr(mail, "send_raw", die)
    with pytest.raises(KeyboardInterrupt):
        delivery.send(world.ctx(SYSTEM), event)
    world.monkeypatch.undo()
    world.monkeypatch.setattr("chalicelib.context.clock", lambda: world.now)
    path = f"{BASE}/conversations/{number(world, visitor)}/messages/{reply_id(world, visitor)}/resend"
    assert world.call("PUT", path, **world.bearer()).status == 409
    world.now += 901_000
    assert world.call("PUT", path, **world.bearer()).body["message"]["sendStatus"] == "sending"
    world.settle()
    (mail_,) = sent(email)
    key = email_accounts.reply_key(world.ctx(ADMIN))
    own = str(mail_.message["Message-ID"]).strip("<>")
    assert "-2." in own and reply_addresses.read_message_id(key, own) == (number(world, visitor), 2)
    assert world.call("PUT", path, **world.bearer()).status == 409


def reply_id(world: World, visitor: Visitor) -> int:
    """The integer id of the last message."""
    path = f"{BASE}/conversations/{number(world, visitor)}/messages"
    return int(world.call("GET", path, **world.bearer()).body["messages"][-1]["id"])


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [(mail.Refused("no such sender"), "failed", "no such sender"), (mail.Unknown(), "failed", "may have been sent")],
)
def test_what_ses_refuses_or_does_not_answer_is_told(world: World, error: Exception, status: str, words: str) -> None:
    account(world)
    visitor, email = customer(world)
    event = due(world, visitor)

    def refuse(*_: Any, **__: Any) -> None:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail, "send_raw", refuse)
        delivery.send(world.ctx(SYSTEM), event)
    message = thread(world, visitor)[-1]
    assert message.send_status == status and words in str(message.send_failure)
    assert delivery.send(world.ctx(SYSTEM), event) == delivery.DONE and sent(email) == []
    delivery.resend(world.as_agent(), visitor.conversation, message)
    world.settle()
    assert len(sent(email)) == 1 and thread(world, visitor)[-1].send_failure is None


def test_a_mail_waits_while_ses_has_no_room_and_is_given_up_in_the_end(world: World) -> None:
    account(world)
    visitor, email = customer(world)
    event = due(world, visitor)

    def busy(*_: Any, **__: Any) -> None:
        raise mail.Busy

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail, "send_raw", busy)
        for _ in range(2):
            with pytest.raises(mail.Busy):
                delivery.send(world.ctx(SYSTEM), event)
        world.now += 481_000
        assert delivery.send(world.ctx(SYSTEM), event) == "failed"
    assert thread(world, visitor)[-1].send_status == "failed" and sent(email) == []


def test_a_sender_that_is_no_account_any_more_fails(world: World) -> None:
    made = account(world)
    visitor, email = customer(world)
    event = due(world, visitor)
    email_accounts.remove(world.ctx(ADMIN), made)
    assert delivery.send(world.ctx(SYSTEM), event) == "failed"
    assert made.email in str(thread(world, visitor)[-1].send_failure) and sent(email) == []


def event_of_ses(world: World, visitor: Visitor, kind: str, attempt: int = 1, **more: Any) -> str:
    """An event as SES's configuration set publishes it (docs: Examples of event data that Amazon SES publishes to SNS)."""
    tags = {
        "ses:configuration-set": ["polydesk-test-mail"],
        "account": [world.account],
        "conversation": [visitor.conversation],
        "message": [thread(world, visitor)[-1].id],
        "attempt": [str(attempt)],
    }
    return json.dumps({"eventType": kind, "mail": {"messageId": "0100", "tags": tags}, **more})


BOUNCE: dict[str, Any] = {
    "bounce": {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": "mia@b.example",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 no such user",
            }
        ],
    }
}


def test_a_mail_that_comes_back_says_so_and_may_be_sent_again(world: World) -> None:
    account(world)
    visitor, email = customer(world)
    reply(world, visitor)
    world.settle()
    for _ in range(2):
        world.deliver("mail-events", event_of_ses(world, visitor, "Bounce", **BOUNCE))
    message = thread(world, visitor)[-1]
    assert message.send_status == "bounced" and "mia@b.example, for good: smtp; 550" in str(message.send_failure)
    delivery.resend(world.as_agent(), visitor.conversation, message)
    world.settle()
    assert len(sent(email)) == 2
    world.deliver("mail-events", event_of_ses(world, visitor, "Bounce", **BOUNCE))
    assert thread(world, visitor)[-1].send_status == "sent", "it tells of the first attempt"
    complaint: dict[str, Any] = {"complaint": {"complainedRecipients": [{"emailAddress": "mia@b.example"}]}}
    world.deliver("mail-events", event_of_ses(world, visitor, "Complaint", 2, **complaint))
    message = thread(world, visitor)[-1]
    assert message.send_status == "complained"
    world.deliver("mail-events", event_of_ses(world, visitor, "Bounce", 2, **BOUNCE))
    assert thread(world, visitor)[-1].send_status == "complained"


@pytest.mark.parametrize("event", [{}, {"eventType": "Bounce"}, {"eventType": "Delivery", "mail": {"tags": {"account": ["a"]}}}])
def test_an_event_of_no_message_says_nothing(event: dict[str, Any]) -> None:
    assert bounces.read(event) is None


def test_a_mail_of_a_conversation_that_is_merged_goes_out_of_the_other_one(world: World) -> None:
    account(world)
    (visitor, _), (second, other) = customer(world), customer(world)
    event = due(world, second)
    with pytest.MonkeyPatch.context() as dead:
        dead.setattr(unfinished, "finish", lambda conversation: conversation)
        merging.merge(world.as_agent(), visitor.conversation, second.conversation)
    with pytest.raises(Conflict):
        delivery.find(world.ctx(SYSTEM), event.conversation, event.message)
    world.deliver("mail", publishing.encode(event))
    assert len(sent(other)) == 1, "it finishes the merge"
    assert thread(world, visitor)[-1].send_status == "sent"


def merge_when(world: World, patch: pytest.MonkeyPatch, module: Any, name: str, target: Visitor, source: Visitor) -> None:
    """The conversations are merged right before the next call of a function."""
    called = getattr(module, name)

    def merged_before(*given: Any, **named: Any) -> Any:
        patch.setattr(module, name, called)
        merging.merge(world.as_agent(), target.conversation, source.conversation)
        merging.settle(world.ctx(SYSTEM), target.conversation, source.conversation)
        return called(*given, **named)

    patch.setattr(module, name, merged_before)


@pytest.mark.parametrize(("busy", "status"), [(False, "sent"), (True, "queued")])
def test_a_merge_while_a_mail_is_handed_over_takes_along_how_that_went(world: World, busy: bool, status: str) -> None:
    account(world)
    (visitor, _), (second, other) = customer(world), customer(world)
    event = due(world, second)

    def refuse(*_: Any, **__: Any) -> None:
        raise mail.Busy

    with pytest.MonkeyPatch.context() as patch:
        if busy:
            patch.setattr(mail, "send_raw", refuse)
        merge_when(world, patch, mail, "send_raw", visitor, second)
        if busy:
            with pytest.raises(mail.Busy):
                delivery.send(world.ctx(SYSTEM), event)
        else:
            delivery.send(world.ctx(SYSTEM), event)
    assert thread(world, visitor)[-1].send_status == status
    assert delivery.send(world.ctx(SYSTEM), event) == (delivery.DONE if status == "sent" else "sent")
    assert len(sent(other)) == 1 and thread(world, visitor)[-1].send_status == "sent"


def test_a_mail_whose_conversation_is_merged_before_it_is_claimed_goes_out_of_the_other_one(world: World) -> None:
    account(world)
    (visitor, _), (second, other) = customer(world), customer(world)
    event = due(world, second)
    with pytest.MonkeyPatch.context() as patch:
        merge_when(world, patch, mailings, "claim", visitor, second)
        assert delivery.send(world.ctx(SYSTEM), event) == "sent"
    assert len(sent(other)) == 1 and thread(world, visitor)[-1].send_status == "sent"
    assert delivery.send(world.ctx(SYSTEM), event) == delivery.DONE


def test_an_address_that_no_header_can_have_fails_and_is_told(world: World) -> None:
    account(world)
    visitor, email = customer(world)
    event = due(world, visitor)
    message = thread(world, visitor)[-1]
    message.update([type(message).mail_to.set('"a b"@c.example')])
    assert delivery.send(world.ctx(SYSTEM), event) == "failed"
    assert "can't be sent" in str(thread(world, visitor)[-1].send_failure) and sent(email) == []


def test_a_process_that_remembers_no_account_yet_sends_from_it(world: World) -> None:
    visitor, email = customer(world)
    ctx = world.ctx(ADMIN)
    partition = documents.load(ctx, "email_account")
    account(world)
    event = due(world, visitor)
    with pytest.MonkeyPatch.context() as patch:
        load = documents.load
        patch.setattr(documents, "load", lambda ctx, name="": partition if name == "email_account" else load(ctx, name))
        found = email_accounts.find_by_address(ctx, address(world))
        assert (
            found and email_accounts.find_usable(ctx, address(world)) and email_accounts.find_usable(ctx, "x@y.example") is None
        )
        assert delivery.send(world.ctx(SYSTEM), event) == "sent" and len(sent(email)) == 1
