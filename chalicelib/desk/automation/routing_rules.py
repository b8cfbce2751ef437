"""Routing rules: to which department or agent a new conversation goes. An account has one set of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import conditions, facts, filters
from chalicelib.desk.conversations.filters import MOST_CONDITIONS, FilterCondition
from chalicelib.desk.core import access
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.documents import ACCOUNT, Document
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.core.schemas import fields_set
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from chalicelib.models import details
from chalicelib.models.conversations import Conversation
from chalicelib.models.details import Details
from chalicelib.models.people import Person
from chalicelib.rules import conditions as matching
from chalicelib.rules import routing_rules as rules
from chalicelib.rules import status
from chalicelib.rules.lifecycle import Changes
from chalicelib.rules.routing_rules import Match, Rule
from chalicelib.rules.routing_rules import Route as Route

#: Custom rules of an account, and characters of all values of one rule's conditions: all rules are shown in one answer.
MOST, LONGEST_VALUES = 100, 5_000
#: Which routes count: the simple one, or the custom rules and the one for what none of them matches.
SIMPLE, CUSTOM = TYPES = ("simple", "custom")


class Routing(msgspec.Struct, frozen=True):
    """What an account has set besides its custom rules."""

    is_enabled: bool = False
    type: str = SIMPLE
    simple: Route = msgspec.field(default_factory=Route)
    failed: Route = msgspec.field(default_factory=Route)


class Change(msgspec.Struct, frozen=True):
    """What to set of it. UNSET leaves a field as it is."""

    is_enabled: bool | UnsetType = UNSET
    type: str | UnsetType = UNSET
    simple: Route | UnsetType = UNSET
    failed: Route | UnsetType = UNSET


class CustomRule(Entry, frozen=True, kw_only=True):
    """A rule: what it is for, as a filter says it, and where that goes."""

    name: str
    is_enabled: bool = True
    when: str = matching.ALL
    expression: str = ""
    conditions: tuple[FilterCondition, ...] = ()
    route: Route = msgspec.field(default_factory=Route)


class RuleChange(msgspec.Struct, frozen=True):
    """What to set of a custom rule. UNSET leaves a field as it is; `conditions` replace all that it has."""

    name: str | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    when: str | UnsetType = UNSET
    expression: str | UnsetType = UNSET
    conditions: tuple[FilterCondition, ...] | UnsetType = UNSET
    route: Route | UnsetType = UNSET


def _check(rule: CustomRule) -> None:
    if len(rule.conditions) > MOST_CONDITIONS:
        raise Invalid("conditions", f"are {MOST_CONDITIONS} at most")
    if sum(len(one.value) for one in rule.conditions) > LONGEST_VALUES:
        raise Invalid("conditions", f"have {LONGEST_VALUES:,} characters at most in all values together")
    if rule.when not in (matching.ALL, matching.ANY, matching.BY_EXPRESSION):
        raise Invalid("when", f"must be one of {matching.ALL}, {matching.ANY}, {matching.BY_EXPRESSION}")
    filters.check_expression(rule)


_ROUTING = Document("routing", Routing, partition=ACCOUNT)
RULES = Collection("routing_rule", CustomRule, most=MOST, longest={"name": 256}, check=_check)


# --- settings


@access.allow(AGENT)
def load(ctx: Context) -> Routing:
    """Returns what the account has set, as it is stored now. One request."""
    return _ROUTING.load_fresh(ctx)


@access.allow(AGENT)
def list_rules(ctx: Context) -> list[CustomRule]:
    """Returns the custom rules in their order. One request."""
    return [*RULES.load_fresh(ctx).values()]


@access.allow(ADMIN)
def change(ctx: Context, wanted: Change) -> Routing:
    """Sets the given fields. Five requests at most, two more for each route. What waits is looked at again. Raises Invalid."""
    given = fields_set(wanted)
    known = _ROUTING.load(ctx)
    for name in ("simple", "failed"):
        _check_route(ctx, given.get(name), getattr(known, name), name)
    if given.get("type", SIMPLE) not in TYPES:
        raise Invalid("type", f"must be one of {', '.join(TYPES)}")
    accounts.publish_routing_change(ctx, later=True)
    changed = _ROUTING.change(ctx, lambda before: replace(before, **given))
    accounts.publish_routing_change(ctx)
    return changed


def _check_route(ctx: Context, route: Route | UnsetType | None, before: Route, field_: str) -> None:
    """Raises Invalid for a route that leads nowhere, unless it led to the same before, now removed. Two requests at most."""
    if route is None or isinstance(route, UnsetType):
        return
    if route.priority is not None and route.priority not in status.PRIORITIES:
        raise Invalid(f"{field_}.priority", f"must be one of {', '.join(status.PRIORITIES)}")
    if route.to is None or (route.to, route.id) == (before.to, before.id):
        return
    if route.to not in rules.TARGETS:
        raise Invalid(f"{field_}.to", f"must be one of {', '.join(rules.TARGETS)}")
    try:
        if route.id is None:
            raise NotFound(route.to, "")
        people.get_agent_by_number(ctx, route.id) if route.to == rules.AGENT else groups.get_by_number(ctx, route.id)
    except NotFound as missing:
        raise Invalid(
            f"{field_}.id", f"is not the id of {'an agent' if route.to == rules.AGENT else 'a department'}"
        ) from missing


@access.allow(ADMIN)
def create(ctx: Context, given: RuleChange) -> CustomRule:
    """Creates a custom rule, as the last one. Two requests, two more for its route. Raises Invalid, also for one too many."""
    _check_route(ctx, given.route, Route(), "route")
    return RULES.create(ctx, given)


@access.allow(ADMIN)
def change_rule(ctx: Context, number: int, wanted: RuleChange) -> CustomRule:
    """Sets the given fields of a custom rule. Three requests, two more for its route. Raises NotFound, Invalid."""
    known = RULES.get_by_number(ctx, number)
    _check_route(ctx, wanted.route, known.route, "route")
    patch = fields_set(wanted)
    return RULES.edit(ctx, known.id, lambda before: replace(before, **patch))[1]


@access.allow(ADMIN)
def copy(ctx: Context, number: int) -> list[CustomRule]:
    """Creates another rule like this one, right after it, and returns all in their order. Six requests. Raises NotFound, Invalid
    for one too many.
    """
    known = RULES.get_by_number(ctx, number)
    made = RULES.create(ctx, RuleChange(**{name: getattr(known, name) for name in RuleChange.__struct_fields__}))
    RULES.put_at(ctx, made.id, [*RULES.load_fresh(ctx)].index(known.id) + 2)
    return list_rules(ctx)


@access.allow(ADMIN)
def sort(ctx: Context, numbers: Sequence[int]) -> list[CustomRule]:
    """Puts these rules first, in this order, and returns all in theirs. Four requests. Raises Invalid for an unknown one."""
    ids = {one.number: one.id for one in list_rules(ctx)}
    for number in numbers:
        if number not in ids:
            raise Invalid("order", f"names {number}, which is not a rule")
    RULES.reorder(ctx, [ids[number] for number in numbers])
    return list_rules(ctx)


@access.allow(ADMIN)
def move(ctx: Context, number: int, by: int) -> list[CustomRule]:
    """Moves a rule up (-1) or down (1) by one place, and returns all in their order. Four requests. Raises NotFound."""
    RULES.move(ctx, get_rule(ctx, number).id, by)
    return list_rules(ctx)


@access.allow(AGENT)
def get_rule(ctx: Context, number: int) -> CustomRule:
    """Returns a custom rule as it is stored now. One request where the process is warm. Raises NotFound."""
    return RULES.get_by_number(ctx, number)


@access.allow(ADMIN)
def remove(ctx: Context, number: int) -> None:
    """Removes a custom rule. Three requests. Raises NotFound."""
    RULES.remove(ctx, RULES.get_by_number(ctx, number).id)


def find_rule(ctx: Context, number: int | None) -> CustomRule | None:
    """Returns a custom rule by its number, at most a minute old; None where there is none."""
    return next((one for one in RULES.load(ctx).values() if one.number == number), None)


# --- routing


class Routed(msgspec.Struct, frozen=True):
    """What rules change in a conversation, and the number of its contact's last assignee where that counts."""

    changes: Changes
    last_agent: int | None = None


def route(ctx: Context, conversation: Conversation) -> Routed:
    """Returns what the account's rules decide for a conversation that waits; nothing if a rule was applied to it before.

    No request where neither rules nor allocation look beyond its row; else one. One more a minute for the custom rules.
    """
    settings, account = _ROUTING.load(ctx), accounts.load(ctx)
    is_new = settings.is_enabled and conversation.routed_by is None
    known = _compiled(ctx, RULES.load(ctx).values()) if is_new and settings.type == CUSTOM else []
    wanted = {name for rule in known for name in matching.needed(rule.conditions)} - {"has_draft"}
    prefers = account.routed and account.auto_allocation.ever_prefers_last
    beside, contact = _read(ctx, conversation, wanted, prefers=prefers)
    last = contact.last_agent if contact else None
    if not is_new:
        return Routed({}, last)
    if settings.type == SIMPLE:
        return Routed(_changes(ctx, conversation, Match(rules.SIMPLE, settings.simple)), last)
    (found,) = facts.load(ctx, [conversation], wanted, {conversation.id: beside} if beside else {})
    otherwise = None if settings.failed == Route() else settings.failed
    return Routed(_changes(ctx, conversation, rules.first_match(known, found, otherwise)), last)


def match_stored(ctx: Context, given: Mapping[str, Any]) -> tuple[bool, Match, str | None]:
    """Returns whether routing is on, which rule applies to facts, and a custom rule's name. Two requests: rules are read
    as they are stored now.
    """
    settings = _ROUTING.load_fresh(ctx)
    if settings.type == SIMPLE:
        return settings.is_enabled, Match(rules.SIMPLE, settings.simple), None
    stored = RULES.load_fresh(ctx).values()
    otherwise = None if settings.failed == Route() else settings.failed
    match = rules.first_match(_compiled(ctx, stored), given, otherwise)
    return settings.is_enabled, match, next((rule.name for rule in stored if rule.number == match.rule), None)


def _compiled(ctx: Context, stored: Iterable[CustomRule]) -> list[Rule]:
    """Returns the custom rules that are switched on, ready to be held against facts."""
    known = [one for one in stored if one.is_enabled]
    lists = conditions.resolve(ctx, conditions.read_stored(ctx, [*map(filters.stored_conditions, known)], words={}))
    return [Rule(one.number, found, one.route) for one, found in zip(known, lists, strict=True)]


def _read(ctx: Context, conversation: Conversation, wanted: set[str], *, prefers: bool) -> tuple[Details | None, Person | None]:
    """Returns what is stored beside a conversation, and its contact, where they are needed. One request at most."""
    has_beside = (conversation.has_details or conversation.has_tags) and any(map(facts.is_beside, wanted))
    needs_contact = prefers or not facts.ABOUT_CONTACT.isdisjoint(wanted)
    ids, persons = [conversation.id] if has_beside else [], [conversation.contact] if needs_contact else []
    if not (ids or persons):
        return None, None
    found, read = details.with_people(ctx.account, ids, persons, consistent=True)
    for person in read:
        people.full_view_of(ctx, person)  # which facts.load then knows
    return found.get(conversation.id), next(iter(read), None)


def _changes(ctx: Context, conversation: Conversation, match: Match) -> Changes:
    """Returns what a match changes. A department that somebody has chosen gives way only to a custom rule."""
    goes_to, priority = match.route, match.route.priority
    changes: Changes = {"routed_by": match.rule}
    if priority and priority != conversation.priority:
        changes["priority"] = priority
    is_free = match.rule > 0 or conversation.group not in groups.load_names(ctx)
    if goes_to.to == rules.AGENT and is_free:
        changes["audience"] = goes_to.id
    group = _group(ctx, goes_to) if is_free else None
    if group and group.id != conversation.group:
        changes |= {"group": group.id, "group_number": group.number}
    return changes


def _group(ctx: Context, to: Route) -> groups.Group | None:
    """Returns the department that a route leads to, None for none and for one that was removed."""
    try:
        return groups.get_by_number(ctx, to.id) if to.to == rules.DEPARTMENT and to.id is not None else None
    except NotFound:
        return None
