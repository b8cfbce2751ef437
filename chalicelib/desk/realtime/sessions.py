"""Sessions: an agent works on one browser and one mobile at a time."""

from collections.abc import Callable
from typing import NamedTuple

from chalicelib.context import AGENT, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.desk.people import devices, people, presence
from chalicelib.desk.people.devices import Details, Device
from chalicelib.desk.people.people import Person
from chalicelib.desk.realtime import live
from chalicelib.desk.realtime.live import Listener
from chalicelib.models import people as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.rules import emails
from chalicelib.rules.presence import OFFLINE, ONLINE


class Session(NamedTuple):
    """An agent, the device on which he is logged in now, and the sockets of those of its class that he was on."""

    agent: Person
    device: Device
    replaced: list[Listener]


@access.allow(AGENT)
def begin(ctx: Context, email: str, client_id: str, details: Details) -> Session:
    """The caller works on a device from now on, and is online: four requests, one more where the device is new.

    Raises Forbidden for a program and for another's e-mail, Invalid.
    """
    agent = presence.load_own(ctx)
    if agent.email != emails.canonical(email):
        raise Forbidden("the token is not this user's")
    device = devices.record_use(ctx, agent.id, client_id, details)
    _write(ctx, lambda: rows.log_in_on(agent, device.id, ONLINE, _latest(ctx, agent), is_mobile=device.is_mobile), agent)
    connected = live.connected(ctx, [agent.id])
    return Session(agent, device, [each for each in connected if each.is_mobile == device.is_mobile and each.device != device.id])


@access.allow(AGENT)
def end(ctx: Context, person: str, device: str) -> None:
    """The caller works on a device no more, and is offline; their token and its sockets end: four requests, four for each.

    Raises Forbidden for another's.
    """
    agent = presence.load_own(ctx)
    if agent.id != person:
        raise Forbidden("the token is not this user's")
    _write(ctx, lambda: rows.log_out_of(agent, device, OFFLINE, _latest(ctx, agent)), agent)
    live.end_session(ctx, agent.id, device)


def _latest(ctx: Context, agent: Person) -> int:
    """Now, and not before what he said last, whichever server's clock that was."""
    return max(ctx.now, agent.presence_at)


def _write(ctx: Context, write: Callable[[], None], agent: Person) -> None:
    try:
        write()
    except ConditionFailed as refused:
        raise NotFound("person", agent.id) from refused
    people.forget(ctx, agent.id)


@access.allow(AGENT)
def is_on(ctx: Context, person_id: str, device: str) -> bool:
    """Whether a person is on a device: an agent logged in, a contact connected. One request, or two. Raises NotFound."""
    person = people.get(ctx, person_id)
    if person.kind == people.CONTACT:
        return device in {each.device for each in live.connected(ctx, [person_id])}
    return device in (person.browser_device, person.mobile_device)
