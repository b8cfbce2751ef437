"""Allocation: who of the agents gets a conversation, over all settings."""

from collections import Counter

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.rules.allocation import (
    LAST_ASSIGNEE,
    LOAD_BALANCING,
    ROUND_ROBIN,
    RULES,
    Allocation,
    Choice,
    DepartmentRule,
    choose,
)
from chalicelib.rules.presence import AWAY, ONLINE, PRESENCES
from chalicelib.rules.routing import choose as choose_online


class Agent(msgspec.Struct):
    number: int
    presence: str = ONLINE
    open_conversations: int = 0
    last_assigned_at: int = 0
    pending_external: int = 0
    on_hold: int = 0
    most_conversations: int = None  # type: ignore[assignment]
    refuses_allocation: bool = False
    id: str = ""

    def __post_init__(self) -> None:
        self.id = self.id or f"agent-{self.number}"


Team = list[Agent]
limits = st.none() | st.integers(0, 3)


@st.composite
def agents(draw: st.DrawFn) -> Agent:
    """An agent, of whose few conversations some are paused."""
    open_ = draw(st.integers(0, 3))
    pending = draw(st.integers(0, open_))
    held = draw(st.integers(0, open_ - pending))
    own = draw(limits)
    presence = draw(st.sampled_from([ONLINE, *PRESENCES]))
    return Agent(draw(st.integers(1, 9)), presence, open_, draw(st.integers(0, 2)), pending, held, own, draw(st.booleans()))  # type: ignore[arg-type]


teams = st.lists(agents(), max_size=8, unique_by=lambda agent: agent.number)
tries = st.lists(st.integers(1, 9), unique=True)
settings = st.builds(
    Allocation,
    rule=st.sampled_from(RULES),
    prefers_last=st.booleans(),
    limit=limits,
    limits_each=st.booleans(),
    excludes_pending_external=st.booleans(),
    excludes_on_hold=st.booleans(),
    online_only=st.booleans(),
)


def chosen(team: Team, allocation: Allocation, **given: object) -> Agent | None:
    found = choose(team, allocation, **given)  # type: ignore[arg-type]
    return found.agent if found else None


@given(teams, tries, st.none() | st.integers(1, 9))
def test_what_nobody_has_set_is_as_it_was(team: Team, tried: list[int], last: int | None) -> None:
    team = [replace(agent, refuses_allocation=False) for agent in team]
    assert chosen(team, Allocation(), tried=tried, last=last) == choose_online(team, tried)


@given(teams, settings, tries, st.none() | st.integers(1, 9))
def test_nobody_gets_one_who_may_not_and_somebody_does_if_anybody_may(
    team: Team, allocation: Allocation, tried: list[int], last: int | None
) -> None:
    able = [agent for agent in team if allocation.may_take(agent)]
    found = chosen(team, allocation, tried=tried, last=last)
    assert found in able if able else found is None
    if found:
        limit = found.most_conversations if allocation.limits_each and found.most_conversations is not None else allocation.limit
        paused = found.pending_external * allocation.excludes_pending_external + found.on_hold * allocation.excludes_on_hold
        assert limit is None or found.open_conversations - paused < limit
        assert not found.refuses_allocation
        assert found.presence == ONLINE or not allocation.online_only


@given(teams, settings, tries)
def test_one_tried_is_not_chosen_while_another_may_take_it(team: Team, allocation: Allocation, tried: list[int]) -> None:
    untried = [agent for agent in team if allocation.may_take(agent) and agent.number not in tried]
    found = chosen(team, allocation, tried=tried)
    assert not untried or found in untried


@given(teams, settings)
def test_round_robin_goes_by_the_last_turn_and_load_balancing_by_the_load(team: Team, allocation: Allocation) -> None:
    allocation = replace(allocation, prefers_last=False)
    able = [agent for agent in team if allocation.may_take(agent)]
    assume(able)
    turn = chosen(team, replace(allocation, rule=ROUND_ROBIN))
    least = chosen(team, replace(allocation, rule=LOAD_BALANCING))
    assert turn and turn.last_assigned_at == min(agent.last_assigned_at for agent in able)
    assert least and allocation.load_of(least) == min(map(allocation.load_of, able))


@given(teams, settings, st.integers(1, 9))
def test_the_last_assignee_goes_first_if_online_and_below_the_limit(team: Team, allocation: Allocation, last: int) -> None:
    allocation = replace(allocation, prefers_last=True)
    known = [agent for agent in team if agent.number == last and allocation.may_take(agent) and agent.presence == ONLINE]
    found = choose(team, allocation, last=last)
    assert (found is not None and found.how == LAST_ASSIGNEE) == bool(known)
    assert not known or (found and found.agent is known[0])


def test_the_last_assignee_who_did_not_pick_it_is_not_preferred_again() -> None:
    ada, ben = Agent(1), Agent(2)
    assert choose([ada, ben], Allocation(prefers_last=True), last=1) == Choice(ada, LAST_ASSIGNEE)
    assert choose([ada, ben], Allocation(prefers_last=True), last=1, tried=[1]) == Choice(ben, LOAD_BALANCING)


def test_a_department_has_a_rule_of_its_own() -> None:
    busy, idle = Agent(1, open_conversations=2, last_assigned_at=1), Agent(2, last_assigned_at=9)
    allocation = Allocation(departments=(DepartmentRule("sales", ROUND_ROBIN),))
    assert choose([busy, idle], allocation, group="sales") == Choice(busy, ROUND_ROBIN)
    assert choose([busy, idle], allocation, group="support") == Choice(idle, LOAD_BALANCING)
    assert choose([busy, idle], allocation) == Choice(idle, LOAD_BALANCING)


def test_an_own_limit_goes_before_the_common_one_where_there_are_own_ones() -> None:
    own = Agent(1, open_conversations=4, most_conversations=5)
    assert not Allocation(limit=3).has_place(own)
    assert Allocation(limit=3, limits_each=True).has_place(own)
    assert not Allocation(limit=3, limits_each=True).has_place(Agent(2, open_conversations=3))
    assert Allocation(limits_each=True).has_place(Agent(2, open_conversations=99))
    assert not Allocation(limit=0).has_place(Agent(1))


@pytest.mark.parametrize(("presence", "online_only", "stays"), [(ONLINE, True, True), (AWAY, True, False), (AWAY, False, True)])
def test_who_has_it_keeps_it_at_any_limit_while_they_are_there(presence: str, online_only: bool, stays: bool) -> None:
    holder = Agent(1, presence, open_conversations=5, refuses_allocation=True)
    found = chosen([holder], Allocation(limit=1, online_only=online_only), holder=holder.id, tried=[1])
    assert (found is holder) == stays
    assert chosen([holder], Allocation(limit=1), tried=[1]) is None


@given(st.lists(st.integers(1, 20), min_size=1, max_size=6, unique=True), st.integers(0, 40), st.integers(0, 4))
def test_a_burst_is_dealt_evenly_and_stops_at_the_limit(numbers: list[int], conversations: int, limit: int) -> None:
    for rule in RULES:
        team, allocation = [Agent(number) for number in numbers], Allocation(rule=rule, limit=limit)
        given = Counter[int]()
        for now in range(1, conversations + 1):
            agent = chosen(team, allocation)
            if agent:
                agent.open_conversations, agent.last_assigned_at = agent.open_conversations + 1, now
                given[agent.number] += 1
        assert sum(given.values()) == min(conversations, limit * len(team))
        loads = [agent.open_conversations for agent in team]
        assert max(loads) - min(loads) <= 1
