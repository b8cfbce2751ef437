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


def has_sender() -> bool:
    """Whether mail has a sender, which is all that a mail without a link needs."""
    return bool(_NEEDED["POLYDESK_MAIL_FROM"])


def send(to: str, subject: str, text: str, html: str | None = None, *, is_automatic: bool = False) -> None:
    """Sends a mail, of one person or automatic, so that nobody's absence notice answers it: one request."""
    parts = {"Text": text} if html is None else {"Text": text, "Html": html}
    body: dict[str, Any] = {"Subject": _utf8(subject), "Body": {kind: _utf8(part) for kind, part in parts.items()}}
    if is_automatic:
        body["Headers"] = [{"Name": name, "Value": value} for name, value in _AUTOMATIC.items()]
    client().send_email(FromEmailAddress=config.MAIL_FROM, Destination={"ToAddresses": [to]}, Content={"Simple": body})


def _utf8(data: str) -> dict[str, str]:
    return {"Data": data, "Charset": "UTF-8"}


#: Headers of RFC 3834 and of Exchange.
_AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


_NEEDED = {"POLYDESK_MAIL_FROM": config.MAIL_FROM, "POLYDESK_PUBLIC_URL": config.PUBLIC_URL}
