"""The mail queue: mails to people."""

from collections.abc import Mapping

from chalicelib.context import Context
from chalicelib.desk.automation import trigger_mails
from chalicelib.desk.channels import delivery, verification
from chalicelib.desk.core.account_events import EmailAccountAdded, WebhookPaused
from chalicelib.desk.core.events import EmailDue, Event, TriggerMailDue
from chalicelib.desk.core.people_events import PasswordForgotten
from chalicelib.desk.integrations import pauses
from chalicelib.desk.people import recovery
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.jobs.queued import Handler
from chalicelib.telemetry import Line


def send(record: Record) -> None:
    """Handles one record of the mail queue. Repeated, a link is sent again; others are not."""
    queued.handle("mail", record, HANDLERS)


def _link(ctx: Context, event: PasswordForgotten, line: Line) -> str:
    return "sent" if recovery.send_mail(ctx, event.email, event.page, event.source) else "nobody to send to, or no sender"


def _of_trigger(ctx: Context, event: TriggerMailDue, line: Line) -> str:
    line.add(trigger=event.trigger)
    return trigger_mails.send(ctx, event)


def _message(ctx: Context, event: EmailDue, line: Line) -> str:
    return delivery.send(ctx, event)


def _address(ctx: Context, event: EmailAccountAdded, line: Line) -> str:
    return verification.mail_code(ctx, event.email)


def _pause(ctx: Context, event: WebhookPaused, line: Line) -> str:
    line.add(webhook=event.webhook)
    return pauses.send_mail(ctx, event)


HANDLERS: Mapping[type[Event], Handler] = {
    PasswordForgotten: _link,
    TriggerMailDue: _of_trigger,
    EmailDue: _message,
    EmailAccountAdded: _address,
    WebhookPaused: _pause,
}
