"""Groups of agents: made, changed, removed; who is in them. An agent is in one at most."""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Any

from chalicelib.context import ADMIN, VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.accounts import GROUPS
from chalicelib.desk.core import access, events, publishing
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams import domains
from chalicelib.models import people as rows
from chalicelib.models import sequences, settings
from chalicelib.models.base import ConditionFailed
from chalicelib.models.settings import Setting
from chalicelib.rules import groups, ids
from chalicelib.rules.domains import serving as serving_domain
from chalicelib.rules.groups import EVERYONE as EVERYONE
from chalicelib.rules.groups import FEWEST_CUSTOMERS as FEWEST_CUSTOMERS
from chalicelib.rules.groups import FEWEST_MESSAGES as FEWEST_MESSAGES
from chalicelib.rules.groups import Group as Group

#: Groups of an account, which are read with its other settings; and the longest texts of one, in characters.
MOST = 500
_LONGEST = {"name": 256, "description": 1024, "icon": 1024}


@dataclass(frozen=True, slots=True)
class Change:
    """What to set of a group; None leaves a field as it is."""

    name: str | None = None
    description: str | None = None
    icon: str | None = None
    is_distributor: bool | None = None
    selection: str | None = None


@access.allow(VISITOR)
def list_all(ctx: Context) -> list[Group]:
    """The account's groups in the order of their making: one request."""
    return sorted(accounts.load_fresh(ctx).groups.values(), key=lambda group: group.number)


@access.allow(VISITOR)
def get(ctx: Context, group: str) -> Group:
    """One group as it is stored now: one request. Raises NotFound."""
    return Group(**_row(ctx, group).document)


@access.allow(VISITOR)
def load_names(ctx: Context) -> dict[str, str]:
    """Names of the account's groups by id, at most a minute old; who points at another group is in none."""
    return {group.id: group.name for group in accounts.load(ctx).groups.values()}


@access.allow(ADMIN)
def create(ctx: Context, name: str, given: Change) -> Group:
    """A new group without members. Raises Invalid for what it can't be called, and for one too many."""
    _check(replace(given, name=name))
    if len(accounts.load_fresh(ctx).groups) >= MOST:
        raise Invalid("group", f"an account has {MOST} at most")
    number = sequences.next_number(ctx.account, "group")
    made = Group(ctx.new_id(), number, name, created_at=ctx.now, updated_at=ctx.now)
    made = replace(made, **_given(replace(given, name=name)))
    settings.put(Setting(ctx.account, f"{GROUPS}{made.id}"), asdict(made))
    accounts.forget(ctx.account)
    _publish_change(ctx, made)
    return made


@access.allow(ADMIN)
def change(ctx: Context, group: str, wanted: Change) -> Group:
    """Sets what is given: two requests. Raises NotFound, Invalid."""
    _check(wanted)

    def attempt() -> tuple[Group, Group]:
        row = _row(ctx, group)
        before = Group(**row.document)
        after = replace(before, **_given(wanted), updated_at=ctx.now)
        settings.put(row, asdict(after))
        return before, after

    before, after = retry_on_conflict(ctx, attempt)
    accounts.forget(ctx.account)
    if before.is_distributor != after.is_distributor:
        _publish_change(ctx, after)
    return after


@access.allow(ADMIN)
def remove(ctx: Context, group: str) -> None:
    """Removes a group: its members are in none, what waits in it is the distributors'. Raises NotFound.

    Nothing else is written: who points at a group that is not there, points at none, and its id never comes again.
    """
    retry_on_conflict(ctx, lambda: settings.delete(_row(ctx, group)))
    accounts.forget(ctx.account)
    publishing.publish([events.GroupChanged(ctx.account, ctx.now, group)], ctx.now)


def _publish_change(ctx: Context, group: Group) -> None:
    """What waits may have found somebody, where a group begins to distribute."""
    if group.is_distributor:
        publishing.publish([events.GroupChanged(ctx.account, ctx.now, group.id)], ctx.now)


def _row(ctx: Context, group: str) -> Setting:
    row = settings.get(ctx.account, f"{GROUPS}{group}") if ids.is_uuid(group) else None
    if row is None:
        raise NotFound("group", group)
    return row


def _given(wanted: Change) -> dict[str, Any]:
    return {name: value for name, value in asdict(wanted).items() if value is not None}


def _check(wanted: Change) -> None:
    if wanted.name == "":
        raise Invalid("name", "must not be empty")
    for field, most in _LONGEST.items():
        if len(getattr(wanted, field) or "") > most:
            raise Invalid(field, f"is longer than {most} characters")
    if wanted.selection not in (None, *groups.SELECTIONS):
        raise Invalid("selection", f"must be one of {', '.join(groups.SELECTIONS)}")


@access.allow(VISITOR)
def agents_serving(ctx: Context, agents: list[Person], group: str | None, domain: int | None) -> list[Person]:
    """Those of the agents whom a conversation of a group and of a domain, or of none, is for."""
    account, site = accounts.load_with_group(ctx, group), domains.find_by_number(ctx, domain)
    asked = groups.serving(agents, group, account.groups, by_group=account.by_group and site is None)
    return serving_domain(asked, site)


@access.allow(VISITOR)
def list_members(ctx: Context, group: Group) -> list[Person]:
    """A group's agents by number: one request."""
    return groups.members(people.list_agents(ctx), group.id)


@access.allow(VISITOR)
def list_groupless(ctx: Context) -> list[Person]:
    """The agents of no group by number: two requests."""
    return groups.groupless(people.list_agents(ctx), accounts.load_fresh(ctx).groups)


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
