"""Blocked senders: addresses and domains whose mails are junk, or are refused."""

from chalicelib.context import AGENT, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.errors import Exists, Invalid
from chalicelib.rules import emails, hosts

JUNK_ADDRESS, REJECT_ADDRESS, JUNK_DOMAIN, REJECT_DOMAIN = "junk_address", "reject_address", "junk_domain", "reject_domain"
_OF_DOMAINS = (JUNK_DOMAIN, REJECT_DOMAIN)
_REJECTING = (REJECT_ADDRESS, REJECT_DOMAIN)
#: Blocked senders of an account.
MOST = 5_000
#: What becomes of a blocked sender's mail.
JUNK, REJECTED = "junk", "rejected"


class BlockedSender(Entry, frozen=True, kw_only=True):
    """An address or a domain, and what becomes of its mails."""

    email: str
    block_type: str


SENDERS = Collection("blocked_sender", BlockedSender, most=MOST, longest={"email": 254}, key="email")


@access.allow(AGENT)
def list_all(ctx: Context, email: str = "") -> list[BlockedSender]:
    """Returns the account's blocked senders in the order in which they were blocked, or the one that is `email`. One request."""
    wanted = _canonical(email)
    return [one for one in SENDERS.load_fresh(ctx).values() if not wanted or one.email == wanted]


@access.allow(AGENT)
def block(ctx: Context, email: str, block_type: str) -> BlockedSender:
    """Blocks an address or a domain, or changes how it is blocked. Two or three requests. Raises Invalid."""
    wanted = {"email": _checked(email, block_type), "block_type": block_type}
    if wanted["email"] in SENDERS.load_fresh(ctx):
        return SENDERS.change(ctx, wanted["email"], wanted)[1]
    try:
        return SENDERS.create(ctx, wanted)
    except Exists:  # another was faster
        return SENDERS.change(ctx, wanted["email"], wanted)[1]


@access.allow(AGENT)
def unblock(ctx: Context, email: str) -> None:
    """Lets the mails of an address or a domain through again. Two requests. Raises NotFound."""
    SENDERS.remove(ctx, _canonical(email))


def fate_of(ctx: Context, address: str) -> str | None:
    """Returns what becomes of the mails of a canonical address: JUNK, REJECTED, or None for a sender who is not blocked.

    What is said of the address counts more than what is said of its domain; a domain's subdomains are others. No request within
    a minute, else one.
    """
    known = SENDERS.load(ctx)
    rule = known.get(address) or known.get(address.rpartition("@")[2])
    return None if rule is None else REJECTED if rule.block_type in _REJECTING else JUNK


def _canonical(email: str) -> str:
    """Returns an address or a domain as it is stored."""
    plain = email.strip().lower()
    return emails.canonical(plain) if "@" in plain else hosts.to_ascii(plain) or plain


def _checked(email: str, block_type: str) -> str:
    name = _canonical(email)
    if block_type in _OF_DOMAINS:
        if not hosts.is_host(name):
            raise Invalid("email", "must be a domain, such as shop.example, to block a domain")
    elif not emails.is_address(name):
        raise Invalid("email", "must be an e-mail address to block an address")
    return name
