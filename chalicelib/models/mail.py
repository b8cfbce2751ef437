"""SES: the one place that sends mail."""

import logging
from functools import cache
from typing import Any

from chalicelib import config
from chalicelib.models import base

log = logging.getLogger("polydesk")


@cache
def client() -> Any:
    """The one client for mail, of the tables' session; made by the first mail."""
    from botocore.config import Config

    return base.connection.session.create_client("sesv2", config=Config(connect_timeout=3, read_timeout=10))


@cache
def is_set_up() -> bool:
    """Whether mail has a sender and its links an address; the log says once what is missing."""
    missing = [name for name, value in _NEEDED.items() if not value]
    if missing:
        log.warning("no mail is sent, because %s is not set", " and ".join(missing))
    return not missing


def send(to: str, subject: str, text: str) -> None:
    """Sends a mail: one request."""
    body = {"Subject": {"Data": subject, "Charset": "UTF-8"}, "Body": {"Text": {"Data": text, "Charset": "UTF-8"}}}
    client().send_email(FromEmailAddress=config.MAIL_FROM, Destination={"ToAddresses": [to]}, Content={"Simple": body})


_NEEDED = {"POLYDESK_MAIL_FROM": config.MAIL_FROM, "POLYDESK_PUBLIC_URL": config.PUBLIC_URL}
