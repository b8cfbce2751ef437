"""Events: what has happened, told to the queues. Frozen and versioned: a field is never changed, a new version is added.

They are made from the tables' streams, so that nothing is written twice and none is lost. Settings have no stream: what
changes them tells it itself, and where that is lost, what waits is looked at again by its deadline.
"""

from typing import Any

import msgspec

from chalicelib import config
from chalicelib.models import conversations, queues
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import Person
from chalicelib.rules import deadlines
from chalicelib.rules.presence import ONLINE, STEPS


class Event(msgspec.Struct, frozen=True, tag_field="event"):
    """Base: the account it happened in, and when (epoch milliseconds)."""

    account: str
    at: int


class ConversationOpened(Event, frozen=True, tag="conversation.opened.v1"):
    """A new conversation is there, and waits for an agent."""

    conversation: str


class ConversationBegun(Event, frozen=True, tag="conversation.begun.v1"):
    """A conversation that was empty waits for an agent: its contact has written first, or is in a queue now."""

    conversation: str


class ConversationReopened(Event, frozen=True, tag="conversation.reopened.v1"):
    """A closed conversation is open again."""

    conversation: str


class ConversationMoved(Event, frozen=True, tag="conversation.moved.v1"):
    """A conversation that waits for an agent waits for another group's, or another domain's."""

    conversation: str


class DeadlineSet(Event, frozen=True, tag="conversation.deadline_set.v1"):
    """A deadline of `kind` (see rules.deadlines) was set to `due_at`, epoch milliseconds. It holds while it stands there."""

    conversation: str
    kind: str
    due_at: int


class AgentAvailable(Event, frozen=True, tag="agent.available.v1"):
    """An agent has come online, or has come to another group while he is."""

    agent: str


class AgentRemoved(Event, frozen=True, tag="agent.removed.v1"):
    """An agent was removed, or may not log in any more; what he held is to go to others."""

    agent: str


class PasswordForgotten(Event, frozen=True, tag="person.password_forgotten.v1"):
    """Somebody asks for a new password for a login e-mail, which may be nobody's; the link leads to `page`."""

    email: str
    page: str


class GroupChanged(Event, frozen=True, tag="group.changed.v1"):
    """A group has been removed or now distributes: what waits may be another's."""

    group: str


class DomainChanged(Event, frozen=True, tag="domain.changed.v1"):
    """A domain of the account, or who serves it, is another: what waits may be somebody's now."""


class MessagePostedV1(Event, frozen=True, tag="message.posted.v1"):
    """A public message was added to a conversation, as told before the agent was."""

    conversation: str
    message: str


class MessagePosted(Event, frozen=True, tag="message.posted.v2"):
    """A public message was added to a conversation; `agent` had it then, None for nobody."""

    conversation: str
    message: str
    agent: str | None


class AgentDeadlineSet(Event, frozen=True, tag="agent.deadline_set.v1"):
    """An agent without a socket is to be what `kind` says (rules.presence.STEPS) at `due_at`, epoch milliseconds. It holds
    while it stands there.
    """

    agent: str
    kind: str
    due_at: int


class ConversationWaits(Event, frozen=True, tag="conversation.waits.v1"):
    """Nobody could be found for a conversation whose contact is shown it only when an agent has it."""

    conversation: str


class ConversationAssignedV1(Event, frozen=True, tag="conversation.assigned.v1"):
    """A conversation has got an agent, or another one, as told before its step and messages were."""

    conversation: str
    agent: str


class ConversationAssigned(Event, frozen=True, tag="conversation.assigned.v2"):
    """A conversation has got an agent, or another one, of integer id `number`, as its step of the number `step` (from 1), when it
    had so many `messages`, notes included.
    """

    conversation: str
    agent: str
    number: int
    step: int
    messages: int


class PresenceChanged(Event, frozen=True, tag="agent.presence_changed.v1"):
    """An agent's presence is another one than before."""

    agent: str
    presence: str


#: The registry: every event, and the queue that wants it.
ROUTING, TIMERS, NOTIFY, MAIL = "routing", "timers", "notify", "mail"
QUEUES: dict[type[Event], str] = {
    ConversationOpened: ROUTING,
    ConversationBegun: ROUTING,
    ConversationReopened: ROUTING,
    ConversationMoved: ROUTING,
    AgentAvailable: ROUTING,
    AgentRemoved: ROUTING,
    GroupChanged: ROUTING,
    DomainChanged: ROUTING,
    DeadlineSet: TIMERS,
    AgentDeadlineSet: TIMERS,
    MessagePostedV1: NOTIFY,
    MessagePosted: NOTIFY,
    ConversationAssignedV1: NOTIFY,
    ConversationAssigned: NOTIFY,
    ConversationWaits: NOTIFY,
    PresenceChanged: NOTIFY,
    PasswordForgotten: MAIL,
}
AnyEvent = (
    ConversationOpened
    | ConversationBegun
    | ConversationReopened
    | ConversationMoved
    | DeadlineSet
    | AgentDeadlineSet
    | AgentAvailable
    | AgentRemoved
    | GroupChanged
    | DomainChanged
    | MessagePostedV1
    | MessagePosted
    | ConversationAssignedV1
    | ConversationAssigned
    | ConversationWaits
    | PresenceChanged
    | PasswordForgotten
)
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def name_of(event: Event) -> str:
    """An event's name with its version, as it stands in a message."""
    return str(event.__struct_config__.tag)


def encode(event: Event) -> str:
    """An event as a message body."""
    return msgspec.json.encode(event).decode()


def decode(body: str) -> AnyEvent:
    """The event of a message body; raises msgspec.ValidationError for anything else."""
    return _decoder.decode(body)


def of_conversation(old: Conversation | None, new: Conversation) -> list[Event]:
    """What a change of a conversation's row means, in order."""
    happened: list[Event] = []
    account, id_, at = new.account, new.id, max(new.status_since, new.last_activity_at)
    if waits := _waits(old, new):
        happened.append(waits(account, at, id_))
    if new.last_message and (old is None or old.last_message != new.last_message):
        happened.append(MessagePosted(account, at, id_, new.last_message, new.assignee))
    if new.assignee and new.is_open and (old is None or old.assignee != new.assignee):
        happened.append(
            ConversationAssigned(account, at, id_, new.assignee, new.assignee_number or 0, new.steps, new.message_count)
        )
    for kind in deadlines.KINDS:
        due_at = getattr(new, f"{kind}_at")
        if due_at is not None and (old is None or getattr(old, f"{kind}_at") != due_at):
            happened.append(DeadlineSet(account, at, id_, kind, due_at))
    return happened


_Waits = ConversationOpened | ConversationBegun | ConversationReopened | ConversationMoved


def _waits(old: Conversation | None, new: Conversation) -> type[_Waits] | None:
    """What has come about with a conversation that waits for an agent; None where it does not, or waits as before."""
    if not new.waits_since:
        return None
    if old is None:
        return ConversationOpened
    if not old.is_open:
        return ConversationReopened
    if not old.is_begun:
        return ConversationBegun
    return ConversationMoved if (new.group, new.domain) != (old.group, old.domain) else None


_SERVES_BY = ("presence", "group", "is_distributor")


def of_person(old: Person | None, new: Person) -> list[Event]:
    """What a change of a person's row means."""
    if old is not None and old.agents_of and not new.agents_of:
        return [AgentRemoved(new.account, new.removed_at or new.updated_at, new.id)]
    if not new.agents_of or not new.presence:
        return []
    told: list[Event] = []
    if old is not None and old.is_active and not new.is_active:
        told.append(AgentRemoved(new.account, new.updated_at, new.id))
    if old is not None and old.presence != new.presence:
        told.append(PresenceChanged(new.account, new.presence_at, new.id, new.presence))
    if new.presence == ONLINE and (old is None or any(getattr(old, name) != getattr(new, name) for name in _SERVES_BY)):
        told.append(AgentAvailable(new.account, new.presence_at, new.id))
    for step in STEPS:
        due_at = getattr(new, f"{step}_at")
        if due_at is not None and (old is None or getattr(old, f"{step}_at") != due_at):
            told.append(AgentDeadlineSet(new.account, new.updated_at, new.id, step, due_at))
    return told


class Progress(msgspec.Struct, frozen=True):
    """What a change means in numbers: messages that came, and the milliseconds that a wait for an agent took, if it ended."""

    messages: int = 0
    waited: int | None = None


def progress(old: Conversation | None, new: Conversation) -> Progress:
    """What a change of a conversation's row means in numbers; a record that comes twice means the same twice."""
    came = new.message_count - (old.message_count if old else 0)
    since = old.waits_since if old and new.assignee else None
    return Progress(came, None if since is None or new.assigned_at is None else new.assigned_at - since)


Image = dict[str, Any] | None


def of_change(table: str, old: Image, new: Image) -> tuple[list[Event], Progress]:
    """What a record of the stream of `table` means: its images as DynamoDB gives them. A row's removal means nothing, nor
    does a row that stands beside a conversation's.
    """
    if new is None or (table == "conversations" and not conversations.is_summary(new["key"]["S"])):
        return [], Progress()
    if table == "people":
        return of_person(Person.from_raw_data(old) if old else None, Person.from_raw_data(new)), Progress()
    before, after = Conversation.from_raw_data(old) if old else None, Conversation.from_raw_data(new)
    return of_conversation(before, after), progress(before, after)


def publish(events: list[Event], now: int) -> None:
    """Puts events on the queues that want them, ten a request; a deadline is held back until it is due, or 15 minutes.

    Raises queues.NotSent where a queue took only some: all may be published again.
    """
    for queue in dict.fromkeys(QUEUES[type(event)] for event in events):
        queues.send(queue, [(encode(event), delay(event, now)) for event in events if QUEUES[type(event)] == queue])


def delay(event: Event, now: int) -> int:
    """Seconds that an event published now is held back."""
    if not isinstance(event, DeadlineSet | AgentDeadlineSet):
        return 0
    return deadlines.delay(now, event.due_at, config.LONGEST_DELAY)
