"""Events: what has happened, told to the queues. Frozen and versioned: a field is never changed, a new version is added.

They are made from the tables' streams, so that nothing is written twice and none is lost.
"""

from typing import Any

import msgspec

from chalicelib import config
from chalicelib.models import queues
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import Person
from chalicelib.rules import deadlines
from chalicelib.rules.presence import ONLINE


class Event(msgspec.Struct, frozen=True, tag_field="event"):
    """Base: the account it happened in, and when (epoch milliseconds)."""

    account: str
    at: int


class ConversationOpened(Event, frozen=True, tag="conversation.opened.v1"):
    """A new conversation is there, without an agent."""

    conversation: str


class ConversationReopened(Event, frozen=True, tag="conversation.reopened.v1"):
    """A closed conversation is open again."""

    conversation: str


class DeadlineSet(Event, frozen=True, tag="conversation.deadline_set.v1"):
    """A deadline of `kind` (see rules.deadlines) was set to `due_at`, epoch milliseconds. It holds while it stands there."""

    conversation: str
    kind: str
    due_at: int


class AgentAvailable(Event, frozen=True, tag="agent.available.v1"):
    """An agent has come online."""

    agent: str


#: The registry: every event, and the queue that wants it.
ROUTING, TIMERS = "routing", "timers"
QUEUES: dict[type[Event], str] = {
    ConversationOpened: ROUTING,
    ConversationReopened: ROUTING,
    AgentAvailable: ROUTING,
    DeadlineSet: TIMERS,
}
AnyEvent = ConversationOpened | ConversationReopened | DeadlineSet | AgentAvailable
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
    account, id_, at = new.account, new.id, max(new.status_changed_at, new.last_activity_at)
    if old is None:
        happened.append(ConversationOpened(account, at, id_))
    elif new.is_open and not old.is_open:
        happened.append(ConversationReopened(account, at, id_))
    for kind in deadlines.KINDS:
        due_at = getattr(new, f"{kind}_at")
        if due_at is not None and (old is None or getattr(old, f"{kind}_at") != due_at):
            happened.append(DeadlineSet(account, at, id_, kind, due_at))
    return happened


def of_person(old: Person | None, new: Person) -> list[Event]:
    """What a change of a person's row means."""
    came = new.presence == ONLINE and (old is None or old.presence != ONLINE)
    return [AgentAvailable(new.account, new.presence_at, new.id)] if came and new.agents_of else []


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
    """What a record of the stream of `table` means: its images as DynamoDB gives them. A row's removal means nothing."""
    if new is None:
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
    return deadlines.delay(now, event.due_at, config.LONGEST_DELAY) if isinstance(event, DeadlineSet) else 0
