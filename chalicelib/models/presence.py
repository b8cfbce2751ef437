"""Presence: writes of an agent's presence, of the clock that runs while they have no socket, and of where they are logged in."""

from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.models.base import conditional
from chalicelib.models.people import Person, actions
from chalicelib.models.stamps import Stamp


def set_presence(agent: Person, presence: str, alias: str, now: int) -> None:
    """Writes an agent's presence and stops their clock. Its time moves only when the presence itself changes.

    The last change by the servers' clocks wins: raises ConditionFailed where a later one is stored, or they are no agent any
    more.
    """
    _set_presence(agent, presence, alias, now, [])


def _set_presence(agent: Person, presence: str, alias: str, now: int, further: list[Action]) -> None:
    written = [*further, Person.presence.set(presence), Person.presence_alias.set(alias), Person.updated_at.set(now)]
    written += [Person.away_at.remove(), Person.offline_at.remove(), Person.lost_at.remove()]
    if agent.presence != presence:
        written.append(Person.presence_at.set(now))
    with conditional():
        agent.update(written, Person.agents_of.exists() & (Person.presence_at <= now))


def set_deadline(agent: Person, deadline: dict[str, int]) -> None:
    """Writes when an agent becomes away or offline. Raises ConditionFailed where their presence has changed since it was read."""
    as_read = (Person.presence == agent.presence) & (Person.presence_at == agent.presence_at)
    with conditional():
        agent.update([getattr(Person, name).set(at) for name, at in deadline.items()], Person.agents_of.exists() & as_read)


def clear_deadline(account: str, agent: str) -> None:
    """Stops an agent's clock. One request. Raises ConditionFailed where they are no agent any more."""
    with conditional():
        Person(account, agent).update([Person.away_at.remove(), Person.offline_at.remove()], Person.agents_of.exists())


def lapse(agent: Person, step: str, changes: dict[str, Any], now: int) -> None:
    """Writes what an agent's deadline (presence.STEPS) brings. Raises ConditionFailed where it no longer stands."""
    stands = getattr(Person, f"{step}_at") == getattr(agent, f"{step}_at")
    with conditional():
        agent.update(
            actions({**changes, "presence_at": now}, Stamp(now, agent.changed_by or 0)), Person.agents_of.exists() & stands
        )


def log_in_on(agent: Person, device: str, presence: str, now: int, *, is_mobile: bool) -> None:
    """Logs an agent in on a device, in place of their device of the same class. One request."""
    place = Person.mobile_device if is_mobile else Person.browser_device
    _set_presence(agent, presence, presence, now, [place.set(device)])


def log_out_of(agent: Person, device: str, presence: str, now: int) -> None:
    """Logs an agent out of a device. One request."""
    places = ((Person.mobile_device, agent.mobile_device), (Person.browser_device, agent.browser_device))
    _set_presence(agent, presence, presence, now, [place.remove() for place, known in places if known == device])
