"""Groups of agents in PPMessage's words."""

from typing import Any

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.schemas import given
from chalicelib.desk.people.people import Person
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Change, Group
from chalicelib.dialects.ppmessage.mapping.words import icon, moment, service_status
from chalicelib.dialects.ppmessage.wire import groups as wire

_ALGORITHMS = {"BROADCAST": groups.EVERYONE, "SMART": groups.FEWEST_CUSTOMERS, "LOAD": groups.FEWEST_MESSAGES}
#: `user_status` of an agent's level. Visitors get none.
_STATUSES: dict[str | None, str] = {AGENT: "SERVICE", ADMIN: "ADMIN"}
_NAMES = {selection: name for name, selection in _ALGORITHMS.items()}


def change(request: wire.CreateGroup | wire.UpdateGroup) -> Change:
    """What to set of a group. Raises Invalid for an unknown algorithm."""
    name = request.group_route_algorithm
    if name is not None and name not in _ALGORITHMS:
        raise Invalid("group_route_algorithm", f"must be one of {', '.join(_ALGORITHMS)}")
    return Change(
        name=given(request.group_name),
        description=given(request.group_desc),
        icon=given(request.group_icon if isinstance(request, wire.UpdateGroup) else None),
        is_distributor=given(request.is_distributor),
        selection=given(_ALGORITHMS[name] if name is not None else None),
    )


def _group(group: Group, account: str) -> dict[str, Any]:
    return {
        "uuid": group.id,
        "app_uuid": account,
        "group_name": group.name,
        "group_desc": group.description,
        "group_icon": icon(group.id, group.icon),
        "is_distributor": group.is_distributor,
        "createtime": moment(group.created_at),
        "updatetime": moment(group.updated_at),
    }


def listed(group: Group, account: str, size: int) -> wire.GroupListed:
    """A group with its number of agents."""
    return wire.GroupListed(**_group(group, account), user_count=size)


def shown(group: Group, account: str) -> wire.GroupShown:
    """A group by itself."""
    algorithm = _NAMES[group.selection] if group.selection else None
    return wire.GroupShown(**_group(group, account), group_uuid=group.id, group_route_algorithm=algorithm)


def groupless(agent: Person) -> wire.Groupless:
    """An agent of no group."""
    return wire.Groupless(
        uuid=agent.id,
        user_fullname=agent.name,
        user_icon=icon(agent.id, agent.icon),
        user_signature=agent.signature,
        service_user_status=service_status(agent.presence),
        is_anonymous_user="False",
        createtime=moment(agent.created_at),
        updatetime=moment(agent.updated_at),
        user_status=_STATUSES.get(agent.level),
        user_email=agent.email,
    )
