"""The notify queue: new messages, assignments and presence, pushed to sockets.

Only one event pushes a message to an agent, whenever and in whatever order they come: the message's own if they had the
conversation when it came or took part in it anyway, else that of the assignment. So both go by what their event says and what
is stored with the message, not by who has the conversation or takes part now.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.automation import away_message, routing
from chalicelib.desk.conversations import conversations, members, messages, participants
from chalicelib.desk.conversations.conversations import Conversation
from chalicelib.desk.conversations.messages import Message
from chalicelib.desk.core import publishing
from chalicelib.desk.core.account_events import SettingsChanged
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.core.events import (
    ConversationAssigned,
    ConversationAssignedV1,
    ConversationBreached,
    ConversationDeleted,
    ConversationDeserted,
    ConversationFieldsChanged,
    ConversationMerged,
    ConversationMetadataChanged,
    ConversationMoved,
    ConversationPriorityChanged,
    ConversationRestored,
    ConversationStatusChanged,
    ConversationSubjectChanged,
    ConversationWaits,
    Event,
    MessagePosted,
    MessagePostedV1,
    NoteAdded,
)
from chalicelib.desk.core.people_events import AccessEnded, PresenceChanged
from chalicelib.desk.people import people
from chalicelib.desk.people.people import PersonView
from chalicelib.desk.realtime import closing, live, receipts
from chalicelib.desk.realtime.live import Listener
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.jobs.queued import Handler
from chalicelib.telemetry import Line

#: What becomes of an event of a deleted conversation.
_GONE = "gone"


class Words(Protocol):
    """How a socket's dialect says things, each as a text to send."""

    def message(self, account: str, stored: Message, sender: PersonView | None, device: str) -> str:
        """A message, to a device that has to acknowledge it."""

    def assigned(self, conversation: str) -> str:
        """To a waiting contact: the conversation has an agent."""

    def waits(self, reason: str) -> str:
        """To a waiting contact: why they wait (rules.routing)."""

    def changed(self, conversation: str, number: int) -> str:
        """To agents who watch the inbox: a conversation has changed."""

    def settings(self, kind: str) -> str:
        """To the same agents: settings of a kind have changed."""

    def presence(self, person: str, presence: str) -> str:
        """An agent's presence."""


def notify(record: Record, words: Words) -> None:
    """Handles one record of the notify queue. Repeated, late or out of order it pushes again; clients recognize the ids."""
    queued.handle("notify", record, HANDLERS, words)


def _message(ctx: Context, event: MessagePosted, line: Line, words: Words) -> str:
    conversation = _find(ctx, event.conversation)
    return _tell_message(ctx, conversation, event.message, event.agent, line, words) if conversation else _GONE


def _message_v1(ctx: Context, event: MessagePostedV1, line: Line, words: Words) -> str:
    conversation = _find(ctx, event.conversation)
    return _tell_message(ctx, conversation, event.message, conversation.assignee, line, words) if conversation else _GONE


def _find(ctx: Context, conversation: str) -> Conversation | None:
    """Returns the conversation of an event, None for one that was deleted since: then nobody is told anything."""
    with suppress(NotFound):
        return conversations.load(ctx, conversation)
    return None


def _tell_message(ctx: Context, conversation: Conversation, message: str, agent: str | None, line: Line, words: Words) -> str:
    """Pushes a message. One request for each socket, and four: conversation, message, sockets, sender."""
    line.add(messages=[message])
    try:
        stored = messages.get(ctx, conversation, message)
    except NotFound:
        return _GONE  # it is being removed, or was merged into another one
    heard, watching = live.audience(ctx, participants.list_told(ctx, conversation, agent, stored))
    _tell_watching(ctx, watching, conversation, words)
    told = _say(ctx, conversation, [each for each in heard if _may_hear(ctx, conversation, each)], stored, words)
    away_message.send(ctx, conversation, message)
    if not any(each.person == conversation.assignee for each in heard) and routing.is_deserted(ctx, conversation):
        publishing.publish([ConversationDeserted(ctx.account, ctx.now, conversation.id)], ctx.now)
    return _told(line, told)


def _may_hear(ctx: Context, conversation: Conversation, each: Listener) -> bool:
    """Returns whether a socket is an agent's, the contact's or a member's. One request for a visitor who is not the contact."""
    return not each.is_contact or each.person == conversation.contact or members.is_member(ctx, conversation, each.person)


def _told(line: Line, sockets: int) -> str:
    line.add(sockets=sockets)
    return "told"


def _say(ctx: Context, conversation: Conversation, heard: list[Listener], stored: Message, words: Words) -> int:
    """Pushes a message to sockets, except those of the device that sent it. Contacts do not see an agent's e-mail."""
    sender = people.load_views(ctx, [stored.sender]).get(stored.sender) if heard else None
    told = 0
    for each in heard:
        if each.device != stored.device:
            shown = people.public_view(sender) if sender and each.is_contact else sender
            told += live.send(ctx, [each], words.message(ctx.account, stored, shown, each.device))
    return told


def _ended(ctx: Context, event: AccessEnded, line: Line, words: Words) -> str:
    """Closes sockets whose tokens have ended, one page of them. Another event continues."""
    if event.person:
        rest = event if closing.close_ended(ctx, event.person) else None
    else:
        after = closing.close_ended_of_account(ctx, event.after)
        rest = AccessEnded(event.account, event.at, after=after) if after else None
    publishing.publish([rest] if rest else [], ctx.now)
    return "goes on" if rest else "closed"


def _assigned(ctx: Context, event: ConversationAssigned, line: Line, words: Words) -> str:
    conversation = _find(ctx, event.conversation)
    return _tell_assigned(ctx, conversation, event, line, words) if conversation else _GONE


def _assigned_v1(ctx: Context, event: ConversationAssignedV1, line: Line, words: Words) -> str:
    """Handles the older event by the conversation as it is now, if that agent still has it."""
    now = _find(ctx, event.conversation)
    if now is None:
        return _GONE
    if now.assignee != event.agent:
        return _told(line, 0)
    counts = now.assignee_number or 0, now.status_change_count, now.message_count
    return _tell_assigned(ctx, now, ConversationAssigned(event.account, event.at, now.id, event.agent, *counts), line, words)


def _tell_assigned(ctx: Context, conversation: Conversation, event: ConversationAssigned, line: Line, words: Words) -> str:
    """Pushes to the agent what they have to answer, and to a waiting contact their conversation."""
    mine, watching = live.audience(ctx, [event.agent])
    _tell_watching(ctx, watching, conversation, words)
    said = receipts.unanswered(ctx, conversation, event) if mine else []
    line.add(messages=[stored.id for stored in said])
    told = sum(_say(ctx, conversation, mine, stored, words) for stored in said)
    routing.remember_assignee(ctx, conversation)
    return _told(line, told + (_let_in(ctx, conversation, words) if accounts.load(ctx).by_group else 0))


def _let_in(ctx: Context, conversation: Conversation, words: Words) -> int:
    return live.send(ctx, live.listeners(ctx, [conversation.contact]), words.assigned(conversation.id))


def _waits(ctx: Context, event: ConversationWaits, line: Line, words: Words) -> str:
    """Tells a waiting contact why. Three requests, one for each socket; none if they no longer wait. Without a queue they are
    let in.
    """
    conversation = _find(ctx, event.conversation)
    if conversation is None:
        return _GONE
    if conversation.assignee or not conversation.is_open:
        return _told(line, 0)
    if not accounts.load(ctx).by_group:
        return _told(line, _let_in(ctx, conversation, words))
    heard = live.listeners(ctx, [conversation.contact])
    return _told(line, live.send(ctx, heard, words.waits(routing.why_waiting(ctx, conversation))) if heard else 0)


_Changed = (
    ConversationMoved
    | ConversationStatusChanged
    | ConversationFieldsChanged
    | ConversationPriorityChanged
    | ConversationSubjectChanged
    | ConversationMetadataChanged
    | ConversationBreached
    | ConversationDeleted
    | ConversationRestored
    | NoteAdded
)


def _changed(ctx: Context, event: _Changed, line: Line, words: Words) -> str:
    """Tells agents who watch the inbox, and nobody else. One request where nobody watches, else two, and one for each socket."""
    return _told(line, _tell_of(ctx, [event.conversation], words))


def _merged(ctx: Context, event: ConversationMerged, line: Line, words: Words) -> str:
    return _told(line, _tell_of(ctx, [event.source, event.conversation], words))


def _tell_of(ctx: Context, changed: Sequence[str], words: Words) -> int:
    _, watching = live.audience(ctx)
    rows = conversations.get_even_gone(ctx, changed) if watching else []
    return sum(_tell_watching(ctx, watching, row, words) for row in rows)


def _tell_watching(ctx: Context, watching: list[Listener], row: Conversation, words: Words) -> int:
    """Tells agents who watch the inbox of a change. One request for each socket."""
    return live.send(ctx, watching, words.changed(row.id, row.number), live.INBOX)


def _settings(ctx: Context, event: SettingsChanged, line: Line, words: Words) -> str:
    """Tells agents who watch the inbox. One request, and one for each socket."""
    _, watching = live.audience(ctx)
    return _told(line, live.send(ctx, watching, words.settings(event.kind), live.INBOX))


def _presence(ctx: Context, event: PresenceChanged, line: Line, words: Words) -> str:
    """Pushes an agent's presence. One request for each socket of other agents and of contacts they serve, and four."""
    others = {agent.id for agent in people.list_agents(ctx)} - {event.agent}
    served = {found.contact for found in conversations.list_open_of(ctx, event.agent)}
    return _told(line, live.send(ctx, live.listeners(ctx, others | served), words.presence(event.agent, event.presence)))


HANDLERS: Mapping[type[Event], Handler] = {
    MessagePosted: _message,
    MessagePostedV1: _message_v1,
    ConversationAssigned: _assigned,
    ConversationAssignedV1: _assigned_v1,
    ConversationWaits: _waits,
    ConversationMoved: _changed,
    ConversationStatusChanged: _changed,
    ConversationFieldsChanged: _changed,
    ConversationPriorityChanged: _changed,
    ConversationSubjectChanged: _changed,
    ConversationMetadataChanged: _changed,
    ConversationBreached: _changed,
    ConversationDeleted: _changed,
    ConversationRestored: _changed,
    ConversationMerged: _merged,
    NoteAdded: _changed,
    SettingsChanged: _settings,
    PresenceChanged: _presence,
    AccessEnded: _ended,
}
