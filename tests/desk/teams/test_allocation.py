"""Auto allocation: what administrators set, and what follows for agents and for what waits."""

from typing import Any

import pytest

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import updates
from chalicelib.desk.conversations.updates import Change as Update
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import presence
from chalicelib.desk.teams import allocation, groups
from chalicelib.desk.teams.allocation import ROUND_ROBIN, DepartmentRule, Preference
from tests.desk.teams.allocated import agent, allocates, asking, assignees, stored
from tests.lambdas import counted
from tests.world import World

# --- settings


def test_what_nobody_has_set_is_in_force_as_the_account_routes(world: World) -> None:
    assert allocation.load(world.ctx(AGENT)).is_enabled is True
    accounts.change(world.ctx(ADMIN), accounts.Change(allocation=accounts.EVERYONE))
    assert allocation.load(world.ctx(AGENT)).is_enabled is False


def test_of_the_policy_and_the_switch_the_later_one_counts(world: World) -> None:
    accounts.change(world.ctx(ADMIN), accounts.Change(allocation=accounts.EVERYONE))
    allocates(world, is_enabled=True)
    assert accounts.load(world.ctx(ADMIN)).routed
    accounts.change(world.ctx(ADMIN), accounts.Change(allocation=accounts.LEAST_LOADED))
    allocates(world, is_enabled=False)
    assert not accounts.load(world.ctx(ADMIN)).routed
    accounts.change(world.ctx(ADMIN), accounts.Change(allocation=accounts.GROUP))
    assert accounts.load(world.ctx(ADMIN)).routed


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rule": "loudest"}, "rule"),
        ({"limit": -1}, "limit"),
        ({"limit": 10_001}, "limit"),
        ({"departments": (DepartmentRule("a"), DepartmentRule("a"))}, "departments"),
        ({"departments": (DepartmentRule("a", "loudest"),)}, "rule"),
    ],
)
def test_what_can_t_be_set_is_refused_and_not_set(world: World, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        allocates(world, **given)
    assert refused.value.field == field
    assert allocation.load(world.ctx(AGENT)) == allocation.Allocation(is_enabled=True)


def test_preferences_are_of_agents_and_good_or_none_is_set(world: World) -> None:
    number = world.agents[0].number
    for bad in (Preference(9999, 3), Preference(number, 10_001)):
        with pytest.raises(Invalid):
            allocates(world, Preference(number, 3), bad, limit=2)
    assert agent(world).most_conversations is None
    assert allocation.load(world.ctx(AGENT)).limit is None


# --- limits and turns


def test_nobody_gets_more_than_the_limit_and_the_oldest_waits_for_the_next_place(world: World) -> None:
    allocates(world, limit=1)
    world.online(*world.agents[:2])
    visitors = asking(world, 4)
    assert assignees(world, visitors) == [0, 1, None, None]
    updates.close(world.ctx(ADMIN), visitors[1].conversation)
    world.settle()
    assert assignees(world, visitors) == [0, 1, 1, None]
    updates.change(world.ctx(ADMIN), visitors[0].conversation, Update(assignee=world.agents[2].number))
    world.settle()
    assert assignees(world, visitors) == [2, 1, 1, 0]


def test_who_was_filled_by_hand_is_told_of_their_next_place(world: World) -> None:
    allocates(world, limit=1)
    visitors = asking(world, 2)
    for visitor in visitors:
        updates.change(world.ctx(ADMIN), visitor.conversation, Update(assignee=world.agents[0].number))
    world.online(world.agents[0])
    waits = asking(world, 1)
    assert (assignees(world, waits), agent(world).is_full) == ([None], True)
    updates.close(world.ctx(ADMIN), visitors[0].conversation)
    world.settle()
    assert assignees(world, waits) == [None]
    asking(world, 1)
    updates.close(world.ctx(ADMIN), visitors[1].conversation)
    world.settle()
    assert assignees(world, waits) == [0]


def test_a_higher_limit_or_none_gives_out_what_waits_and_a_lower_one_takes_nothing(world: World) -> None:
    allocates(world, limit=1)
    world.online(world.agents[0])
    visitors = asking(world, 5)
    assert assignees(world, visitors) == [0, None, None, None, None]
    allocates(world, limit=3)
    assert assignees(world, visitors) == [0, 0, 0, None, None]
    allocates(world, limit=2)
    assert assignees(world, visitors) == [0, 0, 0, None, None]
    allocates(world, limit=None)
    assert assignees(world, visitors) == [0] * 5


def test_an_own_limit_counts_where_each_has_one_and_a_higher_one_at_once(world: World) -> None:
    number = world.agents[0].number
    allocates(world, Preference(number, 1), limit=9, limits_each=True)
    world.online(world.agents[0])
    visitors = asking(world, 3)
    assert assignees(world, visitors) == [0, None, None]
    allocates(world, Preference(number, 2))
    assert assignees(world, visitors) == [0, 0, None]
    allocates(world, Preference(number, None))
    assert assignees(world, visitors) == [0, 0, 0]


def test_who_does_not_accept_gets_none_and_what_waits_when_they_do_again(world: World) -> None:
    number = world.agents[0].number
    allocates(world, Preference(number, accepts=False))
    world.online(world.agents[0])
    (visitor,) = asking(world, 1)
    assert assignees(world, [visitor]) == [None]
    allocates(world, Preference(number, accepts=True))
    assert assignees(world, [visitor]) == [0]


def test_switched_off_it_gives_out_nothing_and_takes_nothing_and_switched_on_all_at_once(world: World) -> None:
    world.online(world.agents[0])
    first = asking(world, 1)
    allocates(world, is_enabled=False)
    later = asking(world, 2)
    assert assignees(world, [*first, *later]) == [0, None, None]
    allocates(world, is_enabled=True)
    assert assignees(world, [*first, *later]) == [0, 0, 0]


def test_round_robin_goes_by_turns_whatever_the_loads_and_a_department_by_its_own(world: World) -> None:
    allocates(world, rule=ROUND_ROBIN)
    world.online(*world.agents)
    visitors = asking(world, 4)
    assert assignees(world, visitors) == [0, 1, 2, 0]
    for visitor in visitors[1:3]:
        updates.close(world.ctx(ADMIN), visitor.conversation)
    world.now += 1000
    assert assignees(world, asking(world, 2)) == [1, 2]


def test_agents_who_are_not_online_get_conversations_where_that_is_allowed(world: World) -> None:
    visitors = asking(world, 1)
    allocates(world, Preference(world.owner.number, accepts=False), online_only=False, limit=1)
    assert assignees(world, visitors) == [0]
    more = asking(world, 3)
    assert assignees(world, more) == [1, 2, None]
    updates.close(world.ctx(ADMIN), more[0].conversation)
    world.settle()
    assert assignees(world, more) == [1, 2, 1]


# --- the last assignee


def test_a_returning_contact_goes_to_their_last_assignee_if_online_and_below_the_limit(world: World) -> None:
    allocates(world, prefers_last=True, limit=2)
    world.online(*world.agents)
    first, second = asking(world, 2)
    assert assignees(world, [first, second]) == [0, 1]
    for visitor in (first, second):
        updates.close(world.ctx(ADMIN), visitor.conversation)
    world.settle()
    asking(world, 1)
    second.say("again")
    world.settle()
    assert assignees(world, [second]) == [1]
    assert stored(world, second).chosen_by == "last_assignee"
    presence.set_own(world.as_agent(0), "away")
    first.say("again")
    world.settle()
    assert assignees(world, [first]) != [0]


def test_who_a_person_gave_it_to_is_the_last_assignee_too(world: World) -> None:
    allocates(world, prefers_last=True)
    world.online(*world.agents)
    (visitor,) = asking(world, 1)
    world.now += 1000
    updates.change(world.ctx(ADMIN), visitor.conversation, Update(assignee=world.agents[2].number))
    world.settle()
    updates.close(world.ctx(ADMIN), visitor.conversation)
    world.now += 1000
    visitor.say("again")
    world.settle()
    assert assignees(world, [visitor]) == [2]


# --- requests


def test_giving_out_a_place_takes_four_requests(world: World) -> None:
    allocates(world, limit=1)
    world.online(world.agents[0])
    visitors = asking(world, 2)
    updates.close(world.ctx(ADMIN), visitors[0].conversation)
    world.relay()
    ((_, queue, body),) = [entry for entry in world.queued if entry[0] <= world.now and entry[1] == "routing"]
    with counted() as sent:
        world.deliver(queue, body)
    assert sent == ["BatchGetItem", "Query", "GetItem", "TransactWriteItems"]
    assert assignees(world, visitors) == [0, 0]


def test_a_returning_contact_takes_four_requests_and_one_who_waits_for_a_place_three(world: World) -> None:
    allocates(world, limit=1, prefers_last=True)
    world.online(world.agents[0])
    for expected in (
        ["GetItem", "BatchGetItem", "Query", "TransactWriteItems"],
        ["GetItem", "BatchGetItem", "Query", "BatchGetItem"],
    ):
        world.asking()
        world.relay()
        ((_, queue, body),) = [entry for entry in world.queued if entry[0] <= world.now and entry[1] == "routing"]
        with counted() as sent:
            world.deliver(queue, body)
        assert sent == expected
        world.settle()


def test_departments_have_rules_of_their_own(world: World) -> None:
    sales = groups.create(world.ctx(ADMIN), "Sales", groups.Change())
    groups.set_members(world.ctx(ADMIN), sales, [world.agents[0], world.agents[1]])
    allocates(world, departments=(DepartmentRule(sales.id, ROUND_ROBIN),))
    world.online(*world.agents[:2])
    visitors = asking(world, 2)
    for visitor in visitors:
        world.now += 1000
        updates.change(world.ctx(ADMIN), visitor.conversation, Update(group=sales.number))
        world.settle()
    assert {stored(world, visitor).chosen_by for visitor in visitors} == {"round_robin"}
