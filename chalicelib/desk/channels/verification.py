"""Verification: an address becomes an account's own once somebody has told a code that was mailed to it. SES has its own: it lets
no address send before its owner has opened a link.
"""

import hashlib
import hmac

from chalicelib import config
from chalicelib.context import ADMIN, SYSTEM, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.channels import email_accounts
from chalicelib.desk.channels.email_accounts import EMAIL_ACCOUNTS, EmailAccount
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import notices
from chalicelib.models import mail

#: Milliseconds for which a code is good, and its bytes of randomness.
_GOOD, _BYTES = 86_400_000, 5
SENT, KNOWN, NO_SENDER = "sent", "gone or verified", "no sender"
_SUBJECT = "The code for {email}"
_TEXT = (
    "Somebody wants to answer customers of {account} from {email}.\n\n"
    "If that is right, enter this code within a day:\n\n{code}\n\n"
    "If you know nothing of it, do nothing: without the code nobody gets or sends mail of this address.\n"
)


@access.allow(SYSTEM)
def mail_code(ctx: Context, email: str) -> str:
    """Mails a new code to an e-mail account whose address is not verified, and returns how that went, in a word. Four requests.

    Repeated it mails another one, and only the last is good.
    """
    known = EMAIL_ACCOUNTS.load_fresh(ctx).get(email)
    if known is None or known.is_verified:
        return KNOWN
    if not mail.has_sender():
        return NO_SENDER
    code = ctx.entropy(_BYTES).hex()
    EMAIL_ACCOUNTS.change(ctx, email, {"code": _digest(known, code), "code_at": ctx.now})
    told = {"account": accounts.load(ctx).name, "email": email, "code": code}
    notices.send(ctx, email, _SUBJECT.format(**told), _TEXT.format(**told))
    return SENT


@access.allow(ADMIN)
def verify(ctx: Context, account: EmailAccount, code: str) -> EmailAccount:
    """Takes the code for an e-mail account, mails another one where none is given, and asks SES whether the address may send.

    Returns the e-mail account. Eight requests at most, two to SES. Raises Invalid for a wrong code, Exists where the address is
    another account's by now, TooMany.
    """
    if not account.is_verified:
        account = _take(ctx, account, code)
    status = mail.identity_status(account.email)
    return EMAIL_ACCOUNTS.change(ctx, account.email, {"identity": status})[1]


def _take(ctx: Context, account: EmailAccount, code: str) -> EmailAccount:
    if config.TRUSTS_MAILBOXES:
        return email_accounts.own(ctx, account)
    if not code:
        rate_limits.spend_verification(ctx, account.email)
        email_accounts.add_identity(account.email)
        return email_accounts.ask(ctx, account)
    rate_limits.spend_verification_code(ctx, account.email)
    is_right = hmac.compare_digest(account.code, _digest(account, code.strip().lower()))
    if not account.code or not is_right or ctx.now - account.code_at > _GOOD:
        raise Invalid("code", "is not the last one that was mailed to the address, or is older than a day")
    return email_accounts.own(ctx, account)


def _digest(account: EmailAccount, code: str) -> str:
    """Returns what is stored of a code: of this e-mail account alone."""
    return hashlib.sha256(f"{account.id}#{code}".encode()).hexdigest()


def in_words(account: EmailAccount) -> str:
    """Returns what is still to be done until an e-mail account works, in sentences."""
    told = []
    if not account.is_verified:
        told.append("A code was mailed to the address: PUT it as {code} to …/verify; PUT {} there for another one.")
    if account.identity != mail.MAY_SEND and not config.TRUSTS_MAILBOXES:
        told.append(
            "Amazon SES lets the address send once somebody opens the link that it has mailed there, or once the domain is "
            "verified in SES by its DNS records (DKIM); PUT …/verify asks it again."
        )
    return " ".join(told) or "The address gets and sends mail."
