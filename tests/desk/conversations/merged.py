"""Two chats in which people write in turn, and what is stored once one is merged into the other."""

from chalicelib.desk.conversations import history, messages
from chalicelib.desk.conversations.messages import NOTE, PostMessage
from chalicelib.models import conversations as rows
from chalicelib.models.messages import Message
from tests.visitors import Visitor
from tests.world import World


def write(world: World) -> tuple[Visitor, Visitor]:
    """Two chats in which people write in turn, the second one's first and last; with notes."""
    first, second = world.visitor(), world.visitor()
    for at, (who, text) in enumerate([(second, "b1"), (first, "a1"), (second, "b2"), (first, "a2"), (second, "b3")]):
        world.now += 1000
        messages.post(world.as_visitor(who.id), PostMessage(who.conversation, text))
        if at in (1, 2):
            world.now += 1000
            messages.post(world.as_agent(), PostMessage(who.conversation, f"note on {text}", kind=NOTE))
    return first, second


def texts(world: World, conversation: str) -> list[str]:
    """Texts of a conversation's messages and notes."""
    return [row.body for row in history.list_latest(world.as_agent(), conversation).messages]


MERGED = ["b1", "a1", "note on a1", "b2", "note on b2", "a2", "b3"]


def rows_of(world: World, conversation: str) -> list[Message]:
    """Messages of a conversation as they are stored."""
    return list(Message.by_sequence.query(rows.key(world.account, conversation)))
