"""Access: what an agent may do beyond his level. An admin may do all of it."""

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk import people
from chalicelib.desk.errors import NOT_ADMIN, Forbidden
from chalicelib.desk.people import Person

#: To add operators and switch them, to change domains and who serves them, to remove people.
OPERATORS, DOMAINS, USERS = "operators", "domains", "users"
PERMISSIONS = (OPERATORS, DOMAINS, USERS)


def require(ctx: Context, permission: str) -> None:
    """Raises Forbidden for a caller without a permission: no request for an admin, one for an agent."""
    caller = ctx.caller
    if caller.at_least(ADMIN):
        return
    if caller.at_least(AGENT) and caller.person and permission in of(people.get(ctx, caller.person)):
        return
    raise Forbidden(f"this needs the permission {permission}", NOT_ADMIN)


def of(agent: Person) -> list[str]:
    """All permissions of an agent."""
    return list(PERMISSIONS if agent.level == ADMIN else agent.permissions or [])
