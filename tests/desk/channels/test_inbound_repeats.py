"""A mail that comes again, late, in another order, or whose process died, ends as it would have at once."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.desk.channels import blocked_senders
from tests.desk.channels.mails import bring, mail, mailbox
from tests.desk.channels.test_inbound import begun, inbox, texts, thread
from tests.machine.deliveries import CrashPoint, dies
from tests.world import World


def with_file(ours: str, text: str, **headers: str) -> EmailMessage:
    made = mail(ours, text, **headers)
    made.add_attachment(b"bill", maintype="application", subtype="pdf", filename="bill.pdf")
    return made


@contextmanager
def crashing(world: World, call: int) -> Iterator[list[bool]]:
    """Meanwhile each mail's process dies at a call, and the mail comes again; whether it died is in the list."""
    died: list[bool] = []
    deliver = world.deliver

    def crash(queue: str, body: str) -> None:
        died.append(dies(lambda: deliver(queue, body), CrashPoint(call, after=True)))
        if died[-1]:
            deliver(queue, body)

    with world.monkeypatch.context() as patched:
        patched.setattr(world, "deliver", crash)
        yield died


def test_a_crash_after_any_call_is_made_good_by_the_next_delivery(world: World) -> None:
    ours = mailbox(world)
    blocked_senders.block(world.as_agent(), "spam@evil.example", blocked_senders.JUNK_ADDRESS)
    for call in itertools.count(1):
        new = f"new{call}@customer.example"
        first = with_file(ours, "First.", sender=new)
        second = with_file(ours, "Second.", sender=new, In_Reply_To=str(first["Message-ID"]))
        with crashing(world, call) as died:
            for made in (first, second, with_file(ours, "Junk.", sender="spam@evil.example")):
                bring(world, made, ours, settle=False)
        if not any(died):
            break
    found = inbox(world)
    assert 10 < len(found) == call
    for one in found:
        assert [len(said["attachments"]) for said in thread(world, one["id"])] == [1, 1]
        assert texts(world, one["id"]) == ["First.", "Second."]
    assert world.call("GET", "/api/v3/anytime/junkEmails", **world.bearer()).body["total"] == call


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 2), min_size=1, max_size=6))
def test_mails_that_come_twice_and_in_any_order_are_one_message_each(world: World, order: list[int]) -> None:
    ours = mailbox(world, f"s{world.as_agent().new_id()}")
    world.now += 1_000
    number, id_ = begun(world, ours)
    answers = [mail(ours, f"Answer {at}.", In_Reply_To=id_) for at in range(3)]
    for at in order:
        bring(world, answers[at], ours, settle=False)
    world.settle()
    assert texts(world, number) == ["It is broken.", *(f"Answer {at}." for at in dict.fromkeys(order))]
