"""Routing rules: what their conditions look at, and how they hold together."""

from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.people import registration
from chalicelib.desk.people.registration import CreateContact
from chalicelib.desk.teams import domains, groups
from chalicelib.models import conversations
from chalicelib.models.conversations import Conversation
from tests.desk.automation.routed import asked, routes, rule, to
from tests.desk.conversations.desk import contact, department, field, tag
from tests.world import World


@pytest.mark.parametrize(
    ("given", "matching"),
    [
        ({"when": "any"}, {"AB", "A", "B"}),
        ({"when": "all"}, {"AB"}),
        ({"when": "logicalExpression", "expression": "1 and 2"}, {"AB"}),
        ({"when": "logicalExpression", "expression": "(1 or 2)"}, {"AB", "A", "B"}),
    ],
)
def test_conditions_hold_together_as_the_rule_says(world: World, given: dict[str, Any], matching: set[str]) -> None:
    sales = department(world, "Sales", world.agents[0])
    rule(world, "some", to(sales), (16, "contains", "A"), (16, "contains", "B"), **given)
    routes(world, type="custom")
    found = {subject: asked(world, subject=subject).group == sales.id for subject in ("AB", "A", "B", "x")}
    assert {subject for subject, matched in found.items() if matched} == matching


def test_conditions_look_at_language_channel_domain_custom_fields_tags_and_contact(world: World) -> None:
    ctx = world.ctx(ADMIN)
    domains.register(ctx, "shop.example", "web@shop.example")
    number, vip = field(world, "size"), tag(world, "vip")
    mia = contact(world, "Mia Miller")
    wanted: dict[str, tuple[Any, dict[str, Any]]] = {
        "language": ((4, "is", "fr"), {"metadata": {"language": "fr"}}),
        "channel": ((8, "is", "email"), {"channel": "email"}),
        "custom field": ((100 + number, "is", "XL"), {"custom_fields": {number: "xl"}}),
        "tag": ((14, "is", str(vip)), {"tags": (vip,)}),
        "contact": ((11, "is", str(mia.number)), {"contact": mia.number}),
        "contact's name": ((18, "contains", "mia"), {"contact": mia.number}),
    }
    places = {}
    for name, (condition, _) in wanted.items():
        places[name] = groups.create(ctx, name, groups.Change())
        rule(world, name, to(places[name]), condition)
    routes(world, type="custom")
    for name, (_, fields) in wanted.items():
        found = asked(world, **fields)
        # Whoever is Mia has the earlier one of the two rules about her.
        assert found.group == places["contact" if "contact" in fields else name].id, name
    assert asked(world).group is None


def test_a_condition_looks_at_the_language_that_the_contact_speaks(world: World) -> None:
    german = department(world, "Deutsch", world.agents[0])
    rule(world, "german", to(german), (31, "contains", "DE"))
    routes(world, type="custom")
    speaks = {
        language: registration.create_contact(world.ctx(ADMIN), CreateContact(f"{language}@c.test", "C", language=language))
        for language in ("de-AT", "en")
    }
    found = {language: asked(world, contact=person.number).group for language, person in speaks.items()}
    assert found == {"de-AT": german.id, "en": None}


def test_a_condition_looks_at_the_domain_on_whose_page_a_chat_began(world: World) -> None:
    ctx = world.ctx(ADMIN)
    domain = domains.register(ctx, "shop.example", "web@shop.example")
    shop = department(world, "Shop", world.agents[0])
    rule(world, "from the shop", to(shop), (30, "is", "shop.example"))
    routes(world, type="custom")
    visitor = world.visitor()
    row = conversations.get(world.account, visitor.conversation)
    assert row
    row.update([Conversation.domain.set(domain.number)])
    visitor.say("hello")
    other = world.asking()
    world.settle()
    groups_ = [found.group for one in (visitor, other) if (found := conversations.get(world.account, one.conversation))]
    assert groups_ == [shop.id, None]
