"""Auto allocation: which agents may get conversations, how many, and which of them is next."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.schemas import fields_set
from chalicelib.desk.people import people
from chalicelib.models import people as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.rules import allocation as rules
from chalicelib.rules.allocation import LOAD_BALANCING as LOAD_BALANCING
from chalicelib.rules.allocation import ROUND_ROBIN as ROUND_ROBIN
from chalicelib.rules.allocation import Allocation as Allocation
from chalicelib.rules.allocation import DepartmentRule as DepartmentRule

#: Departments with a rule of their own, agents whose preferences one call sets, and the highest limit.
MOST_DEPARTMENTS, MOST_PREFERENCES, HIGHEST_LIMIT = 500, 1000, 10_000


class Change(msgspec.Struct, frozen=True):
    """What to set of an account's allocation. UNSET leaves a field as it is; `limit` None is no limit."""

    is_enabled: bool | UnsetType = UNSET
    rule: str | UnsetType = UNSET
    prefers_last: bool | UnsetType = UNSET
    departments: tuple[DepartmentRule, ...] | UnsetType = UNSET
    limit: int | None | UnsetType = UNSET
    limits_each: bool | UnsetType = UNSET
    excludes_pending_external: bool | UnsetType = UNSET
    excludes_on_hold: bool | UnsetType = UNSET
    online_only: bool | UnsetType = UNSET


class Preference(msgspec.Struct, frozen=True):
    """An agent's own, by integer id: their limit, None for none, and whether they get conversations. UNSET leaves it."""

    agent: int
    most: int | None | UnsetType = UNSET
    accepts: bool | UnsetType = UNSET


@access.allow(AGENT)
def load(ctx: Context) -> Allocation:
    """Returns the account's allocation, with what is in force where nobody has switched it on or off. At most a minute old.

    No request where a warm process has it, else one.
    """
    account = accounts.load(ctx)
    return replace(account.auto_allocation, is_enabled=account.routed)


@access.allow(ADMIN)
def change(ctx: Context, wanted: Change, preferences: Sequence[Preference] = ()) -> Allocation:
    """Sets the given fields, and preferences of agents. Four requests, and one for each agent whose preferences change.

    Routing looks at waiting conversations again at once, and once more when all processes know of the change. Agents keep the
    conversations that they have. Raises Invalid for what can't be set; then nothing is.
    """
    agents = _named(ctx, preferences)
    given = fields_set(wanted)

    if "is_enabled" in given:
        given["under"] = accounts.load(ctx).allocation

    def changed(before: Allocation) -> Allocation:
        after = replace(before, **given)
        _check(after)
        return after

    if given:
        accounts.publish_routing_change(ctx, later=True)
        accounts.AUTO_ALLOCATION.change(ctx, changed)
        accounts.publish_routing_change(ctx)
    for agent, one in agents:
        _set(ctx, agent, one)
    return load(ctx)


def _check(after: Allocation) -> None:
    if any(rule not in rules.RULES for rule in (after.rule, *(one.rule for one in after.departments))):
        raise Invalid("rule", f"must be one of {', '.join(rules.RULES)}")
    if len(after.departments) > MOST_DEPARTMENTS:
        raise Invalid("departments", f"are {MOST_DEPARTMENTS} at most")
    if len({one.group for one in after.departments}) < len(after.departments):
        raise Invalid("departments", "name each department once")
    _check_limit(after.limit)


def _check_limit(limit: int | None) -> None:
    if limit is not None and not 0 <= limit <= HIGHEST_LIMIT:
        raise Invalid("limit", f"must be 0 to {HIGHEST_LIMIT}")


def _named(ctx: Context, preferences: Sequence[Preference]) -> list[tuple[people.Person, Preference]]:
    """Returns the agents that preferences name, where these change something. One request, none if there are none."""
    if len(preferences) > MOST_PREFERENCES:
        raise Invalid("preferences", f"are {MOST_PREFERENCES} at most")
    known = {agent.number: agent for agent in people.list_agents(ctx)} if preferences else {}
    for one in preferences:
        if one.agent not in known:
            raise Invalid("preferences", f"name {one.agent}, who is not an agent")
        _check_limit(None if isinstance(one.most, UnsetType) else one.most)
    return [(known[one.agent], one) for one in preferences if _changes(known[one.agent], one)]


def _changes(agent: people.Person, wanted: Preference) -> dict[str, Any]:
    """Returns what of an agent's row preferences change."""
    given = {} if isinstance(wanted.most, UnsetType) else {"most_conversations": wanted.most}
    given |= {} if isinstance(wanted.accepts, UnsetType) else {"refuses_allocation": not wanted.accepts or None}
    return {name: value for name, value in given.items() if value != getattr(agent, name)}


def _set(ctx: Context, agent: people.Person, wanted: Preference) -> None:
    """Writes an agent's preferences, unless they were removed meanwhile."""
    try:
        rows.change(agent, _changes(agent, wanted), ctx.stamp)
    except ConditionFailed:
        return
    people.forget(ctx, agent.id)
