"""Anytime's custom rules: which new conversations go where. `customerrules` is the document's spelling of them."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.automation import routing_rules
from chalicelib.desk.automation.routing_rules import MOST, CustomRule
from chalicelib.desk.core.errors import Missing
from chalicelib.dialects.anytime.routing import PATHS, OneRouting, check
from chalicelib.dialects.anytime.routing_shapes import (
    ID,
    SPELLINGS,
    RuleFields,
    RuleShown,
    rule_change,
    show_rule,
    show_rules,
)
from chalicelib.dialects.anytime.shapes import STEPS, Direction, Spellings, Wire
from chalicelib.dialects.bounds import Number
from chalicelib.dialects.endpoint import Endpoint


class OneRule(Wire, kw_only=True):
    """A custom rule of the site's routing."""

    customerrule_id: Number = msgspec.field(name="customerruleId")
    id: Number = ID


class MakeRule(RuleFields, kw_only=True):
    """`POST …/customerrules`: a rule."""

    id: Number


class SetRule(RuleFields, kw_only=True):
    """`PUT …/customerrules/{customerruleId}`: what is given changes."""

    id: Number
    customerrule_id: Number = msgspec.field(name="customerruleId")


class Placed(Wire, kw_only=True):
    """A rule and its place; rules without one keep the order in which they are sent."""

    id: Number
    index: Number | None = None
    order_num: Number | None = None


Order = Annotated[list[Placed], Meta(max_length=MOST)]


class SortRules(Wire, kw_only=True):
    """`PUT …/sort`: all rules in their new order, or that this one moves up or down."""

    id: Number
    customerrule_id: Number = msgspec.field(name="customerruleId")
    customer_rules: Order | None = None
    custom_rules: Order | None = None
    type: Direction | None = None


class RuleList(Wire, kw_only=True):
    """Custom rules in their order, under their names."""

    customer_rules: list[RuleShown]
    custom_rules: list[RuleShown]


class WrappedRule(Wire, kw_only=True):
    """A custom rule under its names."""

    customer_rule: RuleShown
    custom_rule: RuleShown


def list_rules(ctx: Context, request: OneRouting) -> RuleList:
    """`GET …/customerrules`: the custom rules in their order."""
    check(request.id)
    return _rules(routing_rules.list_rules(ctx))


def make_rule(ctx: Context, request: MakeRule) -> WrappedRule:
    """`POST …/customerrules`: a new rule, after the others."""
    check(request.id)
    if request.name is UNSET:
        raise Missing("name")
    with SPELLINGS.told(request):
        made = routing_rules.create(ctx, rule_change(ctx, None, request))
    return _one(ctx, made)


def set_rule(ctx: Context, request: SetRule) -> WrappedRule:
    """`PUT …/customerrules/{customerruleId}`: changes the given fields."""
    check(request.id)
    before = routing_rules.get_rule(ctx, request.customerrule_id)
    with SPELLINGS.told(request):
        return _one(ctx, routing_rules.change_rule(ctx, request.customerrule_id, rule_change(ctx, before, request)))


def copy_rule(ctx: Context, request: OneRule) -> RuleList:
    """`PUT …/customerrules/{customerruleId}/copy`: another rule like this one, right after it."""
    check(request.id)
    return _rules(routing_rules.copy(ctx, request.customerrule_id))


def sort_rules(ctx: Context, request: SortRules) -> RuleList:
    """`PUT …/customerrules/{customerruleId}/sort`: puts the rules in the order sent, or moves one up or down."""
    check(request.id)
    given = request.customer_rules or request.custom_rules
    if given:
        routing_rules.get_rule(ctx, request.customerrule_id)
        name = "customer_rules" if request.customer_rules else "custom_rules"
        with Spellings(order=(name,)).told(request):
            return _rules(routing_rules.sort(ctx, [one.id for one in sorted(given, key=_place)]))
    if request.type is None:
        raise Missing("customerRules")
    return _rules(routing_rules.move(ctx, request.customerrule_id, STEPS[request.type]))


def remove_rule(ctx: Context, request: OneRule) -> None:
    """`DELETE …/customerrules/{customerruleId}`: removes a rule."""
    check(request.id)
    routing_rules.remove(ctx, request.customerrule_id)


def _place(one: Placed) -> int:
    return one.index if one.index is not None else one.order_num or 0


def _rules(found: list[CustomRule]) -> RuleList:
    shown = show_rules(found)
    return RuleList(customer_rules=shown, custom_rules=shown)


def _one(ctx: Context, rule: CustomRule) -> WrappedRule:
    places = [one.number for one in routing_rules.list_rules(ctx)]
    shown = show_rule(rule, places.index(rule.number) + 1 if rule.number in places else len(places) + 1)
    return WrappedRule(customer_rule=shown, custom_rule=shown)


def _rows(path: str, word: str) -> list[Endpoint]:
    """Returns the rows of one spelling of the path."""
    all_ = f"{path}/{{id}}/{word}"
    one = f"{all_}/{{customerruleId}}"
    return [
        Endpoint("GET", all_, list_rules, AGENT),
        Endpoint("POST", all_, make_rule, ADMIN),
        Endpoint("PUT", one, set_rule, ADMIN),
        Endpoint("PUT", f"{one}/copy", copy_rule, ADMIN),
        Endpoint("PUT", f"{one}/sort", sort_rules, ADMIN),
        Endpoint("DELETE", f"{path}/{word}/{{customerruleId}}", remove_rule, ADMIN),
    ]


ROWS = [row for path in PATHS for word in ("customerrules", "customRules") for row in _rows(path, word)]
