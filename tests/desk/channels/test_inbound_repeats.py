"""A mail that comes again, late, in another order, or whose process died, ends as it would have at once."""

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.desk.channels import blocked_senders
from tests.desk.channels.mails import bring, mail, mailbox
from tests.desk.channels.test_inbound import begun, inbox, texts, thread
from tests.machine.deliveries import CrashPoint, dies
from tests.pictures import picture
from tests.world import World


def with_files(ours: str, text: str, **headers: str) -> Any:
    made = mail(ours, text, **headers)
    made.add_attachment(picture(), maintype="image", subtype="png", filename="p.png")
    return made


def crashed(world: World, call: int, after: bool) -> list[bool]:
    """Each mail's process dies at a call, and the mail comes again; returns whether it died."""
    died: list[bool] = []
    deliver = World.deliver

    def crash(queue: str, body: str) -> None:
        died.append(dies(lambda: deliver(world, queue, body), CrashPoint(call, after)))
        deliver(world, queue, body)

    world.monkeypatch.setattr(world, "deliver", crash)
    return died


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_between_any_two_calls_is_made_good_by_the_next_delivery(world: World, after: bool) -> None:
    ours = mailbox(world)
    blocked_senders.block(world.as_agent(), "spam@evil.example", blocked_senders.JUNK_ADDRESS)
    for call in itertools.count(1):
        with world.monkeypatch.context() as patched:
            patched.setattr(world, "deliver", world.deliver)
            died = crashed(world, call, after)
            new = f"new{call}{after}@customer.example"
            first = with_files(ours, "First.", sender=new)
            bring(world, first, ours, settle=False)
            bring(world, with_files(ours, "Second.", sender=new, In_Reply_To=str(first["Message-ID"])), ours, settle=False)
            bring(world, with_files(ours, "Junk.", sender="spam@evil.example"), ours, settle=False)
        world.monkeypatch.undo if False else None
        world.settle()
        latest = inbox(world)[0]
        assert texts(world, latest["id"]) == ["First.", "Second."], call
        assert [len(said["attachments"]) for said in thread(world, latest["id"])] == [1, 1], call
        if not any(died):
            break
    assert call > 10 and len(inbox(world)) == min(call, 50)
    junk = world.call("GET", "/api/v3/anytime/junkEmails", **world.bearer()).body
    assert junk["total"] == call


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.integers(0, 3), min_size=1, max_size=10))
def test_mails_that_come_twice_and_in_any_order_are_one_message_each(world: World, order: list[int]) -> None:
    ours = mailbox(world, f"s{world.as_agent().new_id()}")
    number, id_ = begun(world, ours, Subject=ours)
    answers = [mail(ours, f"Answer {at}.", In_Reply_To=id_) for at in range(4)]
    for at in order:
        bring(world, answers[at], ours, settle=False)
    world.settle()
    assert texts(world, number) == ["It is broken.", *(f"Answer {at}." for at in dict.fromkeys(order))]
