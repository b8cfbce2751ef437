"""Routing: which agent gets a conversation."""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol, TypeVar

from chalicelib.rules.allocation import untried
from chalicelib.rules.presence import ONLINE

#: Why a conversation waits: none of its agents is online, its group has no members, there is no group for it.
NOBODY_ONLINE, NOBODY_THERE, NO_GROUP = "nobody_online", "nobody_there", "no_group"


class Candidate(Protocol):
    """What routing needs to know of an agent. Times are epoch milliseconds, 0 for never."""

    id: str
    number: int
    presence: str
    open_conversations: int
    last_assigned_at: int


C = TypeVar("C", bound=Candidate)


def preferred(agents: Iterable[C]) -> C | None:
    """Returns the agent that `choose` returns, or if nobody is online the one with the least load."""
    everybody = list(agents)
    return choose(everybody) or min(everybody, key=_turn, default=None)


def choose(agents: Iterable[C], tried: Sequence[int] = ()) -> C | None:
    """Returns the online agent with the fewest open conversations; ties go to the oldest assignment, then the lowest number.

    `tried` has integer ids of agents, the latest last. An agent in it is chosen only if every online agent has been tried, and
    the latest one only if nobody else is online.
    """
    pool = untried([agent for agent in agents if agent.presence == ONLINE], tried)
    return min(pool, key=_turn, default=None)


def _turn(agent: Candidate) -> tuple[int, int, int]:
    return agent.open_conversations, agent.last_assigned_at, agent.number


def why_waiting(serving: Collection[object], *, of_group: bool) -> str:
    """Returns why a conversation for the agents `serving` waits. `of_group`: it has a group or domain of its own."""
    if serving:
        return NOBODY_ONLINE
    return NOBODY_THERE if of_group else NO_GROUP
