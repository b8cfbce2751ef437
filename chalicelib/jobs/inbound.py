"""The inbound queue: mails that are in the bucket, as SES tells of them."""

import msgspec

from chalicelib import context
from chalicelib.desk.channels import inbound
from chalicelib.desk.channels.arrivals import Arrival
from chalicelib.jobs.batch import Record
from chalicelib.telemetry import Line

_decoder = msgspec.json.Decoder(Arrival)


def receive(record: Record) -> None:
    """Handles one record of the inbound queue. Repeated, it changes nothing."""
    with Line("record", job="inbound") as line:
        line.add(message_id=record.get("messageId"))
        arrival = _decoder.decode(record["body"])
        line.add(mail=arrival.receipt.action.object_key)
        line.add(outcome=", ".join(sorted(inbound.receive(context.system(), arrival).values())))
