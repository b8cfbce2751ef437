"""Arrivals: a mail comes to the door of a desk that listens for mail itself. What is let in is in the bucket and on the queue.

SES does the same for a deployed desk, with a notification of the same form (jobs/inbound.py).
"""

from collections.abc import Sequence

import msgspec

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.channels import blocked_senders, email_accounts
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.models import queues, storage
from chalicelib.desk.channels import correspondents
from chalicelib.rules import emails, mail_headers, mail_parsing, reply_addresses

#: Bytes of a mail, and recipients of one.
MOST_BYTES, MOST_RECIPIENTS = mail_parsing.MOST_BYTES, 50
#: Where mails are in the bucket, as infra/template.yaml has SES put them there.
FOLDER = "inbound/"
QUEUE = "inbound"


class Envelope(msgspec.Struct, rename="camel"):
    """Whom a mail is from and for, as those who carry it say: `source` is where bounces go, empty for none."""

    source: str = ""
    destination: list[str] = []


class Action(msgspec.Struct, rename="camel"):
    """Where the mail is in the bucket."""

    object_key: str


class Verdict(msgspec.Struct):
    """What a scanner says: PASS, FAIL, or something in between."""

    status: str = ""


class Receipt(msgspec.Struct, rename="camel"):
    """For whom it was taken in, and what scanners say."""

    recipients: list[str]
    action: Action
    spam_verdict: Verdict = Verdict()
    virus_verdict: Verdict = Verdict()


class Arrival(msgspec.Struct, rename="camel"):
    """SES's notification of a mail that it has put into the bucket."""

    mail: Envelope
    receipt: Receipt


def tenant_of(recipient: str) -> tuple[str, email_accounts.EmailAccount] | None:
    """Returns the account and its e-mail account that get an address's mail, None for nobody's. One request."""
    return email_accounts.find_by_address(reply_addresses.plain_address(emails.canonical(recipient)))


@access.allow(SYSTEM)
def check_recipient(ctx: Context, recipient: str) -> None:
    """Raises NotFound unless mail to an address is some account's. One request."""
    if tenant_of(recipient) is None:
        raise NotFound("address", recipient)


@access.allow(SYSTEM)
def accept(ctx: Context, raw: bytes, recipients: Sequence[str], return_path: str) -> None:
    """Takes a mail in for its recipients: it is in the bucket and on the queue before this returns. Three requests and one for
    each recipient.

    Raises TooMany where its sender or one of the accounts gets too many, Forbidden where all of them refuse the sender.
    """
    rate_limits.spend_by_source(ctx, "source_mails")
    sender = mail_parsing.sender_of(raw) or emails.canonical(return_path)
    accounts = {found[0] for found in map(tenant_of, recipients) if found}
    for account in accounts:
        rate_limits.check_mail(ctx.acting_for(account), sender)
    fates = [blocked_senders.fate_of(ctx.acting_for(account), sender) for account in accounts]
    if fates and all(fate == blocked_senders.REJECTED for fate in fates):
        raise Forbidden("mail from this sender is refused")
    place = f"{FOLDER}{ctx.new_id()}"
    storage.put(place, raw, "message/rfc822")
    arrival = Arrival(Envelope(return_path, list(recipients)), Receipt(list(recipients), Action(place)))
    queues.send(QUEUE, [(msgspec.json.encode(arrival).decode(), 0)])
