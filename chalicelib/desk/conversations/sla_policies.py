"""SLA policies: how long a conversation may wait for its first answer, the next one and its end, by what it is about.

They are read with the account, so that what a conversation's write needs of them is no request.
"""

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, AGENT, SYSTEM, Caller, Context
from chalicelib.desk.accounts import business_hours
from chalicelib.desk.conversations import conditions, filters
from chalicelib.desk.conversations.conditions import ConditionList, Given, Words
from chalicelib.desk.conversations.filters import FilterCondition
from chalicelib.desk.core import access, documents
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.errors import Invalid
from chalicelib.rules import conditions as rules
from chalicelib.rules import sla
from chalicelib.rules.condition_values import ME, MY_DEPARTMENTS, NONE

#: Policies of an account, conditions of one, and characters of their values together.
MOST, MOST_CONDITIONS, MOST_CHARACTERS = 50, 50, 8_000
#: Seconds that a clock may have.
SHORTEST, LONGEST = 300, 8_760 * 3_600
#: Fields that say something else to each agent, and those that follow from the policy itself.
_UNKNOWN = frozenset(["has_draft", "sla_policy", "first_due_at", "next_due_at", "resolve_due_at"])
#: The fields that have the spans of the clocks.
_SPANS = {sla.FIRST: "first_within", sla.NEXT: "next_within", sla.RESOLVE: "resolve_within"}


class SlaPolicy(Entry, frozen=True, kw_only=True):
    """A policy. The spans are seconds, None for a clock that does not run; `conditions` have the core's words."""

    name: str
    is_enabled: bool = True
    first_within: float | None = None
    next_within: float | None = None
    resolve_within: float | None = None
    is_business_hours: bool = False
    pauses: bool = True
    when: str = rules.ALL
    expression: str = ""
    conditions: tuple[FilterCondition, ...] = ()


class Change(msgspec.Struct, frozen=True):
    """What to set of a policy; UNSET leaves it as it is, None takes a clock away. `conditions` replace all that it has."""

    name: str | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    first_within: float | None | UnsetType = UNSET
    next_within: float | None | UnsetType = UNSET
    resolve_within: float | None | UnsetType = UNSET
    is_business_hours: bool | UnsetType = UNSET
    pauses: bool | UnsetType = UNSET
    when: str | UnsetType = UNSET
    expression: str | UnsetType = UNSET
    conditions: tuple[FilterCondition, ...] | UnsetType = UNSET


class Chosen(msgspec.Struct, frozen=True):
    """An enabled policy with the conditions that a conversation has to meet."""

    policy: SlaPolicy
    conditions: ConditionList


def _check(found: SlaPolicy) -> None:
    if len(found.conditions) > MOST_CONDITIONS:
        raise Invalid("conditions", f"are {MOST_CONDITIONS} at most")
    if sum(len(one.value) for one in found.conditions) > MOST_CHARACTERS:
        raise Invalid("conditions", f"have more than {MOST_CHARACTERS:,} characters together")
    for name in _SPANS.values():
        value = getattr(found, name)
        if value is not None and not SHORTEST <= value <= LONGEST:
            raise Invalid(name, f"must be {SHORTEST // 60} minutes to {LONGEST // 3600:,} hours")
    filters.check_expression(found)


POLICIES = Collection("sla_policy", SlaPolicy, most=MOST, longest={"name": 256}, partition=documents.ACCOUNT, check=_check)


@access.allow(AGENT)
def list_all(ctx: Context) -> list[SlaPolicy]:
    """Returns the account's policies in their order. One request."""
    return [*POLICIES.load_fresh(ctx).values()]


@access.allow(AGENT)
def get(ctx: Context, number: int) -> SlaPolicy:
    """Returns a policy by its number. One request where the process is warm. Raises NotFound."""
    return POLICIES.get_by_number(ctx, number)


@access.allow(AGENT)
def place_of(ctx: Context, policy: SlaPolicy) -> int:
    """Returns a policy's place, from 1, a minute old at most. No request where a warm process knows it, else one."""
    keys = [*POLICIES.load_with(ctx, policy.id)]
    return keys.index(policy.id) + 1 if policy.id in keys else len(keys) + 1


@access.allow(ADMIN)
def create(ctx: Context, given: Change) -> SlaPolicy:
    """Creates a policy, the last one: two requests. Raises Invalid."""
    return POLICIES.create(ctx, given)


@access.allow(ADMIN)
def change(ctx: Context, number: int, wanted: Change) -> SlaPolicy:
    """Sets the given fields: three requests. Clocks that run already stay. Raises NotFound, Invalid."""
    return POLICIES.change(ctx, get(ctx, number).id, wanted)[1]


@access.allow(ADMIN)
def remove(ctx: Context, number: int) -> None:
    """Removes a policy: three requests. Raises NotFound."""
    POLICIES.remove(ctx, get(ctx, number).id)


@access.allow(ADMIN)
def move(ctx: Context, number: int, by: int) -> list[SlaPolicy]:
    """Moves a policy up (-1) or down (1) by one place, and returns all in order. Four requests at most. Raises NotFound."""
    POLICIES.move(ctx, get(ctx, number).id, by)
    return list_all(ctx)


@access.allow(ADMIN)
def check_conditions(ctx: Context, given: Sequence[Given], words: Words) -> None:
    """Raises Invalid for conditions that no policy can have, as a client sends them. Requests as `fields.find`.

    A policy is the same for every writer. So its conditions can't use drafts or words that stand for the caller, nor fields that
    follow from the policy itself.
    """
    read = conditions.read(ctx, given, words=words)
    for one, condition in zip(given, read.conditions, strict=True):
        if condition.field in _UNKNOWN:
            raise Invalid(one.place("field"), "is not a field that a policy can use")
        if {ME, MY_DEPARTMENTS} & {value for value in condition.value if isinstance(value, str)}:
            raise Invalid(one.place("value"), "must not depend on who asks")


def enabled(ctx: Context) -> Sequence[Chosen]:
    """Returns the enabled policies in their order, a minute old at most. No request where a warm process has the account and the
    fields that they look at.
    """
    ctx = ctx.acting(Caller(ctx.account, SYSTEM))
    return documents.load(ctx, documents.ACCOUNT).value(
        "enabled sla policies", lambda of: _read(ctx, [*POLICIES.of(of).values()])
    )


def _read(ctx: Context, policies: Sequence[SlaPolicy]) -> list[Chosen]:
    used = [policy for policy in policies if policy.is_enabled]
    if not used:
        return []
    lists = conditions.read_stored(ctx, [*map(filters.stored_conditions, used)], words={})
    resolved = [rules.resolve(one, {NONE: (None,)}) for one in lists]
    return [Chosen(policy, one) for policy, one in zip(used, resolved, strict=True)]


def clocks_of(ctx: Context, policy: SlaPolicy) -> sla.Policy:
    """Returns how a policy's clocks run. No request where a warm process has the business hours, else one."""
    given = {clock: getattr(policy, name) for clock, name in _SPANS.items()}
    spans = {clock: round(seconds * 1000) for clock, seconds in given.items() if seconds is not None}
    calendar = business_hours.calendar(ctx) if policy.is_business_hours else None
    return sla.Policy(policy.number, spans, calendar, policy.pauses)
