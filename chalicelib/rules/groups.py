"""Groups of agents, and which agents a conversation is for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

#: How a group names who of it takes part: all, who had the fewest customers today, who had the fewest messages today.
EVERYONE, FEWEST_CUSTOMERS, FEWEST_MESSAGES = "everyone", "fewest_customers", "fewest_messages"
SELECTIONS = (EVERYONE, FEWEST_CUSTOMERS, FEWEST_MESSAGES)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of agents. Times are epoch milliseconds; `selection` None means everyone, and that nobody has chosen it."""

    id: str
    number: int
    name: str
    created_at: int
    updated_at: int
    description: str = ""
    icon: str | None = None
    #: Whether its members serve those who ask for no group.
    is_distributor: bool = False
    selection: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What an agent has had today."""

    customers: int = 0
    messages: int = 0


def fewest_customers(work: Work) -> tuple[int, int]:
    """Sorts agents by customers, then by messages."""
    return work.customers, work.messages


def fewest_messages(work: Work) -> tuple[int, int]:
    """Sorts agents by messages, then by customers."""
    return work.messages, work.customers


class Member(Protocol):
    """An agent as his group sees him."""

    @property
    def group(self) -> str | None:
        """Id of his group."""

    @property
    def is_distributor(self) -> bool:
        """Whether he serves those who ask for no group, whatever his own."""


M = TypeVar("M", bound=Member)


def members(agents: Iterable[M], group: str) -> list[M]:
    """The agents of one group."""
    return [agent for agent in agents if agent.group == group]


def groupless(agents: Iterable[M], groups: Mapping[str, Group]) -> list[M]:
    """The agents of no group: who was in one that is removed is in none."""
    return [agent for agent in agents if agent.group not in groups]


def serving(agents: Iterable[M], group: str | None, groups: Mapping[str, Group], *, by_group: bool) -> list[M]:
    """The agents whom a conversation of `group` is for: its members.

    One without a group (or of one that is removed) is for everybody, in an account that allocates by group for the
    distributors.
    """
    if group in groups:
        return members(agents, str(group))
    return [agent for agent in agents if not by_group or _distributes(agent, groups)]


def _distributes(agent: Member, groups: Mapping[str, Group]) -> bool:
    own = groups.get(agent.group or "")
    return agent.is_distributor or bool(own and own.is_distributor)
