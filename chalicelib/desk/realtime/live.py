"""What happens at once: who is connected, and telling the members of a conversation.

A socket is told nothing once the token that opened it has ended, and is closed then: by what is told of that (`close_ended`),
and by the first who finds it.
"""

from collections.abc import Callable, Collection, Iterable

from chalicelib.context import AGENT, STRANGER, SYSTEM, VISITOR, Caller, Context
from chalicelib.desk.auth import known_sources, tokens
from chalicelib.desk.auth.tokens import Holder
from chalicelib.desk.conversations import conversations, members
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Invalid, NotAuthenticated
from chalicelib.desk.people import devices, people, presence
from chalicelib.models import connections, sockets, topics
from chalicelib.models import people as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.connections import Connection as Connection
from chalicelib.models.topics import Listener as Listener

#: Sockets that a person has at most: one more closes the one that ends first.
MOST_SOCKETS = 20
#: Conversations that one socket watches at most, and sockets of contacts that one look at them reads.
_MOST_WATCHED, _MOST_LOOKED_AT = 100, 1000
#: Sockets that are closed, or of an account that are looked at, in one go.
MOST_AT_ONCE = 100


class Ended(NotAuthenticated):
    """Who is behind a socket may not go on: his token has ended."""


@access.allow(VISITOR)
def connect(ctx: Context, connection: str, device: str) -> Connection:
    """The caller, a person, listens on a socket from now on: four requests. Raises NotFound for him and for the device.

    A socket that was another's is his no longer. An agent who was to be away stays as he is: one request more.
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
    """Closes those of a person's sockets that end first where there are too many: they may have gone without a word."""
    others = sorted((each for each in connected if each.connection != new.id), key=lambda each: each.until)
    for each in others[: max(0, len(connected) - MOST_SOCKETS)]:
        close(ctx, each.connection)


def listener(row: Connection) -> Listener:
    """A socket as topics have it."""
    return Listener(row.id, row.person, row.device, row.is_mobile, row.expires_at, row.is_contact, row.token, row.token_version)


def _holder(account: str, each: Listener) -> Holder:
    return Holder(account, each.person, each.token, each.token_version)


@access.allow(STRANGER)
def context_of(ctx: Context, connection: str) -> tuple[Context, Connection]:
    """The context of the caller behind a socket: one request, and one where no warm process knows his token.

    Raises NotAuthenticated where it has not said who it is, Ended where they may not go on, TooMany.
    """
    row = connections.get(connection)
    if row is None:
        raise NotAuthenticated
    ctx = ctx.acting(Caller(row.account, row.level, row.person, row.number, row.client, row.token))
    if tokens.find_ended(ctx, [_holder(row.account, listener(row))]):
        raise Ended
    rate_limits.spend_token(ctx)
    known_sources.record(ctx, row.person)
    return ctx, row


@access.allow(VISITOR)
def disconnect(ctx: Context, connection: str) -> Connection | None:
    """A socket has gone; again without harm: three requests, two more for an agent's last. Returns what it was."""
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
    """A socket wants to know who types in a conversation: three requests, none where it does already.

    Raises NotFound for one that its person may not see, NotAuthenticated where it has gone, Invalid for too many.
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
    """It does so no more: two requests, none where it does not. Raises NotAuthenticated where it has gone."""
    if conversation in (row.watched or ()):
        topics.leave(ctx.account, conversation, listener(row), ctx.now)
        _record(connections.unwatch, row, conversation)


def _record(note: Callable[[str, str], None], row: Connection, conversation: str) -> None:
    try:
        note(row.id, conversation)
    except ConditionFailed as refused:
        raise NotAuthenticated from refused


@access.allow(VISITOR)
def watching_sockets(ctx: Context, row: Connection, conversation: str) -> list[Listener]:
    """Who is to know that the socket's person types: those who watch, but himself. Raises NotFound as `watch`."""
    if conversation not in (row.watched or ()):
        conversations.load(ctx, conversation)
    watching = topics.listeners(ctx.account, [conversation], ctx.now).get(conversation, [])
    return _still_valid(ctx, [each for each in watching if each.person != row.person])


@access.allow(VISITOR)
def partner_sockets(ctx: Context, row: Connection) -> list[Listener]:
    """Who is to know that a contact's socket is there, or has gone: those who talk with him. Four requests.

    Nobody where it is an agent's, whose presence is his own word, or where the contact has another of its class.
    """
    if not row.is_contact:
        return []
    chats = conversations.list_of_contact(ctx, row.person, limit=1)
    others = {member for found in chats for member in members.list_participants(ctx, found)}
    heard = topics.listeners(ctx.account, {row.person, *others}, ctx.now)
    own = heard.pop(row.person, [])
    if any(each.connection != row.id and each.is_mobile == row.is_mobile for each in own):
        return []
    return _still_valid(ctx, [each for found in heard.values() for each in found])


@access.allow(VISITOR)
def listeners(ctx: Context, persons: Iterable[str]) -> list[Listener]:
    """The sockets of people: one request for each hundred, and one where no warm process knows their tokens. One whose token
    has ended is closed.
    """
    found = connected(ctx, persons)
    going_on = _still_valid(ctx, found)
    for each in set(found).difference(going_on):
        _remove(ctx, each)
    return going_on


def connected(ctx: Context, persons: Iterable[str]) -> list[Listener]:
    """The sockets of people, whether or not their tokens have ended meanwhile: one request for each hundred."""
    return [each for found in topics.listeners(ctx.account, set(persons), ctx.now).values() for each in found]


@access.allow(VISITOR)
def device_of(ctx: Context, person: str) -> str | None:
    """The device that a person uses: one that listens now, the newest where several or none do. Two requests."""
    known = [device.id for device in devices.list_of_person(ctx, person)]
    listening = {each.device for each in listeners(ctx, [person])}
    return next((device for device in known if device in listening), known[0] if known else None)


def _still_valid(ctx: Context, heard: list[Listener]) -> list[Listener]:
    """Those of the sockets whose tokens have not ended, in their order."""
    gone = tokens.find_ended(ctx, [_holder(ctx.account, each) for each in heard])
    return [each for each in heard if _holder(ctx.account, each) not in gone]


@access.allow(VISITOR)
def load_online(ctx: Context, persons: Collection[str]) -> dict[str, tuple[bool, bool]]:
    """For each of the people whether a browser, and whether a mobile of his is connected: one request for each hundred."""
    found = topics.listeners(ctx.account, persons, ctx.now)
    return {person: classes(found.get(person, [])) for person in persons}


def classes(connected: Iterable[Listener]) -> tuple[bool, bool]:
    """Whether a browser, and whether a mobile is among sockets."""
    mobile = {each.is_mobile for each in connected}
    return False in mobile, True in mobile


@access.allow(VISITOR)
def send(ctx: Context, heard: Iterable[Listener], text: str, topic: str | None = None) -> int:
    """Sends a text to sockets, a request each; one that has gone is forgotten. Returns how many got it.

    `topic` is where they listen, their persons' own without it.
    """
    told = 0
    for each in heard:
        if sockets.send(each.connection, text):
            told += 1
        else:
            _forget(ctx, each, topic or each.person)
    return told


def _remove(ctx: Context, each: Listener) -> None:
    sockets.close(each.connection)
    _forget(ctx, each, each.person)


def _forget(ctx: Context, gone: Listener, topic: str) -> None:
    """It may have no row any more, by which it could leave."""
    if disconnect(ctx, gone.connection) is None:
        others = topics.leave(ctx.account, topic, gone, ctx.now)
        if topic == gone.person and not others:
            presence.start_grace(ctx.acting(Caller(ctx.account, SYSTEM)), gone.person)


def reply(connection: str, text: str) -> None:
    """Sends a text to the socket that has just asked, if it is still there."""
    sockets.send(connection, text)


@access.allow(VISITOR)
def close(ctx: Context, connection: str) -> None:
    """Closes a socket, and forgets it."""
    sockets.close(connection)
    disconnect(ctx, connection)


@access.allow(AGENT)
def end_session(ctx: Context, person: str, device: str | None = None) -> None:
    """Ends the caller's token, and closes the person's sockets that are of it or of a device: two requests, and four for each."""
    tokens.revoke(ctx)
    for each in connected(ctx, [person]):
        if each.device == device or each.token == ctx.caller.token:
            close(ctx, each.connection)


@access.allow(SYSTEM)
def close_ended(ctx: Context, person: str) -> bool:
    """Closes a person's sockets whose tokens have ended, in all of their accounts: two requests, one for each account, and
    four for each socket. Returns whether there are more of them.
    """
    more = False
    for account in {ctx.account, *rows.accounts_of(person)}:
        inside = ctx.acting(Caller(account, SYSTEM))
        more = _close_ended(inside, connected(inside, [person])) or more
    return more


@access.allow(SYSTEM)
def close_ended_of_account(ctx: Context, after: str) -> str:
    """Closes the sockets of the account whose tokens have ended, of a page of them: two requests, and four for each. Returns
    where the next page begins, empty at the end.
    """
    found, following = connections.of_account(ctx.account, after, MOST_AT_ONCE)
    _close_ended(ctx, [listener(row) for row in found])
    return following


def _close_ended(ctx: Context, found: list[Listener]) -> bool:
    gone = tokens.find_ended(ctx, [_holder(ctx.account, each) for each in found], anew=True)
    closing = [each for each in found if _holder(ctx.account, each) in gone]
    for each in closing[:MOST_AT_ONCE]:
        _remove(ctx, each)
    return len(closing) > MOST_AT_ONCE


@access.allow(AGENT)
def visitors(ctx: Context) -> dict[str, tuple[bool, bool]]:
    """Contacts who are connected, the latest first, with their classes as in `online`: one request.

    Of the latest 1,000 sockets, as of a moment ago.
    """
    found: dict[str, list[Listener]] = {}
    for row in connections.contacts(ctx.account, _MOST_LOOKED_AT):
        if row.expires_at * 1000 > ctx.now:
            found.setdefault(row.person, []).append(listener(row))
    return {person: classes(connected) for person, connected in found.items()}
