"""Routing rules of a test, conversations that they apply to, and what is said of these."""

from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.automation import explaining, routing_rules
from chalicelib.desk.automation.routing_rules import Change, Route, RuleChange
from chalicelib.desk.conversations.filters import FilterCondition
from chalicelib.desk.teams.groups import Group
from chalicelib.models.conversations import Conversation
from tests.desk.conversations import desk
from tests.desk.conversations.desk import contact, create
from tests.world import World


def routes(world: World, **given: Any) -> None:
    """Switches routing rules on with these settings, and waits for what follows."""
    routing_rules.change(world.ctx(ADMIN), Change(is_enabled=True, **given))
    world.settle()


def rule(world: World, name: str, route: Route, *conditions: tuple[int, str, str], **given: Any) -> int:
    """The number of a new rule."""
    stored = tuple(FilterCondition(field=field_, match=match, value=value) for field_, match, value in conditions)
    return routing_rules.create(world.ctx(ADMIN), RuleChange(name=name, conditions=stored, route=route, **given)).number


def asked(world: World, **given: Any) -> Any:
    """A conversation that a program has created, after what follows."""
    made = create(world.ctx(ADMIN), contact=given.pop("contact", None) or contact(world, f"C{world.now} Miller").number, **given)
    world.now += 1000
    world.settle()
    return read(made)


def read(conversation: Conversation) -> Any:
    """A conversation as it is stored."""
    return desk.read(conversation)


def said(world: World, conversation: Conversation) -> str:
    """Why a conversation is where it is, in words."""
    return explaining.explain(world.ctx(ADMIN), conversation).text


def to(group: Group, priority: str | None = None) -> Route:
    """The route to a department."""
    return Route("department", group.number, priority)
