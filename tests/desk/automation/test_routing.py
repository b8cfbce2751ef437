"""Routing: one agent a conversation, the least loaded one online, whoever asks and however often."""

from collections import Counter

import pytest

from chalicelib.context import ADMIN, SYSTEM, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import routing
from chalicelib.desk.automation.team import Team
from chalicelib.desk.conversations import conversations, updates
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.people import people, presence
from chalicelib.models import summaries
from chalicelib.models.base import ConditionFailed
from chalicelib.models.loads import LoadChanges, RoutedTo
from chalicelib.models.stamps import Stamp
from tests.visitors import Visitor
from tests.world import World


def assignee(world: World, visitor: Visitor) -> str | None:
    return conversations.load(world.ctx(ADMIN), visitor.conversation).assignee


def loads(world: World) -> list[int]:
    return [agent.open_conversations for agent in people.list_agents(world.ctx(ADMIN))][1:]


def test_nobody_online_means_waiting_and_the_longest_wait_goes_first(world: World) -> None:
    visitors = []
    for _ in range(3):
        visitors.append(world.asking())
        world.now += 1000
    world.settle()
    assert [assignee(world, visitor) for visitor in visitors] == [None] * 3
    given: list[str] = []
    original = routing.assign

    def noted(ctx: Context, conversation: str, team: Team | None = None) -> str | None:
        given.append(conversation)
        return original(ctx, conversation, team)

    world.monkeypatch.setattr(routing, "assign", noted)
    world.online(world.agents[1])
    assert given == [visitor.conversation for visitor in visitors]
    assert {assignee(world, visitor) for visitor in visitors} == {world.agents[1].id}


def test_more_than_one_event_gives_out_follow_one_another(world: World) -> None:
    world.monkeypatch.setattr(routing, "MOST_AT_ONCE", 2)
    visitors = [world.asking() for _ in range(5)]
    world.online(world.agents[0])
    assert {assignee(world, visitor) for visitor in visitors} == {world.agents[0].id}


def test_the_fewest_open_then_the_oldest_last_assignment(world: World) -> None:
    world.online(*world.agents)
    order = []
    for _ in range(7):
        world.now += 1000
        visitor = world.asking()
        world.settle()
        order.append(assignee(world, visitor))
    ids = [agent.id for agent in world.agents]
    assert order == [*ids, *ids, ids[0]]
    assert loads(world) == [3, 2, 2]


def test_loads_are_counted_back_when_conversations_close(world: World) -> None:
    world.online(*world.agents)
    visitors = [world.asking() for _ in range(6)]
    world.settle()
    assert loads(world) == [2, 2, 2]
    for visitor in visitors[:3]:
        updates.close(world.ctx(ADMIN), visitor.conversation)
        updates.close(world.ctx(ADMIN), visitor.conversation)
    assert sum(loads(world)) == 3
    assert Counter(assignee(world, visitor) for visitor in visitors[3:]) == Counter(
        {agent.id: load for agent, load in zip(world.agents, loads(world), strict=True) if load}
    )


@pytest.mark.parametrize("status", ["away", "busy", "offline"])
def test_who_is_not_online_gets_nothing_and_keeps_what_they_have(world: World, status: str) -> None:
    world.online(world.agents[0])
    kept = world.asking()
    world.settle()
    presence.set_own(world.as_agent(), status)
    late = world.asking()
    world.settle()
    assert (assignee(world, kept), assignee(world, late)) == (world.agents[0].id, None)


def test_a_lost_race_for_an_agent_reads_the_true_loads(world: World) -> None:
    world.online(world.agents[0], world.agents[1])
    visitor, second = world.asking(), world.asking()
    seen = people.list_agents(world.ctx(ADMIN))
    world.settle()
    found = conversations.load(world.ctx(ADMIN), visitor.conversation)
    with pytest.raises(ConditionFailed):
        summaries.change(found, {"subject": "x"}, Stamp(world.now), LoadChanges(routed=RoutedTo(seen[1])))
    assert conversations.load(world.ctx(ADMIN), visitor.conversation).subject != "x"
    world.monkeypatch.setattr(people, "list_agents", lambda ctx: seen)
    updates.close(world.ctx(ADMIN), second.conversation)
    third = world.asking()
    assert routing.assign(world.ctx(SYSTEM), third.conversation) in {agent.id for agent in world.agents[:2]}
    assert sum(loads_now(world)) == 2


def loads_now(world: World) -> list[int]:
    found = people.get_many(world.ctx(ADMIN), [agent.id for agent in world.agents])
    return [agent.open_conversations for agent in found.values()]


def test_an_account_of_everyone_assigns_nobody(world: World) -> None:
    ours = World(world.monkeypatch, clock_of=world, name="broadcast", allocation=accounts.EVERYONE)
    ours.online(*ours.agents)
    visitor = ours.asking()
    ours.settle()
    assert assignee(ours, visitor) is None
    answer = ours.pp("PPCOM_GET_DEFAULT_CONVERSATION", app_uuid=ours.account, user_uuid=visitor.id, device_uuid="d").body
    assert answer["conversation_name"] == "Olive Owner,Ada Agent,Ben Agent,Cleo Agent"


def test_a_person_s_assignment_moves_the_loads_and_no_clock_undoes_it(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=world.agents[2].number))
    assert loads(world) == [0, 0, 1]
    world.pass_(3600)
    assert assignee(world, visitor) == world.agents[2].id
    updates.change(world.ctx(ADMIN), visitor.conversation, Change(assignee=0))
    assert (loads(world), assignee(world, visitor)) == ([0, 0, 0], None)


def test_unpicked_goes_to_another_and_never_back_while_others_are_free(world: World) -> None:
    world.online(*world.agents)
    visitor = world.asking()
    had = []
    for _ in range(3):
        world.settle()
        had.append(assignee(world, visitor))
        world.pass_(180)
    assert sorted(filter(None, had)) == sorted(agent.id for agent in world.agents)
    assert sorted(loads(world)) == [0, 0, 1]


def test_unpicked_waits_again_when_its_agent_has_gone(world: World) -> None:
    world.online(world.agents[0])
    visitor = world.asking()
    world.settle()
    presence.set_own(world.as_agent(0), "offline")
    world.pass_(181)
    assert (assignee(world, visitor), loads(world)) == (None, [0, 0, 0])
    world.online(world.agents[1])
    assert assignee(world, visitor) == world.agents[1].id


def test_picked_is_not_taken_away(world: World) -> None:
    world.online(*world.agents)
    visitor = world.asking()
    world.settle()
    agent = next(who for who in world.agents if who.id == assignee(world, visitor))
    updates.pick(world.as_agent(world.agents.index(agent)), visitor.conversation)
    world.pass_(3600)
    assert assignee(world, visitor) == agent.id


def test_a_waiting_conversation_is_looked_at_again_even_if_no_event_comes(world: World) -> None:
    visitor = world.asking()
    world.settle()
    presence.set_own(world.as_agent(0), "online")
    world.records("people")
    world.pass_(200)
    assert assignee(world, visitor) == world.agents[0].id
