"""SLA: policies are chosen and clocks move with the writes that they follow from, and a breach is told once."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import business_hours
from chalicelib.desk.conversations import creation, deletion, event_logs, group_chats, merging, messages, sla_policies, updates
from chalicelib.desk.conversations import members as membership
from chalicelib.desk.conversations.conditions import Given
from chalicelib.desk.conversations.filters import FilterCondition
from chalicelib.desk.conversations.messages import NOTE, PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import cache, changes
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.events import ConversationBreached, Event
from chalicelib.models import conversations as rows
from chalicelib.models.conversations import Conversation
from tests.desk.conversations.desk import contact, create, department, field, new, read, tag
from tests.world import START, Socket, Visitor, World, counted

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
#: Shown ids of fields (desk/conversations/fields.py).
STATUS, PRIORITY, GROUP, TAGS, CONTACT_NAME, MENTIONED, DRAFT, ORDER = 6, 7, 10, 14, 18, 29, 28, 2


def policy(world: World, *given: tuple[int, str, str], **more: Any) -> int:
    """The number of a new policy: an answer within an hour, the next within two, the end within eight."""
    wanted = {"name": "p", "first_within": 3600, "next_within": 7200, "resolve_within": 8 * 3600, **more}
    conditions = tuple(FilterCondition(field=on, match=match, value=value) for on, match, value in given)
    made = sla_policies.create(world.ctx(ADMIN), sla_policies.Change(**wanted, conditions=conditions))
    return made.number


def stored(world: World, visitor: Visitor) -> Conversation:
    found = rows.get(world.account, visitor.conversation)
    assert found
    return found


def clocks(row: Conversation) -> tuple[int | None, int | None, int | None]:
    """What is due, in milliseconds since START; below zero what remains."""
    known = (row.first_due_at, row.next_due_at, row.resolve_due_at)
    return tuple(at if at is None or at < 0 else at - START for at in known)  # type: ignore[return-value]


def say(world: World, visitor: Visitor, text: str = "hello") -> Conversation:
    messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, text))
    return stored(world, visitor)


def answer(world: World, visitor: Visitor, **given: Any) -> Conversation:
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "hi", **given))
    return stored(world, visitor)


def set_(world: World, visitor: Visitor, **fields: Any) -> Conversation:
    updates.change(world.as_agent(), visitor.conversation, Change(**fields))
    return stored(world, visitor)


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


# --- choosing again


def test_a_policy_is_chosen_again_when_a_field_that_one_looks_at_changes(world: World) -> None:
    urgent = policy(world, (PRIORITY, "is", "urgent"), first_within=1800, resolve_within=None)
    plain, visitor = policy(world), world.visitor()
    assert say(world, visitor).sla_policy == plain
    world.now += MINUTE
    row = set_(world, visitor, priority="urgent")
    assert (row.sla_policy, clocks(row)) == (urgent, (HOUR // 2, None, None))
    row = set_(world, visitor, priority="normal")
    assert (row.sla_policy, clocks(row)) == (plain, (HOUR, None, 8 * HOUR))


def test_a_policy_that_is_new_counts_from_the_first_message(world: World) -> None:
    visitor = world.visitor()
    say(world, visitor)
    world.now += MINUTE
    urgent = policy(world, (PRIORITY, "is", "urgent"))
    cache.clear_all()
    row = set_(world, visitor, priority="urgent")
    assert (row.sla_policy, clocks(row)) == (urgent, (HOUR, None, 8 * HOUR))


def test_a_policy_that_is_gone_is_replaced_with_the_next_write(world: World) -> None:
    visitor, first = world.visitor(), policy(world, first_within=600)
    say(world, visitor)
    second = policy(world)
    sla_policies.change(world.ctx(ADMIN), first, sla_policies.Change(is_enabled=False))
    row = set_(world, visitor, is_read=True)
    assert (row.sla_policy, clocks(row)) == (second, (HOUR, None, 8 * HOUR))
    sla_policies.remove(world.ctx(ADMIN), second)
    assert set_(world, visitor, is_read=False).sla_policy is None


def test_clocks_that_run_keep_their_time_when_the_policy_changes(world: World) -> None:
    visitor, number = world.visitor(), policy(world)
    row = say(world, visitor)
    sla_policies.change(world.ctx(ADMIN), number, sla_policies.Change(first_within=600, next_within=600))
    assert clocks(set_(world, visitor, subject="Another")) == clocks(row)
    answer(world, visitor)
    assert say(world, visitor).next_due_at == world.now + 600_000, "a clock that begins now is the policy's of now"


def _group(world: World) -> tuple[tuple[int, str, str], dict[str, Any]]:
    group = department(world, "Sales", world.agents[0])
    return (GROUP, "is", str(group.number)), {"group": group.number}


def _tag(world: World) -> tuple[tuple[int, str, str], dict[str, Any]]:
    number = tag(world, "vip")
    return (TAGS, "is", str(number)), {"tags": (number,)}


def _custom(world: World) -> tuple[tuple[int, str, str], dict[str, Any]]:
    number = field(world, "plan")
    return (100 + number, "is", "gold"), {"custom_fields": {number: "gold"}}


def _metadata(world: World) -> tuple[tuple[int, str, str], dict[str, Any]]:
    return (ORDER, "contains", "77"), {"metadata": {"order": "A-77"}}


def _contact(world: World) -> tuple[tuple[int, str, str], dict[str, Any]]:
    return (CONTACT_NAME, "contains", "vera"), {"contact": contact(world, "Vera Vip").number}


EVERY = [_group, _tag, _custom, _metadata, _contact]


@pytest.mark.parametrize("make", EVERY)
def test_what_is_beside_a_conversation_is_looked_at_when_it_changes_and_from_the_start(
    world: World, make: Callable[[World], tuple[tuple[int, str, str], dict[str, Any]]]
) -> None:
    condition, fields = make(world)
    special = policy(world, condition, first_within=600)
    plain, visitor = policy(world), world.visitor()
    assert say(world, visitor).sla_policy == plain
    assert set_(world, visitor, **fields).sla_policy == special
    assert create(world.as_agent(), **{"contact": contact(world).number, **fields}).sla_policy == special


def test_a_mention_is_a_field_too(world: World) -> None:
    ada = world.agents[0]
    special, visitor = policy(world, (MENTIONED, "is", str(ada.number))), world.visitor()
    say(world, visitor)
    assert answer(world, visitor, kind=NOTE, mentions=(ada.number,)).sla_policy == special


@pytest.mark.parametrize("make", EVERY)
def test_a_message_asks_for_nothing_more_whatever_policies_look_at(
    world: World, make: Callable[[World], tuple[tuple[int, str, str], dict[str, Any]]]
) -> None:
    condition, fields = make(world)
    policy(world, condition, is_business_hours=True)
    policy(world, is_business_hours=True)
    visitor = world.visitor()
    say(world, visitor)
    set_(world, visitor, **fields)
    callers = [world.as_agent()] + ([] if "contact" in fields else [world.as_visitor(visitor.id)])
    for ctx in callers:
        with counted() as sent:
            messages.post(ctx, PostMessage(visitor.conversation, "more"))
        assert sent == ["GetItem", "TransactWriteItems"]


def test_choosing_by_tags_reads_them_only_when_a_field_changes_that_policies_look_at(world: World) -> None:
    number = tag(world, "vip")
    policy(world, (TAGS, "is", str(number)), (PRIORITY, "is", "urgent"))
    visitor = world.visitor()
    say(world, visitor)
    set_(world, visitor, tags=(number,))

    def requests(**fields: Any) -> list[str]:
        with counted() as sent:
            set_(world, visitor, **fields)
        return sent[:-1]

    assert requests(subject="Another") == ["GetItem", "UpdateItem"]
    assert requests(priority="urgent") == ["GetItem", "GetItem", "UpdateItem"]
    assert stored(world, visitor).sla_policy


def test_conversations_among_agents_have_none(world: World) -> None:
    policy(world)
    ada, ben = world.agents[:2]
    command = group_chats.CreateConversation(ada.id, (ben.id,), internal=True)
    opened = group_chats.create(world.ctx(ADMIN), command).conversation
    messages.post(world.as_agent(), PostMessage(opened.id, "psst"))
    assert read(opened).sla_policy is None


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


# --- breaches


@pytest.fixture
def tells(world: World, monkeypatch: pytest.MonkeyPatch) -> list[ConversationBreached]:
    """The breaches that are told from now on, by whatever reads the stream."""
    noted: list[ConversationBreached] = []
    made = changes.conversation_events

    def note(*given: Any) -> list[Event]:
        happened = made(*given)
        noted.extend(event for event in happened if isinstance(event, ConversationBreached))
        return happened

    monkeypatch.setattr(changes, "conversation_events", note)
    return noted


def test_an_answer_that_does_not_come_is_told_once_when_it_is_due(world: World, tells: list[ConversationBreached]) -> None:
    number, visitor = policy(world), world.visitor()
    say(world, visitor)
    world.settle()
    for _ in range(60):
        world.now += MINUTE
        world.sweep()
        world.settle()
    row = stored(world, visitor)
    assert tells == [ConversationBreached(world.account, world.now, row.id, "first", START + HOUR, number)]
    assert (row.first_due_at, row.sla_told) == (START + HOUR, 1)
    world.pass_(600)
    answer(world, visitor)
    world.settle()
    assert len(tells) == 1 and stored(world, visitor).first_due_at == START + HOUR
    (logged,) = [one for one in event_logs.of_conversation(world.as_agent(), row).events if one.field == "breached"]
    assert (logged.after, logged.at, logged.actor.number, logged.text) == (
        "first",
        START + HOUR,
        0,
        "The desk noted that the first answer is late",
    )


def test_a_late_answer_tells_what_no_timer_has_told(world: World, tells: list[ConversationBreached]) -> None:
    policy(world)
    visitor = world.visitor()
    say(world, visitor)
    answer(world, visitor)
    say(world, visitor)
    world.now += 3 * HOUR
    answer(world, visitor)
    world.settle()
    assert [(event.clock, event.due_at) for event in tells] == [("next", START + 2 * HOUR)]
    assert stored(world, visitor).next_due_at is None


def test_a_timer_that_comes_again_or_too_late_tells_nothing(world: World, tells: list[ConversationBreached]) -> None:
    policy(world)
    visitor = world.visitor()
    say(world, visitor)
    world.relay()
    (body,) = [body for _, queue, body in world.queued if queue == "timers" and "first_due" in body]
    world.now += HOUR
    for _ in range(3):
        world.deliver("timers", body)
    answer(world, visitor)
    world.deliver("timers", body)
    world.settle()
    assert [event.clock for event in tells] == ["first"]


def test_an_answer_in_time_is_no_breach(world: World, tells: list[ConversationBreached]) -> None:
    policy(world)
    visitor = world.visitor()
    say(world, visitor)
    world.settle()
    answer(world, visitor)
    for _ in range(70):
        world.now += MINUTE
        world.sweep()
        world.settle()
    assert tells == [] and stored(world, visitor).sla_told is None


# --- policies


@pytest.mark.parametrize(
    "given", [(DRAFT, "is", "true"), (13, "is", "1"), (9, "is", "me"), (10, "is", "myDepartments"), (25, "is", "")]
)
def test_a_policy_looks_at_nothing_that_depends_on_who_asks_or_on_itself(world: World, given: tuple[int, str, str]) -> None:
    with pytest.raises(Invalid):
        sla_policies.check_conditions(world.ctx(ADMIN), [Given(*given)], {})


@pytest.mark.parametrize(
    "given", [{"first_within": 299}, {"next_within": 8_761 * 3600}, {"when": "logicalExpression", "expression": "1"}]
)
def test_an_impossible_policy_is_refused(world: World, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        policy(world, **given)


def test_a_policy_that_is_first_or_last_stays_there(world: World) -> None:
    one, two = policy(world), policy(world)
    ctx = world.ctx(ADMIN)
    order = [found.number for found in sla_policies.move(ctx, one, -1)]
    assert order == [found.number for found in sla_policies.move(ctx, two, 1)] == [one, two]
    assert [found.number for found in sla_policies.move(ctx, one, 1)] == [two, one]


def test_a_condition_on_nobody_matches_what_nobody_has(world: World) -> None:
    free, visitor = policy(world, (9, "is", "none")), world.visitor()
    assert say(world, visitor).sla_policy == free
    assert set_(world, visitor, assignee=world.agents[0].number).sla_policy is None


def test_a_conversation_that_is_created_again_has_the_same_clocks(world: World) -> None:
    policy(world)
    who = contact(world)
    wanted = new(contact=who.number, key="once")
    first = creation.create(world.as_agent(), wanted).conversation
    world.now += MINUTE
    again = creation.create(world.as_agent(), replace(wanted)).conversation
    assert clocks(read(first)) == clocks(read(again))


def test_every_function_that_writes_may_read_what_policies_look_at(world: World) -> None:
    """Routing, timers and sockets have rights of their own (.chalice/)."""
    ada, number = world.agents[0], tag(world, "vip")
    looks = [(9, "is", str(ada.number)), (CONTACT_NAME, "contains", "x"), (TAGS, "is", str(number)), (STATUS, "is", "closed")]
    policy(world, *looks, is_business_hours=True)
    assigned = policy(world, (9, "is", str(ada.number)), is_business_hours=True)
    visitor = world.asking()
    set_(world, visitor, tags=(number,))
    cache.clear_all()
    world.online(ada)
    row = stored(world, visitor)
    assert (row.assignee, row.sla_policy) == (ada.id, assigned)
    answer(world, visitor)
    for _ in range(15):
        cache.clear_all()
        world.pass_(60)
    assert stored(world, visitor).status == "closed"
    socket = Socket()
    socket.auth(world, visitor.id, visitor.device)
    cache.clear_all()
    sent = {"uuid": str(uuid.uuid4()), "app_uuid": world.account, "conversation_uuid": visitor.conversation}
    sent |= {"from_uuid": visitor.id, "from_type": "DU", "to_uuid": visitor.conversation, "to_type": "AP"}
    sent |= {"device_uuid": visitor.device, "message_type": "NOTI", "message_subtype": "TEXT", "message_body": "again"}
    assert socket.send({"type": "send", "send": sent})["code"] == 0
    assert stored(world, visitor).is_open
