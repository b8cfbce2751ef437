"""The mail queue: what is sent to somebody's address."""

from chalicelib.context import Context
from chalicelib.desk.core.events import AnyEvent, PasswordForgotten
from chalicelib.desk.people import recovery
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.telemetry import Line


def send(record: Record) -> None:
    """Handles one record of the mail queue; again it sends again."""
    queued.handle("mail", record, _send)


def _send(ctx: Context, event: AnyEvent, line: Line) -> str:
    if not isinstance(event, PasswordForgotten):
        return "not for mail"
    return "sent" if recovery.send_mail(ctx, event.email, event.page, event.source) else "nobody to send to, or no sender"
