"""What happens at once: who is connected, and telling the members of a conversation."""

from collections.abc import Collection, Iterable

from chalicelib.context import Caller, Context
from chalicelib.desk import accounts, conversations, devices, people
from chalicelib.desk.conversations import Conversation
from chalicelib.desk.errors import NotAuthenticated
from chalicelib.models import connections, sockets, topics
from chalicelib.models.connections import Connection as Connection
from chalicelib.models.topics import Listener as Listener


def connect(ctx: Context, connection: str, device: str) -> Connection:
    """The caller, a person, listens on a socket from now on: four requests. Raises NotFound for him and for the device."""
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
    connections.put(row)
    topics.join(ctx.account, person.id, listener(row), ctx.now)
    return row


def listener(row: Connection) -> Listener:
    """A socket as topics have it."""
    return Listener(row.id, row.person, row.device, row.is_mobile)


def of(ctx: Context, connection: str) -> tuple[Context, Connection]:
    """The context of the caller behind a socket. Raises NotAuthenticated where it has not said who it is."""
    row = connections.get(connection)
    if row is None:
        raise NotAuthenticated
    return ctx.acting(Caller(row.account, row.level, row.person, row.number, row.client, row.token)), row


def disconnect(ctx: Context, connection: str) -> Connection | None:
    """A socket has gone; again without harm. Returns what it was."""
    row = connections.get(connection)
    if row is None:
        return None
    for topic in {row.person, *(row.watched or ())}:
        topics.leave(row.account, topic, listener(row))
    connections.delete(connection)
    return row


def watch(ctx: Context, row: Connection, conversation: str) -> None:
    """A socket wants to know who types in a conversation. Raises NotFound for one that its person may not see."""
    if conversation not in (row.watched or ()):
        conversations.load(ctx, conversation)
        connections.watch(row.id, conversation)
        topics.join(ctx.account, conversation, listener(row), ctx.now)


def unwatch(ctx: Context, row: Connection, conversation: str) -> None:
    """It does so no more."""
    topics.leave(ctx.account, conversation, listener(row))


def typing(ctx: Context, row: Connection, conversation: str) -> list[Listener]:
    """Who is to know that the socket's person types: those who watch, but himself. Raises NotFound as `watch`."""
    if conversation not in (row.watched or ()):
        conversations.load(ctx, conversation)
    watching = topics.listeners(ctx.account, [conversation]).get(conversation, [])
    return [each for each in watching if each.person != row.person]


def audience(ctx: Context, found: Conversation) -> set[str]:
    """Ids of a conversation's members: its contact, and its agent or, where nobody is assigned, all of them."""
    if accounts.load(ctx).routed:
        return {found.contact, *filter(None, [found.assignee])}
    return {found.contact, *(agent.id for agent in people.agents(ctx))}


def listeners(ctx: Context, persons: Iterable[str]) -> list[Listener]:
    """All sockets of people: one request for each hundred."""
    return [each for found in topics.listeners(ctx.account, set(persons)).values() for each in found]


def online(ctx: Context, persons: Collection[str]) -> dict[str, tuple[bool, bool]]:
    """For each of the people whether a browser, and whether a mobile of his is connected: one request for each hundred."""
    found = topics.listeners(ctx.account, persons)
    return {
        person: (any(not each.is_mobile for each in found.get(person, [])), any(each.is_mobile for each in found.get(person, [])))
        for person in persons
    }


def tell(ctx: Context, heard: Iterable[Listener], text: str) -> int:
    """Sends a text to sockets, a request each; one that has gone is forgotten. Returns how many got it."""
    told = 0
    for each in heard:
        if sockets.send(each.connection, text):
            told += 1
        else:
            disconnect(ctx, each.connection)
    return told


def answer(connection: str, text: str) -> None:
    """Sends a text to the socket that has just asked, if it is still there."""
    sockets.send(connection, text)


def end(ctx: Context, connection: str) -> None:
    """Closes a socket, and forgets it."""
    sockets.close(connection)
    disconnect(ctx, connection)


def visitors(ctx: Context, limit: int) -> list[Connection]:
    """Contacts who are connected, the latest first: one request."""
    return connections.contacts(ctx.account, limit)
