"""Names of what reports have lines of: agents, departments, channels and SLA policies, those that are gone included."""

from collections.abc import Iterable

from chalicelib.context import Context
from chalicelib.desk.conversations import sla_policies
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from chalicelib.models import unique_names
from chalicelib.rules.counting import Cell

AGENT, DEPARTMENT, CHANNEL, POLICY = "agent", "department", "channel", "policy"
#: Channels with their numbers. A chat came through the site, as did what the portal has.
CHANNELS = {"portal": 1, "email": 2}
_SHOWN = {"chat": "portal"}
#: The name of who or what is not there any more, and of none at all.
REMOVED, NOBODY = "removed", {AGENT: "unassigned", DEPARTMENT: "no department", CHANNEL: "", POLICY: "no policy"}
Key = int | str


def shown_channel(channel: str) -> str:
    """Returns a stored channel as reports show it."""
    return _SHOWN.get(channel, channel)


def key_of(kind: str, cell: Cell) -> Key:
    """Returns what of a kind a cell is of."""
    if kind == CHANNEL:
        return shown_channel(cell.channel)
    return {AGENT: cell.agent, DEPARTMENT: cell.group, POLICY: cell.policy}[kind]


def load(ctx: Context, kind: str, used: Iterable[Key]) -> dict[Key, tuple[int, str]]:
    """Returns number and name of all of a kind that there are, and of those that are `used`, which may be gone.

    No request where a warm process knows them, else one; two more for removed agents, for each hundred.
    """
    known = _known(ctx, kind)
    gone = [key for key in used if key not in known]
    known |= _removed(ctx, [int(key) for key in gone if key]) if kind == AGENT else {}
    for key in gone:
        number = CHANNELS.get(key, 0) if isinstance(key, str) else key
        known.setdefault(key, (number, REMOVED if key else NOBODY[kind]))
    return known


def _known(ctx: Context, kind: str) -> dict[Key, tuple[int, str]]:
    if kind == CHANNEL:
        return {name: (number, name) for name, number in CHANNELS.items()}
    if kind == AGENT:
        return {agent.number: (agent.number, agent.name) for agent in people.list_agents_cached(ctx)}
    entries = groups.GROUPS.load(ctx) if kind == DEPARTMENT else sla_policies.POLICIES.load(ctx)
    return {entry.number: (entry.number, entry.name) for entry in entries.values()}


def _removed(ctx: Context, numbers: list[int]) -> dict[Key, tuple[int, str]]:
    """Returns the names of agents who were removed, as far as they are kept."""
    ids = unique_names.find_many(ctx.account, "person", sorted(numbers)) if numbers else {}
    views = people.load_views(ctx, ids.values())
    return {number: (number, views[id_].name) for number, id_ in ids.items() if id_ in views}
