from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.groups import Group, Work, fewest_customers, fewest_messages, groupless, members, serving

GROUPS = {id_: Group(id_, number, id_, 0, 0, is_distributor=id_ == "desk") for number, id_ in enumerate(["desk", "other"])}


@dataclass
class Agent:
    number: int
    group: str | None = None
    is_distributor: bool = False


names = st.sampled_from([None, "desk", "other", "removed"])
teams = st.lists(st.builds(Agent, st.integers(), names, st.booleans()), max_size=6)


@given(teams, st.sampled_from(["desk", "other"]), st.booleans())
def test_a_group_s_conversation_is_for_its_members(team: list[Agent], group: str, by_group: bool) -> None:
    assert serving(team, group, GROUPS, by_group=by_group) == members(team, group) == [a for a in team if a.group == group]


@given(teams, st.sampled_from([None, "removed"]))
def test_one_of_no_group_is_for_the_distributors_or_everybody(team: list[Agent], group: str | None) -> None:
    assert serving(team, group, GROUPS, by_group=False) == team
    chosen = serving(team, group, GROUPS, by_group=True)
    assert chosen == [agent for agent in team if agent.is_distributor or agent.group == "desk"]


@given(teams)
def test_everybody_is_in_a_group_or_in_none(team: list[Agent]) -> None:
    alone = groupless(team, GROUPS)
    assert [agent for agent in team if agent.group in (None, "removed")] == alone
    assert len(alone) + sum(len(members(team, group)) for group in GROUPS) == len(team)


def test_the_fewest_goes_by_its_own_number_first() -> None:
    assert fewest_customers(Work(1, 9)) < fewest_customers(Work(2, 0)) < fewest_customers(Work(2, 1))
    assert fewest_messages(Work(9, 1)) < fewest_messages(Work(0, 2)) < fewest_messages(Work(1, 2))
