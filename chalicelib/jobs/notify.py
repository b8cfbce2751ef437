"""The queue of what is told at once: new messages, assignments and presence, to the sockets of those it concerns."""

from functools import partial
from typing import Protocol

from chalicelib.context import Context
from chalicelib.desk import accounts, conversations, live, messages, people
from chalicelib.desk.events import AnyEvent, ConversationAssigned, MessagePosted, PresenceChanged
from chalicelib.desk.messages import Message
from chalicelib.desk.people import Card
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.telemetry import Line


class Words(Protocol):
    """How a socket's dialect says things: each a text to send."""

    def message(self, account: str, stored: Message, sender: Card | None, device: str) -> str:
        """A message, to a device that is to acknowledge it."""

    def assigned(self, conversation: str) -> str:
        """To a contact who waits: his conversation has an agent."""

    def presence(self, person: str, presence: str) -> str:
        """An agent's presence."""


def notify(record: Record, words: Words) -> None:
    """Handles one record of the notify queue; again, late or out of order it tells again, which clients know by the ids."""
    queued.handle("notify", record, partial(_notify, words))


def _notify(words: Words, ctx: Context, event: AnyEvent, line: Line) -> str:
    if isinstance(event, MessagePosted):
        told = _message(ctx, event, words)
    elif isinstance(event, ConversationAssigned):
        told = _assigned(ctx, event, words)
    elif isinstance(event, PresenceChanged):
        told = _presence(ctx, event, words)
    else:
        return "not to be told"
    line.add(sockets=told)
    return "told"


def _message(ctx: Context, event: MessagePosted, words: Words) -> int:
    """A request for each socket, and four before: conversation, sockets of all its members, message, sender."""
    found = conversations.load(ctx, event.conversation)
    heard = live.listeners(ctx, live.audience(ctx, found))
    if not heard:
        return 0
    stored = messages.get(ctx, found, event.message)
    sender = people.cards(ctx, [stored.sender]).get(stored.sender)
    for each in heard:
        if each.device != stored.device:
            live.tell(ctx, [each], words.message(ctx.account, stored, sender, each.device))
    return len(heard)


def _assigned(ctx: Context, event: ConversationAssigned, words: Words) -> int:
    """Only a contact who had to wait for it has not been told of his conversation yet."""
    if not accounts.load(ctx).queued:
        return 0
    found = conversations.load(ctx, event.conversation)
    return live.tell(ctx, live.listeners(ctx, [found.contact]), words.assigned(found.id))


def _presence(ctx: Context, event: PresenceChanged, words: Words) -> int:
    others = {agent.id for agent in people.agents(ctx)} - {event.agent}
    served = {found.contact for found in conversations.held_by(ctx, event.agent)}
    return live.tell(ctx, live.listeners(ctx, others | served), words.presence(event.agent, event.presence))
