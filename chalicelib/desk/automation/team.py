"""Teams: the agents of an account during one piece of routing, and which of them can take a conversation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.conversations import writes
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from chalicelib.models import loads
from chalicelib.models import people as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.conversations import Conversation
from chalicelib.models.loads import LoadChanges, RoutedTo
from chalicelib.models.people import Person
from chalicelib.rules import allocation, lifecycle
from chalicelib.rules.allocation import Choice

#: After each lost race the choice is among twice as many agents, this often.
_MOST_DOUBLINGS = 6


class Audience(msgspec.Struct, frozen=True):
    """Who a conversation is for: agents of a group and a domain, or the agent with this integer id. None is no limit."""

    group: str | None = None
    domain: int | None = None
    agent: int | None = None


def audience_of(conversation: Conversation, changes: lifecycle.Changes) -> Audience:
    """Returns who a conversation is for after some changes."""
    group, agent = (changes.get(name, getattr(conversation, name)) for name in ("group", "audience"))
    return Audience(group, conversation.domain, agent)


class Team:
    """The account's agents, or the one with the id `only`. They are read once, and again after a lost race."""

    def __init__(self, ctx: Context, *, fresh: bool = False, only: str | None = None) -> None:
        self._ctx, self._ids = ctx, {only} if only else set[str]()
        self.is_fresh = fresh or only is not None
        self._agents: list[Person] | None = None
        self._can_take: dict[Audience, bool] = {}
        self._losses = 0

    def serving(self, audience: Audience) -> list[Person]:
        """Returns the agents for conversations of an audience. A named agent who can't serve any more is ignored."""
        named = [agent for agent in self.everybody() if agent.number == audience.agent]
        return named or groups.agents_serving(self._ctx, self.everybody(), audience.group, audience.domain)

    def everybody(self) -> list[Person]:
        """Returns all of them."""
        if self._agents is None:
            self._agents = self._read()
            self._can_take.clear()
        return self._agents

    def choose(self, audience: Audience, turn: int = 0, **given: Any) -> Choice[Person] | None:
        """Returns which of them gets a conversation. `given` is as in `rules.allocation.choose`. After lost races it takes
        another of those who are equally good, by `turn`, so that not all processes ask for the same agent again.
        """
        settings = accounts.load(self._ctx).auto_allocation
        spread = turn % (1 << min(self._losses, _MOST_DOUBLINGS))
        return allocation.choose(self.serving(audience), settings, group=audience.group, spread=spread, **given)

    def can_take(self, audience: Audience) -> bool:
        """Returns whether one of them can get a conversation now."""
        if audience not in self._can_take:
            self._can_take[audience] = self.choose(audience) is not None
        return self._can_take[audience]

    def full(self, audience: Audience | None = None) -> list[Person]:
        """Returns those of an audience, or of all, who would take a conversation if they were below their limit."""
        settings = accounts.load(self._ctx).auto_allocation
        asked = self.everybody() if audience is None else self.serving(audience)
        return [one for one in asked if settings.is_there(one) and not settings.has_place(one)]

    def expect_place(self, audience: Audience | None = None) -> None:
        """Makes routing look again when one of the full agents has a place. One request for each agent where that is not noted
        yet. The team must be fresh. Raises ConditionFailed where one of them has changed.
        """
        for agent in self.full(audience):
            if not agent.is_full:
                with self._kept():
                    loads.expect_place(agent)
                agent.is_full = True

    def give(self, conversation: Conversation, choice: Choice[Person], changes: lifecycle.Changes) -> None:
        """Assigns a conversation if neither it nor the agent has changed since they were read. One request. Raises
        ConditionFailed.
        """
        with self._kept():
            give(self._ctx, conversation, choice, changes)
        agent = choice.agent
        agent.open_conversations, agent.last_assigned_at = agent.open_conversations + 1, self._ctx.now
        self._losses = 0
        self._can_take.clear()

    def read_again(self) -> None:
        """Forgets what was read. It is read from the table itself next time."""
        self._agents, self.is_fresh = None, True

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Around a conditional write: where it does not apply, the team is read again."""
        try:
            yield
        except ConditionFailed:
            self._losses += 1
            self.read_again()
            raise

    def _read(self) -> list[Person]:
        """Returns the active agents from the index; fresh ones from the table itself, because the index may lag behind."""
        agents = [] if self._ids else people.list_agents(self._ctx)
        self._ids |= {agent.id for agent in agents}
        if self.is_fresh:
            agents = list(rows.get_many(self._ctx.account, self._ids, consistent=True).values())
        return [agent for agent in agents if people.can_serve(agent)]


def give(ctx: Context, conversation: Conversation, choice: Choice[Person], changes: lifecycle.Changes) -> None:
    """Assigns a conversation to the agent chosen, with further changes, as `Team.give` does."""
    account, agent = accounts.load(ctx), choice.agent
    settings, limit = account.auto_allocation, account.auto_allocation.limit_of(agent)
    routed = lifecycle.routed(
        ctx.now, agent.id, agent.number, conversation.tried_agents, conversation.routing_attempts, account.auto_close
    )
    to = RoutedTo(
        agent,
        must_be_online=account.routed and (settings.online_only or choice.how == allocation.LAST_ASSIGNEE),
        is_limited=account.routed and limit is not None,
        fills=account.routed and limit is not None and settings.load_of(agent) + 1 >= limit,
    )
    moved = LoadChanges(freed=conversation.carrier, routed=to)
    writes.change(ctx, conversation, {**changes, **routed, "chosen_by": choice.how}, moved)
