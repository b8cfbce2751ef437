"""What must be true of a desk that was killed and has come to rest: read off its tables, and compared with what clients know."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tests.chaos.people import Agent, Said, Visitor

#: Seconds that a deadline may be late.
_LATE = 60
_MORE, _MOST = 50, 1_000


class Tables:
    """The tables of the desk that this process points to (infra.local.attach)."""

    def __init__(self, account: str) -> None:
        from chalicelib import context
        from chalicelib.context import ADMIN, Caller

        self.ctx = context.system().acting(Caller(account, ADMIN))

    def conversations(self, visitors: Sequence[Visitor]) -> dict[str, Any]:
        """Those of all visitors, by uuid."""
        from chalicelib.models import conversations

        return {row.id: row for row in conversations.get_many(self.ctx.account, [one.chat for one in visitors if one.chat])}

    def said(self, row: Any) -> list[Any]:
        """All messages of a conversation, in order, also such as its summary does not know of."""
        from chalicelib.models import messages

        found = messages.read_between(self.ctx.account, row.id, 1, row.message_count + _MORE, newest_first=False)
        return list(found)

    def agents(self) -> list[Any]:
        """All agents."""
        from chalicelib.models import people

        return people.agents(self.ctx.account)

    def held(self, agent: str) -> list[str]:
        """Uuids of the open conversations in an agent's list."""
        from chalicelib.models import conversations

        return conversations.assigned_to(self.ctx.account, agent, _MOST)


def problems(tables: Tables, visitors: Sequence[Visitor], agents: Sequence[Agent]) -> Iterator[str]:
    """All that is wrong, a sentence each."""
    rows = tables.conversations(visitors)
    by_number = {row.number: row for row in rows.values()}
    for visitor in visitors:
        if visitor.chat and visitor.chat not in rows:
            yield f"the conversation of {visitor.name} is lost"
    texts = {row.id: [message.body for message in tables.said(row)] for row in rows.values()}
    for row in rows.values():
        numbers = [message.sequence for message in tables.said(row)]
        if numbers != list(range(1, row.message_count + 1)):
            yield f"conversation {row.number} has messages {numbers} of {row.message_count}"
    for visitor in visitors:
        if visitor.chat in rows:
            yield from told(visitor.name, visitor.said, texts[visitor.chat])
            yield from (
                f"{visitor.name} was told {text!r}, which is not stored" for text in visitor.heard - {*texts[visitor.chat]}
            )
    for agent in agents:
        for number, said in agent.said.items():
            yield from told(agent.name, said, texts[by_number[number].id]) if number in by_number else ()
    yield from assigned(tables, rows)
    yield from overdue(rows.values(), time.time())


def told(name: str, said: Said, stored: Sequence[str]) -> Iterator[str]:
    """Whether all that was acknowledged stands there once and in order, and nothing else of theirs but what they gave up."""
    mine = [text for text in stored if text.startswith(f"{name} ")]
    doubled = [text for text, count in Counter(mine).items() if count > 1]
    lost = [text for text in said.told if text not in mine]
    odd = [text for text in mine if text not in said.told and text not in said.unknown]
    for what, those in (("doubled", doubled), ("lost", lost), ("never sent", odd)):
        yield from (f"{what}: {text[:60]!r}" for text in those)
    if [text for text in mine if text in said.told] != said.told and not (doubled or lost):
        yield f"out of order: what {name} said"


def assigned(tables: Tables, rows: dict[str, Any]) -> Iterator[str]:
    """Whether each conversation stands in its agent's list alone, and agents' counts and limits are kept."""
    listed: dict[str, list[str]] = {}
    for agent in tables.agents():
        held = tables.held(agent.id)
        for id_ in held:
            listed.setdefault(id_, []).append(agent.id)
        if agent.open_conversations != len(held):
            yield f"{agent.name} is said to have {agent.open_conversations} conversations, and has {len(held)}"
        limit = agent.most_conversations
        if limit is not None and len(held) > limit:
            yield f"{agent.name} has {len(held)} conversations, above the limit of {limit}"
    for id_, row in rows.items():
        wanted = [row.assignee] if row.is_open and row.assignee else []
        if listed.get(id_, []) != wanted:
            yield f"conversation {row.number} is {wanted}'s and stands in the lists of {listed.get(id_, [])}"


def overdue(rows: Any, now: float) -> Iterator[str]:
    """Deadlines that have passed for longer than a minute. A clock of service shows when it was due for as long as it is."""
    from chalicelib.rules import deadlines

    for row in rows:
        for kind in [one for one in deadlines.KINDS if one not in deadlines.BREACHES]:
            due_at = getattr(row, f"{kind}_at")
            if row.is_open and due_at is not None and now - due_at / 1000 > _LATE:
                yield f"conversation {row.number}: {kind} is {now - due_at / 1000:.0f} seconds late"
