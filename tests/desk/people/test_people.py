"""People: one row each, found by the names that are theirs alone, never another account's."""

import pytest

from chalicelib.context import ADMIN, VISITOR
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core.errors import Exists, Forbidden, Invalid, NotFound
from chalicelib.desk.people import devices, people, presence, registration
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.models import unique_names
from chalicelib.rules import passwords
from tests.lambdas import counted
from tests.world import World


def test_a_trace_is_one_visitor_in_its_account(world: World, other: World) -> None:
    ours, theirs = world.as_visitor("a"), other.as_visitor("a")
    first = registration.get_or_create_visitor(ours, "my browser")
    assert registration.get_or_create_visitor(ours, "my browser").id == first.id
    assert registration.get_or_create_visitor(theirs, "my browser").id != first.id
    assert registration.get_or_create_visitor(ours, "another").number == first.number + 1


def test_two_at_once_with_one_trace_are_one_visitor(world: World) -> None:
    ctx = world.as_visitor("a")
    find, calls = unique_names.find, []

    def late(scope: str, kind: str, name: str) -> unique_names.UniqueName | None:
        calls.append(name)
        if len(calls) == 1:
            world.monkeypatch.setattr(unique_names, "find", find)
            rival.append(registration.get_or_create_visitor(ctx, name).id)
            world.monkeypatch.setattr(unique_names, "find", late)
            return None
        return find(scope, kind, name)

    rival: list[str] = []
    world.monkeypatch.setattr(unique_names, "find", late)
    assert registration.get_or_create_visitor(ctx, "shared").id == rival[0]


@pytest.mark.parametrize("trace", ["", "x" * 257])
def test_a_trace_is_1_to_256_characters(world: World, trace: str) -> None:
    with pytest.raises(Invalid):
        registration.get_or_create_visitor(world.as_visitor("a"), trace)


def test_an_email_logs_in_one_person_on_the_whole_desk(world: World, other: World) -> None:
    email = world.agents[0].email
    for ctx in (world.ctx(ADMIN), other.ctx(ADMIN)):
        with pytest.raises(Exists):
            registration.create_agent(ctx, CreateAgent(email.upper(), "Second", passwords.wire("x")))
    with pytest.raises(Invalid):
        registration.create_agent(world.ctx(ADMIN), CreateAgent("no address", "Third", passwords.wire("x")))


def test_nobody_is_found_from_another_account(world: World, other: World) -> None:
    ada = world.agents[0]
    for look in (
        lambda: people.get(other.ctx(ADMIN), ada.id),
        lambda: people.get_agent_by_email(other.ctx(ADMIN), ada.email),
        lambda: people.get_agent_by_number(other.ctx(ADMIN), 10_000),
        lambda: people.get(world.ctx(VISITOR), ada.id),
    ):
        with pytest.raises(NotFound):
            look()
    assert people.get_many(other.ctx(ADMIN), [ada.id]) == {}
    assert [agent.email for agent in people.list_agents(other.ctx(ADMIN))] == [
        agent.email for agent in [other.owner, *other.agents]
    ]


def test_a_card_is_known_for_a_minute_and_forgotten_with_a_change(world: World) -> None:
    ctx, ada = world.as_agent(), world.agents[0]
    assert people.load_views(ctx, [ada.id, None, "nobody"])[ada.id].presence == "offline"
    with counted() as sent:
        people.load_views(ctx, [ada.id])
    assert sent == []
    presence.set_own(ctx, "busy")
    assert people.load_views(ctx, [ada.id])[ada.id].presence == "busy"


def test_presence_has_the_account_s_words_and_its_time_is_of_the_change(world: World) -> None:
    ctx = world.as_agent()
    assert presence.list_words(ctx) == ["online", "away", "busy", "offline"]
    presence.set_own(ctx, "away")
    world.now += 5000
    agent = presence.set_own(world.as_agent(), "away")
    assert (agent.presence, agent.presence_at) == ("away", world.now - 5000)
    with pytest.raises(Invalid):
        presence.set_own(ctx, "lunch")
    with pytest.raises(Forbidden):
        presence.set_own(world.ctx(ADMIN), "online")


def test_an_alias_is_a_presence_under_another_name(world: World) -> None:
    accounts.change(world.ctx(ADMIN), accounts.Change(status_aliases={"lunch": "away"}))
    agent = presence.set_own(world.as_agent(), "lunch")
    assert (agent.presence, agent.presence_alias) == ("away", "lunch")


def test_a_device_is_the_same_however_often_it_is_named(world: World) -> None:
    visitor = world.visitor()
    ctx = world.as_visitor(visitor.id)
    first = devices.register(ctx, visitor.id, "browser", "WEB")
    with pytest.raises(Exists) as known:
        devices.register(ctx, visitor.id, "browser", "WEB")
    assert known.value.id == first.id
    assert devices.register(ctx, world.visitor().id, "browser", "WEB").id != first.id
    with pytest.raises(NotFound):
        devices.register(ctx, "nobody", "browser", "WEB")
    with pytest.raises(Invalid):
        devices.register(ctx, visitor.id, "", "WEB")
