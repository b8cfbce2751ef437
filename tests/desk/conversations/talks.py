"""Conversations among agents, and conversations and agents' loads as they are stored."""

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import conversations, group_chats
from chalicelib.desk.conversations.group_chats import CreateConversation
from chalicelib.models import people as people_rows
from tests.visitors import Visitor
from tests.world import World


def internal(world: World, *members_: int, by: int = 0) -> conversations.Conversation:
    """A conversation among agents, by their places in the world's list."""
    names = tuple(world.agents[at].id for at in members_)
    return group_chats.create(world.as_agent(by), CreateConversation(world.agents[by].id, names, internal=True)).conversation


def load(world: World, found: conversations.Conversation | Visitor) -> conversations.Conversation:
    """A conversation as it is now."""
    id_ = found.conversation if isinstance(found, Visitor) else found.id
    return conversations.load(world.ctx(ADMIN), id_)


def loads(world: World) -> list[int]:
    """How many open conversations each agent's row counts."""
    stored = people_rows.get_many(world.account, {agent.id for agent in world.agents}, consistent=True)
    return [stored[agent.id].open_conversations for agent in world.agents]
