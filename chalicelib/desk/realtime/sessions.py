"""Sessions: an agent works on one browser and one mobile at a time."""

from collections.abc import Callable
from typing import NamedTuple

from chalicelib.context import AGENT, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.accounts import Account
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.desk.people import devices, owners, people, presence
from chalicelib.desk.people.devices import Details, Device
from chalicelib.desk.people.people import Person
from chalicelib.desk.realtime import closing, live
from chalicelib.desk.realtime.live import Listener
from chalicelib.models import presence as presence_rows
from chalicelib.models.base import ConditionFailed
from chalicelib.rules import emails
from chalicelib.rules.presence import OFFLINE, ONLINE


class Session(NamedTuple):
    """An agent, the device they are logged in on now, and the sockets of the device of the same class that it replaced."""

    agent: Person
    device: Device
    replaced: list[Listener]


class Workplace(NamedTuple):
    """What an agent's page begins with: the agent, the device that its sockets name, the account with its words for a presence,
    and all accounts that the agent owns, else the one.
    """

    agent: Person
    device: Device
    account: Account
    words: list[str]
    accounts: list[Account]


#: What an agent's device is stored under whose page is the desk's own.
_CONSOLE = "console"


@access.allow(AGENT)
def open_browser(ctx: Context) -> Workplace:
    """Returns the caller's workplace. Their presence stays as it is. Two requests, two more for a new device, three for an owner.

    Raises Forbidden for a program.
    """
    agent, account = presence.load_own(ctx), accounts.load(ctx)
    device = devices.record_use(ctx, agent.id, _CONSOLE, Details(os="BROWSER", name=_CONSOLE))
    owned = owners.list_owned(ctx, agent.id) if account.owner == agent.id else [account]
    return Workplace(agent, device, account, presence.list_words(ctx), owned)


@access.allow(AGENT)
def begin(ctx: Context, email: str, client_id: str, details: Details) -> Session:
    """Logs the caller in on a device and sets them online. Four requests, one more for a new device.

    Raises Forbidden for a program and for another person's e-mail, Invalid.
    """
    agent = presence.load_own(ctx)
    if agent.email != emails.canonical(email):
        raise Forbidden("the token is not this user's")
    device = devices.record_use(ctx, agent.id, client_id, details)
    _write(ctx, lambda: presence_rows.log_in_on(agent, device.id, ONLINE, _latest(ctx, agent), is_mobile=device.is_mobile), agent)
    connected = live.connected(ctx, [agent.id])
    return Session(agent, device, [each for each in connected if each.is_mobile == device.is_mobile and each.device != device.id])


@access.allow(AGENT)
def end(ctx: Context, person: str, device: str) -> None:
    """Logs the caller out of a device and sets them offline. Their token and its sockets end. Four requests, four for each
    socket.

    Raises Forbidden for another person.
    """
    agent = presence.load_own(ctx)
    if agent.id != person:
        raise Forbidden("the token is not this user's")
    _write(ctx, lambda: presence_rows.log_out_of(agent, device, OFFLINE, _latest(ctx, agent)), agent)
    closing.end_session(ctx, agent.id, device)


def _latest(ctx: Context, agent: Person) -> int:
    """Returns the present time, but never before the agent's last presence, whichever server's clock set that."""
    return max(ctx.now, agent.presence_at)


def _write(ctx: Context, write: Callable[[], None], agent: Person) -> None:
    try:
        write()
    except ConditionFailed as refused:
        raise NotFound("person", agent.id) from refused
    people.forget(ctx, agent.id)


@access.allow(AGENT)
def is_on(ctx: Context, person_id: str, device: str) -> bool:
    """Returns whether a person uses a device: an agent is logged in on it, a contact connected. One or two requests. Raises
    NotFound.
    """
    person = people.get(ctx, person_id)
    if person.kind == people.CONTACT:
        return device in {each.device for each in live.connected(ctx, [person_id])}
    return device in (person.browser_device, person.mobile_device)
