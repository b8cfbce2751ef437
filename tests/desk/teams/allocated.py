"""Settings of auto allocation, conversations that are given out, and whom they went to."""

from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import messages
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.people import people
from chalicelib.desk.teams import allocation
from chalicelib.desk.teams.allocation import Change, Preference
from chalicelib.models import conversations, loads
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import Person
from tests.visitors import Visitor
from tests.world import World


def allocates(world: World, *preferences: Preference, **given: Any) -> None:
    """The account's settings, and what follows at once."""
    allocation.change(world.ctx(ADMIN), Change(**given), preferences)
    world.settle()


def stored(world: World, visitor: Visitor) -> Conversation:
    """A visitor's conversation as it is stored."""
    found = conversations.get(world.account, visitor.conversation)
    assert found
    return found


def assignees(world: World, visitors: list[Visitor]) -> list[int | None]:
    """Places of the agents who have these, None for nobody."""
    ids = [agent.id for agent in world.agents]
    return [ids.index(found) if (found := stored(world, visitor).assignee) else None for visitor in visitors]


def asking(world: World, many: int) -> list[Visitor]:
    """Visitors who have asked, a second after each other."""
    visitors = []
    for _ in range(many):
        world.now += 1000
        visitors.append(world.asking())
        world.settle()
    return visitors


def agent(world: World, at: int = 0) -> Person:
    """An agent as they are stored."""
    return people.get(world.ctx(ADMIN), world.agents[at].id)


def answer(world: World, visitor: Visitor, at: int = 0) -> None:
    """An agent writes to a visitor, and what follows."""
    messages.post(world.as_agent(at), PostMessage(visitor.conversation, "What is it?"))
    world.settle()


def recount(world: World, visitors: list[Visitor]) -> None:
    """Agents' rows count what there is: open conversations, and those that are paused in each status."""
    rows = [stored(world, visitor) for visitor in visitors]
    for one in world.agents:
        mine = [row for row in rows if row.carrier == one.id]
        now = people.get(world.ctx(ADMIN), one.id)
        assert now.open_conversations == len(mine)
        for status, counter in loads.PAUSED.items():
            assert (getattr(now, counter) or 0) == sum(row.paused == status for row in mine), status
            assert all(row.paused in (None, row.status) for row in mine)
