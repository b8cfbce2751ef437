"""Domains: registered, changed, removed; who serves them; and which agents their chats go to."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import waiting_queue
from chalicelib.desk.conversations import conversations, messages, participants
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.core.errors import Exists, Forbidden, Invalid, NotFound
from chalicelib.desk.people import people, registration
from chalicelib.desk.teams import domains, groups
from chalicelib.desk.teams.domains import Change
from tests.lambdas import counted
from tests.world import World

HOST, EMAIL = "shop.example", "web@shop.example"


def registered(world: World, *agents: int, host: str = HOST) -> domains.Domain:
    ctx = world.ctx(ADMIN)
    made = domains.register(ctx, host, EMAIL)
    for at in agents:
        assert domains.assign(ctx, host, world.agents[at].id)
    world.settle()
    return domains.get(ctx, made.host)


def arrived(world: World, domain: domains.Domain | None = None) -> str:
    """A visitor of a domain, or of none."""
    world.now += 1
    number = domain.number if domain else None
    return registration.get_or_create_visitor(world.as_visitor("nobody yet"), f"trace {world.now}", number).id


def asks(world: World, contact: str, domain: int | None = None) -> str:
    """The conversation of a visitor who opens their chat and writes."""
    ctx = world.as_visitor(contact)
    found = waiting_queue.join(ctx, contact, domain=domain)
    messages.post(ctx, PostMessage(found.id, "hello"))
    return found.id


def assignee(world: World, conversation: str) -> str | None:
    world.settle()
    return conversations.load(world.ctx(ADMIN), conversation).assignee


def test_a_domain_is_registered_changed_and_removed(world: World) -> None:
    ctx = world.ctx(ADMIN)
    made = domains.register(ctx, " WWW.Shop.Example ", "Web@Shop.Example")
    assert (made.host, made.email, made.is_active, made.operators) == (HOST, EMAIL, True, {})
    assert domains.get(ctx, "www.shop.example") == made
    with pytest.raises(Exists):
        domains.register(ctx, HOST, EMAIL)
    assert domains.assign(ctx, HOST, world.agents[0].id)
    assert domains.change(ctx, HOST, Change("new.example", "a@new.example", False))
    assert not domains.change(ctx, "new.example", Change(is_active=False))
    moved = domains.get(ctx, "new.example")
    assert (moved.number, moved.email, moved.is_active, list(moved.operators)) == (
        made.number,
        "a@new.example",
        False,
        [world.agents[0].id],
    )
    with pytest.raises(NotFound):
        domains.get(ctx, HOST)
    domains.remove(ctx, "new.example")
    assert domains.list_fresh(ctx) == {}
    assert domains.register(ctx, HOST, EMAIL).number == made.number + 1


def test_a_domain_can_t_take_the_name_of_another(world: World) -> None:
    ctx = world.ctx(ADMIN)
    registered(world), registered(world, host="other.example")
    with pytest.raises(Exists):
        domains.change(ctx, HOST, Change("other.example"))
    assert {domain.host for domain in domains.list_fresh(ctx).values()} == {HOST, "other.example"}


def test_what_is_no_host_no_address_and_one_too_many_is_refused(world: World) -> None:
    ctx = world.ctx(ADMIN)
    for host, email in (("https://shop.example", EMAIL), ("shop", EMAIL), (HOST, "nobody")):
        with pytest.raises(Invalid):
            domains.register(ctx, host, email)
    world.monkeypatch.setattr(domains.DOMAINS, "most", 1)
    world.monkeypatch.setattr(domains, "MOST_OPERATORS", 1)
    registered(world, 0)
    with pytest.raises(Invalid):
        domains.register(ctx, "other.example", EMAIL)
    with pytest.raises(Invalid):
        domains.assign(ctx, HOST, world.agents[1].id)
    for act in (domains.get, domains.remove, lambda ctx, host: domains.assign(ctx, host, "x")):
        with pytest.raises(NotFound):
            act(ctx, "nowhere.example")


def test_operators_come_change_and_go(world: World) -> None:
    ctx, (ada, ben) = world.ctx(ADMIN), world.agents[:2]
    registered(world, 0, 1)
    assert not domains.assign(ctx, HOST, ada.id)
    assert domains.set_role(ctx, HOST, ada.id, {"is_admin": True, "is_active": False})
    assert not domains.set_role(ctx, HOST, ada.id, {"is_admin": True})
    shown = domains.list_operators(ctx, domains.get(ctx, HOST))
    assert [(agent.id, part.is_admin, part.takes_chats, part.is_active) for agent, part in shown] == [
        (ada.id, True, True, False),
        (ben.id, False, True, True),
    ]
    assert domains.unassign(ctx, HOST, ada.id) and not domains.unassign(ctx, HOST, ada.id)
    with pytest.raises(NotFound):
        domains.set_role(ctx, HOST, ada.id, {"is_admin": True})


def test_another_account_s_domain_is_not_there(world: World, other: World) -> None:
    registered(world, 0)
    assert domains.list_fresh(other.ctx(ADMIN)) == {}
    with pytest.raises(NotFound):
        domains.get(other.ctx(ADMIN), HOST)
    assert domains.register(other.ctx(ADMIN), HOST, EMAIL).operators == {}
    assert list(domains.get(world.ctx(ADMIN), HOST).operators) == [world.agents[0].id]
    assert domains.find_by_page(other.ctx(ADMIN), None, f"https://{HOST}") == 1


def test_a_page_s_domain_is_the_one_named_or_else_its_origin_s(world: World) -> None:
    ctx, number = world.ctx(ADMIN), registered(world).number
    assert domains.find_by_page(ctx, HOST, None) == domains.find_by_page(ctx, HOST, f"https://www.{HOST}:8443") == number
    assert domains.find_by_page(ctx, None, f"http://{HOST}") == number
    for origin in (None, "", "null", "https://elsewhere.example", "https://[::1"):
        assert domains.find_by_page(ctx, None, origin) is None
    for origin in ("null", "https://elsewhere.example", f"https://{HOST}.evil.example"):
        with pytest.raises(Forbidden):
            domains.find_by_page(ctx, HOST, origin)
    with pytest.raises(NotFound):
        domains.find_by_page(ctx, "elsewhere.example", "https://elsewhere.example")
    domains.change(ctx, HOST, Change(is_active=False))
    assert domains.find_by_page(ctx, None, f"https://{HOST}") is None
    with pytest.raises(Forbidden):
        domains.find_by_page(ctx, HOST, None)


def test_a_domain_s_chats_go_to_its_active_operators_alone(world: World) -> None:
    domain = registered(world, 1, 2)
    world.online(*world.agents)
    domains.set_role(world.ctx(ADMIN), HOST, world.agents[2].id, {"takes_chats": False})
    chats = [asks(world, arrived(world, domain)) for _ in range(3)]
    assert {assignee(world, chat) for chat in chats} == {world.agents[1].id}
    assert assignee(world, asks(world, arrived(world))) in (world.agents[0].id, world.agents[2].id)


def test_a_visitor_waits_for_a_domain_s_operator_and_stands_in_nobody_s_way(world: World) -> None:
    domain = registered(world, 1)
    world.online(world.agents[0])
    waits, served = asks(world, arrived(world, domain)), asks(world, arrived(world))
    assert (assignee(world, waits), assignee(world, served)) == (None, world.agents[0].id)
    world.online(world.agents[1])
    assert assignee(world, waits) == world.agents[1].id


def test_what_waits_goes_to_who_is_made_an_operator_and_to_all_where_the_domain_goes(world: World) -> None:
    domain, other = registered(world), registered(world, host="other.example")
    world.online(world.agents[2])
    first, second = asks(world, arrived(world, domain)), asks(world, arrived(world, other))
    assert assignee(world, first) is assignee(world, second) is None
    domains.assign(world.ctx(ADMIN), HOST, world.agents[2].id)
    assert assignee(world, first) == world.agents[2].id
    domains.remove(world.ctx(ADMIN), "other.example")
    assert assignee(world, second) == world.agents[2].id


def test_a_chat_that_nobody_picks_stays_among_the_domain_s_operators(world: World) -> None:
    domain = registered(world, 1, 2)
    world.online(*world.agents)
    chat = asks(world, arrived(world, domain))
    had = {assignee(world, chat)}
    for _ in range(3):
        world.pass_(1000)
        had.add(assignee(world, chat))
    assert had == {world.agents[1].id, world.agents[2].id}


def test_an_operator_who_is_removed_gives_a_domain_s_chat_to_another_of_it(world: World) -> None:
    domain = registered(world, 0, 2)
    world.online(world.agents[0])
    chat = asks(world, arrived(world, domain))
    assert assignee(world, chat) == world.agents[0].id
    world.online(*world.agents[1:])
    domains.unassign(world.ctx(ADMIN), HOST, world.agents[0].id)
    assert assignee(world, chat) == world.agents[0].id
    members_of = conversations.load(world.ctx(ADMIN), chat)
    assert participants.list_participants(world.ctx(ADMIN), members_of)[0] == world.agents[0].id


def test_on_another_domain_s_page_a_visitor_has_another_chat_and_the_first_one_when_they_are_back(world: World) -> None:
    here, there = registered(world, 0), registered(world, 1, host="other.example")
    world.online(*world.agents)
    visitor = world.visitor()
    assert visitor.say("hello").body["error_code"] == 0
    world.settle()
    world.now += 1
    first = asks(world, visitor.id, here.number)
    assert assignee(world, first) == world.agents[0].id and first != visitor.conversation
    assert asks(world, visitor.id) == asks(world, visitor.id, here.number) == first
    world.now += 1
    moved = asks(world, visitor.id, there.number)
    assert assignee(world, moved) == world.agents[1].id
    assert asks(world, visitor.id, here.number) == first


def test_where_nobody_is_assigned_a_domain_s_chat_is_its_operators(world: World) -> None:
    desk = World(world.monkeypatch, clock_of=world, name="everyone", allocation=accounts.EVERYONE)
    domain = domains.register(desk.ctx(ADMIN), HOST, EMAIL)
    domains.assign(desk.ctx(ADMIN), HOST, desk.agents[1].id)
    visitor = registration.get_or_create_visitor(desk.as_visitor("nobody yet"), "a trace", domain.number).id
    found = waiting_queue.join(desk.as_visitor(visitor), visitor)
    assert participants.list_participants(desk.ctx(ADMIN), found) == [desk.agents[1].id, visitor]
    served = groups.agents_serving(desk.ctx(ADMIN), people.list_agents(desk.ctx(ADMIN)), None, domain.number)
    assert [agent.id for agent in served] == [desk.agents[1].id]


def test_allocated_by_group_a_domain_s_chat_needs_no_distributor(world: World) -> None:
    desk = World(world.monkeypatch, clock_of=world, name="grouped", allocation=accounts.GROUP)
    domain = domains.register(desk.ctx(ADMIN), HOST, EMAIL)
    domains.assign(desk.ctx(ADMIN), HOST, desk.agents[1].id)
    desk.online(*desk.agents)
    visitor = registration.get_or_create_visitor(desk.as_visitor("nobody yet"), "a trace", domain.number).id
    assert waiting_queue.join(desk.as_visitor(visitor), visitor).assignee == desk.agents[1].id


def test_what_a_domain_costs(world: World) -> None:
    domain = registered(world, 0)
    world.online(world.agents[0])
    ctx = world.ctx(ADMIN)
    with counted() as sent:
        domains.get(ctx, HOST)
    assert sent == ["GetItem"]
    with counted() as sent:
        domains.set_role(ctx, HOST, world.agents[0].id, {"is_admin": True})
    assert [name for name in sent if not name.startswith("GetQueue")] == [
        "GetItem",
        "TransactWriteItems",
        *["SendMessageBatch"] * 2,  # routing and sockets are told
    ]
    domains.list_cached(ctx)
    with counted() as sent:
        assert domains.find_by_page(ctx, None, f"https://{HOST}") == domain.number
    assert sent == []
    visitor = arrived(world, domain)
    theirs = world.as_visitor(visitor)
    with counted() as sent:
        chat = waiting_queue.join(theirs, visitor).id
    assert sent == ["GetItem", "UpdateItem", "TransactWriteItems"]
    messages.post(theirs, PostMessage(chat, "hello"))
    world.relay()
    ((_, queue, body),) = [entry for entry in world.queued if entry[1] == "routing" and chat in entry[2]]
    with counted() as sent:
        world.deliver(queue, body)
    assert sent == ["GetItem", "Query", "TransactWriteItems"]
