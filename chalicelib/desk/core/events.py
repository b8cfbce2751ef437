"""Events: what has happened. Frozen and versioned: a field is never changed, a new version is added instead.

They are made from the tables' streams (changes.py), so nothing is written twice and no event is lost. Settings have no stream:
a use case that changes them publishes the event itself. If that is lost, what waits is looked at again by its deadline, and
nothing is sent to a socket whose token has ended (realtime/live.py). publishing.py says who subscribes to each.
"""

import msgspec


class Event(msgspec.Struct, frozen=True, tag_field="event"):
    """Base: the account it happened in, and when (epoch milliseconds)."""

    account: str
    at: int


class ConversationOpened(Event, frozen=True, tag="conversation.opened.v1"):
    """A new conversation waits for an agent."""

    conversation: str


class ConversationBegun(Event, frozen=True, tag="conversation.begun.v1"):
    """An empty conversation now waits for an agent: its contact has written, or has joined a queue."""

    conversation: str


class ConversationReopened(Event, frozen=True, tag="conversation.reopened.v1"):
    """A closed conversation is open again."""

    conversation: str


class ConversationMoved(Event, frozen=True, tag="conversation.moved.v1"):
    """A conversation now waits for agents of another group or domain, or has no agents as members any more."""

    conversation: str


class DeadlineSet(Event, frozen=True, tag="conversation.deadline_set.v1"):
    """A deadline of `kind` (rules.deadlines) was set to `due_at`, epoch milliseconds. It holds while the row has it."""

    conversation: str
    kind: str
    due_at: int


class TimersDue(Event, frozen=True, tag="timers.due.v1"):
    """A shard of an epoch minute of the timers' table has more than the sweep handles itself, behind the row named `after`. It is
    of no account.
    """

    minute: int
    shard: int
    after: str = ""


class ConversationDeserted(Event, frozen=True, tag="conversation.deserted.v1"):
    """The contact of a conversation has written to an agent who has gone. Another may take it."""

    conversation: str


class EmailDue(Event, frozen=True, tag="message.email_due.v1"):
    """A message of a conversation must be mailed. Its row says which attempt it is."""

    conversation: str
    message: str


class MessagePostedV1(Event, frozen=True, tag="message.posted.v1"):
    """A public message was added to a conversation. Older version, without the agent."""

    conversation: str
    message: str


class MessagePosted(Event, frozen=True, tag="message.posted.v2"):
    """A public message was added to a conversation; `agent` had it then, None for nobody."""

    conversation: str
    message: str
    agent: str | None


class ConversationWaits(Event, frozen=True, tag="conversation.waits.v1"):
    """No agent could be found for a conversation that its contact sees only once an agent has it."""

    conversation: str


class ConversationAssignedV1(Event, frozen=True, tag="conversation.assigned.v1"):
    """A conversation has an agent, or another one. Older version, without the change's number and messages."""

    conversation: str
    agent: str


class ConversationAssigned(Event, frozen=True, tag="conversation.assigned.v2"):
    """A conversation has an agent, or another one, with integer id `number`, as its status change number `step` (from 1), when
    it had this many `messages`, notes included.
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


class ConversationFieldsChanged(Event, frozen=True, tag="conversation.fields_changed.v1"):
    """A conversation has another department, other tags or custom fields, or its snooze ends at another moment."""

    conversation: str


class ConversationPriorityChanged(Event, frozen=True, tag="conversation.priority_changed.v1"):
    """A conversation's priority (rules.status) is `after` and was `before`."""

    conversation: str
    before: str
    after: str


class ConversationSubjectChanged(Event, frozen=True, tag="conversation.subject_changed.v1"):
    """A conversation has another subject. Subscribers read it, so that no queue holds what somebody wrote."""

    conversation: str


class ConversationMetadataChanged(Event, frozen=True, tag="conversation.metadata_changed.v1"):
    """Metadata of a conversation (models.details) was set, changed or cleared, by these names."""

    conversation: str
    names: tuple[str, ...]


class ConversationBreached(Event, frozen=True, tag="conversation.sla_breached.v1"):
    """A clock of service (rules.sla) has passed: it was due at `due_at`, epoch milliseconds. `policy` is its policy's number."""

    conversation: str
    clock: str
    due_at: int
    policy: int


class ConversationDeleted(Event, frozen=True, tag="conversation.deleted.v1"):
    """A conversation was deleted. It can still be restored."""

    conversation: str


class ConversationRestored(Event, frozen=True, tag="conversation.restored.v1"):
    """A deleted conversation is back."""

    conversation: str


class ConversationMerged(Event, frozen=True, tag="conversation.merged.v1"):
    """A conversation takes over the messages of another one, `source`, which is deleted and leads to it."""

    conversation: str
    source: str


class ConversationPurged(Event, frozen=True, tag="conversation.purged.v1"):
    """A deleted conversation must be removed for good. Nobody finds it any more."""

    conversation: str


class NoteAdded(Event, frozen=True, tag="note.added.v1"):
    """A note was added to a conversation, as message number `sequence`."""

    conversation: str
    sequence: int


class TriggerEvents(Event, frozen=True, tag="conversation.trigger_events.v1"):
    """A conversation was changed in a way that triggers may be about: what `happened` (rules.triggers). The row's `version` since
    then identifies the change. `stayed` says how many milliseconds its status had lasted, 0 for other events.
    """

    conversation: str
    version: int
    happened: tuple[str, ...]
    stayed: int = 0


class TriggerMailDue(Event, frozen=True, tag="trigger.mail_due.v1"):
    """A trigger has fired that sends a mail, at the `place` that the event log has it at: to the agent with integer id `to`, 0
    for the contact. `message` was the last one of a person then. Its text is made when it is sent, so that no queue holds what
    somebody wrote.
    """

    conversation: str
    trigger: str
    place: str
    to: int
    message: str | None


class ConversationTextsChanged(Event, frozen=True, tag="conversation.texts_changed.v1"):
    """Something was said in a conversation; `number` is its own. With `anew`, it may also have lost words."""

    conversation: str
    number: int
    anew: bool = False
