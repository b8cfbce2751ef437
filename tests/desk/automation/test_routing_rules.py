"""Routing rules: where new conversations go, once, by what they are about; and what is said of it."""

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import explaining, routing_rules
from chalicelib.desk.automation.routing_rules import Change, Route, RuleChange
from chalicelib.desk.conversations import updates
from chalicelib.desk.conversations.updates import Change as Update
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.people import presence
from chalicelib.desk.teams import allocation, groups
from chalicelib.models import conversations
from tests.desk.automation.routed import asked, read, routes, rule, said, to
from tests.desk.conversations.desk import contact, create, department, field
from tests.lambdas import counted
from tests.world import World


def test_the_simple_route_sends_what_is_new_to_a_department_with_a_priority(world: World) -> None:
    sales = department(world, "Sales", world.agents[1])
    world.online(*world.agents)
    routes(world, type="simple", simple=to(sales, "high"))
    found = asked(world)
    assert (found.group, found.priority, found.assignee, found.routed_by) == (sales.id, "high", world.agents[1].id, -1)
    assert said(world, found) == (
        "Ben Agent got it, because they had the fewest conversations. The simple route applied. It is Sales's."
    )


def test_a_department_that_somebody_chose_stays_under_the_simple_route(world: World) -> None:
    sales, support = department(world, "Sales", world.agents[1]), department(world, "Support", world.agents[2])
    world.online(*world.agents)
    routes(world, type="simple", simple=to(sales))
    assert asked(world, group=support.number).assignee == world.agents[2].id


def test_the_first_custom_rule_that_matches_wins_and_what_none_matches_has_a_route(world: World) -> None:
    sales, support, rest = (department(world, name, agent) for name, agent in zip(("A", "B", "C"), world.agents, strict=True))
    world.online(*world.agents)
    first = rule(world, "parcels", to(sales), (16, "contains", "parcel"))
    second = rule(world, "all that is urgent", to(support), (7, "is", "urgent"))
    routes(world, type="custom", failed=to(rest, "low"))
    assert asked(world, subject="A parcel", priority="urgent").group == sales.id
    found = asked(world, subject="A bill", priority="urgent")
    assert (found.group, found.routed_by) == (support.id, second)
    found = asked(world, subject="A bill")
    assert (found.group, found.priority, found.routed_by) == (rest.id, "low", -2)
    assert "No routing rule matched" in said(world, found)
    routing_rules.sort(world.ctx(ADMIN), [second, first])
    assert asked(world, subject="A parcel", priority="urgent").group == support.id
    routing_rules.change_rule(world.ctx(ADMIN), second, RuleChange(is_enabled=False))
    assert asked(world, subject="A parcel", priority="urgent").group == sales.id


def test_a_rule_applies_once_and_never_after_somebody_has_chosen_a_department(world: World) -> None:
    sales, support = department(world, "Sales", world.agents[0]), department(world, "Support", world.agents[1])
    rule(world, "all", to(sales))
    routes(world, type="custom")
    found = asked(world)
    assert (found.group, found.assignee) == (sales.id, None)
    world.online(*world.agents)
    assert read(found).assignee == world.agents[0].id
    updates.change(world.ctx(ADMIN), found.id, Update(group=support.number))
    world.settle()
    assert (read(found).group, read(found).assignee) == (support.id, world.agents[1].id)
    routing_rules.change(world.ctx(ADMIN), Change(is_enabled=False))
    early = asked(world)
    updates.change(world.ctx(ADMIN), early.id, Update(group=support.number))
    routes(world)
    updates.change(world.ctx(ADMIN), early.id, Update(assignee=0))
    world.pass_(200)
    assert (read(early).group, read(early).routed_by) == (support.id, 0)


def test_switched_on_the_rules_are_applied_to_what_waits(world: World) -> None:
    sales = department(world, "Sales", world.agents[2])
    waits = asked(world)
    world.online(world.agents[2])
    taken = asked(world)
    routes(world, type="simple", simple=to(sales))
    assert [read(one).group for one in (waits, taken)] == [None, None], "both have an agent"
    presence.set_own(world.as_agent(2), "away")
    routing_rules.change(world.ctx(ADMIN), Change(is_enabled=False))
    waits = asked(world)
    routes(world)
    assert read(waits).group == sales.id


def test_what_a_rule_sends_to_an_agent_waits_for_them_and_then_for_everybody(world: World) -> None:
    routes(world, type="simple", simple=Route("agent", world.agents[1].number))
    world.online(world.agents[0])
    found = asked(world)
    assert (found.assignee, found.audience) == (None, world.agents[1].number)
    assert said(world, found) == "It waits because it is for Ben Agent, who is not online. The simple route applied."
    world.online(world.agents[1])
    assert (read(found).assignee, read(found).audience, read(found).chosen_by) == (world.agents[1].id, None, "rule")
    assert said(world, read(found)).startswith("Ben Agent got it, because the routing rule names them.")
    presence.set_own(world.as_agent(1), "away")
    later = asked(world)
    assert later.assignee is None
    world.pass_(200)
    assert read(later).assignee == world.agents[0].id, "nobody is forgotten"


def test_an_agent_that_a_rule_names_has_limits_too(world: World) -> None:
    allocation.change(world.ctx(ADMIN), allocation.Change(limit=1))
    routes(world, type="simple", simple=Route("agent", world.agents[1].number))
    world.online(*world.agents)
    first, second = asked(world), asked(world)
    assert (first.assignee, second.assignee) == (world.agents[1].id, None)
    assert "has as many conversations as they may" in said(world, second)
    updates.close(world.ctx(ADMIN), first.id)
    world.settle()
    assert read(second).assignee == world.agents[1].id


def test_where_nothing_is_given_out_a_rule_still_sorts_and_names(world: World) -> None:
    sales = department(world, "Sales", world.agents[0])
    accounts.change(world.ctx(ADMIN), accounts.Change(allocation=accounts.EVERYONE))
    rule(world, "parcels", to(sales, "high"), (16, "contains", "parcel"))
    rule(world, "bills", Route("agent", world.agents[2].number), (16, "contains", "bill"))
    routes(world, type="custom")
    parcel, bill = asked(world, subject="A parcel"), asked(world, subject="A bill")
    assert (parcel.group, parcel.priority, parcel.assignee) == (sales.id, "high", None)
    assert bill.assignee == world.agents[2].id
    assert explaining.explain(world.ctx(ADMIN), parcel).state == "notRouted"


def test_a_route_to_what_is_gone_leads_to_everybody(world: World) -> None:
    sales = department(world, "Sales", world.agents[1])
    routes(world, type="simple", simple=to(sales, "urgent"))
    groups.remove(world.ctx(ADMIN), sales.id)
    world.online(world.agents[0])
    found = asked(world)
    assert (found.group, found.priority, found.assignee) == (None, "urgent", world.agents[0].id)


@pytest.mark.parametrize(
    ("route", "field_"),
    [
        (Route("agent", 999_999), "simple.id"),
        (Route("department", 999_999), "simple.id"),
        (Route("department"), "simple.id"),
        (Route("planet", 1), "simple.to"),
        (Route(priority="loud"), "simple.priority"),
    ],
)
def test_a_route_that_leads_nowhere_is_refused(world: World, route: Route, field_: str) -> None:
    with pytest.raises(Invalid) as refused:
        routes(world, simple=route)
    assert refused.value.field == field_


def test_rules_are_copied_moved_and_removed(world: World) -> None:
    ctx = world.ctx(ADMIN)
    one, two = rule(world, "one", Route()), rule(world, "two", Route(priority="low"))
    copied = [found.number for found in routing_rules.copy(ctx, one)]
    assert copied == [one, 3, two]
    assert [found.name for found in routing_rules.list_rules(ctx)] == ["one", "one", "two"]
    assert [found.number for found in routing_rules.move(ctx, two, -1)] == [one, two, 3]
    assert [found.number for found in routing_rules.move(ctx, one, -1)] == [one, two, 3]
    assert [found.number for found in routing_rules.move(ctx, 3, 1)] == [one, two, 3]
    routing_rules.remove(ctx, two)
    for missing in (lambda: routing_rules.remove(ctx, two), lambda: routing_rules.move(ctx, two, 1)):
        with pytest.raises(NotFound):
            missing()
    with pytest.raises(Invalid):
        routing_rules.sort(ctx, [two])
    long = [(16, "contains", "x" * 1000)] * 6
    for bad in ({"when": "logicalExpression", "expression": "1 or"}, {"when": "some"}):
        with pytest.raises(Invalid):
            rule(world, "bad", Route(), **bad)
    with pytest.raises(Invalid):
        rule(world, "long", Route(), *long)


def test_a_rule_on_custom_fields_and_the_contact_takes_four_requests(world: World) -> None:
    number, sales = field(world, "size"), department(world, "Sales", world.agents[0])
    rule(world, "large", to(sales), (100 + number, "is", "XL"), (18, "contains", "mia"))
    allocation.change(world.ctx(ADMIN), allocation.Change(prefers_last=True, limit=5))
    routes(world, type="custom")
    world.online(world.agents[0])
    asked(world, custom_fields={number: "xl"}, contact=contact(world).number)
    mia = contact(world, "Mia2 Other")
    made = create(world.ctx(ADMIN), custom_fields={number: "xl"}, contact=mia.number)
    world.relay()
    ((_, queue, body),) = [entry for entry in world.queued if entry[0] <= world.now and entry[1] == "routing"]
    with counted() as sent:
        world.deliver(queue, body)
    assert sent == ["GetItem", "BatchGetItem", "Query", "TransactWriteItems"]
    assert (read(made).group, read(made).assignee) == (sales.id, world.agents[0].id)


def test_what_is_said_of_a_conversation(world: World) -> None:
    ctx, sales = world.ctx(ADMIN), groups.create(world.ctx(ADMIN), "Sales", groups.Change())
    found = asked(world)
    assert said(world, found) == "It waits because no agent is online."
    updates.change(ctx, found.id, Update(group=sales.number))
    assert said(world, read(found)) == "It waits because there are no agents of Sales. It is Sales's."
    groups.set_members(ctx, sales, [world.agents[0]])
    allocation.change(ctx, allocation.Change(limit=0))
    world.online(world.agents[0])
    assert (
        said(world, read(found))
        == "It waits because every agent of Sales who is there has as many conversations as they may. It is Sales's."
    )
    allocation.change(ctx, allocation.Change(), [allocation.Preference(world.agents[0].number, accepts=False)])
    assert said(world, read(found)) == "It waits because no agent of Sales accepts conversations. It is Sales's."
    updates.change(ctx, found.id, Update(assignee=world.agents[1].number))
    assert said(world, read(found)).startswith("Ben Agent has it, because somebody gave it to them or they answered.")
    updates.close(ctx, found.id)
    assert explaining.explain(ctx, read(found)).state == "closed"
    empty = conversations.get(world.account, world.visitor().conversation)
    assert empty and said(world, empty) == "Nothing has been said in it, so it is given to nobody yet."


def test_what_leads_to_something_removed_since_is_still_changed(world: World) -> None:
    ctx, sales = world.ctx(ADMIN), department(world, "Sales", world.agents[1])
    routes(world, type="simple", simple=to(sales))
    number = rule(world, "sales", to(sales))
    groups.remove(ctx, sales.id)
    routes(world, simple=to(sales, "high"))
    assert routing_rules.load(ctx).simple.priority == "high"
    assert routing_rules.change_rule(ctx, number, RuleChange(route=to(sales, "high"))).route.priority == "high"
    for field_, call in (
        ("failed.id", lambda: routing_rules.change(ctx, Change(failed=to(sales)))),
        ("route.id", lambda: routing_rules.create(ctx, RuleChange(name="another", route=to(sales)))),
    ):
        with pytest.raises(Invalid) as refused:
            call()
        assert field_ in str(refused.value)
