"""Named: the people and departments that a change of a conversation names by integer id."""

import msgspec

from chalicelib.context import Context
from chalicelib.desk.core.errors import NotFound, Unavailable
from chalicelib.desk.people import contacts, people
from chalicelib.desk.teams import groups
from chalicelib.desk.teams.groups import Group


class Named(msgspec.Struct, frozen=True):
    """The people and the group that a change names, as they were read."""

    assignee: people.Person | None
    contact: people.Person | None
    group: Group | None


def named_in(ctx: Context, assignee: int | None, contact: int | None, group: int | None) -> Named:
    """Returns who a change names, 0 and None for nobody. Two requests for each at most. Raises Unavailable."""
    return Named(
        agent_of(ctx, assignee) if assignee else None,
        contact_of(ctx, contact) if contact is not None else None,
        group_of(ctx, group) if group else None,
    )


def contact_of(ctx: Context, number: int) -> people.Person:
    """Returns the contact with an integer id. Two requests at most. Raises Unavailable."""
    try:
        return contacts.get_present(ctx, number)
    except NotFound as missing:
        raise Unavailable("contact", "is not the id of a contact") from missing


def group_of(ctx: Context, number: int) -> Group:
    """Returns the department that a change names by integer id. Raises Unavailable."""
    try:
        return groups.get_by_number(ctx, number)
    except NotFound as missing:
        raise Unavailable("group", "is not the id of a department") from missing


def agent_of(ctx: Context, number: int) -> people.Person:
    """Returns the agent with an integer id. Two requests at most. Raises Unavailable."""
    try:
        return people.check_serves(people.get_agent_by_number(ctx, number), "assignee")
    except NotFound as missing:
        raise Unavailable("assignee", "is not the id of an agent") from missing
