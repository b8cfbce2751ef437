"""Allocation: which of the agents for a conversation gets it, and how many conversations each of them may have."""

from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from chalicelib.rules.presence import ONLINE
from chalicelib.rules.status import ON_HOLD, PENDING_EXTERNAL

LOAD_BALANCING, ROUND_ROBIN = "load_balancing", "round_robin"
RULES = (LOAD_BALANCING, ROUND_ROBIN)
#: Further words for how an agent was chosen: they had the contact before; a routing rule names them.
LAST_ASSIGNEE, BY_RULE = "last_assignee", "rule"
#: Statuses in which a conversation can be left out of its agent's load.
PAUSING = (PENDING_EXTERNAL, ON_HOLD)


class Candidate(Protocol):
    """What allocation needs to know of an agent. Times are epoch milliseconds, 0 for never."""

    id: str
    number: int
    presence: str
    open_conversations: int
    last_assigned_at: int
    #: How many of the open conversations wait for their contact or are on hold. None for none, as below.
    pending_external: int
    on_hold: int
    #: Their own limit, and whether they get no conversations.
    most_conversations: int
    refuses_allocation: bool


class Numbered(Protocol):
    """An agent with an integer id."""

    number: int


C = TypeVar("C", bound=Candidate)
N = TypeVar("N", bound=Numbered)
A = TypeVar("A")


class DepartmentRule(msgspec.Struct, frozen=True):
    """How conversations of a group (by its id) are allocated."""

    group: str
    rule: str = LOAD_BALANCING
    prefers_last: bool = False


class Allocation(msgspec.Struct, frozen=True):
    """An account's settings. By default the least loaded agent who is online gets a conversation, without a limit.

    `is_enabled` None means that nobody has set it. It counts only while the account's policy is still `under`, so that the
    setting that was changed last counts.
    """

    is_enabled: bool | None = None
    under: str | None = None
    rule: str = LOAD_BALANCING
    #: Whether a returning contact goes to their last assignee.
    prefers_last: bool = False
    departments: tuple[DepartmentRule, ...] = ()
    #: The most conversations of an agent, and whether agents' own limits go before it.
    limit: int | None = None
    limits_each: bool = False
    #: What does not count toward a limit.
    excludes_pending_external: bool = False
    excludes_on_hold: bool = False
    #: Whether only agents who are online get conversations.
    online_only: bool = True

    @property
    def counts_paused(self) -> bool:
        """Whether agents' rows have to say how many of their conversations are paused."""
        return self.excludes_pending_external or self.excludes_on_hold

    @property
    def ever_prefers_last(self) -> bool:
        """Whether it must be known which agent a contact had last."""
        return self.prefers_last or any(one.prefers_last for one in self.departments)

    def of_group(self, group: str | None) -> DepartmentRule:
        """Returns how a group's conversations are allocated: by its own rule, else by the account's."""
        own = next((one for one in self.departments if one.group == group), None)
        return own or DepartmentRule(group or "", self.rule, self.prefers_last)

    def limit_of(self, agent: Candidate) -> int | None:
        """Returns the most conversations that an agent may have, None for no limit."""
        own = agent.most_conversations if self.limits_each else None
        return self.limit if own is None else own

    def load_of(self, agent: Candidate) -> int:
        """Returns how many of an agent's conversations count."""
        paused = (agent.pending_external or 0) if self.excludes_pending_external else 0
        return agent.open_conversations - paused - ((agent.on_hold or 0) if self.excludes_on_hold else 0)

    def has_place(self, agent: Candidate) -> bool:
        """Returns whether an agent is below their limit."""
        limit = self.limit_of(agent)
        return limit is None or self.load_of(agent) < limit

    def is_there(self, agent: Candidate) -> bool:
        """Returns whether an agent gets conversations at all now, their load aside."""
        return not agent.refuses_allocation and (agent.presence == ONLINE or not self.online_only)

    def may_take(self, agent: Candidate) -> bool:
        """Returns whether an agent can get a conversation now."""
        return self.is_there(agent) and self.has_place(agent)


class Choice(msgspec.Struct, Generic[A], frozen=True):
    """The agent who gets a conversation, and by which rule."""

    agent: A
    how: str


def choose(
    agents: Iterable[C],
    allocation: Allocation,
    *,
    tried: Sequence[int] = (),
    group: str | None = None,
    last: int | None = None,
    holder: str | None = None,
    spread: int = 0,
) -> Choice[C] | None:
    """Returns which of these agents gets a conversation of a group, None if none of them can take it.

    `tried` has integer ids of agents who have had it, the latest last: they get it only once everybody has been tried, the latest
    only if nobody else can take it. `last` is the last assignee of its contact. `holder` is the id of the agent who has it now;
    no limit counts for them. `spread` takes a later one of those who are equally good, for a caller who lost a race.
    """
    able = [one for one in agents if allocation.may_take(one) or (one.id == holder and _stays(allocation, one))]
    pool, rule = untried(able, tried), allocation.of_group(group)
    known = [one for one in pool if rule.prefers_last and one.number == last and one.presence == ONLINE]
    if known and last not in tried:
        return Choice(known[0], LAST_ASSIGNEE)
    if not pool:
        return None
    least = min(map(allocation.load_of, pool))
    equal = [one for one in pool if rule.rule == ROUND_ROBIN or allocation.load_of(one) == least]
    equal.sort(key=lambda one: (one.last_assigned_at, one.number))
    return Choice(equal[spread % len(equal)], rule.rule)


def _stays(allocation: Allocation, holder: Candidate) -> bool:
    """Returns whether an agent keeps what they have: a lower limit, or getting nothing more, takes nothing away."""
    return holder.presence == ONLINE or not allocation.online_only


def untried(able: Sequence[N], tried: Sequence[int]) -> Sequence[N]:
    """Returns the agents to choose among: those not tried, else all but the latest, else all."""
    latest = tried[-1:]
    pools = ([one for one in able if one.number not in tried], [one for one in able if one.number not in latest], able)
    return next((pool for pool in pools if pool), [])
