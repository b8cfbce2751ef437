"""Conversations are found where their rows' indexes have them."""

from chalicelib.models import conversations, summaries
from chalicelib.models.conversation_indexes import ByContact
from chalicelib.models.conversations import Conversation
from chalicelib.models.stamps import Stamp
from chalicelib.rules import lifecycle
from tests.world import World


def test_what_waits_and_what_an_agent_holds_is_found_by_when_that_began(world: World) -> None:
    first, second = world.asking(), world.asking()
    waiting = conversations.held(world.account, conversations.WAITING, 10, newest_first=False)
    assert set(waiting) == {first.conversation, second.conversation}
    found = conversations.get(world.account, first.conversation)
    assert found is not None
    agent = world.agents[0]
    summaries.change(found, lifecycle.assigned(world.now, agent.id, agent.number, []), Stamp(world.now + 5))
    assert conversations.held(world.account, agent.id, 10, newest_first=True) == [first.conversation]
    again = conversations.get(world.account, first.conversation)
    assert again is not None and again.held_since == world.now + 5
    summaries.change(again, lifecycle.closed(world.now), Stamp(world.now))
    assert conversations.held(world.account, agent.id, 10, newest_first=True) == []
    closed = conversations.get(world.account, first.conversation)
    assert closed is not None and closed.holder_key is None and closed.held_since is None


def test_a_contact_s_index_holds_keys(world: World) -> None:
    """What a contact has is read of the rows themselves: a copy of more than their keys would cost a write with each message."""
    visitor, _ = world.asking(), world.asking()
    holder = Conversation.contact_key.serialize(conversations.of_key(world.account, visitor.id))
    (row,) = Conversation._get_connection().query(holder, index_name=ByContact.Meta.index_name)["Items"]
    own, found = conversations.key(world.account, visitor.conversation), conversations.get(world.account, visitor.conversation)
    assert found is not None
    assert row == {
        Conversation.key.attr_name: {"S": Conversation.key.serialize(own)},
        ByContact.contact_key.attr_name: {"S": holder},
        ByContact.created_at.attr_name: {"N": str(found.created_at)},
    }
