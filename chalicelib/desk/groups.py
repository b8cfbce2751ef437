"""Groups of agents, as conversations ask for them."""

from dataclasses import dataclass

from chalicelib.context import Context
from chalicelib.desk.errors import NotFound
from chalicelib.models import settings

_GROUP = "group#"


@dataclass(frozen=True, slots=True)
class Group:
    """A group of agents."""

    id: str
    name: str


def get(ctx: Context, group: str) -> Group:
    """One group as it is stored now: one request. Raises NotFound."""
    row = settings.load(ctx.account).get(f"{_GROUP}{group}")
    if row is None:
        raise NotFound("group", group)
    return Group(group, row.document["name"])


def names(ctx: Context) -> dict[str, str]:
    """Names of the account's groups by id: one request."""
    rows = settings.load(ctx.account)
    return {name.removeprefix(_GROUP): row.document["name"] for name, row in rows.items() if name.startswith(_GROUP)}
