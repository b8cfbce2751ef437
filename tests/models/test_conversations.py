"""What a conversation's row costs: a message writes it, so it has to stay below a kilobyte."""

from typing import Any

from chalicelib.context import ADMIN
from chalicelib.models import conversation_indexes, conversations, summaries
from chalicelib.models.conversations import Conversation
from chalicelib.rules import lifecycle
from chalicelib.rules.deadlines import AutoClose, Deadlines
from tests.world import World


def size(item: dict[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "L":
        return 3 + sum(1 + value_size(entry) for entry in content)
    if kind == "N":
        return (len(content) + 1) // 2 + 1
    return len(content.encode()) if kind == "S" else 1


def full(world: World) -> Conversation:
    """A row with all that a long chat writes into it: picked, answered, the longest preview."""
    visitor = world.visitor()
    found = conversations.get(world.account, visitor.conversation)
    assert found is not None
    agent = world.agents[2]
    sender = lifecycle.Sender(agent.id, agent.number, "agent")
    now, settings = world.now, AutoClose()
    changes = lifecycle.routed(now, agent.id, agent.number, [other.id for other in world.agents[:2]], 3, settings)
    changes |= lifecycle.picked(now) | lifecycle.after_public_message(
        now, "new", Deadlines(), sender, visitor.conversation, "x" * 5000, settings
    )
    changes |= {"group": visitor.id, "group_number": 1_000, "domain": 100_000}
    counts = {
        "message_count": 100_000,
        "note_count": 10_000,
        "member_count": 50,
        "agent_count": 50,
        "status_change_count": 1_000,
        "has_metadata": True,
    }
    summaries.updates(found, changes | counts, now)
    return found


def test_a_full_row_stays_below_a_kilobyte(world: World) -> None:
    assert size(full(world).serialize()) <= 1024


def test_an_inbox_row_stays_below_a_kilobyte_and_says_who_when_and_what(world: World) -> None:
    item = full(world).serialize()
    listed = {
        name: value
        for name, value in item.items()
        if name in [*conversation_indexes.LISTED, "key", "inbox_key", "last_activity_at"]
    }
    assert size(listed) <= 1024
    assert {"contact_key", "assignee", "status", "preview"} <= set(listed)


def test_what_waits_and_what_an_agent_holds_is_found_by_when_that_began(world: World) -> None:
    first, second = world.asking(), world.asking()
    waiting = conversations.held(world.account, conversations.WAITING, 10, newest_first=False)
    assert set(waiting) == {first.conversation, second.conversation}
    found = conversations.get(world.account, first.conversation)
    assert found is not None
    agent = world.agents[0]
    summaries.change(found, lifecycle.assigned(world.now, agent.id, agent.number, []), world.now + 5)
    assert conversations.held(world.account, agent.id, 10, newest_first=True) == [first.conversation]
    again = conversations.get(world.account, first.conversation)
    assert again is not None and again.held_since == world.now + 5
    summaries.change(again, lifecycle.closed(world.now), world.now)
    assert conversations.held(world.account, agent.id, 10, newest_first=True) == []
    closed = conversations.get(world.account, first.conversation)
    assert closed is not None and closed.holder_key is None and closed.held_since is None


def test_a_contact_s_index_holds_keys(world: World) -> None:
    visitor = world.visitor()
    found = list(Conversation.by_contact.query(conversations.of_key(world.account, visitor.id)))
    assert [row.key for row in found] == [conversations.key(world.account, visitor.conversation)]
    assert world.ctx(ADMIN).account == world.account
