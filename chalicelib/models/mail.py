"""SES: the one place that sends mail and asks whether addresses may send."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from chalicelib import config
from chalicelib.models import base

log = logging.getLogger("polydesk")
#: Errors of SES that pass: it has not taken the mail, and will take it later.
_BUSY = ("TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling", "SendingPausedException")
_NO_CONNECTION = (ConnectTimeoutError, EndpointConnectionError)


#: What SES says about an address.
MAY_SEND, MAY_NOT_SEND = "verified", "pending"


class Busy(Exception):
    """SES has not taken a mail, and may take it later."""


class Refused(Exception):
    """SES has not taken a mail, and won't: why, in its words."""


class Unknown(Exception):
    """SES has not answered, so that nobody knows whether it has taken a mail."""


@cache
def client() -> Any:
    """The one client for mail, of the tables' session; made by the first mail.

    It never sends a request twice by itself, because SES can't know that a mail is the same one.
    """
    from botocore.config import Config

    options = Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 1})
    return base.connection.session.create_client("sesv2", config=options)


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


def send_raw(raw: bytes, sender: str, to: Sequence[str], cc: Sequence[str] = (), tags: Mapping[str, str] | None = None) -> None:
    """Sends a mail that is built. SES reports later, with its tags, how it went. One request. Raises Busy, Refused, Unknown."""
    given: dict[str, Any] = {}
    if tags:
        named = [{"Name": name, "Value": value} for name, value in tags.items()]
        given = {"ConfigurationSetName": config.configuration_set(), "EmailTags": named}
    addresses = {"ToAddresses": [*to], "CcAddresses": [*cc]}
    try:
        client().send_email(FromEmailAddress=sender, Destination=addresses, Content={"Raw": {"Data": raw}}, **given)
    except _NO_CONNECTION as error:
        raise Busy from error
    except BotoCoreError as error:
        raise Unknown from error
    except ClientError as error:
        raise _meaning(error) from error


def _meaning(error: ClientError) -> Exception:
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status == 429 or error.response["Error"]["Code"] in _BUSY:
        return Busy()
    return Unknown() if status >= 500 else Refused(error.response["Error"]["Message"])


def add_identity(address: str) -> None:
    """Asks SES to let an address send, which mails a link to it. One request. Repeated it does nothing more.

    Raises Refused, Busy.
    """
    try:
        with _room():
            client().create_email_identity(EmailIdentity=address)
    except client().exceptions.AlreadyExistsException:
        return
    except client().exceptions.BadRequestException as error:
        raise Refused(error.response["Error"]["Message"]) from error


@contextmanager
def _room() -> Iterator[None]:
    """Wraps a question to SES, which takes one a second from all accounts. Raises Busy where that is too often."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in (*_BUSY, "ConcurrentModificationException"):
            raise Busy from error
        raise


def identity_status(address: str) -> str:
    """Returns MAY_SEND or MAY_NOT_SEND: whether SES has verified an address, or its domain. One request, two for the domain.

    Raises Busy.
    """
    for identity in (address, address.rpartition("@")[2]):
        try:
            with _room():
                known = client().get_email_identity(EmailIdentity=identity)
            if known.get("VerifiedForSendingStatus"):
                return MAY_SEND
        except client().exceptions.NotFoundException:
            continue
    return MAY_NOT_SEND


_NEEDED = {"POLYDESK_MAIL_FROM": config.MAIL_FROM, "POLYDESK_PUBLIC_URL": config.PUBLIC_URL}
