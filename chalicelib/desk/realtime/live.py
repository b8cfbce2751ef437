"""Live: the open sockets of people, what is sent to them, and who is typing.

Once the token that opened a socket has ended, nothing is sent to it and it is closed: by closing.py when the token's end is
published, or by the first call that finds it.
"""

from collections.abc import Callable, Collection, Iterable

from chalicelib.context import AGENT, STRANGER, SYSTEM, VISITOR, Caller, Context
from chalicelib.desk.auth import known_sources, tokens
from chalicelib.desk.auth.tokens import Holder
from chalicelib.desk.conversations import conversations, participants
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Invalid, NotAuthenticated
from chalicelib.desk.people import devices, people, presence
from chalicelib.models import connections, sockets, topics
from chalicelib.models.base import ConditionFailed
from chalicelib.models.connections import Connection as Connection
from chalicelib.models.topics import Listener as Listener

#: Sockets that a person has at most. One more closes the one that ends first.
MOST_SOCKETS = 20
#: What sockets of agents listen to who want to hear of every change of the account's conversations. No uuid is like it.
INBOX = "inbox"
#: Conversations that one socket watches at most, and sockets of contacts that `visitors` reads.
_MOST_WATCHED, _MOST_LOOKED_AT = 100, 1000


class Ended(NotAuthenticated):
    """The person behind a socket may not go on, because their token has ended."""


@access.allow(VISITOR)
def connect(ctx: Context, connection: str, device: str) -> Connection:
    """Stores a socket on which the caller, a person, listens. Four requests. Raises NotFound for the caller and for the device.

    A socket that was another person's is theirs no longer. An agent whose clock was running (presence.start_grace) stays as they
    are: one request more.
    """
    caller, person = ctx.caller, people.get(ctx, str(ctx.caller.person))
    known = devices.get(ctx, person.id, device)
    row = Connection(
        connection,
        account=ctx.account,
        person=person.id,
        device=device,
        is_mobile=known.is_mobile,
        level=caller.level,
        number=caller.number,
        client=caller.client,
        token=caller.token,
        token_version=people.login_home(person).token_version,
        listed=connections.listed(ctx.account, person.kind),
        since=ctx.now,
    )
    is_new = connections.create(row, tokens.expiry_of(ctx))
    if not is_new:
        disconnect(ctx, connection)
        connections.create(row, tokens.expiry_of(ctx))
    _make_room(ctx, row, topics.join(ctx.account, person.id, listener(row), ctx.now))
    known_sources.record(ctx, person.id)
    if person.away_at or person.offline_at or not (is_new or row.is_contact):
        presence.cancel_grace(ctx, person.id)
    return row


def _make_room(ctx: Context, new: Connection, connected: Collection[Listener]) -> None:
    """Closes the sockets of a person beyond `MOST_SOCKETS` that end first. They may have gone without a word."""
    others = sorted((each for each in connected if each.connection != new.id), key=lambda each: each.until)
    for each in others[: max(0, len(connected) - MOST_SOCKETS)]:
        close(ctx, each.connection)


def listener(row: Connection) -> Listener:
    """Returns a socket's row in the form that topics store."""
    return Listener(row.id, row.person, row.device, row.is_mobile, row.expires_at, row.is_contact, row.token, row.token_version)


def holder_of(account: str, each: Listener) -> Holder:
    """Returns the person behind a socket, as `tokens.find_ended` asks for them."""
    return Holder(account, each.person, each.token, each.token_version)


@access.allow(STRANGER)
def context_of(ctx: Context, connection: str) -> tuple[Context, Connection]:
    """Returns the context of the caller behind a socket, and its row. One request, one more where no warm process knows the
    token.

    Raises NotAuthenticated where the socket has not said who it is, Ended where the person may not go on, TooMany.
    """
    row = connections.get(connection)
    if row is None:
        raise NotAuthenticated
    ctx = ctx.acting(Caller(row.account, row.level, row.person, row.number, row.client, row.token))
    if tokens.find_ended(ctx, [holder_of(row.account, listener(row))]):
        raise Ended
    rate_limits.spend_token(ctx)
    known_sources.record(ctx, row.person)
    return ctx, row


@access.allow(VISITOR)
def disconnect(ctx: Context, connection: str) -> Connection | None:
    """Forgets a socket that has gone, and returns its row. Three requests, two more for an agent's last.

    Harmless when repeated.
    """
    row = connections.get(connection)
    if row is None:
        return None
    for topic in row.watched or ():
        topics.leave(row.account, topic, listener(row), ctx.now)
    others = topics.leave(row.account, row.person, listener(row), ctx.now)
    if not (others or row.is_contact):
        presence.start_grace(ctx.acting(Caller(row.account, SYSTEM)), row.person)
    connections.delete(connection)
    return row


@access.allow(VISITOR)
def watch(ctx: Context, row: Connection, conversation: str) -> None:
    """Lets a socket hear who types in a conversation. Three requests, none if it does already.

    Raises NotFound for a conversation that the person may not see, NotAuthenticated where the socket has gone, Invalid for too
    many.
    """
    watched = row.watched or ()
    if conversation in watched:
        return
    if len(watched) >= _MOST_WATCHED:
        raise Invalid("conversation", f"{_MOST_WATCHED} are watched already")
    conversations.load(ctx, conversation)
    _record(connections.watch, row, conversation)
    topics.join(ctx.account, conversation, listener(row), ctx.now)


@access.allow(VISITOR)
def unwatch(ctx: Context, row: Connection, conversation: str) -> None:
    """Ends that. Two requests, none if it did not watch. Raises NotAuthenticated where the socket has gone."""
    if conversation in (row.watched or ()):
        topics.leave(ctx.account, conversation, listener(row), ctx.now)
        _record(connections.unwatch, row, conversation)


def _record(note: Callable[[str, str], None], row: Connection, conversation: str) -> None:
    try:
        note(row.id, conversation)
    except ConditionFailed as refused:
        raise NotAuthenticated from refused


@access.allow(AGENT)
def watch_inbox(ctx: Context, row: Connection) -> None:
    """Lets an agent's socket hear of changed conversations of the account. Two requests, none if it does already. Raises
    NotAuthenticated where the socket has gone.
    """
    if INBOX not in (row.watched or ()):
        _record(connections.watch, row, INBOX)
        topics.join(ctx.account, INBOX, listener(row), ctx.now)


@access.allow(SYSTEM)
def audience(ctx: Context, persons: Iterable[str] = ()) -> tuple[list[Listener], list[Listener]]:
    """Returns the sockets of people, as `listeners`, and those that hear of changed conversations. Requests as `listeners`."""
    found = topics.listeners(ctx.account, {*persons, INBOX}, ctx.now)
    watching = found.pop(INBOX, [])
    heard = [each for those in found.values() for each in those]
    going_on = set(_still_valid(ctx, [*heard, *watching]))
    for each in {*heard, *watching} - going_on:
        remove(ctx, each)
    return [each for each in heard if each in going_on], [each for each in watching if each in going_on]


@access.allow(VISITOR)
def watching_sockets(ctx: Context, row: Connection, conversation: str) -> list[Listener]:
    """Returns the sockets that hear when this socket's person types, without the person's own. Raises NotFound as `watch`."""
    if conversation not in (row.watched or ()):
        conversations.load(ctx, conversation)
    watching = topics.listeners(ctx.account, [conversation], ctx.now).get(conversation, [])
    return _still_valid(ctx, [each for each in watching if each.person != row.person])


@access.allow(VISITOR)
def partner_sockets(ctx: Context, row: Connection) -> list[Listener]:
    """Returns the sockets that hear when a contact connects or leaves: of those who talk with the contact. Four requests.

    Empty for an agent, who sets their presence themselves, and where the contact has another socket of the same class.
    """
    if not row.is_contact:
        return []
    chats = conversations.list_of_contact(ctx, row.person, limit=1)
    others = {member for found in chats for member in participants.list_participants(ctx, found)}
    heard = topics.listeners(ctx.account, {row.person, *others}, ctx.now)
    own = heard.pop(row.person, [])
    if any(each.connection != row.id and each.is_mobile == row.is_mobile for each in own):
        return []
    return _still_valid(ctx, [each for found in heard.values() for each in found])


@access.allow(VISITOR)
def listeners(ctx: Context, persons: Iterable[str]) -> list[Listener]:
    """Returns the sockets of people. One request for each hundred, one more where no warm process knows their tokens.

    A socket whose token has ended is closed.
    """
    found = connected(ctx, persons)
    going_on = _still_valid(ctx, found)
    for each in set(found).difference(going_on):
        remove(ctx, each)
    return going_on


def connected(ctx: Context, persons: Iterable[str]) -> list[Listener]:
    """Returns the sockets of people, whether or not their tokens have ended. One request for each hundred."""
    return [each for found in topics.listeners(ctx.account, set(persons), ctx.now).values() for each in found]


@access.allow(VISITOR)
def device_of(ctx: Context, person: str) -> str | None:
    """Returns the device that a person uses: one with an open socket, else their newest. Two requests."""
    known = [device.id for device in devices.list_of_person(ctx, person)]
    listening = {each.device for each in listeners(ctx, [person])}
    return next((device for device in known if device in listening), known[0] if known else None)


def _still_valid(ctx: Context, heard: list[Listener]) -> list[Listener]:
    """Returns the sockets whose tokens have not ended, in their order."""
    gone = tokens.find_ended(ctx, [holder_of(ctx.account, each) for each in heard])
    return [each for each in heard if holder_of(ctx.account, each) not in gone]


@access.allow(VISITOR)
def load_online(ctx: Context, persons: Collection[str]) -> dict[str, tuple[bool, bool]]:
    """Returns for each person whether a browser and whether a mobile is connected. One request for each hundred."""
    found = topics.listeners(ctx.account, persons, ctx.now)
    return {person: classes(found.get(person, [])) for person in persons}


def classes(connected: Iterable[Listener]) -> tuple[bool, bool]:
    """Returns whether a browser and whether a mobile is among the sockets."""
    mobile = {each.is_mobile for each in connected}
    return False in mobile, True in mobile


@access.allow(VISITOR)
def send(ctx: Context, heard: Iterable[Listener], text: str, topic: str | None = None) -> int:
    """Sends a text to sockets, one request each. Returns how many got it; a socket that has gone is forgotten.

    `topic` is what the sockets listen to, by default their persons' own topics.
    """
    told = 0
    for each in heard:
        if sockets.send(each.connection, text):
            told += 1
        else:
            _forget(ctx, each, topic or each.person)
    return told


def remove(ctx: Context, each: Listener) -> None:
    """Closes a socket whose token has ended, and forgets it."""
    sockets.close(each.connection)
    _forget(ctx, each, each.person)


def _forget(ctx: Context, gone: Listener, topic: str) -> None:
    """Forgets a socket, also one whose row has gone already and that only its topic still lists."""
    if disconnect(ctx, gone.connection) is None:
        others = topics.leave(ctx.account, topic, gone, ctx.now)
        if topic == gone.person and not others:
            presence.start_grace(ctx.acting(Caller(ctx.account, SYSTEM)), gone.person)


def reply(connection: str, text: str) -> None:
    """Sends a text to the socket that has just asked, if it is still there."""
    sockets.send(connection, text)


@access.allow(VISITOR)
def close(ctx: Context, connection: str) -> None:
    """Closes a socket and forgets it."""
    sockets.close(connection)
    disconnect(ctx, connection)


@access.allow(AGENT)
def visitors(ctx: Context) -> dict[str, tuple[bool, bool]]:
    """Returns the connected contacts, latest first, with their classes as in `load_online`. One request.

    Reads the latest 1,000 sockets, as of a moment ago.
    """
    found: dict[str, list[Listener]] = {}
    for row in connections.contacts(ctx.account, _MOST_LOOKED_AT):
        if row.expires_at * 1000 > ctx.now:
            found.setdefault(row.person, []).append(listener(row))
    return {person: classes(connected) for person, connected in found.items()}
