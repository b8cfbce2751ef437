"""Outbox: the deliveries that changes of tables' rows mean for an account's webhooks, stored in the order of the changes.

They are stored where the stream is read, and not behind a queue, because only the stream has the changes of a conversation in
their order.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib import context
from chalicelib.context import SYSTEM, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.account_events import WebhookDue
from chalicelib.desk.integrations import happenings, webhooks
from chalicelib.desk.integrations.webhooks import Watch
from chalicelib.models import webhook_deliveries
from chalicelib.models.webhook_deliveries import WebhookTurn
from chalicelib.rules import webhooks as rules


@access.allow(SYSTEM)
def keep(ctx: Context, table: str, records: Sequence[Mapping[str, Any]]) -> list[list[WebhookDue]]:
    """Stores the deliveries that records of the stream of `table` mean, or the same ones again. `records` have their images.

    Returns for each record the events that are to be published then: one for each webhook that has something to send. Requests as
    `webhooks.list_watching` for each account, and one for each 25 deliveries; none for accounts without webhooks.
    """
    turns: list[WebhookTurn] = []
    due: list[list[WebhookDue]] = []
    for record in records:
        account = happenings.account_of(table, record)
        watching = webhooks.list_watching(context.system(account)) if happenings.can_mean(table, record) else []
        found = _turns(account, watching, happenings.of_change(table, record)) if watching else {}
        known = {event.webhook for events in due for event in events}
        due.append([WebhookDue(account, ctx.now, webhook, ctx.now) for webhook in found if webhook not in known])
        turns += [turn for of_webhook in found.values() for turn in of_webhook]
    webhook_deliveries.put_turns(turns)
    return due


def _turns(account: str, watching: Sequence[Watch], happened: Sequence[happenings.Happening]) -> dict[str, list[WebhookTurn]]:
    found: dict[str, list[WebhookTurn]] = {}
    for watch in watching:
        for one in happened:
            if rules.is_wanted(watch.event, one.event):
                at = webhook_deliveries.happened_at(one.place)
                turn = webhook_deliveries.new_turn(
                    account, watch.webhook, at, one.place, one.event, msgspec.to_builtins(one.about)
                )
                found.setdefault(watch.webhook, []).append(turn)
    return found
