"""LiveChat's words for the desk's things. Pure: no clock, no I/O."""

from chalicelib.desk.people import Person
from chalicelib.dialects.livechat import wire

#: The presence of the core as this dialect counts it.
STATUSES = {"offline": 0, "online": 1, "away": 2, "busy": 3}


def operator(agent: Person) -> wire.Operator:
    """One operator."""
    return wire.Operator(agent.name, agent.email, _status(agent), int(agent.is_active), True, _add_ons(agent))


def listed(agent: Person) -> wire.ListedOperator:
    """An operator in a list."""
    first, _, last = agent.name.partition(" ")
    return wire.ListedOperator(wire.Name(last, first), agent.email, _status(agent), int(agent.is_active), True, _add_ons(agent))


def _status(agent: Person) -> int:
    return STATUSES[agent.presence or "offline"]


def _add_ons(agent: Person) -> list[wire.AddOn]:
    return [wire.AddOn(int(agent.is_active))]
