"""The webhooks queue: what must be sent to accounts' own programs."""

from collections.abc import Mapping
from functools import partial

from chalicelib import config
from chalicelib.context import Context
from chalicelib.desk.core.account_events import WebhookDue, WebhookReplayed
from chalicelib.desk.core.events import Event
from chalicelib.desk.integrations import deliveries, delivering, posting
from chalicelib.desk.integrations.delivering import Words
from chalicelib.desk.integrations.posting import Network, Outcome
from chalicelib.jobs import queued
from chalicelib.jobs.batch import Record
from chalicelib.jobs.queued import Handler
from chalicelib.telemetry import Line

#: How addresses are asked.
NETWORK = Network(allowed=config.WEBHOOK_HOSTS)


def deliver(record: Record, words: Words) -> None:
    """Handles one record of the webhooks queue. Repeated, late or out of order, it sends what is due."""
    queued.handle("deliver", record, HANDLERS, words)


def _due(ctx: Context, event: WebhookDue, line: Line, words: Words) -> str:
    line.add(webhook=event.webhook)
    return delivering.deliver(ctx, event, words, _post, partial(_report, ctx.account, event.webhook))


def _report(account: str, webhook: str, delivery: str, error: Exception) -> None:
    """Logs a delivery that went wrong on our side."""
    with Line("delivery", job="deliver", account=account, webhook=webhook, delivery=delivery) as line:
        line.failed(error)


def _post(url: str, headers: dict[str, str], body: bytes) -> Outcome:
    return posting.post(url, headers, body, NETWORK)


def _replayed(ctx: Context, event: WebhookReplayed, line: Line, words: Words) -> str:
    line.add(webhook=event.webhook, sent=deliveries.go_on(ctx, event))
    return "sent again"


HANDLERS: Mapping[type[Event], Handler] = {WebhookDue: _due, WebhookReplayed: _replayed}
