"""What a change of a person's row means: the events of its stream."""

from chalicelib.desk.core.account_events import SettingsChanged
from chalicelib.desk.core.events import Event
from chalicelib.desk.core.people_events import (
    AccessEnded,
    AgentAvailable,
    AgentDeadlineSet,
    AgentFreed,
    AgentOffline,
    AgentRemoved,
    ContactMerged,
    ContactNamesChanged,
    ErasureDue,
    PresenceChanged,
)
from chalicelib.models.people import CONTACT, Person
from chalicelib.rules.presence import OFFLINE, ONLINE, STEPS

#: What a search finds a contact by.
_NAMES = ("name", "alias", "email", "user_id", "identities", "removed_at")
#: What lists of agents show, and how SettingsChanged calls them.
_OF_AGENTS, AGENTS = ("name", "email", "level", "is_active", "group", "agents_of"), "agent"
#: What says which conversations an agent serves.
_SERVES_BY = ("group", "is_distributor", "is_active")


def person_events(old: Person | None, new: Person) -> list[Event]:
    """Returns what a change of a person's row means."""
    told = [*_revocation_events(old, new), *_presence_events(old, new), *_merge_events(old, new), *_name_events(old, new)]
    told += _agent_events(old, new)
    if new.erased_at and not (old and old.erased_at):
        told.append(ErasureDue(new.account, new.erased_at, new.number, new.erased_at))
    return told


def _agent_events(old: Person | None, new: Person) -> list[Event]:
    """An account's agents are others, or have other names, levels or departments."""
    if not (new.agents_of or (old and old.agents_of)):
        return []
    is_changed = old is None or any(getattr(old, name) != getattr(new, name) for name in _OF_AGENTS)
    return [SettingsChanged(new.account, new.updated_at, AGENTS, new.id)] if is_changed else []


def _name_events(old: Person | None, new: Person) -> list[Event]:
    """A new contact has no conversation yet."""
    if old is None or new.kind != CONTACT or all(getattr(old, name) == getattr(new, name) for name in _NAMES):
        return []
    return [ContactNamesChanged(new.account, new.updated_at, new.id)]


def _merge_events(old: Person | None, new: Person) -> list[Event]:
    if new.merged_into is None or (old and old.merged_into):
        return []
    return [ContactMerged(new.account, new.removed_at or new.updated_at, new.id, new.merged_into)]


def _revocation_events(old: Person | None, new: Person) -> list[Event]:
    """Tokens have ended: by a new password, another level, a removal, or because the agent is switched off."""
    if old is None or old.token_version == new.token_version:
        return []
    return [AccessEnded(new.account, new.updated_at, new.id)]


def _presence_events(old: Person | None, new: Person) -> list[Event]:
    if old is not None and old.agents_of and not new.agents_of:
        return [AgentRemoved(new.account, new.removed_at or new.updated_at, new.id)]
    if not new.agents_of or not new.presence:
        return []
    told: list[Event] = []
    if old is not None and old.is_active and not new.is_active:
        told.append(AgentRemoved(new.account, new.updated_at, new.id))
    if old is not None and old.presence != new.presence:
        told.append(PresenceChanged(new.account, new.presence_at, new.id, new.presence))
    if old is not None and new.presence == OFFLINE != old.presence and new.is_active:
        told.append(AgentOffline(new.account, new.presence_at, new.id, new.lost_at is not None))
    told += _serving_events(old, new)
    for step in STEPS:
        due_at = getattr(new, f"{step}_at")
        if due_at is not None and (old is None or getattr(old, f"{step}_at") != due_at):
            told.append(AgentDeadlineSet(new.account, new.updated_at, new.id, step, due_at))
    return told


def _serving_events(old: Person | None, new: Person) -> list[Event]:
    """Returns the events of an agent that something may have waited for. Where only agents who are online get conversations, an
    event of an agent who is not has no effect.
    """
    serves_others = old is None or any(getattr(old, name) != getattr(new, name) for name in _SERVES_BY)
    if new.presence == ONLINE and (serves_others or (old and old.presence != ONLINE)):
        return [AgentAvailable(new.account, new.presence_at, new.id)]
    is_freed = new.is_active and (serves_others or (old and _has_more_room(old, new)))
    return [AgentFreed(new.account, new.updated_at, new.id)] if is_freed else []


def _has_more_room(old: Person, new: Person) -> bool:
    """Returns whether an agent was full, refused, or had a lower limit of their own."""
    most, before = new.most_conversations, old.most_conversations
    is_raised = before is not None and (most is None or most > before)
    return is_raised or bool(old.is_full and not new.is_full) or bool(old.refuses_allocation and not new.refuses_allocation)
