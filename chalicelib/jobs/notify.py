"""The queue of what is told at once: new messages, assignments and presence, to the sockets of those it concerns.

A message is told to an agent by one event alone, whenever and in whatever order they come: its own, where it was theirs
when it came, else that of the assignment. So both go by what their event says, and not by who has the conversation now.
"""

from collections.abc import Mapping
from typing import Protocol

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import away_message, routing
from chalicelib.desk.conversations import conversations, messages, participants
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import (
    AccessEnded,
    ConversationAssigned,
    ConversationAssignedV1,
    ConversationDeserted,
    ConversationWaits,
    Event,
    MessagePosted,
    MessagePostedV1,
    PresenceChanged,
)
from chalicelib.desk.people import people
from chalicelib.desk.people.people import PersonView
from chalicelib.desk.realtime import closing, live, receipts
from chalicelib.desk.realtime.live import Listener
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.jobs.queued import Handler
from chalicelib.telemetry import Line


class Words(Protocol):
    """How a socket's dialect says things: each a text to send."""

    def message(self, account: str, stored: Message, sender: PersonView | None, device: str) -> str:
        """A message, to a device that is to acknowledge it."""

    def assigned(self, conversation: str) -> str:
        """To a contact who waits: his conversation has an agent."""

    def waits(self, reason: str) -> str:
        """To a contact who waits: why (rules.routing)."""

    def presence(self, person: str, presence: str) -> str:
        """An agent's presence."""


def notify(record: Record, words: Words) -> None:
    """Handles one record of the notify queue; again, late or out of order it tells again, which clients know by the ids."""
    queued.handle("notify", record, HANDLERS, words)


def _message(ctx: Context, event: MessagePosted, line: Line, words: Words) -> str:
    conversation = conversations.load(ctx, event.conversation)
    return _tell_message(ctx, conversation, event.message, event.agent, line, words)


def _message_v1(ctx: Context, event: MessagePostedV1, line: Line, words: Words) -> str:
    conversation = conversations.load(ctx, event.conversation)
    return _tell_message(ctx, conversation, event.message, conversation.assignee, line, words)


def _tell_message(ctx: Context, conversation: Conversation, message: str, agent: str | None, line: Line, words: Words) -> str:
    """A request for each socket, and four before: conversation, sockets of all its members, message, sender."""
    line.add(messages=[message])
    heard = live.listeners(ctx, participants.list_participants_with(ctx, conversation, agent))
    told = _say(ctx, conversation, heard, messages.get(ctx, conversation, message), words) if heard else 0
    away_message.send(ctx, conversation, message)
    if not any(each.person == conversation.assignee for each in heard) and routing.is_deserted(ctx, conversation):
        publishing.publish([ConversationDeserted(ctx.account, ctx.now, conversation.id)], ctx.now)
    return _told(line, told)


def _told(line: Line, sockets: int) -> str:
    line.add(sockets=sockets)
    return "told"


def _say(ctx: Context, conversation: Conversation, heard: list[Listener], stored: Message, words: Words) -> int:
    """Tells sockets of a message, but those of the device that it came from. A contact learns no agent's address."""
    sender = people.load_views(ctx, [stored.sender]).get(stored.sender)
    told = 0
    for each in heard:
        if each.device != stored.device:
            shown = people.public_view(sender) if sender and each.is_contact else sender
            told += live.send(ctx, [each], words.message(ctx.account, stored, shown, each.device))
    return told


def _ended(ctx: Context, event: AccessEnded, line: Line, words: Words) -> str:
    """Closes the sockets of those whose tokens have ended, a page of them; the rest is another event's."""
    if event.person:
        rest = event if closing.close_ended(ctx, event.person) else None
    else:
        after = closing.close_ended_of_account(ctx, event.after)
        rest = AccessEnded(event.account, event.at, after=after) if after else None
    publishing.publish([rest] if rest else [], ctx.now)
    return "goes on" if rest else "closed"


def _assigned(ctx: Context, event: ConversationAssigned, line: Line, words: Words) -> str:
    return _tell_assigned(ctx, conversations.load(ctx, event.conversation), event, line, words)


def _assigned_v1(ctx: Context, event: ConversationAssignedV1, line: Line, words: Words) -> str:
    """As its conversation is now; nothing where another agent has it."""
    now = conversations.load(ctx, event.conversation)
    if now.assignee != event.agent:
        return _told(line, 0)
    counts = now.assignee_number or 0, now.status_change_count, now.message_count
    return _tell_assigned(ctx, now, ConversationAssigned(event.account, event.at, now.id, event.agent, *counts), line, words)


def _tell_assigned(ctx: Context, conversation: Conversation, event: ConversationAssigned, line: Line, words: Words) -> str:
    """The agent is told what they are to answer; a contact who had to wait for it, of their conversation."""
    # Who takes part anyway is told of each message by its own event.
    mine = [] if event.agent in participants.list_others(ctx, conversation) else live.listeners(ctx, [event.agent])
    said = receipts.unanswered(ctx, conversation, event) if mine else []
    line.add(messages=[stored.id for stored in said])
    told = sum(_say(ctx, conversation, mine, stored, words) for stored in said)
    return _told(line, told + (_let_in(ctx, conversation, words) if accounts.load(ctx).by_group else 0))


def _let_in(ctx: Context, conversation: Conversation, words: Words) -> int:
    return live.send(ctx, live.listeners(ctx, [conversation.contact]), words.assigned(conversation.id))


def _waits(ctx: Context, event: ConversationWaits, line: Line, words: Words) -> str:
    """Three requests, and one for each of the contact's sockets; none where they wait no more. Where there is no queue any more,
    they are let in.
    """
    conversation = conversations.load(ctx, event.conversation)
    if conversation.assignee or not conversation.is_open:
        return _told(line, 0)
    if not accounts.load(ctx).by_group:
        return _told(line, _let_in(ctx, conversation, words))
    heard = live.listeners(ctx, [conversation.contact])
    return _told(line, live.send(ctx, heard, words.waits(routing.why_waiting(ctx, conversation))) if heard else 0)


def _presence(ctx: Context, event: PresenceChanged, line: Line, words: Words) -> str:
    """A request for each socket of the other agents and of the contacts whom the agent serves, and four before."""
    others = {agent.id for agent in people.list_agents(ctx)} - {event.agent}
    served = {found.contact for found in conversations.list_open_of(ctx, event.agent)}
    return _told(line, live.send(ctx, live.listeners(ctx, others | served), words.presence(event.agent, event.presence)))


HANDLERS: Mapping[type[Event], Handler] = {
    MessagePosted: _message,
    MessagePostedV1: _message_v1,
    ConversationAssigned: _assigned,
    ConversationAssignedV1: _assigned_v1,
    ConversationWaits: _waits,
    PresenceChanged: _presence,
    AccessEnded: _ended,
}
