"""Mails of triggers: who gets them, what is in them, that they go once, and no more than an account may send."""

from typing import Any

import pytest

from chalicelib import config
from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.automation import trigger_mails
from chalicelib.desk.conversations import messages, triggers, updates
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import publishing, rate_limits
from chalicelib.desk.core.errors import InProgress, Invalid
from chalicelib.desk.core.events import TriggerMailDue
from chalicelib.desk.people import agents, contacts
from chalicelib.models import conversations, mail
from chalicelib.rules.triggers import CREATED, MOVED, RECEIVED, REPLIED
from tests.desk.automation.triggers import MAIL, email, fired, mails, row, thread, trigger
from tests.desk.channels.mails import bring, mailbox
from tests.desk.channels.mails import mail as mail_from
from tests.machine.deliveries import CrashPoint, dies
from tests.mails import sent
from tests.visitors import Visitor
from tests.world import World


def asking(world: World, text: str = "hello") -> tuple[Visitor, str]:
    """A visitor with an address, whose first message has had its consequences."""
    visitor = world.visitor()
    address = email(world, visitor)
    visitor.say(text)
    world.settle()
    return visitor, address


def test_placeholders_are_filled_and_escaped_in_html(world: World) -> None:
    every = (
        "{{conversation.id}}|{{conversation.subject}}|{{contact.name}}|{{agent.name}}|{{conversation.lastMessage}}|{{no.such}}"
    )
    visitor = world.visitor()
    address = email(world, visitor)
    contacts.change(world.ctx(ADMIN), row(world, visitor).contact_number, contacts.Change(name="<b>Bo</b> {{agent.name}}"))
    trigger(world, "m", CREATED, sends_mail=True, to_contact=True, subject=every, html_text=f"<p>{every}</p>", plain_text=every)
    visitor.say('<script>"x"</script>')
    world.settle()
    ((subject, body),) = mails(address)
    found = row(world, visitor)
    assert body == (
        f"<p>{found.number}|{found.subject}|&lt;b&gt;Bo&lt;/b&gt; {{{{agent.name}}}}||"
        "&lt;script&gt;&quot;x&quot;&lt;/script&gt;|{{no.such}}</p>"
    )
    assert subject.startswith(f"{found.number}|{found.subject}|<b>Bo</b> {{{{agent.name}}}}||<script>")


def test_a_mail_has_both_forms_one_recipient_and_says_that_nobody_wrote_it(world: World) -> None:
    trigger(world, "m", CREATED, **MAIL | {"html_text": "<p>A &amp; {{contact.name}}</p>", "plain_text": ""}, to_contact=True)
    _, address = asking(world)
    (mail_,) = sent(address)
    assert mail_.to == [address]
    assert mail_.text.startswith("A & ") and mail_.html.startswith("<p>A &amp; ")
    assert mail_.message["Auto-Submitted"] == "auto-generated" and mail_.message["Message-ID"]


def test_a_contacts_answer_to_a_mail_comes_into_the_conversation(world: World) -> None:
    ours = mailbox(world)
    trigger(world, "m", CREATED, **MAIL, to_contact=True, to_agents=True, recipients=(world.agents[0].number,))
    visitor, address = asking(world)
    (told,) = sent(address)
    bring(world, mail_from(ours, "And it smokes.", sender=address), str(told.message["Reply-To"]))
    assert [said.body.strip() for said in thread(world, visitor)] == ["hello", "And it smokes."]
    agents_ = sent(str(world.agents[0].email))[-1].message
    assert agents_["Reply-To"] is None and str(agents_["From"]).endswith(f"<{config.MAIL_FROM.rpartition('<')[2].strip('>')}>")


def test_an_answer_to_a_mail_is_from_the_address_that_got_it(world: World) -> None:
    mailbox(world)
    ours = mailbox(world, "other")
    trigger(world, "m", CREATED, **MAIL, to_contact=True)
    bring(world, mail_from(ours, sender="bo@customer.example", Message_ID="<first@customer.example>"), ours)
    (told,) = sent("bo@customer.example")
    assert str(told.message["From"]).endswith(f"<{ours}>") and str(told.message["Message-ID"]).endswith(f"@{ours.split('@')[1]}>")
    assert told.message["In-Reply-To"] == told.message["References"] == "<first@customer.example>"


def test_a_subject_is_one_line_whatever_is_in_it(world: World) -> None:
    found = trigger(world, "m", REPLIED, **MAIL, to_contact=True)
    triggers.change(
        world.ctx(ADMIN), found.number, triggers.Change(subject="a\u202e\r\nBcc: x@y.test\n\n{{conversation.subject}}")
    )
    visitor, address = asking(world)
    updates.change(world.as_agent(), visitor.conversation, Change(subject="s\r\nTo: z@y.test\u2028\x00"))
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "yes"))
    world.settle()
    (mail_,) = sent(address)
    assert mail_.subject == "a Bcc: x@y.test s To: z@y.test"
    assert mail_.to == [address] and mail_.message["Bcc"] is None


def test_contacts_without_an_address_and_agents_who_have_left_get_none(world: World) -> None:
    given = {"to_contact": True, "to_agents": True, "recipients": tuple(agent.number for agent in world.agents)}
    trigger(world, "m", CREATED, **MAIL, **given)
    agents.set_active(world.ctx(ADMIN, world.owner), world.agents[1].id, on=False)
    visitor = world.asking()
    world.settle()
    assert fired(world, visitor) == ["m"]
    assert [len(mails(str(agent.email))) for agent in world.agents] == [1, 0, 1]
    with pytest.raises(Invalid):
        trigger(world, "unknown", CREATED, **MAIL, to_agents=True, recipients=(10**6,))


@pytest.mark.parametrize("to_contact", [False, True])
def test_what_is_mailed_stands_in_the_conversation_and_only_agents_see_what_is_theirs(world: World, to_contact: bool) -> None:
    given = {
        "to_agents": True,
        "recipients": (world.agents[0].number,),
        "html_text": "<p>Hi {{contact.name}}<script>x</script></p>",
    }
    trigger(world, "m", CREATED, **MAIL | given | {"plain_text": "for agents"}, to_contact=to_contact, shows_mail=True)
    trigger(world, "again", CREATED, **MAIL, to_contact=True)
    visitor, address = asking(world)
    shown = thread(world, visitor)[1]
    assert (shown.kind, shown.sender_kind) == ("system" if to_contact else "note", "system")
    assert shown.html_body and "script" not in shown.html_body
    assert (shown.body in visitor.history()) == to_contact
    assert mails(address)[-1][1] == "hello"
    visitor.say("more")
    world.settle()
    assert len(thread(world, visitor)) == 3


def test_nothing_is_shown_where_nothing_can_be_sent(world: World) -> None:
    trigger(world, "m", CREATED, **MAIL, to_contact=True, shows_mail=True)
    visitor = world.asking()
    world.settle()
    assert fired(world, visitor) == ["m"] and len(thread(world, visitor)) == 1
    world.monkeypatch.setitem(mail._NEEDED, "POLYDESK_MAIL_FROM", "")
    other, address = asking(world)
    assert fired(world, other) == ["m"] and len(thread(world, other)) == 1
    assert mails(address) == []


def test_the_last_message_is_a_person_s(world: World) -> None:
    trigger(world, "shows", RECEIVED, **MAIL | {"plain_text": "We got it."}, to_contact=True, shows_mail=True)
    trigger(world, "closed", MOVED, **MAIL, to_contact=True, stay_status="closed")
    visitor, address = asking(world)
    visitor.say("my order")
    world.settle()
    updates.close(world.as_agent(), visitor.conversation)
    world.settle()
    assert [body for _, body in mails(address)] == ["We got it.", "my order"]


def due(world: World) -> tuple[str, TriggerMailDue]:
    """The message for a mail to a new visitor, and its event."""
    visitor = world.visitor()
    email(world, visitor)
    visitor.say("hello")
    world.relay()
    (body,) = [body for _, queue, body in world.queued if queue == "automation"]
    world.queued.clear()
    world.deliver("automation", body)
    world.collect()
    (body,) = [body for _, queue, body in world.queued if queue == "mail"]
    world.queued.clear()
    event = publishing.decode(body)
    assert isinstance(event, TriggerMailDue)
    return body, event


@pytest.mark.parametrize("after", [False, True])
def test_a_mail_that_crashed_comes_later_and_is_doubled_only_where_ses_had_it(world: World, after: bool) -> None:
    trigger(world, "m", CREATED, **MAIL, to_contact=True)
    counts = []
    for call in range(1, 30):
        body, event = due(world)
        if not dies(lambda body=body: world.deliver("mail", body), CrashPoint(call, after)):  # type: ignore[misc]
            break
        world.now += 180_000
        world.deliver("mail", body)
        world.deliver("mail", body)
        conversation = conversations.get(world.account, event.conversation)
        assert conversation is not None
        contact = contacts.get(world.ctx(ADMIN), conversation.contact_number)
        counts.append(len(mails(str(contact.email))))
    assert call > 5 and set(counts) <= {1, 2}
    assert counts.count(2) == 1


def test_a_mail_that_is_being_sent_is_not_sent_beside(world: World) -> None:
    trigger(world, "m", CREATED, **MAIL, to_contact=True)
    _, event = due(world)
    send, ctx = mail.send_raw, world.ctx(SYSTEM)

    def meanwhile(*given: Any, **more: Any) -> None:
        with pytest.raises(InProgress):
            trigger_mails.send(ctx, event)
        send(*given, **more)

    world.monkeypatch.setattr(mail, "send_raw", meanwhile)
    assert trigger_mails.send(ctx, event) == trigger_mails.SENT
    assert trigger_mails.send(ctx, event) == trigger_mails.SENT


def test_no_account_sends_more_than_its_limit_and_nobody_gets_more(world: World) -> None:
    trigger(world, "m", CREATED, **MAIL, to_contact=True)
    trigger(world, "r", RECEIVED, **MAIL, to_contact=True)
    rate_limits.use("trigger_mails=5/600 trigger_mails_to=3/600")
    try:
        (one, first), (_, second), (_, third) = asking(world), asking(world), asking(world)
        for _ in range(5):
            one.say("more")
            world.settle()
        assert [len(mails(address)) for address in (first, second, third)] == [3, 1, 1]
        _, fourth = asking(world)
        assert mails(fourth) == []
        world.pass_(601)
        _, fifth = asking(world)
        assert len(mails(fifth)) == 1
    finally:
        rate_limits.use("off")


def test_a_trigger_that_is_gone_sends_nothing(world: World) -> None:
    found = trigger(world, "m", CREATED, **MAIL, to_contact=True)
    _, event = due(world)
    triggers.remove(world.ctx(ADMIN), found.number)
    assert trigger_mails.send(world.ctx(SYSTEM), event) == trigger_mails.GONE


def test_html_that_is_too_long_for_a_message_is_shown_as_text(world: World) -> None:
    marks = "{{conversation.lastMessage}}" * 30
    trigger(
        world, "m", CREATED, **MAIL | {"html_text": f"<p>{marks}</p>", "plain_text": "short"}, to_contact=True, shows_mail=True
    )
    visitor, address = asking(world, "<" * 1_900)
    assert len(mails(address)[0][1]) > 200_000
    shown = thread(world, visitor)[1]
    assert shown.body == "short" and shown.html_body is None
