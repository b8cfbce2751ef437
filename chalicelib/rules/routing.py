"""Who gets a conversation."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from chalicelib.rules.presence import ONLINE


class Candidate(Protocol):
    """An agent as routing sees him; times are epoch milliseconds, 0 for never."""

    id: str
    number: int
    presence: str
    open_conversations: int
    last_assigned_at: int


C = TypeVar("C", bound=Candidate)


def choose(agents: Iterable[C], tried: Sequence[str] = ()) -> C | None:
    """The online agent with the fewest open conversations; ties: the oldest last assignment, then the lowest number.

    `tried` has the latest last. One in it is taken only where every online agent has been tried, and the latest tried
    only where he is alone.
    """
    online = [agent for agent in agents if agent.presence == ONLINE]
    latest = tried[-1:]
    pools = (
        [agent for agent in online if agent.id not in tried],
        [agent for agent in online if agent.id not in latest],
        online,
    )
    pool = next((pool for pool in pools if pool), [])
    return min(pool, key=lambda agent: (agent.open_conversations, agent.last_assigned_at, agent.number), default=None)
