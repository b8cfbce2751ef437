"""SMTP for `make run`: mail to the desk's addresses, as SES takes it for a deployed one."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec.structs import replace

from chalicelib import context
from chalicelib.desk.channels import arrivals
from chalicelib.desk.core.errors import DeskError, Forbidden, NotFound, TooMany
from infra.faults import FAULTS
from infra.memory import Room

log = logging.getLogger("polydesk.smtp")
_OK = "250 OK"
#: Bytes of mails that are being taken in at once, each of which is copied several times.
_ROOM = 2 * arrivals.MOST_BYTES
#: Connections at once. Each may hold a mail that is still coming.
MOST_CONNECTIONS = 200
_FULL = b"421 4.3.2 Too many connections; try again later\r\n"
_NO_ONE = "550 5.1.1 No such address here: {}"
_CROWD = f"452 4.5.3 At most {arrivals.MOST_RECIPIENTS} recipients at once; send it to the others again"


class Server(SMTP):
    """As aiosmtpd's, but longer lines are taken than RFC 5321 allows, because there are mails that have them."""

    line_length_limit = 1024 * 1024

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greets a client, or sends them away where there are too many."""
        super().connection_made(transport)
        door: Door = self.event_handler
        door.connections += 1
        if door.connections > MOST_CONNECTIONS and isinstance(transport, asyncio.Transport):
            transport.write(_FULL)
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """A client has gone."""
        self.event_handler.connections -= 1
        super().connection_lost(error)


class Listener(Controller):
    """A server of ours in a thread."""

    def factory(self) -> SMTP:
        """What speaks to one client."""
        return Server(self.handler, **self.SMTP_kwargs)


class Door:
    """What aiosmtpd asks at each step. The desk answers in threads, so that one mail does not wait for another."""

    def __init__(self) -> None:
        """Nobody has knocked yet."""
        self._room = Room(_ROOM)
        self.connections = 0

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes an address that is some account's."""
        if len(envelope.rcpt_tos) >= arrivals.MOST_RECIPIENTS:
            return _CROWD
        answer = await asyncio.to_thread(_said, lambda: arrivals.check_recipient(_caller(session), address))
        if answer == _OK:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Takes a mail; it is stored before this is said."""
        return await asyncio.to_thread(self._take, _caller(session), envelope)

    def _take(self, ctx: context.Context, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
        with self._room.taking(len(raw)):
            return _said(lambda: arrivals.accept(ctx, raw, envelope.rcpt_tos, envelope.mail_from or ""))


def _caller(session: Session) -> context.Context:
    """The desk's own work, for a client at a network address."""
    peer: Any = session.peer
    return replace(context.system(), source=str(peer[0]) if peer else "")


def _said(act: Callable[[], None]) -> str:
    """The answer to the client: a refusal in words; a failure as a temporary one, so that it sends again."""
    try:
        with FAULTS.dying():
            act()
    except NotFound as unknown:
        return _NO_ONE.format(unknown.name)
    except TooMany as many:
        return f"451 4.7.1 {many}"
    except Forbidden as refused:
        return f"550 5.7.1 {refused}"
    except DeskError as error:
        return f"554 5.6.0 {error}"
    except Exception:
        log.exception("a mail could not be taken")
        return "451 4.3.0 The desk failed; send it again"
    return _OK


def serve(port: int) -> Listener:
    """A server on a port of 127.0.0.1 that listens when this returns, in a thread of its own. Stop it with `stop()`.

    Raises OSError for a taken port.
    """
    listener = Listener(
        Door(),
        hostname="127.0.0.1",
        port=port,
        data_size_limit=arrivals.MOST_BYTES,
        enable_SMTPUTF8=True,
        ident="Polydesk",
        timeout=120,
    )
    listener.start()
    return listener
