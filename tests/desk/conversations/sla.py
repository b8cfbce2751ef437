"""What tests of SLA need: policies, clocks, and what is said and set meanwhile."""

from typing import Any

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import messages, sla_policies, updates
from chalicelib.desk.conversations.filters import FilterCondition
from chalicelib.desk.conversations.messages import PostMessage
from chalicelib.desk.conversations.updates import Change
from chalicelib.models import conversations as rows
from chalicelib.models.conversations import Conversation
from tests.streams_and_queues import START
from tests.visitors import Visitor
from tests.world import World

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
#: Shown ids of fields (desk/conversations/fields.py).
STATUS, PRIORITY, GROUP, TAGS, CONTACT_NAME, MENTIONED, DRAFT, ORDER = 6, 7, 10, 14, 18, 29, 28, 2


def policy(world: World, *given: tuple[int, str, str], **more: Any) -> int:
    """The number of a new policy: an answer within an hour, the next within two, the end within eight."""
    wanted = {"name": "p", "first_within": 3600, "next_within": 7200, "resolve_within": 8 * 3600, **more}
    conditions = tuple(FilterCondition(field=on, match=match, value=value) for on, match, value in given)
    made = sla_policies.create(world.ctx(ADMIN), sla_policies.Change(**wanted, conditions=conditions))
    return made.number


def stored(world: World, visitor: Visitor) -> Conversation:
    """A visitor's conversation as it is stored."""
    found = rows.get(world.account, visitor.conversation)
    assert found
    return found


def clocks(row: Conversation) -> tuple[int | None, int | None, int | None]:
    """What is due, in milliseconds since START; below zero what remains."""
    known = (row.first_due_at, row.next_due_at, row.resolve_due_at)
    return tuple(at if at is None or at < 0 else at - START for at in known)  # type: ignore[return-value]


def say(world: World, visitor: Visitor, text: str = "hello") -> Conversation:
    """The conversation after the visitor has written."""
    messages.post(world.as_visitor(visitor.id), PostMessage(visitor.conversation, text))
    return stored(world, visitor)


def answer(world: World, visitor: Visitor, **given: Any) -> Conversation:
    """The conversation after the first agent has written."""
    messages.post(world.as_agent(), PostMessage(visitor.conversation, "hi", **given))
    return stored(world, visitor)


def set_(world: World, visitor: Visitor, **fields: Any) -> Conversation:
    """The conversation after the first agent has changed it."""
    updates.change(world.as_agent(), visitor.conversation, Change(**fields))
    return stored(world, visitor)
