"""Anytime's routing objects in the document's words and the later ones, and what these are in the desk's."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from chalicelib.context import Context
from chalicelib.desk.automation import routing_rules
from chalicelib.desk.automation.routing_rules import CustomRule, Route, Routing, RuleChange
from chalicelib.desk.conversations.filters import FilterCondition
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime.conditions import Condition, Conditions, ConditionShown, placed, read, show_of_rule, to_store
from chalicelib.dialects.anytime.conversation_shapes import Priority
from chalicelib.dialects.anytime.shapes import BASE, Spellings, Wire
from chalicelib.dialects.bounds import Line, Name, Number

#: The one id of a site's routing.
ID = 1
Target = Literal["agent", "department"]
When = Literal[0, 1, 2, "any", "all", "logicalExpression"]
Type = Literal["simple", "customRules", "cusomterrules", "customerRules"]
_WHEN: dict[Any, str] = {0: "any", 1: "all", 2: "logicalExpression"}
_NUMBER: dict[str, Any] = {word: number for number, word in _WHEN.items()}


class RuleFields(Wire, kw_only=True):
    """What can be set of a custom rule, in all spellings. Its place is not: that is what `sort` says."""

    name: Name | UnsetType = UNSET
    is_enable: bool | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    when: When | UnsetType = UNSET
    logic_expression: Line | None | UnsetType = UNSET
    route_to_object: Target | None | UnsetType = UNSET
    route_type: Target | None | UnsetType = UNSET
    route_to_id: Number | None | UnsetType = UNSET
    route_to_priority: Priority | None | UnsetType = UNSET
    route_with_priority: Priority | None | UnsetType = UNSET
    conditions: Conditions | UnsetType = UNSET


class RuleSentBack(RuleFields, kw_only=True):
    """A custom rule as it was shown."""

    id: Number | None = None
    index: Number | None = None
    order_num: Number | None = None


Rules = Annotated[list[RuleSentBack], Meta(max_length=routing_rules.MOST)]


class RoutingFields(Wire, kw_only=True):
    """What can be set of the routing, in all spellings. Its custom rules may be sent back as they were shown."""

    is_enabled: bool | UnsetType = UNSET
    is_enable: bool | UnsetType = UNSET
    type: Type | UnsetType = UNSET
    simple_route_to_object: Target | None | UnsetType = UNSET
    simple_route_to_id: Number | None | UnsetType = UNSET
    simple_route_to_priority: Priority | None | UnsetType = UNSET
    documented_object: Target | None | UnsetType = msgspec.field(default=UNSET, name="SimpleRouteToObject")
    documented_id: Number | None | UnsetType = msgspec.field(default=UNSET, name="SimpleRouteToId")
    documented_priority: Priority | None | UnsetType = msgspec.field(default=UNSET, name="SimpleRouteToPriority")
    simple_route_type: Target | None | UnsetType = UNSET
    simple_route_with_priority: Priority | None | UnsetType = UNSET
    match_failed_route_to_object: Target | None | UnsetType = UNSET
    match_failed_route_to_id: Number | None | UnsetType = UNSET
    match_failed_route_to_priority: Priority | None | UnsetType = UNSET
    match_failed_type: Target | None | UnsetType = UNSET
    later_failed_id: Number | None | UnsetType = msgspec.field(default=UNSET, name="matchFailedrouteToId")
    match_failed_with_priority: Priority | None | UnsetType = UNSET
    customer_route_rules: Rules | None | UnsetType = UNSET
    custom_rules: Rules | None | UnsetType = UNSET


class RuleShown(Wire, kw_only=True):
    """A custom rule. `index` and `orderNum` are its place, from 1."""

    id: int
    name: str
    is_enable: bool
    is_enabled: bool
    when: When
    logic_expression: str
    route_to_object: str | None
    route_type: str | None
    route_to_id: int | None
    route_to_priority: str | None
    route_with_priority: str | None
    index: int
    order_num: int
    conditions: list[ConditionShown]


class RoutingShown(Wire, kw_only=True):
    """The site's routing, with its custom rules."""

    id: int
    is_enable: bool
    is_enabled: bool
    type: str
    simple_route_to_object: str | None
    simple_route_to_id: int | None
    simple_route_to_priority: str | None
    documented_object: str | None = msgspec.field(name="SimpleRouteToObject")
    documented_id: int | None = msgspec.field(name="SimpleRouteToId")
    documented_priority: str | None = msgspec.field(name="SimpleRouteToPriority")
    simple_route_type: str | None
    simple_route_with_priority: str | None
    match_failed_route_to_object: str | None
    match_failed_route_to_id: int | None
    match_failed_route_to_priority: str | None
    match_failed_type: str | None
    later_failed_id: int | None = msgspec.field(name="matchFailedrouteToId")
    match_failed_with_priority: str | None
    customer_route_rules: list[RuleShown]
    custom_rules: list[RuleShown]


#: What has several spellings. Parts of a route are named as its errors name them.
SPELLINGS = Spellings(
    **{
        "is_enabled": ("is_enabled", "is_enable"),
        "simple.to": ("simple_route_to_object", "documented_object", "simple_route_type"),
        "simple.id": ("simple_route_to_id", "documented_id"),
        "simple.priority": ("simple_route_to_priority", "documented_priority", "simple_route_with_priority"),
        "failed.to": ("match_failed_route_to_object", "match_failed_type"),
        "failed.id": ("match_failed_route_to_id", "later_failed_id"),
        "failed.priority": ("match_failed_route_to_priority", "match_failed_with_priority"),
        "route.to": ("route_to_object", "route_type"),
        "route.id": ("route_to_id",),
        "route.priority": ("route_to_priority", "route_with_priority"),
    }
)


def _route(before: Route, request: Wire, which: str) -> Route | UnsetType:
    """Returns a route with what was given, UNSET where that changes nothing, so that a target that was removed may stay."""
    given = {part: SPELLINGS.given(request, f"{which}.{part}", getattr(before, part)) for part in ("to", "id", "priority")}
    given = {part: value for part, value in given.items() if value is not UNSET}
    after = replace(before, **given)
    return after if after != before else UNSET


def routing_change(before: Routing, given: RoutingFields) -> routing_rules.Change:
    """Returns the desk's change of the routing."""
    type_ = routing_rules.SIMPLE if given.type == "simple" else routing_rules.CUSTOM
    return routing_rules.Change(
        is_enabled=SPELLINGS.given(given, "is_enabled", before.is_enabled),
        type=UNSET if given.type is UNSET else type_,
        simple=_route(before.simple, given, "simple"),
        failed=_route(before.failed, given, "failed"),
    )


def check_rules(given: RoutingFields, rules: Sequence[CustomRule]) -> None:
    """Raises Invalid for custom rules that are sent with the routing and are others than these: each is changed by itself."""
    shown = msgspec.convert(msgspec.to_builtins(show_rules(rules)), list[RuleSentBack])
    for field, name in (("custom_rules", "customRules"), ("customer_route_rules", "customerRouteRules")):
        if getattr(given, field) not in (UNSET, None, shown):
            raise Invalid(name, f"are not changed here, but each at {BASE}/routing/{ID}/customRules, and their order at …/sort")


def rule_change(ctx: Context, before: CustomRule | None, given: RuleFields) -> RuleChange:
    """Returns the desk's change of a custom rule, None for a new one. Raises Invalid for a condition that can't be."""
    when, expression = given.when, given.logic_expression
    return RuleChange(
        name=given.name,
        is_enabled=SPELLINGS.given(given, "is_enabled", before is None or before.is_enabled),
        when=UNSET if isinstance(when, UnsetType) else _WHEN.get(when, str(when)),
        expression="" if expression is None else expression,
        conditions=_conditions(ctx, before, given.conditions),
        route=_route(before.route if before else Route(), given, "route"),
    )


def _conditions(
    ctx: Context, before: CustomRule | None, given: list[Condition] | UnsetType
) -> tuple[FilterCondition, ...] | UnsetType:
    """Returns conditions to store, in order, with the desk's words for choices; UNSET where they are as they were, because a
    field may have been removed since.
    """
    if isinstance(given, UnsetType):
        return UNSET
    found = to_store(given)
    if before is not None and found == before.conditions:
        return UNSET
    read(ctx, placed(given))
    return found


def show(found: Routing, rules: Sequence[CustomRule]) -> RoutingShown:
    """Returns the routing as it is shown."""
    simple, failed, shown = found.simple, found.failed, show_rules(rules)
    return RoutingShown(
        id=ID,
        is_enable=found.is_enabled,
        is_enabled=found.is_enabled,
        type="simple" if found.type == routing_rules.SIMPLE else "customRules",
        simple_route_to_object=simple.to,
        simple_route_to_id=simple.id,
        simple_route_to_priority=simple.priority,
        documented_object=simple.to,
        documented_id=simple.id,
        documented_priority=simple.priority,
        simple_route_type=simple.to,
        simple_route_with_priority=simple.priority,
        match_failed_route_to_object=failed.to,
        match_failed_route_to_id=failed.id,
        match_failed_route_to_priority=failed.priority,
        match_failed_type=failed.to,
        later_failed_id=failed.id,
        match_failed_with_priority=failed.priority,
        customer_route_rules=shown,
        custom_rules=shown,
    )


def show_rules(rules: Sequence[CustomRule]) -> list[RuleShown]:
    """Returns all custom rules as they are shown, in their order."""
    return [show_rule(rule, at) for at, rule in enumerate(rules, 1)]


def show_rule(rule: CustomRule, at: int) -> RuleShown:
    """Returns a custom rule as it is shown at a place."""
    route = rule.route
    return RuleShown(
        id=rule.number,
        name=rule.name,
        is_enable=rule.is_enabled,
        is_enabled=rule.is_enabled,
        when=_NUMBER[rule.when],
        logic_expression=rule.expression,
        route_to_object=route.to,
        route_type=route.to,
        route_to_id=route.id,
        route_to_priority=route.priority,
        route_with_priority=route.priority,
        index=at,
        order_num=at,
        conditions=show_of_rule(rule.conditions),
    )
