"""What agents say of their presence, what it is, and whose socket has gone."""

from chalicelib.context import ADMIN
from chalicelib.desk.people import people
from chalicelib.desk.people.people import Person
from tests.desk.realtime.test_live import an_agent
from tests.visitors import Answer
from tests.websockets import Socket
from tests.world import World


def now_is(world: World, at: int = 0) -> str | None:
    """An agent's presence."""
    return stored(world, at).presence


def stored(world: World, at: int = 0) -> Person:
    """An agent as they are stored."""
    return people.get(world.ctx(ADMIN), world.agents[at].id)


def says(world: World, word: str, at: int = 0) -> Answer:
    """The answer to a presence that an agent sets in OneView."""
    return world.call("PUT", "/cs-chat-ticket/v1/status", {"status": word}, **world.bearer(world.agents[at]))


def dropped(world: World) -> Socket:
    """The first agent was online, and their only socket has gone."""
    world.online(world.agents[0])
    socket = an_agent(world)
    socket.close()
    return socket
