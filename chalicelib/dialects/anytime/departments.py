"""Anytime's departments, which are the desk's groups, and the site's configs."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person as Row
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Change, Group
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Line, Name, Number, one_of
from chalicelib.dialects.endpoint import Endpoint, Nothing

_PATH = f"{BASE}/departments"
_MOST_MEMBERS = 1000


class Member(Wire, kw_only=True):
    """An agent of a department."""

    id: int
    name: str
    type: Annotated[str, one_of("agent")] = "agent"


class Department(Wire, kw_only=True):
    """A department. An agent is in one at most."""

    id: int
    name: str
    description: str
    members: list[Member]


class WrappedDepartment(Wire, kw_only=True):
    """One department under its name."""

    department: Department


class DepartmentList(Wire, kw_only=True):
    """All departments."""

    departments: list[Department]


class GivenMember(Wire, kw_only=True):
    """An agent by integer id; the rest may be sent back as it was shown."""

    id: Number


class DepartmentFields(Wire, kw_only=True):
    """What can be set of a department besides its name. `memberIds` says the same as `members`."""

    description: Line | None | UnsetType = UNSET
    members: Annotated[list[GivenMember], Meta(max_length=_MOST_MEMBERS)] | UnsetType = UNSET
    member_ids: Annotated[list[Number], Meta(max_length=_MOST_MEMBERS)] | UnsetType = UNSET


class NewDepartment(DepartmentFields, kw_only=True):
    """`POST /departments`."""

    name: Name


class OneDepartment(Wire, kw_only=True):
    """A department by integer id."""

    department_id: Number


class UpdateDepartment(DepartmentFields, kw_only=True):
    """`PUT /departments/{departmentId}`: changes the given fields."""

    department_id: Number
    name: Name | UnsetType = UNSET


class DeletedDepartment(Wire, kw_only=True):
    """The id of a department that was deleted."""

    id: int


class Configs(Wire, kw_only=True):
    """`GET /configs`: whether there are departments, and to how many people one e-mail can go."""

    is_enabled_department: bool
    recipient_limit_per_email: int


def show(group: Group, members: Sequence[Row]) -> Department:
    """Returns a department with these members."""
    shown = [Member(id=agent.number, name=agent.name) for agent in members]
    return Department(id=group.number, name=group.name, description=group.description, members=shown)


def _one(ctx: Context, group: Group, members: Sequence[Row] | None = None) -> WrappedDepartment:
    known = groups.list_members(ctx, group) if members is None else members
    return WrappedDepartment(department=show(group, sorted(known, key=lambda agent: agent.number)))


def _members(ctx: Context, request: DepartmentFields) -> list[Row] | None:
    """Returns the agents that a request names, None if it has no such field. Raises Invalid if one is not an agent."""
    if not isinstance(request.members, UnsetType):
        return groups.find_members(ctx, [member.id for member in request.members])
    return None if isinstance(request.member_ids, UnsetType) else groups.find_members(ctx, request.member_ids)


def list_departments(ctx: Context, request: Nothing) -> DepartmentList:
    """`GET /departments`: all departments with their members."""
    agents = people.list_agents(ctx)
    return DepartmentList(
        departments=[show(group, [agent for agent in agents if agent.group == group.id]) for group in groups.list_all(ctx)]
    )


def get_department(ctx: Context, request: OneDepartment) -> WrappedDepartment:
    """`GET /departments/{departmentId}`: one department with its members."""
    return _one(ctx, groups.get(ctx, groups.get_by_number(ctx, request.department_id).id))


def create_department(ctx: Context, request: NewDepartment) -> WrappedDepartment:
    """`POST /departments`: a new department; its members leave the ones that they are in."""
    members = _members(ctx, request)
    group = groups.create(ctx, request.name, Change(description=request.description or UNSET))
    if members:
        groups.set_members(ctx, group, members)
    return _one(ctx, group, members or [])


def update_department(ctx: Context, request: UpdateDepartment) -> WrappedDepartment:
    """`PUT /departments/{departmentId}`: name, description, and who is in it."""
    group, members = groups.get_by_number(ctx, request.department_id), _members(ctx, request)
    description = "" if request.description is None else request.description
    group = groups.change(ctx, group.id, Change(name=request.name, description=description))
    if members is not None:
        groups.set_members(ctx, group, members)
    return _one(ctx, group, members)


def delete_department(ctx: Context, request: OneDepartment) -> DeletedDepartment:
    """`DELETE /departments/{departmentId}`: its members are in none, and what waits in it is for everybody."""
    groups.remove(ctx, groups.get_by_number(ctx, request.department_id).id)
    return DeletedDepartment(id=request.department_id)


def get_configs(ctx: Context, request: Nothing) -> Configs:
    """`GET /configs`: what a client has to know of the site before it shows a conversation."""
    return Configs(is_enabled_department=bool(groups.load_names(ctx)), recipient_limit_per_email=accounts.MOST_RECIPIENTS)


ROWS = [
    Endpoint("GET", _PATH, list_departments, AGENT),
    Endpoint("POST", _PATH, create_department, ADMIN),
    Endpoint("GET", f"{_PATH}/{{departmentId}}", get_department, AGENT),
    Endpoint("PUT", f"{_PATH}/{{departmentId}}", update_department, ADMIN),
    Endpoint("DELETE", f"{_PATH}/{{departmentId}}", delete_department, ADMIN),
    Endpoint("GET", f"{BASE}/configs", get_configs, AGENT),
]
