"""The queue of what is told at once: new messages, assignments and presence, to the sockets of those it concerns."""

from typing import Protocol

from chalicelib import context
from chalicelib.context import Context
from chalicelib.desk import accounts, conversations, events, live, messages, people
from chalicelib.desk.conversations import Conversation
from chalicelib.desk.events import ConversationAssigned, MessagePosted, PresenceChanged
from chalicelib.desk.messages import Message
from chalicelib.desk.people import Card


class Words(Protocol):
    """How a socket's dialect says things: each a text to send."""

    def message(self, account: str, stored: Message, sender: Card | None, device: str) -> str:
        """A message, to a device that is to acknowledge it."""

    def assigned(self, conversation: str) -> str:
        """To a contact who waits: his conversation has an agent."""

    def presence(self, person: str, presence: str) -> str:
        """An agent's presence."""


def notify(body: str, words: Words) -> None:
    """Handles one event; again, late or out of order it may tell again, which clients take by the message's id."""
    event = events.decode(body)
    ctx = context.system(event.account)
    if isinstance(event, MessagePosted):
        _message(ctx, event, words)
    elif isinstance(event, ConversationAssigned):
        _assigned(ctx, event, words)
    elif isinstance(event, PresenceChanged):
        _presence(ctx, event, words)


def _message(ctx: Context, event: MessagePosted, words: Words) -> None:
    """A request for each socket, and four before: conversation, message, sender, sockets of all members."""
    found = conversations.load(ctx, event.conversation)
    heard = live.listeners(ctx, live.audience(ctx, found))
    if not heard:
        return
    stored = messages.get(ctx, found, event.message)
    sender = people.cards(ctx, [stored.sender]).get(stored.sender)
    for each in heard:
        if each.device != stored.device:
            live.tell(ctx, [each], words.message(ctx.account, stored, sender, each.device))


def _assigned(ctx: Context, event: ConversationAssigned, words: Words) -> None:
    """Only a contact who had to wait for it has not been told of his conversation yet."""
    found: Conversation = conversations.load(ctx, event.conversation)
    if accounts.load(ctx).queued:
        live.tell(ctx, live.listeners(ctx, [found.contact]), words.assigned(found.id))


def _presence(ctx: Context, event: PresenceChanged, words: Words) -> None:
    others = {agent.id for agent in people.agents(ctx)} - {event.agent}
    served = {found.contact for found in conversations.held_by(ctx, event.agent)}
    live.tell(ctx, live.listeners(ctx, others | served), words.presence(event.agent, event.presence))
