"""SLA: clocks move with the writes that they follow from."""

from msgspec.structs import replace

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import business_hours
from chalicelib.desk.conversations import creation, deletion, merging, sla_policies
from chalicelib.desk.conversations import members as membership
from chalicelib.desk.conversations.messages import NOTE
from chalicelib.desk.core import cache
from tests.desk.conversations.desk import contact, create, new, read
from tests.desk.conversations.sla import DAY, HOUR, MINUTE, PRIORITY, answer, clocks, policy, say, set_, stored
from tests.streams_and_queues import START
from tests.world import World


def test_the_clocks_of_a_chat_run_from_its_first_message_and_move_with_what_is_said(world: World) -> None:
    number, visitor = policy(world), world.visitor()
    assert stored(world, visitor).sla_policy is None
    row = say(world, visitor)
    assert (row.sla_policy, clocks(row)) == (number, (HOUR, None, 8 * HOUR))
    world.now += MINUTE
    row = answer(world, visitor)
    assert clocks(row) == (None, None, -(8 * HOUR - MINUTE))
    world.now += DAY
    row = say(world, visitor)
    assert clocks(row) == (None, DAY + MINUTE + 2 * HOUR, DAY + 8 * HOUR)
    world.now += MINUTE
    assert clocks(answer(world, visitor, kind=NOTE)) == clocks(row), "a note is no answer"


def test_without_a_policy_there_are_no_clocks(world: World) -> None:
    policy(world, is_enabled=False)
    policy(world, (PRIORITY, "is", "urgent"))
    row = say(world, world.visitor())
    assert row.sla_policy is None and row.sla_told is None
    assert clocks(row) == (None, None, None)


def test_the_first_policy_in_order_that_matches_is_chosen(world: World) -> None:
    plain, urgent = policy(world), policy(world, (PRIORITY, "is", "urgent"), first_within=600)
    who = contact(world)
    assert create(world.as_agent(), contact=who.number, priority="urgent").sla_policy == plain
    sla_policies.move(world.ctx(ADMIN), urgent, -1)
    assert create(world.as_agent(), contact=who.number).sla_policy == plain
    assert create(world.as_agent(), contact=who.number, priority="urgent").sla_policy == urgent


def test_a_conversation_that_an_agent_opens_waits_for_its_contact(world: World) -> None:
    number, who = policy(world), contact(world)
    row = create(world.as_agent(), contact=who.number, status="pending_external")
    assert (row.sla_policy, clocks(row)) == (number, (None, None, -8 * HOUR))
    noted = create(world.as_agent(), kind="note", contact=who.number)
    assert clocks(noted) == (HOUR, None, 8 * HOUR), "nobody has answered"


def test_holding_closing_and_reopening_let_clocks_stand_still(world: World) -> None:
    policy(world)
    visitor = world.visitor()
    say(world, visitor)
    world.now += MINUTE
    assert clocks(set_(world, visitor, status="on_hold")) == (HOUR, None, -(8 * HOUR - MINUTE))
    world.now += DAY
    row = set_(world, visitor, status="pending_internal")
    assert clocks(row) == (HOUR, None, DAY + 8 * HOUR) and row.sla_told == 1, "the first answer is late"
    assert clocks(set_(world, visitor, status="closed")) == (HOUR, None, -(8 * HOUR - MINUTE))
    world.now += DAY
    assert clocks(set_(world, visitor, status="pending_internal")) == (HOUR, None, 2 * DAY + 8 * HOUR)


def test_a_policy_may_not_pause(world: World) -> None:
    policy(world, pauses=False)
    visitor = world.visitor()
    row = say(world, visitor)
    assert clocks(set_(world, visitor, status="on_hold")) == clocks(row)


def test_deletion_stops_clocks_and_restoring_lets_them_run_on(world: World) -> None:
    policy(world)
    visitor = world.visitor()
    say(world, visitor)
    world.now += MINUTE
    deletion.delete(world.as_agent(), visitor.conversation)
    assert clocks(stored(world, visitor)) == (-(HOUR - MINUTE), None, -(8 * HOUR - MINUTE))
    world.now += DAY
    assert clocks(deletion.restore(world.as_agent(), visitor.conversation)) == (DAY + HOUR, None, DAY + 8 * HOUR)


def test_agents_who_come_and_go_leave_the_clocks(world: World) -> None:
    policy(world)
    visitor = world.visitor()
    row = say(world, visitor)
    world.online(world.agents[0])
    assert stored(world, visitor).assignee
    for wanted in (world.agents[1].number, 0):
        assert clocks(set_(world, visitor, assignee=wanted)) == clocks(row)
    membership.change(world.ctx(ADMIN), visitor.conversation, membership.ChangeMembers(add=(world.agents[2].id,)))
    assert clocks(stored(world, visitor)) == clocks(row)


def test_a_merge_takes_over_that_somebody_waits(world: World) -> None:
    policy(world)
    target, source = world.visitor(), world.visitor()
    for visitor in (target, source):
        say(world, visitor)
        answer(world, visitor)
    row = say(world, source)
    assert row.next_due_at == world.now + 2 * HOUR
    set_(world, target, status="pending_internal")
    merging.merge(world.as_agent(), target.conversation, source.conversation)
    assert stored(world, target).next_due_at == row.next_due_at
    gone = stored(world, source)
    assert gone.deleted_at and gone.next_due_at == -2 * HOUR


# --- business hours


def test_business_hours_are_the_account_s(world: World) -> None:
    """START is a Friday, 8:00 UTC."""
    ctx = world.ctx(ADMIN)
    business_hours.change(ctx, {4: [(8 * 60, 8 * 60 + 30)], 0: [(12 * 60, 24 * 60)]}, "Europe/London")
    policy(world, is_business_hours=True)
    row = say(world, world.visitor())
    monday = START + 3 * DAY + 4 * HOUR
    assert row.first_due_at == monday + HOUR // 2
    business_hours.create_holiday(ctx, "A day off", "2027-01-18")
    cache.clear_all()
    tuesday = START + 4 * DAY + HOUR  # from 9 on, as nothing else is set
    assert say(world, world.visitor()).first_due_at == tuesday + HOUR // 2


def test_a_conversation_that_is_created_again_has_the_same_clocks(world: World) -> None:
    policy(world)
    who = contact(world)
    wanted = new(contact=who.number, key="once")
    first = creation.create(world.as_agent(), wanted).conversation
    world.now += MINUTE
    again = creation.create(world.as_agent(), replace(wanted)).conversation
    assert clocks(read(first)) == clocks(read(again))
