"""Groups: made, changed, removed; who is in them; and who a conversation of theirs is for."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import group_selection, waiting_queue
from chalicelib.desk.conversations import conversations, messages
from chalicelib.desk.core import cache, documents
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.people import presence, registration
from chalicelib.desk.reports import statistics
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Change, Group
from chalicelib.rules.groups import Work
from tests.lambdas import counted
from tests.world import World


@pytest.fixture
def desk(world: World) -> World:
    """An account that allocates by group."""
    return World(world.monkeypatch, clock_of=world, name="grouped", allocation=accounts.GROUP)


def made(world: World, name: str, *agents: int, **given: object) -> Group:
    ctx = world.ctx(ADMIN)
    group = groups.create(ctx, name, Change(**given))  # type: ignore[arg-type]
    for at in agents:
        groups.add_member(ctx, group, world.agents[at].id)
    return group


def arrived(world: World) -> str:
    world.now += 1
    return registration.get_or_create_visitor(world.as_visitor("nobody yet"), f"trace {world.now}").id


def asks(world: World, contact: str, group: Group | None = None) -> conversations.Conversation:
    return waiting_queue.join(world.as_visitor(contact), contact, group.id if group else None)


def stored(world: World, conversation: str) -> conversations.Conversation:
    return conversations.load(world.ctx(ADMIN), conversation)


def members(world: World, group: Group) -> list[str]:
    return [agent.name for agent in groups.list_members(world.ctx(ADMIN), group)]


def test_a_group_is_numbered_changed_and_read_back(world: World) -> None:
    ctx = world.ctx(ADMIN)
    first, second = made(world, "Dancers", description="a club"), made(world, "Singers", is_distributor=True)
    assert [(group.name, group.number) for group in groups.list_all(ctx)] == [("Dancers", 1), ("Singers", 2)]
    world.now += 1000
    changed = groups.change(world.ctx(ADMIN), first.id, Change(name="Ballet", selection=groups.FEWEST_MESSAGES))
    assert groups.get(ctx, first.id) == changed
    assert (changed.name, changed.description, changed.created_at) == ("Ballet", "a club", first.created_at)
    assert changed.updated_at == first.updated_at + 1000
    groups.remove(ctx, second.id)
    assert groups.load_names(ctx) == {first.id: "Ballet"}
    for gone in (second.id, "nothing", "x" * 5000, ""):
        for act in (groups.get, groups.remove, lambda ctx, id_: groups.change(ctx, id_, Change(name="n"))):
            with pytest.raises(NotFound):
                act(ctx, gone)


def test_an_account_and_its_groups_are_read_by_one_request(world: World) -> None:
    ctx = world.ctx(ADMIN)
    group = made(world, "Dancers")
    cache.clear_all()
    with counted() as sent:
        assert accounts.load(ctx).name == "demo" and groups.load_names(ctx) == {group.id: "Dancers"}
    assert sent == ["Query"]


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 257}, {"description": "x" * 1025}, {"selection": "mine"}])
def test_a_group_s_texts_have_their_limits(world: World, wrong: dict[str, str]) -> None:
    group = made(world, "Dancers")
    with pytest.raises(Invalid):
        groups.change(world.ctx(ADMIN), group.id, Change(**wrong))  # type: ignore[arg-type]
    assert groups.get(world.ctx(ADMIN), group.id) == group


def test_an_account_has_so_many_groups_at_most(world: World) -> None:
    world.monkeypatch.setattr(groups.GROUPS, "most", 2)
    made(world, "one"), made(world, "two")
    with pytest.raises(Invalid):
        made(world, "three")


def test_an_agent_is_in_one_group_at_most_and_who_is_no_agent_in_none(world: World, other: World) -> None:
    ctx, (first, second) = world.ctx(ADMIN), (made(world, "first", 0, 1), made(world, "second", 1))
    groups.add_member(ctx, second, world.agents[1].id)
    assert (members(world, first), members(world, second)) == (["Ada Agent"], ["Ben Agent"])
    assert [agent.name for agent in groups.list_groupless(ctx)] == ["Olive Owner", "Cleo Agent"]
    for stranger in (arrived(world), other.agents[0].id, "nobody", ""):
        with pytest.raises(NotFound):
            groups.add_member(ctx, first, stranger)
    with pytest.raises(NotFound):
        groups.remove_member(ctx, first, world.agents[1].id)
    groups.remove_member(ctx, second, world.agents[1].id)
    assert members(world, second) == []


def test_the_members_of_a_removed_group_are_in_none(world: World) -> None:
    ctx, group = world.ctx(ADMIN), made(world, "Dancers", 0)
    groups.remove(ctx, group.id)
    assert "Ada Agent" in [agent.name for agent in groups.list_groupless(ctx)]
    groups.add_member(ctx, made(world, "Singers"), world.agents[0].id)
    assert "Ada Agent" not in [agent.name for agent in groups.list_groupless(ctx)]


def test_a_conversation_of_a_group_goes_to_its_members_alone(desk: World) -> None:
    dancers, _ = made(desk, "Dancers", 0, 1), made(desk, "Desk", 2, is_distributor=True)
    desk.online(*desk.agents)
    given = [asks(desk, arrived(desk), dancers).assignee for _ in range(4)]
    assert sorted(filter(None, given)) == sorted([desk.agents[0].id, desk.agents[1].id] * 2)
    assert {asks(desk, arrived(desk)).assignee for _ in range(3)} == {desk.agents[2].id}


def test_a_distributor_by_person_serves_those_who_ask_for_no_group(desk: World) -> None:
    agent = desk.agents[1]
    desk.online(*desk.agents)
    contact = arrived(desk)
    assert asks(desk, contact).assignee is None
    agent.refresh()
    agent.update([type(agent).is_distributor.set(True)])
    desk.settle()
    assert asks(desk, contact).assignee == agent.id


def test_a_group_that_nobody_serves_blocks_no_other(desk: World) -> None:
    empty, away, ours = made(desk, "Empty"), made(desk, "Away", 1), made(desk, "Ours", 0)
    stuck = [asks(desk, arrived(desk), group).id for group in (empty, away) for _ in range(3)]
    ungrouped, served = asks(desk, arrived(desk)).id, [asks(desk, arrived(desk), ours).id for _ in range(2)]
    desk.online(desk.agents[0])
    assert {stored(desk, id_).assignee for id_ in served} == {desk.agents[0].id}
    assert {stored(desk, id_).assignee for id_ in [*stuck, ungrouped]} == {None}
    desk.online(desk.agents[1])
    assert [stored(desk, id_).assignee for id_ in stuck] == [None] * 3 + [desk.agents[1].id] * 3


def test_a_drain_reads_the_agents_once_whatever_waits(desk: World) -> None:
    empty, ours = made(desk, "Empty"), made(desk, "Ours", 0)
    for group in (empty, ours, ours, empty, ours):
        asks(desk, arrived(desk), group)
    presence.set_own(desk.as_agent(), "online")
    desk.records("conversations")
    desk.relay()
    (event,) = [entry for entry in desk.queued if "agent.available" in entry[2]]
    accounts.load(desk.ctx(ADMIN))
    with counted() as sent:
        desk.deliver(event[1], event[2])
    assert sent == ["Query", "BatchGetItem", "Query", *["GetItem", "TransactWriteItems"] * 3]


def test_who_comes_into_a_group_while_online_gets_what_waits_in_it(desk: World) -> None:
    group = made(desk, "Dancers")
    desk.online(desk.agents[0])
    waits = asks(desk, arrived(desk), group).id
    groups.add_member(desk.ctx(ADMIN), group, desk.agents[0].id)
    desk.settle()
    assert stored(desk, waits).assignee == desk.agents[0].id


def test_what_waits_in_a_removed_group_is_the_distributors(desk: World) -> None:
    gone, _ = made(desk, "Gone", 1), made(desk, "Desk", 0, is_distributor=True)
    waits = asks(desk, arrived(desk), gone).id
    desk.online(desk.agents[0])
    assert stored(desk, waits).assignee is None
    groups.remove(desk.ctx(ADMIN), gone.id)
    desk.settle()
    assert stored(desk, waits).assignee == desk.agents[0].id


def test_a_group_that_begins_to_distribute_gets_what_waits_for_no_group(desk: World) -> None:
    group = made(desk, "Dancers", 0)
    desk.online(desk.agents[0])
    waits = asks(desk, arrived(desk)).id
    groups.change(desk.ctx(ADMIN), group.id, Change(is_distributor=True))
    desk.settle()
    assert stored(desk, waits).assignee == desk.agents[0].id


def test_unpicked_goes_to_another_of_the_group_and_stays_with_one_who_has_changed_groups(desk: World, world: World) -> None:
    group, elsewhere = made(desk, "Dancers", 0, 1), made(desk, "Singers", 2)
    desk.online(*desk.agents)
    found = asks(desk, arrived(desk), group)
    first = found.assignee
    desk.pass_(181)
    assert {first, stored(desk, found.id).assignee} == {desk.agents[0].id, desk.agents[1].id}
    for at in (0, 1):
        groups.add_member(desk.ctx(ADMIN), elsewhere, desk.agents[at].id)
    holder = stored(desk, found.id).assignee
    desk.pass_(3600)
    assert stored(desk, found.id).assignee == holder


def test_everybody_serves_the_groupless_where_the_least_loaded_does(world: World) -> None:
    group = made(world, "Dancers", 2)
    world.online(*world.agents)
    contact = arrived(world)
    conversation = asks(world, contact, group)
    messages.post(world.as_visitor(contact), messages.PostMessage(conversation.id, "hello"))
    world.settle()
    assert stored(world, conversation.id).assignee == world.agents[2].id
    contact = arrived(world)
    ungrouped = asks(world, contact)
    messages.post(world.as_visitor(contact), messages.PostMessage(ungrouped.id, "hello"))
    world.settle()
    assert stored(world, ungrouped.id).assignee == world.agents[0].id


def test_a_group_that_another_process_has_just_made_is_not_taken_for_removed(desk: World) -> None:
    made(desk, "Desk", 0, is_distributor=True)
    before = documents.load(desk.ctx(ADMIN), documents.ACCOUNT)
    group = made(desk, "Dancers", 1)
    desk.online(*desk.agents[:2])
    contact = arrived(desk)
    documents._known.put(desk.account, before, desk.time)
    assert asks(desk, contact, group).assignee == desk.agents[1].id


def test_the_selection_of_a_group(desk: World) -> None:
    ctx, group = desk.ctx(ADMIN), made(desk, "Dancers", 0, 1)
    everyone = [desk.agents[0].id, desk.agents[1].id]
    assert [agent.id for agent in group_selection.select(ctx, group)] == everyone
    desk.online(*desk.agents[:2])
    visitors = []
    for _ in range(3):
        contact = arrived(desk)
        found = asks(desk, contact, group)
        visitors.append((contact, found.id))
    busy = str(stored(desk, visitors[0][1]).assignee)
    desk.count()
    (idle,) = set(everyone) - {busy}
    numbers = {agent.id: agent.number for agent in desk.agents}
    assert statistics.work_today(ctx) == {numbers[busy]: Work(2, 0), numbers[idle]: Work(1, 0)}
    smart = groups.change(ctx, group.id, Change(selection=groups.FEWEST_CUSTOMERS))
    assert [agent.id for agent in group_selection.select(ctx, smart)] == [idle]
    load = groups.change(ctx, group.id, Change(selection=groups.FEWEST_MESSAGES))
    contact, talk = visitors[1]
    for words in ("hello", "hello?"):
        messages.post(desk.as_visitor(contact), messages.PostMessage(talk, words))
    desk.count()
    assert [agent.id for agent in group_selection.select(ctx, load)] == [busy]
    desk.pass_(86_400)
    assert statistics.work_today(desk.ctx(ADMIN)) == {}
    messages.post(desk.as_visitor(contact), messages.PostMessage(talk, "the next day"))
    desk.count()
    assert statistics.work_today(desk.ctx(ADMIN)) == {numbers[str(stored(desk, talk).assignee)]: Work(1, 1)}
    assert group_selection.select(ctx, made(desk, "Empty", selection=groups.FEWEST_CUSTOMERS)) == []
