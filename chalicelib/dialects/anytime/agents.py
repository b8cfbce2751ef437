"""Anytime's agents."""

from typing import Annotated, Literal, get_args

from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.core.errors import Invalid, NotFound
from chalicelib.desk.people import agents, people, registration
from chalicelib.desk.people.people import Person as Row
from chalicelib.desk.people.profiles import ChangePerson
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Group
from chalicelib.dialects.anytime.shapes import BASE, Wire, given
from chalicelib.dialects.bounds import Email, Name, Number, one_of
from chalicelib.dialects.endpoint import Endpoint, Nothing

_PATH = f"{BASE}/agents"
Role = Literal["admin", "agent"]
_LEVELS = {"admin": ADMIN, "agent": AGENT}
#: An agent is in one department at most.
DepartmentIds = Annotated[list[Number], Meta(max_length=1)]


class Agent(Wire, kw_only=True):
    """An agent. `status` is their presence, `isActive` whether they may log in and get work."""

    id: int
    name: str
    email: str
    type: Annotated[str, one_of("agent")] = "agent"
    status: Annotated[str, one_of("online", "away", "busy", "offline")]
    is_active: bool
    role: Annotated[str, one_of(*get_args(Role))]
    department_ids: list[int]


class WrappedAgent(Wire, kw_only=True):
    """One agent under their name."""

    agent: Agent


class AgentList(Wire, kw_only=True):
    """All agents."""

    agents: list[Agent]


class OneAgent(Wire, kw_only=True):
    """An agent by integer id."""

    agent_id: Number


class NewAgent(Wire, kw_only=True):
    """`POST /agents`. Without a password the agent gets one by the link for a forgotten one."""

    name: Name
    email: Email
    role: Role = "agent"
    password: Name | None = None
    is_active: bool = True
    department_ids: DepartmentIds | UnsetType = UNSET


class UpdateAgent(Wire, kw_only=True):
    """`PUT /agents/{agentId}`: changes the given fields. `email` may be sent back as it was shown."""

    agent_id: Number
    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    department_ids: DepartmentIds | UnsetType = UNSET


class DeletedAgent(Wire, kw_only=True):
    """The id of an agent who was deleted."""

    id: int


def show(ctx: Context, agent: Row) -> Agent:
    """Returns an agent as Anytime shows one. No request where a warm process knows the departments, else one."""
    number = groups.load_numbers(ctx).get(agent.group or "")
    return Agent(
        id=agent.number,
        name=agent.name,
        email=agent.email,
        status=agent.presence or "offline",
        is_active=agent.is_active,
        role="admin" if agent.level == ADMIN else "agent",
        department_ids=[] if number is None else [number],
    )


def list_agents(ctx: Context, request: Nothing) -> AgentList:
    """`GET /agents`: all agents by id, also those who are switched off."""
    return AgentList(agents=[show(ctx, agent) for agent in people.list_agents(ctx)])


def get_agent(ctx: Context, request: OneAgent) -> WrappedAgent:
    """`GET /agents/{agentId}`: one agent."""
    return WrappedAgent(agent=show(ctx, people.get_agent_by_number(ctx, request.agent_id)))


def create_agent(ctx: Context, request: NewAgent) -> WrappedAgent:
    """`POST /agents`: a new agent. No answer shows a password."""
    department = _department(ctx, request.department_ids)
    password = None if request.password is None else registration.wire_password(request.password)
    command = CreateAgent(request.email, request.name, password, _LEVELS[request.role])
    agent = registration.create_agent(ctx, command)
    if not request.is_active:
        agents.set_active(ctx, agent.id, on=False)
    if department:
        groups.add_member(ctx, department, agent.id)
    return WrappedAgent(agent=show(ctx, people.get(ctx, agent.id)))


def _department(ctx: Context, numbers: list[int] | UnsetType) -> Group | None:
    try:
        return groups.get_by_number(ctx, numbers[0]) if numbers else None
    except NotFound as unknown:
        raise Invalid("departmentIds", f"names {unknown.name}, which is not a department") from unknown


def update_agent(ctx: Context, request: UpdateAgent) -> WrappedAgent:
    """`PUT /agents/{agentId}`: name, role, whether they are switched on, their department."""
    agent = people.get_agent_by_number(ctx, request.agent_id)
    if request.email is not UNSET and registration.canonical_email(request.email) != agent.email:
        raise Invalid("email", "can't be changed, because it is the agent's login")
    department = _department(ctx, request.department_ids)
    level = None if isinstance(request.role, UnsetType) else _LEVELS[request.role]
    wanted = ChangePerson(name=given(request.name), level=level)
    agent = agents.change(ctx, agent.id, wanted, on=given(request.is_active))
    if request.department_ids is not UNSET:
        agent = _move(ctx, agent, department)
    return WrappedAgent(agent=show(ctx, agent))


def _move(ctx: Context, agent: Row, department: Group | None) -> Row:
    known = {number: id_ for id_, number in groups.load_numbers(ctx).items()}
    if department:
        groups.add_member(ctx, department, agent.id)
    elif agent.group in known.values():
        groups.remove_member(ctx, groups.get(ctx, str(agent.group)), agent.id)
    return people.get(ctx, agent.id)


def delete_agent(ctx: Context, request: OneAgent) -> DeletedAgent:
    """`DELETE /agents/{agentId}`: their messages keep their name, their conversations go to others, their tokens end."""
    agents.remove(ctx, people.get_agent_by_number(ctx, request.agent_id).id)
    return DeletedAgent(id=request.agent_id)


ROWS = [
    Endpoint("GET", _PATH, list_agents, AGENT),
    Endpoint("POST", _PATH, create_agent, ADMIN),
    Endpoint("GET", f"{_PATH}/{{agentId}}", get_agent, AGENT),
    Endpoint("PUT", f"{_PATH}/{{agentId}}", update_agent, ADMIN),
    Endpoint("DELETE", f"{_PATH}/{{agentId}}", delete_agent, ADMIN),
]
