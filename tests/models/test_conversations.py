"""Conversations are found where their rows' indexes have them."""

from chalicelib.context import ADMIN
from chalicelib.models import conversations, summaries
from chalicelib.models.conversations import Conversation
from chalicelib.rules import lifecycle
from tests.world import World


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
