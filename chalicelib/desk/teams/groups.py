"""Groups of agents: created, changed, removed, and who is in them. An agent is in one group at most."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import access, account_events, publishing
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


class Change(msgspec.Struct, frozen=True):
    """What to set of a group. UNSET leaves a field as it is, an empty text clears it."""

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
    """Returns the account's groups in the order of creation. One request."""
    return [*GROUPS.load_fresh(ctx).values()]


@access.allow(VISITOR)
def get(ctx: Context, group: str) -> Group:
    """Returns a group as it is stored now. One request. Raises NotFound."""
    return GROUPS.get(ctx, group)


@access.allow(VISITOR)
def get_by_number(ctx: Context, number: int) -> Group:
    """Returns a group by integer id, at most a minute old. No request where a warm process knows it, else one.

    Raises NotFound for a "department", which is what clients who use integer ids call it.
    """
    for known in (GROUPS.load, GROUPS.load_fresh):
        for group in known(ctx).values():
            if group.number == number:
                return group
    raise NotFound("department", number)


@access.allow(VISITOR)
def load_numbers(ctx: Context) -> dict[str, int]:
    """Returns the integer ids of the account's groups by id, at most a minute old."""
    return {group.id: group.number for group in GROUPS.load(ctx).values()}


@access.allow(VISITOR)
def load_names(ctx: Context) -> dict[str, str]:
    """Returns the names of the account's groups by id, at most a minute old. Other ids are not groups."""
    return {group.id: group.name for group in GROUPS.load(ctx).values()}


@access.allow(ADMIN)
def create(ctx: Context, name: str, given: Change) -> Group:
    """Creates a group without members. Two requests. Raises Invalid for a bad name and for one too many."""
    made = GROUPS.create(ctx, replace(given, name=name))
    if made.is_distributor:
        _publish_change(ctx, made.id)
    return made


@access.allow(ADMIN)
def change(ctx: Context, group: str, wanted: Change) -> Group:
    """Sets the given fields. Two requests. Raises NotFound, Invalid."""
    before, after = GROUPS.change(ctx, group, wanted)
    if after.is_distributor and not before.is_distributor:
        _publish_change(ctx, group)
    return after


@access.allow(ADMIN)
def remove(ctx: Context, group: str) -> None:
    """Removes a group. Its members are in no group then, and its waiting conversations go to the distributors. Raises NotFound.

    Nothing else is written: the id of a removed group is ignored where it is stored, and is never used again.
    """
    GROUPS.remove(ctx, group)
    _publish_change(ctx, group)


def _publish_change(ctx: Context, group: str) -> None:
    """Lets routing look at what waits: a group now distributes, or is removed."""
    publishing.publish([account_events.GroupChanged(ctx.account, ctx.now, group)], ctx.now)


@access.allow(VISITOR)
def agents_serving(ctx: Context, agents: list[Person], group: str | None, domain: int | None) -> list[Person]:
    """Returns the agents for conversations of a group and a domain, None for none."""
    site = domains.find_by_number(ctx, domain)
    by_group = accounts.load(ctx).by_group and site is None
    asked = groups.serving(agents, group, GROUPS.load_with(ctx, group), by_group=by_group)
    return serving_domain(asked, site)


@access.allow(VISITOR)
def list_members(ctx: Context, group: Group) -> list[Person]:
    """Returns a group's agents by number. One request."""
    return groups.members(people.list_agents(ctx), group.id)


@access.allow(VISITOR)
def list_groupless(ctx: Context) -> list[Person]:
    """Returns the agents of no group by number. Two requests."""
    return groups.groupless(people.list_agents(ctx), GROUPS.load_fresh(ctx))


@access.allow(VISITOR)
def count_members(ctx: Context) -> Counter[str]:
    """Returns how many agents each group has. One request."""
    return Counter(agent.group for agent in people.list_agents(ctx) if agent.group)


@access.allow(ADMIN)
def add_member(ctx: Context, group: Group, agent: str) -> None:
    """Moves an agent into a group, out of the one they are in. Harmless when repeated. One request. Raises NotFound."""
    if not ids.is_uuid(agent):
        raise NotFound("person", agent)
    try:
        rows.set_group(ctx.account, agent, group.id, ctx.stamp)
    except ConditionFailed as refused:
        raise NotFound("person", agent) from refused
    people.forget(ctx, agent)


@access.allow(AGENT)
def find_members(ctx: Context, numbers: Sequence[int]) -> list[Person]:
    """Returns agents by integer id, each once. One request. Raises Invalid, with the id, if one is not an agent's."""
    known = {agent.number: agent for agent in people.list_agents(ctx)}
    if unknown := [number for number in numbers if number not in known]:
        raise Invalid("members", f"names {unknown[0]}, who is not an agent")
    return [known[number] for number in dict.fromkeys(numbers)]


@access.allow(ADMIN)
def set_members(ctx: Context, group: Group, wanted: Sequence[Person]) -> None:
    """Makes these agents a group's only members, out of the groups that they are in. A request, and one for each who moves.

    Harmless when repeated, also after it broke off. Agents who are removed meanwhile are left out.
    """
    ids_ = {agent.id for agent in wanted}
    for agent in list_members(ctx, group):
        if agent.id not in ids_:
            with suppress(NotFound):
                remove_member(ctx, group, agent.id)
    for agent in wanted:
        if agent.group != group.id:
            with suppress(NotFound):
                add_member(ctx, group, agent.id)


@access.allow(ADMIN)
def remove_member(ctx: Context, group: Group, agent: str) -> None:
    """Takes an agent out of a group. One request. Raises NotFound if they are not in it."""
    if not ids.is_uuid(agent):
        raise NotFound("group member", agent)
    try:
        rows.set_group(ctx.account, agent, None, ctx.stamp, out_of=group.id)
    except ConditionFailed as refused:
        raise NotFound("group member", agent) from refused
    people.forget(ctx, agent)
