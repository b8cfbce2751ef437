"""Events: what has happened. Frozen and versioned: a field is never changed, a new version is added.

They are made from the tables' streams (changes.py), so that nothing is written twice and none is lost. Settings have no
stream: what changes them tells it itself. Where that is lost, what waits is looked at again by its deadline, and a socket
whose token has ended is told nothing (desk/live.py). Who is told of each stands in publishing.py.
"""

import msgspec


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
    """A conversation waits for another group's or another domain's agent than before, or no longer has agents as members."""

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


class AgentOffline(Event, frozen=True, tag="agent.offline.v1"):
    """An agent has gone offline; `is_lost` is whether by the clock, because their line died, and not by their own word."""

    agent: str
    is_lost: bool


class ConversationDeserted(Event, frozen=True, tag="conversation.deserted.v1"):
    """The contact of a conversation has written to an agent who has gone: another may take it."""

    conversation: str


class PasswordForgotten(Event, frozen=True, tag="person.password_forgotten.v1"):
    """Somebody asks for a new password for a login e-mail, which may be nobody's; the link leads to `page`."""

    email: str
    page: str
    #: The key of who asked, by which it is known whether the holder has logged in from there (desk/attempts.py).
    source: str = ""


class GroupChanged(Event, frozen=True, tag="group.changed.v1"):
    """A group has been removed or now distributes: what waits may be another's."""

    group: str


class DomainChanged(Event, frozen=True, tag="domain.changed.v1"):
    """A domain of the account, or who serves it, is another: what waits may be somebody's now."""


class SettingsChanged(Event, frozen=True, tag="settings.changed.v1"):
    """An account's settings of a kind (desk.core.collections) have changed: the one under `key`, or the order of all."""

    kind: str
    key: str = ""


class RoutingChanged(Event, frozen=True, tag="account.routing_changed.v1"):
    """An account routes in another way: from `due_at` on (epoch milliseconds) all that waits is to be looked at.

    It goes on after the conversation `after`, which waits since `after_at`; empty for the first.
    """

    due_at: int
    after: str = ""
    after_at: int = 0


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


class ConversationStatusChanged(Event, frozen=True, tag="conversation.status_changed.v1"):
    """A conversation's status (rules.status) is `after` and was `before`."""

    conversation: str
    before: str
    after: str


class ConversationPriorityChanged(Event, frozen=True, tag="conversation.priority_changed.v1"):
    """A conversation's priority (rules.status) is `after` and was `before`."""

    conversation: str
    before: str
    after: str


class ConversationSubjectChanged(Event, frozen=True, tag="conversation.subject_changed.v1"):
    """A conversation has another subject: whoever wants it reads it, so that no queue keeps what somebody wrote."""

    conversation: str


class ConversationMetadataChanged(Event, frozen=True, tag="conversation.metadata_changed.v1"):
    """What a conversation is about was set, changed or cleared, by its names (models.details)."""

    conversation: str
    names: tuple[str, ...]


class NoteAdded(Event, frozen=True, tag="note.added.v1"):
    """A note was added to a conversation, as its message of the number `sequence`."""

    conversation: str
    sequence: int


class PresenceChanged(Event, frozen=True, tag="agent.presence_changed.v1"):
    """An agent's presence is another one than before."""

    agent: str
    presence: str


class AccessEnded(Event, frozen=True, tag="access.ended.v1"):
    """Tokens of a person, or of anybody in the account where `person` is empty, have ended: their sockets are to be closed.

    Sockets of a whole account are looked at a page at a time, from `after` on (models.connections).
    """

    person: str = ""
    after: str = ""
