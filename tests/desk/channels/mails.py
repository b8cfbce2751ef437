"""Mails for the tests of channels, and accounts that get them."""

import json
from email.message import EmailMessage
from itertools import count

from chalicelib import config
from chalicelib.context import ADMIN
from chalicelib.desk.channels import arrivals, email_accounts
from chalicelib.models import storage
from tests.world import World

_serial = count(1)
ANN = "ann@customer.example"


def mailbox(world: World, name: str = "support", agent: int | None = None) -> str:
    """The address of a new e-mail account."""
    address = f"{name}@{world.account[-12:]}.example"
    with world.monkeypatch.context() as trusting:
        trusting.setattr(config, "TRUSTS_MAILBOXES", True)
        email_accounts.create(world.ctx(ADMIN), address, email_accounts.Change(agent=agent))
    return address


def mail(to: str, text: str | None = "It is broken.", sender: str = f"Ann Example <{ANN}>", **headers: str) -> EmailMessage:
    """A mail; `headers` have _ for -, and replace those that it has. With `text` None it has none yet."""
    made = EmailMessage()
    given = {"From": sender, "To": to, "Subject": "A question", "Message-ID": f"<{next(_serial)}@mail.example>"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in given.items():
        made[name] = value
    if text is not None:
        made.set_content(text)
    return made


def bring(world: World, raw: bytes | EmailMessage, *recipients: str, source: str = ANN, settle: bool = True) -> str:
    """A mail comes for these recipients as SES brings it; returns the message that says so."""
    place = f"inbound/{next(_serial)}"
    storage.put(place, raw if isinstance(raw, bytes) else raw.as_bytes(), "message/rfc822")
    told = {
        "notificationType": "Received",
        "mail": {"source": source, "destination": list(recipients), "messageId": place},
        "receipt": {
            "recipients": list(recipients),
            "spamVerdict": {"status": "PASS"},
            "action": {"type": "S3", "objectKey": place, "bucketName": config.ATTACHMENTS},
        },
    }
    world.deliver(arrivals.QUEUE, json.dumps(told))
    if settle:
        world.settle()
    return json.dumps(told)
