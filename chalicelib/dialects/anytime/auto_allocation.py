"""Anytime's auto allocation: which agents get conversations, how many, and who is next. The later spellings are accepted too."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.desk.teams import allocation, groups
from chalicelib.desk.teams.allocation import Allocation, Change, Preference
from chalicelib.desk.teams.allocation import DepartmentRule as StoredRule
from chalicelib.dialects.anytime.shapes import BASE, Spellings, Wire, that_counts
from chalicelib.dialects.bounds import Line, Number
from chalicelib.dialects.endpoint import Endpoint, Nothing

RuleName = Literal["loadBalancing", "roundRobin"]
_NAMES: dict[str, Any] = {allocation.LOAD_BALANCING: "loadBalancing", allocation.ROUND_ROBIN: "roundRobin"}
_RULES = {name: rule for rule, name in _NAMES.items()}
#: The desk's names of what has two spellings here.
_SPELLINGS = Spellings(
    preferences=("agent_preferences", "allocation_agent_preferences"),
    departments=("department_allocation_rule", "allocation_rule_settings"),
    excludes_pending_external=("exclude_pending_external", "if_exclude_pending_external"),
    excludes_on_hold=("exclude_on_hold", "if_exclude_on_hold"),
)
Limit = Annotated[int, Meta(ge=0, le=allocation.HIGHEST_LIMIT)]


class DepartmentRule(Wire, kw_only=True):
    """How a department's conversations are allocated. `departmentName` is not looked at."""

    department_id: Number
    department_name: Line | None = None
    allocation_rule: RuleName = "loadBalancing"
    prefer_last_assignee: bool = False


class AgentPreference(Wire, kw_only=True):
    """An agent's own: their limit, null for none, and whether they get conversations."""

    agent_id: Number
    max_concurrent_count: Limit | None | UnsetType = UNSET
    is_accept_allocation: bool | UnsetType = UNSET


class DepartmentRuleShown(Wire, kw_only=True):
    """How a department's conversations are allocated."""

    department_id: int
    department_name: str
    allocation_rule: RuleName
    prefer_last_assignee: bool


class AgentPreferenceShown(Wire, kw_only=True):
    """An agent's own."""

    agent_id: int
    max_concurrent_count: int | None
    is_accept_allocation: bool


Departments = Annotated[list[DepartmentRule], Meta(max_length=allocation.MOST_DEPARTMENTS)]
Preferences = Annotated[list[AgentPreference], Meta(max_length=allocation.MOST_PREFERENCES)]


class AutoAllocation(Wire, kw_only=True):
    """The site's allocation, with the later spellings beside."""

    is_enabled: bool
    default_rule: RuleName
    default_prefer_last_assignee: bool
    department_allocation_rule: list[DepartmentRuleShown]
    allocation_rule_settings: list[DepartmentRuleShown]
    if_enable_conversation_limit_for_each_agent: bool
    conversation_limit_for_all_agents: int | None
    agent_preferences: list[AgentPreferenceShown]
    allocation_agent_preferences: list[AgentPreferenceShown]
    exclude_pending_external: bool
    exclude_on_hold: bool
    if_exclude_pending_external: bool
    if_exclude_on_hold: bool
    online_agents_only: bool


class WrappedAllocation(AutoAllocation, kw_only=True):
    """The same, and once more under its name."""

    auto_allocation: AutoAllocation


class SetAllocation(Wire, kw_only=True):
    """`PUT /autoAllocation`: what is given changes. `departmentAllocationRule` replaces all of them."""

    is_enabled: bool | UnsetType = UNSET
    default_rule: RuleName | UnsetType = UNSET
    default_prefer_last_assignee: bool | UnsetType = UNSET
    department_allocation_rule: Departments | UnsetType = UNSET
    allocation_rule_settings: Departments | UnsetType = UNSET
    if_enable_conversation_limit_for_each_agent: bool | UnsetType = UNSET
    conversation_limit_for_all_agents: Limit | None | UnsetType = UNSET
    agent_preferences: Preferences | UnsetType = UNSET
    allocation_agent_preferences: Preferences | UnsetType = UNSET
    exclude_pending_external: bool | UnsetType = UNSET
    exclude_on_hold: bool | UnsetType = UNSET
    if_exclude_pending_external: bool | UnsetType = UNSET
    if_exclude_on_hold: bool | UnsetType = UNSET
    online_agents_only: bool | UnsetType = UNSET


class EnableAllocation(Wire, kw_only=True):
    """`PUT /autoAllocation/enable`."""

    is_enabled: bool


def get_allocation(ctx: Context, request: Nothing) -> WrappedAllocation:
    """`GET /autoAllocation`: the settings, with every agent's preferences."""
    return _show(ctx, allocation.load(ctx))


def set_allocation(ctx: Context, request: SetAllocation) -> WrappedAllocation:
    """`PUT /autoAllocation`: changes the given fields. Agents keep the conversations that they have."""
    rule, now = request.default_rule, allocation.load(ctx)
    wanted = Change(
        is_enabled=request.is_enabled,
        rule=UNSET if isinstance(rule, UnsetType) else _RULES[rule],
        prefers_last=request.default_prefer_last_assignee,
        departments=_departments(ctx, request, now.departments),
        limit=request.conversation_limit_for_all_agents,
        limits_each=request.if_enable_conversation_limit_for_each_agent,
        excludes_pending_external=_SPELLINGS.given(request, "excludes_pending_external", now.excludes_pending_external),
        excludes_on_hold=_SPELLINGS.given(request, "excludes_on_hold", now.excludes_on_hold),
        online_only=request.online_agents_only,
    )
    with _SPELLINGS.told(request):
        return _show(ctx, allocation.change(ctx, wanted, _given_preferences(request)))


def enable_allocation(ctx: Context, request: EnableAllocation) -> WrappedAllocation:
    """`PUT /autoAllocation/enable`: switches it on or off. Switched on, it gives out what waits at once."""
    return _show(ctx, allocation.change(ctx, Change(is_enabled=request.is_enabled)))


def _given_preferences(request: SetAllocation) -> list[Preference]:
    """Returns the preferences under both spellings, once where they are the same. Those that change nothing are not written."""
    lists = (request.agent_preferences, request.allocation_agent_preferences)
    given = [one for each in lists if not isinstance(each, UnsetType) for one in each]
    return [*dict.fromkeys(Preference(one.agent_id, one.max_concurrent_count, one.is_accept_allocation) for one in given)]


def _departments(ctx: Context, request: SetAllocation, now: Sequence[StoredRule]) -> tuple[StoredRule, ...] | UnsetType:
    """Returns the rules of departments. One request where any are given. Raises Invalid for a department that there is not."""
    lists = {
        "departmentAllocationRule": request.department_allocation_rule,
        "allocationRuleSettings": request.allocation_rule_settings,
    }
    if all(isinstance(given, UnsetType) for given in lists.values()):
        return UNSET
    known = {group.number: group.id for group in groups.list_all(ctx)}
    shown = tuple(one for one in now if one.group in known.values())
    read = [UNSET if isinstance(given, UnsetType) else _rules(known, given, name) for name, given in lists.items()]
    found: tuple[StoredRule, ...] = that_counts(read, shown)
    return found


def _rules(known: Mapping[int, str], given: Sequence[DepartmentRule], name: str) -> tuple[StoredRule, ...]:
    for at, one in enumerate(given):
        if one.department_id not in known:
            raise Invalid(f"{name}[{at}].departmentId", "is not the id of a department")
    return tuple(StoredRule(known[one.department_id], _RULES[one.allocation_rule], one.prefer_last_assignee) for one in given)


def _show(ctx: Context, found: Allocation) -> WrappedAllocation:
    known = {group.id: group for group in groups.list_all(ctx)}
    rules = [
        DepartmentRuleShown(
            department_id=known[one.group].number,
            department_name=known[one.group].name,
            allocation_rule=_NAMES[one.rule],
            prefer_last_assignee=one.prefers_last,
        )
        for one in found.departments
        if one.group in known
    ]
    shown = _shown(found, rules, _preferences(people.list_agents(ctx)))
    return WrappedAllocation(auto_allocation=shown, **msgspec.structs.asdict(shown))


def _preferences(agents: Sequence[people.Person]) -> list[AgentPreferenceShown]:
    return [
        AgentPreferenceShown(
            agent_id=agent.number,
            max_concurrent_count=agent.most_conversations,
            is_accept_allocation=not agent.refuses_allocation,
        )
        for agent in agents
    ]


def _shown(found: Allocation, rules: list[DepartmentRuleShown], preferences: list[AgentPreferenceShown]) -> AutoAllocation:
    return AutoAllocation(
        is_enabled=bool(found.is_enabled),
        default_rule=_NAMES[found.rule],
        default_prefer_last_assignee=found.prefers_last,
        department_allocation_rule=rules,
        allocation_rule_settings=rules,
        if_enable_conversation_limit_for_each_agent=found.limits_each,
        conversation_limit_for_all_agents=found.limit,
        agent_preferences=preferences,
        allocation_agent_preferences=preferences,
        exclude_pending_external=found.excludes_pending_external,
        exclude_on_hold=found.excludes_on_hold,
        if_exclude_pending_external=found.excludes_pending_external,
        if_exclude_on_hold=found.excludes_on_hold,
        online_agents_only=found.online_only,
    )


_PATH = f"{BASE}/autoAllocation"
ROWS = [
    Endpoint("GET", _PATH, get_allocation, AGENT),
    Endpoint("PUT", _PATH, set_allocation, ADMIN),
    Endpoint("PUT", f"{_PATH}/enable", enable_allocation, ADMIN),
]
