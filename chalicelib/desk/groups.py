"""Groups of agents, as conversations ask for them."""

from dataclasses import dataclass

from chalicelib.context import Context
from chalicelib.desk import people
from chalicelib.desk.errors import NotFound
from chalicelib.desk.people import Person
from chalicelib.models import settings


@dataclass(frozen=True, slots=True)
class Group:
    """A group of agents."""

    id: str
    name: str


def get(ctx: Context, group: str) -> Group:
    """One group as it is stored now: one request. Raises NotFound."""
    row = settings.load(ctx.account).get(f"group#{group}")
    if row is None:
        raise NotFound("group", group)
    return Group(group, row.document["name"])


def members(ctx: Context, group: str) -> list[Person]:
    """A group's agents by number: two requests. Raises NotFound."""
    found = get(ctx, group)
    return [agent for agent in people.agents(ctx) if agent.group == found.id]
