"""Loads: how many open conversations each agent has, moved in the transaction that changes a conversation, so they are exact.

In accounts that do not count paused conversations toward a limit, agents' rows also count these: the ones that wait for the
contact or are on hold. A conversation's row says in which status it is counted there.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import msgspec
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.models.base import conditional
from chalicelib.models.people import Person

if TYPE_CHECKING:
    from chalicelib.models.conversations import Conversation

#: Counters of paused conversations in an agent's row, by the conversation's status.
PAUSED = {"pending_external": "pending_external", "on_hold": "on_hold"}
_OPEN = "open_conversations"


class RoutedTo(msgspec.Struct, frozen=True):
    """An agent, as read, that routing gives a conversation to, and what must still be true of them when it is written.

    With `is_limited` their own limit and their paused conversations must be as read, too. `fills`: they have no place after it.
    """

    agent: Person
    must_be_online: bool = True
    is_limited: bool = False
    fills: bool = False


class LoadChanges(msgspec.Struct, frozen=True):
    """Agents whose load a change moves: `freed` and `held` by id, `routed` as routing read them."""

    freed: str | None = None
    held: str | None = None
    routed: RoutedTo | None = None

    @property
    def moved(self) -> bool:
        """Whether any load moves. From an agent to themselves none does."""
        return self.routed is not None or self.freed != self.held


class Pause(NamedTuple):
    """The agent whose row counts a conversation as paused, and the status. Empty if no row does."""

    agent: str | None = None
    status: str | None = None


def pause_of(conversation: "Conversation") -> Pause:
    """Returns in whose row a conversation is counted as paused."""
    return Pause(conversation.carrier, conversation.paused) if conversation.paused else Pause()


def end_of_pause(conversation: "Conversation") -> dict[str, Any]:
    """Returns the changes of a conversation that has left the status it is counted in, or has no agent any more."""
    is_kept = conversation.carrier and conversation.status == conversation.paused
    return {} if conversation.paused is None or is_kept else {"paused": None}


def move(write: TransactWrite, account: str, loads: LoadChanges, now: int, pauses: Iterable[tuple[Pause, Pause]] = ()) -> None:
    """Adds to a transaction the loads that changes of conversations move, each conversation with its pause before and after."""
    steps: dict[str, Counter[str]] = {}
    if loads.freed != loads.held:
        _count(steps, loads.freed, _OPEN, -1)
        _count(steps, loads.held, _OPEN, 1)
    for before, after in pauses:
        _count(steps, before.agent, PAUSED.get(before.status or "", ""), -1)
        _count(steps, after.agent, PAUSED.get(after.status or "", ""), 1)
    if loads.routed:
        _count(steps, loads.routed.agent.id, _OPEN, 1)
    for agent, counts in steps.items():
        if any(counts.values()):
            _add(write, account, agent, counts, loads.routed, now)


def _count(steps: dict[str, Counter[str]], agent: str | None, counter: str, by: int) -> None:
    if agent and counter:
        steps.setdefault(agent, Counter())[counter] += by


def _add(write: TransactWrite, account: str, agent: str, counts: Mapping[str, int], routed: RoutedTo | None, now: int) -> None:
    actions: list[Action] = [getattr(Person, name).add(by) for name, by in counts.items() if by]
    if routed and routed.agent.id == agent:
        filled = Person.is_full.set(True) if routed.fills else Person.is_full.remove()
        write.update(routed.agent, [*actions, Person.last_assigned_at.set(now), filled], _as_routed(routed))
    elif counts[_OPEN] > 0:
        serves = Person.agents_of.exists() & (Person.is_active == True)  # noqa: E712
        write.update(Person(account, agent), [*actions, Person.last_assigned_at.set(now)], serves)
    else:
        frees = [Person.is_full.remove()] if counts[_OPEN] < 0 or any(by > 0 for by in counts.values()) else []
        write.update(Person(account, agent), [*actions, *frees], Person.id.exists())


def _as_routed(routed: RoutedTo) -> Condition:
    agent = routed.agent
    serves = Person.presence == "online" if routed.must_be_online else Person.agents_of.exists()
    serves &= (Person.is_active == True) & Person.refuses_allocation.does_not_exist()  # noqa: E712
    seen = _as_read(agent, *([_OPEN, *PAUSED.values(), "most_conversations"] if routed.is_limited else [_OPEN]))
    return cast(Condition, serves & seen)


def _as_read(agent: Person, *names: str) -> Condition:
    """Returns the condition that these of an agent are as they were read."""
    known = [(getattr(Person, name), getattr(agent, name)) for name in names]
    seen = [one.does_not_exist() if value is None else one == value for one, value in known]
    return cast(Condition, reduce(and_, seen))


def expect_place(agent: Person) -> None:
    """Notes that something waits for a place with an agent who has all they can take, so that routing hears when they have one.

    One request. Raises ConditionFailed where the agent's load or limit has changed since they were read.
    """
    as_read = _as_read(agent, _OPEN, *PAUSED.values(), "most_conversations")
    with conditional():
        agent.update([Person.is_full.set(True)], Person.agents_of.exists() & as_read)
