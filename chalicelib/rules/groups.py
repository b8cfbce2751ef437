"""Groups of agents, and which agents a conversation is for."""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

import msgspec

#: Which members a group offers: all, the one with the fewest customers today, the one with the fewest messages today.
EVERYONE, FEWEST_CUSTOMERS, FEWEST_MESSAGES = "everyone", "fewest_customers", "fewest_messages"
SELECTIONS = (EVERYONE, FEWEST_CUSTOMERS, FEWEST_MESSAGES)


class Group(msgspec.Struct, frozen=True):
    """A group of agents. Times are epoch milliseconds. `selection` None means everyone, and that nobody has set it."""

    id: str
    number: int
    name: str
    created_at: int
    updated_at: int
    description: str = ""
    icon: str | None = None
    #: Whether its members serve visitors who ask for no group.
    is_distributor: bool = False
    selection: str | None = None


class Work(msgspec.Struct, frozen=True):
    """What an agent has had today."""

    customers: int = 0
    messages: int = 0


def fewest_customers(work: Work) -> tuple[int, int]:
    """Sort key: customers, then messages."""
    return work.customers, work.messages


def fewest_messages(work: Work) -> tuple[int, int]:
    """Sort key: messages, then customers."""
    return work.messages, work.customers


class Member(Protocol):
    """What a group needs to know of an agent."""

    @property
    def group(self) -> str | None:
        """Id of their group."""

    @property
    def is_distributor(self) -> bool:
        """Whether they serve visitors who ask for no group, whatever their own group."""


M = TypeVar("M", bound=Member)


def members(agents: Iterable[M], group: str) -> list[M]:
    """Returns the agents of one group."""
    return [agent for agent in agents if agent.group == group]


def groupless(agents: Iterable[M], groups: Mapping[str, Group]) -> list[M]:
    """Returns the agents of no group. An agent of a removed group is in none."""
    return [agent for agent in agents if agent.group not in groups]


def serving(agents: Iterable[M], group: str | None, groups: Mapping[str, Group], *, by_group: bool) -> list[M]:
    """Returns the agents for a conversation of `group`: its members.

    One without a group, or of a removed one, is for everybody; in an account that allocates by group, for the distributors.
    """
    if group in groups:
        return members(agents, str(group))
    return [agent for agent in agents if not by_group or _distributes(agent, groups)]


def _distributes(agent: Member, groups: Mapping[str, Group]) -> bool:
    own = groups.get(agent.group or "")
    return agent.is_distributor or bool(own and own.is_distributor)
