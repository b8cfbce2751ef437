"""Servers' mails about mails of ours: the status of the message that came back, in its conversation."""

import pytest

from chalicelib.context import SYSTEM
from chalicelib.desk.channels import bounces, delivery
from chalicelib.desk.conversations import merging
from chalicelib.rules.mail_parsing import parse
from tests.desk.channels.mails import bring, mailbox
from tests.desk.channels.scene import customer, reply, thread
from tests.mails import sent
from tests.rules.reports import ARF, EXCHANGE, EXIM, LATE, OURS, POSTFIX, QMAIL, READ, VACATION
from tests.visitors import Visitor
from tests.world import World


def mailed(world: World) -> tuple[Visitor, str, str]:
    """A visitor to whom an agent has written, our address, and the Message-ID of that mail."""
    ours = mailbox(world)
    visitor, email = customer(world)
    reply(world, visitor)
    world.settle()
    return visitor, ours, str(sent(email)[-1].message["Message-ID"]).strip("<>")


@pytest.mark.parametrize(
    ("report", "status"),
    [(one, "bounced") for one in (POSTFIX, EXCHANGE, QMAIL, EXIM)]
    + [(ARF, "complained")]
    + [(one, "sent") for one in (LATE, READ, VACATION)],
)
def test_a_report_in_any_form_shows_on_the_message_and_in_its_conversation(world: World, report: str, status: str) -> None:
    visitor, ours, id_ = mailed(world)
    for _ in range(2):
        bring(world, report.replace(OURS, id_).encode(), ours, source="")
    said = thread(world, visitor)
    assert said[1].send_status == status
    assert ("bob@x.example" in str(said[1].send_failure)) == (status == "bounced")
    assert len(said) == (2 if report is READ else 3), "the report is there once"
    if status == "bounced":
        delivery.resend(world.as_agent(), visitor.conversation, said[1])
        world.settle()
        bring(world, f"X: again\n{report.replace(OURS, id_)}\nlater".encode(), ours, source="")
        assert thread(world, visitor)[1].send_status == "sent", "what is told of the attempt before is late"


def test_who_does_not_have_the_mail_can_t_say_that_it_came_back(world: World) -> None:
    visitor, ours, id_ = mailed(world)
    forged = id_.replace(f".{id_.split('.')[2]}", ".aaaabbbbccccdddd@desk.example")
    for raw in (POSTFIX.replace(OURS, forged), POSTFIX.replace(f"<{OURS}>", "")):
        bring(world, raw.encode(), ours, source="")
        mail = parse(raw.encode(), "")
        assert bounces.note_report(world.ctx(SYSTEM), mail, raw.encode()) == bounces.GONE
    assert [one.send_status for one in thread(world, visitor)] == [None, "sent"]


def test_a_report_finds_a_message_that_a_merge_has_moved(world: World) -> None:
    visitor, ours, id_ = mailed(world)
    other, _ = customer(world)
    merging.merge(world.as_agent(), other.conversation, visitor.conversation)
    world.settle()
    bring(world, POSTFIX.replace(OURS, id_).encode(), ours, source="")
    assert "bounced" in [one.send_status for one in thread(world, other)]
