"""Events of people: agents, contacts, and their logins."""

from chalicelib.desk.core.events import Event


class AgentAvailable(Event, frozen=True, tag="agent.available.v1"):
    """An agent has come online, or has joined another group while online."""

    agent: str


class AgentFreed(Event, frozen=True, tag="agent.freed.v1"):
    """An agent may get conversations who did not before, though they are as present as they were: one of theirs has ended, their
    limit is higher, or they accept conversations again.
    """

    agent: str


class AgentRemoved(Event, frozen=True, tag="agent.removed.v1"):
    """An agent was removed or switched off. Their conversations go to others."""

    agent: str


class AgentOffline(Event, frozen=True, tag="agent.offline.v1"):
    """An agent has gone offline. `is_lost`: by the clock, because their connection was lost, not by their own choice."""

    agent: str
    is_lost: bool


class PasswordForgotten(Event, frozen=True, tag="person.password_forgotten.v1"):
    """Somebody asks for a new password for a login e-mail, which may be nobody's. The link leads to `page`."""

    email: str
    page: str
    #: The source that asked, which shows whether the holder has logged in from there (auth/login_attempts.py).
    source: str = ""


class AgentDeadlineSet(Event, frozen=True, tag="agent.deadline_set.v1"):
    """An agent without a socket becomes what `kind` says (rules.presence.STEPS) at `due_at`, epoch milliseconds.

    It holds while the row has it.
    """

    agent: str
    kind: str
    due_at: int


class PresenceChanged(Event, frozen=True, tag="agent.presence_changed.v1"):
    """An agent's presence has changed."""

    agent: str
    presence: str


class ContactMerged(Event, frozen=True, tag="contact.merged.v1"):
    """A contact was merged into another one, with integer id `into`, who gets their conversations."""

    contact: str
    into: int


class AccessEnded(Event, frozen=True, tag="access.ended.v1"):
    """Tokens of a person have ended, or of anybody in the account if `person` is empty. Their sockets get closed.

    Sockets of a whole account are looked at one page at a time, from `after` on (models.connections).
    """

    person: str = ""
    after: str = ""


class ContactNamesChanged(Event, frozen=True, tag="contact.names_changed.v1"):
    """A contact has other names, addresses or ids, or was removed."""

    contact: str


class ErasureDue(Event, frozen=True, tag="contact.erasure_due.v1"):
    """The stored data of a contact (by integer id) must be removed; the next part of it at `due_at`, epoch milliseconds."""

    contact: int
    due_at: int


class ExportDue(Event, frozen=True, tag="contact.export_due.v1"):
    """The next part of the export of a contact (by integer id) must be made."""

    contact: int
