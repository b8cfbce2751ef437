from dataclasses import dataclass

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.rules import routing
from chalicelib.rules.presence import AWAY, BUSY, OFFLINE, ONLINE, PRESENCES
from chalicelib.rules.routing import choose, preferred


@dataclass
class Agent:
    number: int
    presence: str = ONLINE
    open_conversations: int = 0
    last_assigned_at: int = 0
    id: str = ""

    def __post_init__(self) -> None:
        self.id = self.id or f"agent-{self.number}"


Team = list[Agent]
#: Few loads and times, so that there are ties.
agents = st.builds(Agent, st.integers(1, 9), st.sampled_from([ONLINE, *PRESENCES]), st.integers(0, 2), st.integers(0, 2))
teams = st.lists(agents, max_size=8, unique_by=lambda agent: agent.number)
tries = st.lists(st.integers(1, 9), unique=True)


def online(team: Team) -> Team:
    return [agent for agent in team if agent.presence == ONLINE]


@given(teams, tries)
def test_somebody_is_chosen_exactly_where_somebody_is_online(team: Team, tried: list[int]) -> None:
    chosen = choose(team, tried)
    assert chosen in online(team) if online(team) else chosen is None


@pytest.mark.parametrize("presence", [AWAY, BUSY, OFFLINE])
def test_nobody_is_chosen_who_is_not_online(presence: str) -> None:
    assert choose([Agent(1, presence)]) is None
    assert choose([Agent(1, presence), Agent(2, open_conversations=99)]) == Agent(2, open_conversations=99)


def test_nobody_is_chosen_where_there_is_nobody() -> None:
    assert choose([]) is None


@given(teams)
def test_nobody_online_has_fewer_open_conversations_than_the_chosen(team: Team) -> None:
    chosen = choose(team)
    least = min((agent.open_conversations for agent in online(team)), default=None)
    assert (chosen.open_conversations if chosen else None) == least


@given(teams)
def test_among_equal_loads_the_oldest_assignment_goes_first_then_the_lowest_number(team: Team) -> None:
    chosen = choose(team)
    assume(chosen is not None)
    assert chosen is not None
    equal = [agent for agent in online(team) if agent.open_conversations == chosen.open_conversations]
    assert chosen.last_assigned_at == min(agent.last_assigned_at for agent in equal)
    assert chosen.number == min(agent.number for agent in equal if agent.last_assigned_at == chosen.last_assigned_at)


def test_load_counts_before_the_last_assignment_and_that_before_the_number() -> None:
    busy, recent, second = Agent(1, open_conversations=1), Agent(2, last_assigned_at=5), Agent(3, last_assigned_at=4)
    assert choose([busy, recent, second]) is second
    assert choose([busy, recent]) is recent
    assert choose([Agent(5), Agent(4)]) == Agent(4)


@given(teams, tries)
def test_one_tried_is_not_chosen_while_another_is_untried(team: Team, tried: list[int]) -> None:
    untried = [agent for agent in online(team) if agent.number not in tried]
    assume(untried)
    assert choose(team, tried) == choose(untried)


@given(teams, tries)
def test_where_all_are_tried_the_latest_is_chosen_only_if_alone(team: Team, tried: list[int]) -> None:
    everybody = [*(agent.number for agent in team if agent.number not in tried), *tried]
    others = [agent for agent in online(team) if agent.number != everybody[-1]] if everybody else []
    assert choose(team, everybody) == choose(others or online(team))


def test_the_latest_tried_is_the_last_in_order() -> None:
    idle, loaded = Agent(1), Agent(2, open_conversations=5)
    assert choose([idle, loaded], [2, 1]) is loaded
    assert choose([idle, loaded], [1, 2]) is idle
    assert choose([idle], [1]) is idle
    assert choose([idle, loaded], [1, 2, 9]) is idle


@given(st.data(), teams, tries)
def test_the_order_in_which_agents_come_changes_nothing(data: st.DataObject, team: Team, tried: list[int]) -> None:
    assert choose(data.draw(st.permutations(team)), tried) == choose(team, tried)


@given(st.data(), teams, tries)
def test_who_is_tried_only_counts_by_the_latest_and_not_by_the_order_before(
    data: st.DataObject, team: Team, tried: list[int]
) -> None:
    earlier = data.draw(st.permutations(tried[:-1]))
    assert choose(team, [*earlier, *tried[-1:]]) == choose(team, tried)


@given(teams)
def test_somebody_is_preferred_even_where_nobody_is_online(team: Team) -> None:
    chosen, there = preferred(team), online(team) or team
    assert chosen == choose(team) or not online(team)
    least = min((agent.open_conversations for agent in there), default=None)
    assert (chosen.open_conversations if chosen else None) == least
    assert preferred([Agent(1, OFFLINE, 2), Agent(2, AWAY, 1)]) == Agent(2, AWAY, 1)


def give_out(team: Team, conversations: int) -> None:
    for now in range(1, conversations + 1):
        chosen = choose(team)
        assert chosen is not None
        chosen.open_conversations, chosen.last_assigned_at = chosen.open_conversations + 1, now


@given(st.integers(1, 8), st.integers(0, 60))
def test_free_agents_come_to_loads_that_differ_by_one_at_most(size: int, conversations: int) -> None:
    team = [Agent(number) for number in range(1, size + 1)]
    give_out(team, conversations)
    loads = [agent.open_conversations for agent in team]
    assert sum(loads) == conversations
    assert max(loads) - min(loads) <= 1


@given(teams, st.integers(0, 40))
def test_unequal_loads_only_come_closer_and_the_absent_get_nothing(team: Team, conversations: int) -> None:
    assume(online(team))
    before = {agent.id: agent.open_conversations for agent in team}
    give_out(team, conversations)
    loads = [agent.open_conversations for agent in online(team)]
    most = max(before[agent.id] for agent in online(team))
    assert max(loads) <= max(most, min(loads) + 1)
    assert all(agent.open_conversations == before[agent.id] for agent in team if agent.presence != ONLINE)


@given(teams)
def test_an_unpicked_conversation_goes_round_everybody_online_before_anybody_twice(team: Team) -> None:
    tried: list[int] = []
    for _ in online(team):
        chosen = choose(team, tried)
        assert chosen is not None
        tried.append(chosen.number)
    assert sorted(tried) == sorted(agent.number for agent in online(team))


def test_why_somebody_waits() -> None:
    assert routing.why_waiting(["somebody"], of_group=True) == routing.NOBODY_ONLINE
    assert routing.why_waiting(["a distributor"], of_group=False) == routing.NOBODY_ONLINE
    assert (routing.why_waiting([], of_group=True), routing.why_waiting([], of_group=False)) == (
        routing.NOBODY_THERE,
        routing.NO_GROUP,
    )
