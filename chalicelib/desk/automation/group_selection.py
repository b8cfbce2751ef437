"""Group selection: which of a group's agents are offered to a visitor, by the group's own setting."""

from chalicelib.context import VISITOR, Context
from chalicelib.desk.core import access
from chalicelib.desk.people.people import Person
from chalicelib.desk.reports import statistics
from chalicelib.desk.teams.groups import list_members
from chalicelib.rules import groups
from chalicelib.rules.groups import EVERYONE, FEWEST_CUSTOMERS, Group, Work


@access.allow(VISITOR)
def select(ctx: Context, group: Group) -> list[Person]:
    """Returns all of a group's agents, or the one who has had the least work today. Two requests at most."""
    agents = list_members(ctx, group)
    if not agents or group.selection in (None, EVERYONE):
        return agents
    work = statistics.work_today(ctx)
    fewest = groups.fewest_customers if group.selection == FEWEST_CUSTOMERS else groups.fewest_messages
    return [min(agents, key=lambda agent: (*fewest(work.get(agent.number, Work())), agent.number))]
