"""SLA: which policy a conversation has, what policies may look at, and what that costs."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import group_chats, messages, sla_policies
from chalicelib.desk.conversations.conditions import Given
from chalicelib.desk.conversations.messages import NOTE, PostMessage
from chalicelib.desk.core import cache
from chalicelib.desk.core.errors import Invalid
from tests.desk.conversations.desk import contact, create, department, field, read, tag
from tests.desk.conversations.sla import (
    CONTACT_NAME,
    DRAFT,
    GROUP,
    HOUR,
    MENTIONED,
    MINUTE,
    ORDER,
    PRIORITY,
    STATUS,
    TAGS,
    answer,
    clocks,
    policy,
    say,
    set_,
    stored,
)
from tests.lambdas import counted
from tests.websockets import Socket
from tests.world import World


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


# --- what policies may be


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
