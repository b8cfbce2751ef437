"""The queue of what SES tells of mails that it has taken."""

import json

from chalicelib import context, telemetry
from chalicelib.desk.channels import bounces
from chalicelib.jobs.batch import Record
from chalicelib.telemetry import Line


def note(record: Record) -> None:
    """Handles one record: an event of SES as its configuration set publishes it. Repeated it notes nothing more."""
    with Line("record", job="mail_events") as line:
        line.add(message_id=record.get("messageId"))
        told = bounces.read(json.loads(record["body"]))
        if told is None:
            line.add(outcome="of no message of ours")
            return
        line.add(event=told.kind, account=told.account, conversation=told.conversation)
        ctx = context.system(told.account)
        sent = record.get("attributes", {}).get("SentTimestamp")
        line.measure(telemetry.QUEUE_AGE, *([] if sent is None else [max(0, ctx.now - int(sent))]))
        line.add(outcome=bounces.note(ctx, told))
