"""Access: permissions, switching operators off and on, and what an organisation has booked."""

import pytest

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.accounts import organisations
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, Invalid, NotAuthenticated, NotFound
from chalicelib.desk.people import agents, people, presence, registration
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.models import conversations as rows
from tests.conformance.cases_domains import BOOKED
from tests.lambdas import counted
from tests.world import PASSWORD, World


def held(world: World, at: int) -> int:
    found = people.get(world.ctx(ADMIN), world.agents[at].id)
    assert len(rows.held(world.account, found.id, 10, newest_first=True)) == found.open_conversations
    return found.open_conversations


def log_in(world: World, at: int) -> int:
    return world.form("/oauth/token", grant_type="password", email=world.agents[at].email, password=PASSWORD).status


def test_an_agent_may_do_what_is_permitted_and_an_admin_everything(world: World) -> None:
    ada = world.agents[0]
    assert access.permissions_of(ada) == [] and access.permissions_of(world.owner) == list(access.PERMISSIONS)
    for permission in access.PERMISSIONS:
        access.require(world.ctx(ADMIN), permission)
        with pytest.raises(Forbidden):
            access.require(world.as_agent(), permission)
    assert agents.set_permissions(world.ctx(ADMIN), ada.id, ["users", "domains", "users"])
    assert not agents.set_permissions(world.ctx(ADMIN), ada.id, ["domains", "users"])
    access.require(world.as_agent(), access.USERS)
    for ctx in (world.as_agent(), world.as_agent(1), world.ctx(AGENT), world.as_visitor(ada.id)):
        with pytest.raises(Forbidden):
            access.require(ctx, access.OPERATORS)
    assert agents.set_permissions(world.ctx(ADMIN), ada.id, [])
    with pytest.raises(Forbidden):
        access.require(world.as_agent(), access.USERS)


def test_nobody_permits_himself_or_what_there_is_not(world: World, other: World) -> None:
    agents.set_permissions(world.ctx(ADMIN), world.agents[0].id, list(access.PERMISSIONS))
    with pytest.raises(Forbidden):
        agents.set_permissions(world.as_agent(), world.agents[0].id, [])
    with pytest.raises(Invalid):
        agents.set_permissions(world.ctx(ADMIN), world.agents[0].id, ["everything"])
    with pytest.raises(NotFound):
        agents.set_permissions(other.ctx(ADMIN), world.agents[0].id, ["users"])
    with pytest.raises(NotFound):
        agents.set_permissions(world.ctx(ADMIN), world.visitor().id, ["users"])


def test_a_permitted_agent_removes_agents_but_nobody_above_them(world: World) -> None:
    agents.set_permissions(world.ctx(ADMIN), world.agents[0].id, [access.USERS, access.OPERATORS])
    chief = registration.create_agent(world.ctx(ADMIN), CreateAgent("chief@shop.test", "Chief", None, ADMIN))
    for above in (chief, world.owner):
        with pytest.raises(Forbidden):
            agents.remove(world.as_agent(), above.id)
        with pytest.raises(Forbidden):
            agents.set_active(world.as_agent(), above.id, on=False)
    agents.remove(world.as_agent(), world.agents[1].id)
    with pytest.raises(NotFound):
        people.get(world.ctx(ADMIN), world.agents[1].id)


def test_an_agent_who_is_switched_off_is_out_and_their_conversations_go_to_others(world: World) -> None:
    world.online(world.agents[0])
    headers, visitors = world.bearer(world.agents[0]), [world.asking() for _ in range(3)]
    world.settle()
    assert held(world, 0) == 3
    world.online(world.agents[1])
    assert agents.set_active(world.ctx(ADMIN), world.agents[0].id, on=False)
    assert not agents.set_active(world.ctx(ADMIN), world.agents[0].id, on=False)
    world.settle()
    assert (held(world, 0), held(world, 1)) == (0, 3)
    assert {visitor.info()["assigned_uuid"] for visitor in visitors} == {world.agents[1].id}
    assert log_in(world, 0) in (400, 401)
    assert world.call("GET", "/cs-chat-ticket/v1/info", **headers).status == 401
    with pytest.raises(Forbidden):
        presence.set_own(world.as_agent(), "online")
    assert people.get(world.ctx(ADMIN), world.agents[0].id).presence == "offline"


def test_who_is_switched_on_again_logs_in_and_is_given_work(world: World) -> None:
    for on in (False, True):
        assert agents.set_active(world.ctx(ADMIN), world.agents[0].id, on=on)
    assert log_in(world, 0) == 200
    presence.set_own(world.as_agent(), "online")
    world.asking()
    world.settle()
    assert held(world, 0) == 1


def test_the_owner_a_stranger_and_a_contact_can_t_be_switched(world: World, other: World) -> None:
    with pytest.raises(Forbidden):
        agents.set_active(world.ctx(ADMIN), world.owner.id, on=False)
    for ctx, person in ((other.ctx(ADMIN), world.agents[0].id), (world.ctx(ADMIN), world.visitor().id)):
        with pytest.raises(NotFound):
            agents.set_active(ctx, person, on=False)
    with pytest.raises(Forbidden):
        agents.set_active(world.as_agent(), world.agents[1].id, on=False)


def test_switching_takes_two_requests(world: World) -> None:
    ctx = world.ctx(ADMIN)
    people.get(ctx, world.owner.id)
    agents.set_active(ctx, world.agents[0].id, on=False)
    for on, write in ((True, "UpdateItem"), (False, "TransactWriteItems")):
        with counted() as sent:
            agents.set_active(ctx, world.agents[0].id, on=on)
        assert sent == ["GetItem", write]


def test_what_is_booked_is_its_own_account_s_and_its_secrets_an_admin_s(world: World, other: World) -> None:
    organisations.save(world.ctx(ADMIN), BOOKED)
    assert organisations.load(world.ctx(ADMIN)) == BOOKED
    (shown,) = organisations.load(world.as_agent()).add_ons
    assert (shown.unique_name, shown.access_token, shown.refresh_token) == ("seller_buyer", None, None)
    assert (shown.uvdesk, shown.scheduler) == (None, None)
    assert organisations.load(other.ctx(ADMIN)) == organisations.Bookings()
    with pytest.raises(Forbidden):
        organisations.save(world.as_agent(), BOOKED)
    with pytest.raises(Invalid):
        organisations.save(world.ctx(ADMIN), organisations.Bookings(status="free"))


def test_a_login_with_a_wrong_password_and_off_is_refused_alike(world: World) -> None:
    from chalicelib.desk.auth import logins

    agents.set_active(world.ctx(ADMIN), world.agents[0].id, on=False)
    for password in (PASSWORD, "wrong"):
        with pytest.raises(NotAuthenticated):
            logins.log_in_plain(world.ctx(ADMIN), world.agents[0].email, password)
