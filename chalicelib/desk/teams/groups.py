"""Groups of agents: made, changed, removed; who is in them. An agent is in one at most."""

from collections import Counter
from dataclasses import dataclass, replace

from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import access, events, publishing
from chalicelib.desk.core.collections import Collection
from chalicelib.desk.core.documents import ACCOUNT
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams import domains
from chalicelib.models import people as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.rules import groups, ids
from chalicelib.rules.domains import serving as serving_domain
from chalicelib.rules.groups import EVERYONE as EVERYONE
from chalicelib.rules.groups import FEWEST_CUSTOMERS as FEWEST_CUSTOMERS
from chalicelib.rules.groups import FEWEST_MESSAGES as FEWEST_MESSAGES
from chalicelib.rules.groups import Group as Group

#: Groups of an account.
MOST = 500


@dataclass(frozen=True, slots=True)
class Change:
    """What to set of a group; UNSET leaves a field as it is, an empty text clears it."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    icon: str | None | UnsetType = UNSET
    is_distributor: bool | UnsetType = UNSET
    selection: str | None | UnsetType = UNSET


def _check(group: Group) -> None:
    if group.selection not in (None, *groups.SELECTIONS):
        raise Invalid("selection", f"must be one of {', '.join(groups.SELECTIONS)}")


GROUPS = Collection("group", Group, most=MOST, longest={"name": 256}, partition=ACCOUNT, check=_check)


@access.allow(VISITOR)
def list_all(ctx: Context) -> list[Group]:
    """The account's groups in the order of their making: one request."""
    return [*GROUPS.load_fresh(ctx).values()]


@access.allow(VISITOR)
def get(ctx: Context, group: str) -> Group:
    """One group as it is stored now: one request. Raises NotFound."""
    return GROUPS.get(ctx, group)


@access.allow(VISITOR)
def load_names(ctx: Context) -> dict[str, str]:
    """Names of the account's groups by id, at most a minute old; who points at another group is in none."""
    return {group.id: group.name for group in GROUPS.load(ctx).values()}


@access.allow(ADMIN)
def create(ctx: Context, name: str, given: Change) -> Group:
    """A new group without members: two requests. Raises Invalid for what it can't be called, and for one too many."""
    made = GROUPS.create(ctx, replace(given, name=name))
    if made.is_distributor:
        _publish_change(ctx, made.id)
    return made


@access.allow(ADMIN)
def change(ctx: Context, group: str, wanted: Change) -> Group:
    """Sets what is given: two requests. Raises NotFound, Invalid."""
    before, after = GROUPS.change(ctx, group, wanted)
    if after.is_distributor and not before.is_distributor:
        _publish_change(ctx, group)
    return after


@access.allow(ADMIN)
def remove(ctx: Context, group: str) -> None:
    """Removes a group: its members are in none, what waits in it is the distributors'. Raises NotFound.

    Nothing else is written: who points at a group that is not there, points at none, and its id never comes again.
    """
    GROUPS.remove(ctx, group)
    _publish_change(ctx, group)


def _publish_change(ctx: Context, group: str) -> None:
    """What waits may have found somebody, where a group begins to distribute."""
    publishing.publish([events.GroupChanged(ctx.account, ctx.now, group)], ctx.now)


@access.allow(VISITOR)
def agents_serving(ctx: Context, agents: list[Person], group: str | None, domain: int | None) -> list[Person]:
    """Those of the agents whom a conversation of a group and of a domain, or of none, is for."""
    site = domains.find_by_number(ctx, domain)
    by_group = accounts.load(ctx).by_group and site is None
    asked = groups.serving(agents, group, GROUPS.load_with(ctx, group), by_group=by_group)
    return serving_domain(asked, site)


@access.allow(VISITOR)
def list_members(ctx: Context, group: Group) -> list[Person]:
    """A group's agents by number: one request."""
    return groups.members(people.list_agents(ctx), group.id)


@access.allow(VISITOR)
def list_groupless(ctx: Context) -> list[Person]:
    """The agents of no group by number: two requests."""
    return groups.groupless(people.list_agents(ctx), GROUPS.load_fresh(ctx))


@access.allow(VISITOR)
def count_members(ctx: Context) -> Counter[str]:
    """How many agents each group has: one request."""
    return Counter(agent.group for agent in people.list_agents(ctx) if agent.group)


@access.allow(ADMIN)
def add_member(ctx: Context, group: Group, agent: str) -> None:
    """Moves an agent into a group, out of the one he is in; again it changes nothing: one request. Raises NotFound."""
    if not ids.is_uuid(agent):
        raise NotFound("person", agent)
    try:
        rows.set_group(ctx.account, agent, group.id, ctx.now)
    except ConditionFailed as refused:
        raise NotFound("person", agent) from refused
    people.forget(ctx, agent)


@access.allow(ADMIN)
def remove_member(ctx: Context, group: Group, agent: str) -> None:
    """Takes an agent out of a group: one request. Raises NotFound where he is not in it."""
    if not ids.is_uuid(agent):
        raise NotFound("group member", agent)
    try:
        rows.set_group(ctx.account, agent, None, ctx.now, out_of=group.id)
    except ConditionFailed as refused:
        raise NotFound("group member", agent) from refused
    people.forget(ctx, agent)
