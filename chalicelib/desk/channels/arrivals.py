"""Arrivals: a mail comes to the door of a desk that listens for mail itself. What is let in is in the bucket and on the queue.

SES does the same for a deployed desk, with a notification of the same form (jobs/inbound.py).
"""

from collections.abc import Sequence

import msgspec

from chalicelib.context import SYSTEM, Caller, Context
from chalicelib.desk.channels import blocked_senders, correspondents, email_accounts
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.models import queues, storage
from chalicelib.rules import emails, mail_headers, mail_parsing, reply_addresses

#: Bytes of a mail, and recipients of one.
MOST_BYTES, MOST_RECIPIENTS = mail_parsing.MOST_BYTES, 50
#: Where mails are in the bucket, as infra/template.yaml has SES put them there.
FOLDER = "inbound/"
QUEUE = "inbound"


class Envelope(msgspec.Struct, rename="camel"):
    """A mail's sender and recipients, as the servers on its way say: `source` is where bounces go, empty for none."""

    source: str = ""
    destination: list[str] = []


class Action(msgspec.Struct, rename="camel"):
    """Where the mail is in the bucket."""

    object_key: str


class Verdict(msgspec.Struct, frozen=True):
    """What a scanner says: PASS, FAIL, or something in between."""

    status: str = ""


class Receipt(msgspec.Struct, rename="camel"):
    """Who it was taken in for, and what scanners say."""

    recipients: list[str]
    action: Action
    spam_verdict: Verdict = Verdict()
    virus_verdict: Verdict = Verdict()


class Arrival(msgspec.Struct, rename="camel"):
    """SES's notification of a mail that it has put into the bucket."""

    mail: Envelope
    receipt: Receipt
    #: Whether it was counted at the door. SES does not say so.
    is_counted: bool = False

    @property
    def is_suspicious(self) -> bool:
        """Whether a scanner takes it for spam, or has found a virus."""
        return "FAIL" in (self.receipt.spam_verdict.status, self.receipt.virus_verdict.status)


def tenant_of(ctx: Context, recipient: str) -> tuple[str, email_accounts.EmailAccount] | None:
    """Returns the account and its e-mail account that get an address's mail, None for nobody's. Requests as
    `email_accounts.find_by_address`.
    """
    return email_accounts.find_by_address(ctx, reply_addresses.plain_address(emails.canonical(recipient)))


@access.allow(SYSTEM)
def check_recipient(ctx: Context, recipient: str) -> None:
    """Raises NotFound unless mail to an address is some account's. Requests as `tenant_of`."""
    if tenant_of(ctx, recipient) is None:
        raise NotFound("address", recipient)


@access.allow(SYSTEM)
def accept(ctx: Context, raw: bytes, recipients: Sequence[str], return_path: str) -> None:
    """Takes a mail in for its recipients: it is in the bucket and on the queue before this returns. Three requests and one for
    each recipient.

    Raises TooMany where its sender or one of the accounts gets too many, Forbidden where all of them refuse the sender.
    """
    rate_limits.spend_mail_by_source(ctx, len(raw))
    headers, _ = mail_headers.split(raw)
    sender = correspondents.address_of(mail_headers.sender(headers), return_path)
    accounts = {found[0] for one in recipients if (found := tenant_of(ctx, one))}
    for within in (owners := [ctx.acting(Caller(account, SYSTEM)) for account in accounts]):
        rate_limits.spend_mail_in(within, sender, len(raw))
    fates = [blocked_senders.fate_of(within, sender) for within in owners]
    if fates and all(fate == blocked_senders.REJECTED for fate in fates):
        raise Forbidden("mail from this sender is refused")
    place = f"{FOLDER}{ctx.new_id()}"
    storage.put(place, raw, "message/rfc822")
    arrival = Arrival(Envelope(return_path, list(recipients)), Receipt(list(recipients), Action(place)), is_counted=True)
    queues.send(QUEUE, [(msgspec.json.encode(arrival).decode(), 0)])
