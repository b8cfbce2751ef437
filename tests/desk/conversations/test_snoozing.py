"""Snoozing: on hold until a time, open and unread again then, and sooner with whatever happens before."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chalicelib.context import ADMIN, SYSTEM
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.auto_close import CloseRule
from chalicelib.desk.automation import timers
from chalicelib.desk.conversations import conversations, deletion, event_logs, merging, messages, snoozing, updates
from chalicelib.desk.conversations.messages import NOTE, PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core.errors import Conflict, Invalid, NotFound
from chalicelib.desk.core.events import DeadlineSet
from chalicelib.desk.teams import allocation
from chalicelib.models import people as people_rows
from chalicelib.models import sequences
from chalicelib.models.conversations import Conversation
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.world import World

_DAY = 86_400_000


def talk(world: World, *, is_answered: bool = False) -> Visitor:
    """A chat with an agent."""
    world.online(world.agents[0])
    visitor = world.visitor()
    visitor.say("hello")
    world.settle()
    if is_answered:
        messages.post(world.as_agent(), PostMessage(visitor.conversation, "we ask the workshop"))
        world.settle()
    return visitor


def row(world: World, visitor: Visitor) -> Conversation:
    return conversations.load(world.ctx(ADMIN), visitor.conversation)


def snooze(world: World, visitor: Visitor, milliseconds: int = _DAY) -> Conversation:
    return snoozing.snooze(world.as_agent(), visitor.conversation, world.now + milliseconds)


def state(found: Conversation) -> list[Any]:
    return [found.status, found.wake_at]


def wait(world: World, milliseconds: int) -> None:
    """Lets time pass with the sweep of its last minute; those before have found nothing."""
    until = world.now + milliseconds
    world.pass_(min(milliseconds // 1000, 1_000))
    world.now = max(world.now, until - 60_000)
    sequences.set_swept(world.now // 60_000 - 1)
    world.sweep()
    world.collect()
    world.pass_((until - world.now) // 1000)


@pytest.mark.parametrize(("is_answered", "after"), [(False, "new"), (True, "pending_internal")])
def test_it_is_on_hold_until_its_time_and_then_open_and_unread(world: World, is_answered: bool, after: str) -> None:
    visitor = talk(world, is_answered=is_answered)
    updates.change(world.as_agent(), visitor.conversation, Change(is_read=True))
    until = world.now + _DAY
    assert state(snooze(world, visitor)) == ["on_hold", until]
    wait(world, _DAY - 1_000)
    assert state(row(world, visitor)) == ["on_hold", until] and row(world, visitor).is_read
    world.pass_(61)
    woken = row(world, visitor)
    assert [*state(woken), woken.is_read, woken.assignee] == [after, None, False, world.agents[0].id]
    assert until <= woken.status_since <= until + 60_000
    log = [event.text for event in event_logs.of_conversation(world.ctx(ADMIN), woken).events][-4:]
    assert [text.partition(" until ")[0] for text in log] == [
        f"Ada Agent changed the status from {'Pending external' if is_answered else 'New'} to On hold",
        "Ada Agent snoozed the conversation",
        f"The desk changed the status from On hold to {after.replace('_', ' ').capitalize()}",
        "The desk ended the snooze",
    ]


def test_it_costs_two_requests_and_one_where_nothing_changes(world: World) -> None:
    visitor = talk(world)
    with counted() as first:
        found = snooze(world, visitor)
    with counted() as again:
        snoozing.snooze(world.as_agent(), visitor.conversation, found.wake_at or 0)
    assert (len(first), len(again)) == (2, 1)
    with counted() as ended:
        snoozing.end(world.as_agent(), visitor.conversation)
    with counted() as repeated:
        snoozing.end(world.as_agent(), visitor.conversation)
    assert (len(ended), len(repeated)) == (2, 1)
    assert state(row(world, visitor)) == ["new", None] and not row(world, visitor).is_read


def test_another_time_moves_it_and_the_first_one_does_nothing(world: World) -> None:
    visitor = talk(world)
    snooze(world, visitor, 100_000)
    snooze(world, visitor, 400_000)
    world.pass_(390)
    assert row(world, visitor).status == "on_hold"
    world.pass_(70)
    assert state(row(world, visitor)) == ["new", None]


def test_its_end_may_come_twice_late_or_early(world: World) -> None:
    visitor = talk(world)
    until = snooze(world, visitor, 500_000).wake_at or 0
    system, told = world.ctx(SYSTEM), DeadlineSet(world.account, world.now, visitor.conversation, "wake", until)
    assert not timers.fire(system, told)
    world.now = until + 7 * _DAY
    late = world.ctx(SYSTEM)
    assert [timers.fire(late, told), timers.fire(late, told)] == [True, False]
    moved = snooze(world, visitor, 500_000).wake_at
    assert not timers.fire(late, told) and row(world, visitor).wake_at == moved


def closed(world: World, visitor: Visitor) -> None:
    updates.close(world.as_agent(), visitor.conversation)


def deleted(world: World, visitor: Visitor) -> None:
    deletion.delete(world.as_agent(), visitor.conversation)
    deletion.restore(world.as_agent(), visitor.conversation)


def moved(world: World, visitor: Visitor) -> None:
    updates.change(world.as_agent(), visitor.conversation, Change(status="pending_external"))


def replied(world: World, visitor: Visitor) -> None:
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "it is ready"))


def spoke(world: World, visitor: Visitor) -> None:
    visitor.say("any news?")


@pytest.mark.parametrize(
    ("act", "after"),
    [
        (spoke, "pending_internal"),
        (replied, "pending_external"),
        (moved, "pending_external"),
        (closed, "closed"),
        (deleted, "on_hold"),
    ],
)
def test_what_takes_it_off_hold_ends_it_at_once(world: World, act: Any, after: str) -> None:
    visitor = talk(world)
    snooze(world, visitor)
    act(world, visitor)
    assert state(row(world, visitor)) == [after, None]
    world.settle()
    wait(world, _DAY + 60_000)
    assert row(world, visitor).status in (after, "closed"), "its time does nothing any more"


def test_notes_agents_and_the_desk_s_words_leave_it(world: World) -> None:
    visitor = talk(world)
    until = snooze(world, visitor).wake_at
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "ask again", kind=NOTE))
    updates.change(world.as_agent(), visitor.conversation, Change(assignee=world.agents[1].number, status="on_hold"))
    messages.post(world.ctx(SYSTEM), PostMessage(visitor.conversation, "we are closed", kind=messages.SYSTEM))
    assert row(world, visitor).wake_at == until


def test_a_merge_ends_it_on_both_sides(world: World) -> None:
    one, other = talk(world, is_answered=True), talk(world)
    snooze(world, one)
    snooze(world, other)
    merged = merging.merge(world.as_agent(), one.conversation, other.conversation)
    gone = conversations.load_even_merged(world.ctx(ADMIN), other.conversation)
    assert (gone.merged_into, state(merged), gone.wake_at or 0) == (merged.id, ["pending_internal", None], 0)


def test_nobody_is_closed_for_silence_while_or_because_it_is_snoozed(world: World) -> None:
    rules = tuple(CloseRule(60, 120, status=status) for status in ("on_hold", "pending_internal"))
    accounts.set_auto_close(world.ctx(ADMIN), {"rules": rules})
    visitor = talk(world, is_answered=True)
    snooze(world, visitor)
    wait(world, _DAY + 60_000)
    assert row(world, visitor).status == "pending_internal"


def test_it_does_not_count_for_its_agent_where_what_is_on_hold_does_not(world: World) -> None:
    allocation.change(world.ctx(ADMIN), allocation.Change(limit=5, excludes_on_hold=True))
    visitor = talk(world)
    snooze(world, visitor)
    agent = people_rows.get(world.account, world.agents[0].id)
    assert agent and agent.on_hold == 1
    wait(world, _DAY + 60_000)
    agent = people_rows.get(world.account, world.agents[0].id)
    assert agent and not agent.on_hold


@pytest.mark.parametrize("milliseconds", [0, -1, 366 * _DAY + 1])
def test_its_time_is_to_come_within_a_year(world: World, milliseconds: int) -> None:
    visitor = talk(world)
    with pytest.raises(Invalid, match="until"):
        snooze(world, visitor, milliseconds)
    assert snooze(world, visitor, 366 * _DAY).wake_at


def test_what_is_closed_or_unknown_can_t_be_snoozed(world: World) -> None:
    visitor = talk(world)
    closed(world, visitor)
    with pytest.raises(Conflict):
        snooze(world, visitor)
    with pytest.raises(NotFound):
        snoozing.snooze(world.as_agent(), "no such", world.now + 1_000)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.sampled_from(["snooze", "move", "end", "say", "reply", "hold", "new", "wait"]), max_size=6))
def test_whatever_happens_who_is_snoozed_is_on_hold_and_has_a_time_to_come(world: World, steps: list[str]) -> None:
    world.tokens.clear()
    visitor = talk(world)
    for step in steps:
        world.now += 1_000
        match step:
            case "snooze" | "move":
                snooze(world, visitor, 300_000 if step == "snooze" else 600_000)
            case "end":
                snoozing.end(world.as_agent(), visitor.conversation)
            case "say":
                visitor.say("and?")
            case "reply":
                messages.post(world.as_agent(), PostMessage(visitor.conversation, "soon"))
            case "hold" | "new":
                status = {"hold": "on_hold", "new": "new"}[step]
                updates.change(world.as_agent(), visitor.conversation, Change(status=status))
            case "wait":
                world.pass_(400)
        found = row(world, visitor)
        assert found.wake_at is None or (found.status == "on_hold" and found.wake_at > world.now)
