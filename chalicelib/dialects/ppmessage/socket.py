"""PPMessage's socket, `/pcsocket/WS`: what clients send. Each message gets one answer or none."""

from typing import Any, NamedTuple

import msgspec

from chalicelib import telemetry
from chalicelib.context import AGENT, VISITOR, Caller, Context, stranger, system
from chalicelib.desk.auth import tokens
from chalicelib.desk.conversations import conversations
from chalicelib.desk.core import rate_limits
from chalicelib.desk.core.errors import DeskError, Forbidden, NotAuthenticated, NotFound, TooMany
from chalicelib.desk.people import people
from chalicelib.desk.realtime import live
from chalicelib.desk.realtime.live import Connection, Ended
from chalicelib.dialects.bounds import is_text
from chalicelib.dialects.http import BYTE_ORDER_MARK
from chalicelib.dialects.ppmessage.calls.messages import post
from chalicelib.dialects.ppmessage.mapping import socket as mapping
from chalicelib.dialects.ppmessage.wire import messages as wire
from chalicelib.dialects.ppmessage.wire import socket as told

_DIALECT = "PPMessage"
#: msgspec's message for a text that is longer than its type allows.
_TOO_LONG = "` of length <= "
_LEVELS = ("PPCOM", "PPKEFU", "THIRD_PARTY_KEFU")
_NO_JSON = object()
#: What an ack answers, and the code that refuses it for a while. Anything else is WS and 4.
_ANSWERED = {
    "auth": ("AUTH", 4),
    "send": ("SEND", 7),
    "typing_watch": ("TYPING_WATCH", 4),
    "typing_unwatch": ("TYPING_WATCH", 4),
    "inbox_watch": ("INBOX_WATCH", 4),
}


class Failed(Exception):
    """The code of an ack that is not 0."""

    def __init__(self, code: int) -> None:
        super().__init__(mapping.REASONS[code])
        self.code = code


class Reply(NamedTuple):
    """What goes back to the socket, if anything, and whether it is closed then."""

    text: str | None = None
    close: bool = False


def opened(source: str) -> int:
    """Returns the status with which a new socket from an address is accepted or refused."""
    with telemetry.Line("socket", type="connect") as line:
        try:
            rate_limits.spend_by_source(stranger(source), "sockets")
        except TooMany as error:
            line.refused(error)
            return 429
    return 200


def serve(connection: str, text: str, source: str = "") -> None:
    """Handles what a socket sent from the address `source`: answers it, or closes it if it may not stay.

    Raises telemetry.Failed where the desk fails, after the client has been told.
    """
    with telemetry.Line("socket", dialect=_DIALECT) as line:
        try:
            reply = receive(connection, text, line, source)
        except Exception:
            line.measure(telemetry.ERRORS, 1)
            _answer(connection, _failed(text), line)
            raise
        _answer(connection, reply, line)


def _answer(connection: str, reply: Reply, line: telemetry.Line) -> None:
    if reply.text:
        live.reply(connection, reply.text)
    if reply.close:
        live.close(system(), connection)
    line.add(closed=reply.close or None)


def _failed(text: str) -> Reply:
    """The answer where the desk itself has failed: the client may send the same again, an `auth` over a new socket."""
    given, kind = _read(text)
    what, _ = _ANSWERED.get(kind, ("WS", 4))
    if kind == "send":
        return Reply(mapping.failed(what, **_named(given)))
    talk = given.get("conversation_uuid") if isinstance(given, dict) else None
    return Reply(mapping.failed(what, conversation_uuid=talk), close=kind == "auth")


def _read(text: str) -> tuple[Any, str]:
    """Returns what a socket sent (_NO_JSON if it is not JSON) and its kind, empty if it has no kind."""
    try:
        given = msgspec.json.decode(text.removeprefix(BYTE_ORDER_MARK))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _NO_JSON, ""
    kind = given.get("type") if isinstance(given, dict) else None
    return given, kind.lower() if isinstance(kind, str) else ""


def receive(connection: str, text: str, line: telemetry.Line, source: str = "") -> Reply:
    """Handles what a socket sent. Whatever it is, the answer is an ack with a code."""
    given, kind = _read(text)
    handler, ctx = _HANDLERS.get(kind), stranger(source, _DIALECT)
    line.add(type=kind if handler else None)
    try:
        rate_limits.spend_socket_message(ctx, connection)
        return handler(ctx, connection, given) if handler else Reply(mapping.ack("WS", 6 if given is _NO_JSON else 5))
    except TooMany as error:
        line.refused(error)
        return _refused(ctx, connection, kind, given, error)


def _refused(ctx: Context, connection: str, kind: str, given: Any, error: TooMany) -> Reply:
    """An ack that says when to try again. A socket that goes on regardless is closed."""
    named = {"retry_after": error.seconds} | (_named(given) if kind == "send" else {})
    what, code = _ANSWERED.get(kind, ("WS", 4))
    try:
        rate_limits.spend(ctx, "socket_refusals", connection)
    except TooMany:
        return Reply(mapping.ack(what, code, why=str(error), **named), close=True)
    return Reply(mapping.ack(what, code, why=str(error), **named))


def gone(connection: str) -> None:
    """Handles a closed socket: tells those who talk with its contact."""
    with telemetry.Line("socket", type="disconnect") as line:
        row = live.disconnect(system(), connection)
        if row:
            line.add(account=row.account, person=row.person)
            _tell_of(system(row.account), row, False)


def _auth(ctx: Context, connection: str, given: dict[str, Any]) -> Reply:
    try:
        asked = msgspec.convert(given, told.Auth)
        ctx = _admitted(ctx, asked)
        row = live.connect(ctx, connection, asked.device_uuid)
    except Failed as failed:
        return Reply(mapping.ack("AUTH", failed.code), close=True)
    except NotFound as missing:
        return Reply(mapping.ack("AUTH", 13 if missing.kind == "person" else 1), close=True)
    except NotAuthenticated:
        return Reply(mapping.ack("AUTH", 8), close=True)
    _tell_of(ctx, row, True)
    return Reply(mapping.ack("AUTH", 0))


def _admitted(ctx: Context, asked: told.Auth) -> Context:
    """Returns the caller, checked in the documented order. Raises Failed."""
    uuids = (asked.app_uuid, asked.user_uuid, asked.device_uuid)
    if not all(is_text(uuid) and " " not in uuid for uuid in uuids):
        raise Failed(1)
    if asked.is_service_user is None:
        raise Failed(2)
    if asked.extra_data is msgspec.UNSET and asked.is_service_user is not True:
        raise Failed(3)
    if not isinstance(asked.is_service_user, bool):
        raise Failed(4)
    try:
        caller = tokens.check(ctx, asked.api_token if is_text(asked.api_token, 4_096) else "", tokens.ACCESS)
    except NotAuthenticated as unknown:
        raise Failed(8) from unknown
    if not _may_listen(caller) or caller.account != asked.app_uuid or caller.person not in (None, asked.user_uuid):
        raise Failed(9)
    if asked.is_service_user != (caller.level != VISITOR):
        raise Failed(9)
    return _as_person(ctx.acting(caller), str(asked.user_uuid))


def _may_listen(caller: Caller) -> bool:
    """Returns whether a token is one of this API, or an agent's own of /oauth/token or of a browser's session."""
    is_own = not caller.client and caller.person is not None and caller.at_least(AGENT)
    return is_own or caller.client in _LEVELS


def _as_person(ctx: Context, user: str) -> Context:
    """Returns the person that a token speaks for: a visitor's token for the visitor it names, a program's for one of the
    agents.
    """
    person = people.get(ctx, user)
    if (person.kind == people.CONTACT) != (ctx.caller.level == VISITOR):
        raise Failed(13)
    if ctx.caller.level == VISITOR:
        tokens.bind_to_visitor(ctx, person.id)
    return ctx.as_person(person.id, person.number)


def _tell_of(ctx: Context, row: Connection, came: bool) -> None:
    known = {"mobile": came, "browser": None} if row.is_mobile else {"mobile": None, "browser": came}
    live.send(ctx, live.partner_sockets(ctx, row), mapping.online(row.person, **known))


def _send(ctx: Context, connection: str, given: dict[str, Any]) -> Reply:
    sent, named = given.get("send"), _named(given)
    try:
        ctx, row = live.context_of(ctx, connection)
        request = msgspec.convert(sent, wire.SendMessage)
        request.device_uuid = row.device
        post(ctx, request)
    except TooMany:
        raise
    except (msgspec.ValidationError, DeskError) as error:
        return Reply(mapping.ack("SEND", _send_code(error), **named), close=isinstance(error, Ended))
    return Reply(mapping.ack("SEND", 0, **named))


def _named(given: Any) -> dict[str, Any]:
    """What an ack says of the message that was sent."""
    sent = given.get("send") if isinstance(given, dict) else None
    if not isinstance(sent, dict):
        return {}
    return {name: sent.get(name) if is_text(sent.get(name)) else None for name in ("uuid", "conversation_uuid")}


def _send_code(error: Exception) -> int:
    cause = error.__cause__ or error
    if isinstance(cause, NotFound):
        return 10 if cause.kind == "conversation" else 13
    if isinstance(cause, NotAuthenticated):
        return 8
    if isinstance(cause, msgspec.ValidationError):
        return 7 if _TOO_LONG in str(cause) else 4
    return 4 if getattr(cause, "field", "") == "conversation" else 7


def _watch(ctx: Context, connection: str, given: dict[str, Any]) -> Reply:
    return _watching(ctx, connection, given, live.watch)


def _unwatch(ctx: Context, connection: str, given: dict[str, Any]) -> Reply:
    return _watching(ctx, connection, given, live.unwatch)


def _watching(ctx: Context, connection: str, given: dict[str, Any], do: Any) -> Reply:
    conversation, number = given.get("conversation_uuid"), given.get("conversation_id")
    known = number if isinstance(number, int) and 0 < number < 2**53 else 0
    if not (is_text(conversation) or known):
        return Reply(mapping.ack("TYPING_WATCH", 4))
    named: dict[str, Any] = {"conversation_id": known} if known else {}
    try:
        ctx, row = live.context_of(ctx, connection)
        conversation = conversations.id_by_number(ctx, known) if known else conversation
        do(ctx, row, conversation)
    except TooMany:
        raise
    except DeskError as error:
        code = _send_code(error)
        return Reply(mapping.ack("TYPING_WATCH", code, conversation_uuid=conversation, **named), isinstance(error, Ended))
    return Reply(mapping.ack("TYPING_WATCH", 0, conversation_uuid=conversation, **named))


def _watch_inbox(ctx: Context, connection: str, given: dict[str, Any]) -> Reply:
    try:
        live.watch_inbox(*live.context_of(ctx, connection))
    except TooMany:
        raise
    except DeskError as error:
        return Reply(mapping.ack("INBOX_WATCH", 9 if isinstance(error, Forbidden) else 8), isinstance(error, Ended))
    return Reply(mapping.ack("INBOX_WATCH", 0))


def _typing(ctx: Context, connection: str, given: dict[str, Any]) -> Reply:
    try:
        ctx, row = live.context_of(ctx, connection)
        conversation = _typed_in(row, given)
        if conversation is None:
            return Reply(mapping.ack("WS", 4))
        heard = live.watching_sockets(ctx, row, conversation)
    except TooMany:
        raise
    except DeskError as error:
        return Reply(mapping.ack("WS", _send_code(error)), close=isinstance(error, Ended))
    live.send(ctx, heard, mapping.typing(row.person, row.number, conversation), conversation)
    return Reply()


def _typed_in(row: Connection, given: dict[str, Any]) -> str | None:
    """Returns the named conversation, or the one that is watched if none is named: the web widget names none."""
    named, watched = given.get("conversation_uuid"), set(row.watched or ()) - {live.INBOX}
    if named is None and len(watched) == 1:
        (named,) = watched
    return named if is_text(named) and named != live.INBOX else None


_HANDLERS = {
    "auth": _auth,
    "send": _send,
    "typing_watch": _watch,
    "typing_unwatch": _unwatch,
    "typing": _typing,
    "inbox_watch": _watch_inbox,
}
