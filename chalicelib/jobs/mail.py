"""The mail queue: mails to people."""

from collections.abc import Mapping

from chalicelib.context import Context
from chalicelib.desk.core.events import Event, PasswordForgotten
from chalicelib.desk.people import recovery
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.jobs.queued import Handler
from chalicelib.telemetry import Line


def send(record: Record) -> None:
    """Handles one record of the mail queue. Repeated, it sends again."""
    queued.handle("mail", record, HANDLERS)


def _link(ctx: Context, event: PasswordForgotten, line: Line) -> str:
    return "sent" if recovery.send_mail(ctx, event.email, event.page, event.source) else "nobody to send to, or no sender"


HANDLERS: Mapping[type[Event], Handler] = {PasswordForgotten: _link}
