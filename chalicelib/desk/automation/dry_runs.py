"""Dry runs of routing: where a new conversation would go by the rules as they are stored. Nothing is changed."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.context import ADMIN, Context
from chalicelib.desk.accounts import custom_fields
from chalicelib.desk.automation import routing_rules
from chalicelib.desk.conversations import fields
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from chalicelib.rules import routing_rules as rules
from chalicelib.rules.routing_rules import Match, Route

_KINDS = {rules.NO_RULE: None, rules.SIMPLE: "simple", rules.MATCH_FAILED: "matchFailed"}


class Given(msgspec.Struct, frozen=True):
    """A conversation that might be: facts by the core's names of fields, the id of its department, and custom fields as text."""

    facts: Mapping[str, Any] = msgspec.field(default_factory=dict)
    group: int | None = None
    custom: Sequence[tuple[int, str]] = ()


class DryRun(msgspec.Struct, frozen=True):
    """What would happen; `text` says all of it in words. `kind` is custom, simple or matchFailed, None if no rule applies. `rule`
    is the number of a custom rule, `name` its name.
    """

    text: str
    is_enabled: bool
    kind: str | None
    rule: int | None = None
    name: str | None = None
    agent: int | None = None
    group: int | None = None
    priority: str | None = None


@access.allow(ADMIN)
def dry_run(ctx: Context, given: Given) -> DryRun:
    """Returns which rule would apply to a conversation, and where it leads. Five requests at most. Raises Invalid."""
    known = {group.number: group.name for group in groups.list_all(ctx)}
    if given.group is not None and given.group not in known:
        raise Invalid("group", "is not a department's id")
    facts = {"group_number": given.group, **given.facts, **_custom(ctx, given.custom)}
    is_enabled, match, name = routing_rules.match_stored(ctx, facts)
    stays = given.group is not None and match.rule < 0  # a department that was chosen gives way only to a custom rule
    route = Route(priority=match.route.priority) if stays else match.route
    where = "it stays with its department" if stays else _where(ctx, route, known)
    priority = f", with the priority {route.priority}" if route.priority else ""
    off = "" if is_enabled else "Routing is off, so rules are not asked. If it were on: "
    return DryRun(
        text=f"{off}{_why(match, name)}, so {where}{priority}.",
        is_enabled=is_enabled,
        kind=_KINDS.get(match.rule, "custom"),
        rule=match.rule if match.rule > 0 else None,
        name=name,
        agent=route.id if route.to == rules.AGENT else None,
        group=route.id if route.to == rules.DEPARTMENT else given.group,
        priority=route.priority,
    )


def _custom(ctx: Context, given: Sequence[tuple[int, str]]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for at, ((id_, value), found) in enumerate(zip(given, fields.find(ctx, [id_ for id_, _ in given]), strict=True)):
        if found is None or not found.core.startswith("custom:"):
            raise Invalid(f"customFields[{at}].id", f"{id_} is not a custom field's")
        facts[found.core] = value if found.custom is None else custom_fields.fact(found.custom, value)
    return facts


def _why(match: Match, name: str | None) -> str:
    kinds = {rules.SIMPLE: "The simple route applies", rules.MATCH_FAILED: "No rule matches", rules.NO_RULE: "No rule matches"}
    return kinds.get(match.rule, f"The rule “{name}” matches")


def _where(ctx: Context, route: Route, departments: Mapping[int, str]) -> str:
    """Returns where a route leads, as the end of a sentence."""
    if route.to == rules.DEPARTMENT and route.id is not None:
        name = departments.get(route.id)
        return f"it goes to the department {name}" if name else "it would go to a department that was removed, so to everybody"
    if route.to == rules.AGENT and route.id is not None:
        try:
            return f"it goes to {people.get_agent_by_number(ctx, route.id).name}"
        except NotFound:
            return "it would go to an agent who was removed, so to everybody"
    return "it goes to nobody in particular"
