"""What happens at once: who is connected, and telling the members of a conversation."""

from collections.abc import Callable, Collection, Iterable

from chalicelib.context import SYSTEM, Caller, Context
from chalicelib.desk import conversations, devices, limits, members, people, presence, seen, tokens
from chalicelib.desk.errors import Invalid, NotAuthenticated
from chalicelib.models import connections, sockets, topics
from chalicelib.models.base import Refused
from chalicelib.models.connections import Connection as Connection
from chalicelib.models.topics import Listener as Listener

#: Sockets that a person has at most: one more closes the one that ends first.
MOST_SOCKETS = 20
#: Conversations that one socket watches at most, and sockets of contacts that one look at them reads.
_MOST_WATCHED, _MOST_LOOKED_AT = 100, 1000


class Ended(NotAuthenticated):
    """Who is behind a socket may not go on: his token has ended."""


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
        contacts_of=ctx.account if person.kind == people.CONTACT else None,
        since=ctx.now,
    )
    is_new = connections.create(row, tokens.ends_at(ctx))
    if not is_new:
        disconnect(ctx, connection)
        connections.create(row, tokens.ends_at(ctx))
    _make_room(ctx, row, topics.join(ctx.account, person.id, listener(row), ctx.now))
    seen.note(ctx, person.id)
    if person.away_at or person.offline_at or not (is_new or row.contacts_of):
        presence.is_back(ctx, person.id)
    return row


def _make_room(ctx: Context, new: Connection, connected: Collection[Listener]) -> None:
    """Closes those of a person's sockets that end first where there are too many: they may have gone without a word."""
    others = sorted((each for each in connected if each.connection != new.id), key=lambda each: each.until)
    for each in others[: max(0, len(connected) - MOST_SOCKETS)]:
        end(ctx, each.connection)


def listener(row: Connection) -> Listener:
    """A socket as topics have it."""
    return Listener(row.id, row.person, row.device, row.is_mobile, row.expires_at)


def of(ctx: Context, connection: str) -> tuple[Context, Connection]:
    """The context of the caller behind a socket: one request, and one where no warm process knows his token.

    Raises NotAuthenticated where it has not said who it is, Ended where they may not go on, TooMany.
    """
    row = connections.get(connection)
    if row is None:
        raise NotAuthenticated
    ctx = ctx.acting(Caller(row.account, row.level, row.person, row.number, row.client, row.token))
    if not tokens.is_good(ctx):
        raise Ended
    limits.spend_token(ctx)
    seen.note(ctx, row.person)
    return ctx, row


def disconnect(ctx: Context, connection: str) -> Connection | None:
    """A socket has gone; again without harm: three requests, two more for an agent's last. Returns what it was."""
    row = connections.get(connection)
    if row is None:
        return None
    for topic in row.watched or ():
        topics.leave(row.account, topic, listener(row), ctx.now)
    others = topics.leave(row.account, row.person, listener(row), ctx.now)
    if not (others or row.contacts_of):
        presence.is_gone(ctx.acting(Caller(row.account, SYSTEM)), row.person)
    connections.delete(connection)
    return row


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
    _noted(connections.watch, row, conversation)
    topics.join(ctx.account, conversation, listener(row), ctx.now)


def unwatch(ctx: Context, row: Connection, conversation: str) -> None:
    """It does so no more: two requests, none where it does not. Raises NotAuthenticated where it has gone."""
    if conversation in (row.watched or ()):
        topics.leave(ctx.account, conversation, listener(row), ctx.now)
        _noted(connections.unwatch, row, conversation)


def _noted(note: Callable[[str, str], None], row: Connection, conversation: str) -> None:
    try:
        note(row.id, conversation)
    except Refused as refused:
        raise NotAuthenticated from refused


def typing(ctx: Context, row: Connection, conversation: str) -> list[Listener]:
    """Who is to know that the socket's person types: those who watch, but himself. Raises NotFound as `watch`."""
    if conversation not in (row.watched or ()):
        conversations.load(ctx, conversation)
    watching = topics.listeners(ctx.account, [conversation], ctx.now).get(conversation, [])
    return [each for each in watching if each.person != row.person]


def company(ctx: Context, row: Connection) -> list[Listener]:
    """Who is to know that a contact's socket is there, or has gone: those who talk with him. Four requests.

    Nobody where it is an agent's, whose presence is his own word, or where the contact has another of its class.
    """
    if row.contacts_of is None:
        return []
    chats = conversations.of_contact(ctx, row.person, limit=1)
    others = {member for found in chats for member in members.of(ctx, found)}
    heard = topics.listeners(ctx.account, {row.person, *others}, ctx.now)
    own = heard.pop(row.person, [])
    if any(each.connection != row.id and each.is_mobile == row.is_mobile for each in own):
        return []
    return [each for found in heard.values() for each in found]


def listeners(ctx: Context, persons: Iterable[str]) -> list[Listener]:
    """All sockets of people: one request for each hundred."""
    return [each for found in topics.listeners(ctx.account, set(persons), ctx.now).values() for each in found]


def online(ctx: Context, persons: Collection[str]) -> dict[str, tuple[bool, bool]]:
    """For each of the people whether a browser, and whether a mobile of his is connected: one request for each hundred."""
    found = topics.listeners(ctx.account, persons, ctx.now)
    return {person: classes(found.get(person, [])) for person in persons}


def classes(connected: Iterable[Listener]) -> tuple[bool, bool]:
    """Whether a browser, and whether a mobile is among sockets."""
    mobile = {each.is_mobile for each in connected}
    return False in mobile, True in mobile


def tell(ctx: Context, heard: Iterable[Listener], text: str, topic: str | None = None) -> int:
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


def _forget(ctx: Context, gone: Listener, topic: str) -> None:
    """It may have no row any more, by which it could leave."""
    if disconnect(ctx, gone.connection) is None:
        others = topics.leave(ctx.account, topic, gone, ctx.now)
        if topic == gone.person and not others:
            presence.is_gone(ctx, gone.person)


def answer(connection: str, text: str) -> None:
    """Sends a text to the socket that has just asked, if it is still there."""
    sockets.send(connection, text)


def end(ctx: Context, connection: str) -> None:
    """Closes a socket, and forgets it."""
    sockets.close(connection)
    disconnect(ctx, connection)


def end_session(ctx: Context, person: str, device: str) -> None:
    """Closes a person's sockets that are of a device, or of the caller's token: one request, and five for each."""
    for each in listeners(ctx, [person]):
        row = connections.get(each.connection)
        if row is None or row.device == device or row.token == ctx.caller.token:
            end(ctx, each.connection)


def visitors(ctx: Context) -> dict[str, tuple[bool, bool]]:
    """Contacts who are connected, the latest first, with their classes as in `online`: one request.

    Of the latest 1,000 sockets, as of a moment ago.
    """
    found: dict[str, list[Listener]] = {}
    for row in connections.contacts(ctx.account, _MOST_LOOKED_AT):
        if row.expires_at * 1000 > ctx.now:
            found.setdefault(row.person, []).append(listener(row))
    return {person: classes(connected) for person, connected in found.items()}
