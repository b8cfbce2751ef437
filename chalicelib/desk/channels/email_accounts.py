"""E-mail accounts: addresses that an account gets mail at and answers from. An address belongs to one account of the stage, from
when that has shown that mail to it arrives there (verification.py) until it removes the address.
"""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chalicelib import config
from chalicelib.context import ADMIN, AGENT, SYSTEM, Caller, Context
from chalicelib.desk.core import access, account_events, documents, publishing, rate_limits
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.documents import Document
from chalicelib.desk.core.errors import Exists, Invalid, NotFound, TooMany
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.desk.core.schemas import Secret
from chalicelib.desk.people import people, registration
from chalicelib.desk.teams import groups
from chalicelib.models import mail, unique_names
from chalicelib.models.base import ConditionFailed
from chalicelib.models.unique_names import EVERYWHERE, UniqueName
from chalicelib.rules import emails, reply_addresses

#: E-mail accounts of an account.
MOST = 100
#: Where a mailbox is besides, as a note of the account's.
TYPES = ("pop3", "exchange")
#: Kind of the unique name of an address, on the whole desk.
NAME, _PARTITION = "mailbox", "email_account"
#: Seconds after which SES may be asked again that has no time.
_BUSY_SECONDS = 2


class EmailAccount(Entry, frozen=True, kw_only=True):
    """An e-mail account. `agent` and `group` are integer ids of who gets the conversations that begin there.

    `is_verified` says that the address is the account's own. Until then it neither sends nor gets mail, and `code` is the digest
    of the code that was mailed to it at `code_at`. `identity` is SES's word for whether it lets the address send, empty if it was
    not asked.
    """

    email: str
    type: str = TYPES[0]
    agent: int | None = None
    group: int | None = None
    is_verified: bool = False
    code: Secret[str] = ""
    code_at: int = 0
    identity: str = ""


class Change(msgspec.Struct, frozen=True):
    """What to set of an e-mail account. UNSET leaves a field as it is, None takes the assignee from it."""

    agent: int | None | UnsetType = UNSET
    group: int | None | UnsetType = UNSET
    type: str | UnsetType = UNSET


class _Settings(msgspec.Struct, frozen=True):
    """What an account's e-mail accounts share: the address that an administrator has made the default, and the secret that its
    reply addresses are signed with.
    """

    default: str = ""
    reply_key: Secret[str] = ""


EMAIL_ACCOUNTS = Collection(_PARTITION, EmailAccount, most=MOST, longest={"email": 254}, key="email")
_SETTINGS = Document("mail_settings", _Settings, partition=_PARTITION)


def load(ctx: Context) -> Mapping[str, EmailAccount]:
    """Returns the e-mail accounts by address, at most a minute old. No request where a warm process has them, else one."""
    return EMAIL_ACCOUNTS.load(ctx)


def default(ctx: Context) -> EmailAccount | None:
    """Returns the e-mail account that mail is sent from where nothing says another, None if there is none that may send.

    Requests as `load`, and one where there seems to be none: another process may have made it.
    """
    return find_usable(ctx, _default_of(load(ctx), _SETTINGS.load(ctx))) or next(
        (one for one in load(ctx).values() if one.is_verified), None
    )


def find_usable(ctx: Context, address: str, id_: str | None = None) -> EmailAccount | None:
    """Returns the e-mail account of an address, None unless it may send (and has this id, if one is given). Requests as `load`,
    and one where it is not known so: another process may have just made or verified it.
    """
    for known in (EMAIL_ACCOUNTS.load, EMAIL_ACCOUNTS.load_fresh):
        found = known(ctx).get(address)
        if found and found.is_verified and id_ in (None, found.id):
            return found
    return None


def _default_of(known: Mapping[str, EmailAccount], chosen: _Settings) -> str:
    """Returns the address of the default: the one that was chosen while it may send, else the first that may, else the first."""
    usable = [address for address, one in known.items() if one.is_verified]
    return chosen.default if chosen.default in usable else next(iter(usable or known), "")


def find_by_address(ctx: Context, address: str) -> tuple[str, EmailAccount] | None:
    """Returns the account that an address is of, with its e-mail account; None where no account has shown that it owns the
    address. One request, and one more where no warm process knows the account's e-mail accounts.
    """
    plain = emails.canonical(address)
    held = unique_names.find(EVERYWHERE, NAME, plain) if emails.is_address(plain) else None
    if held is None:
        return None
    found = find_usable(_within(ctx, held), plain, held.id)
    return (held.account, found) if found else None


def _within(ctx: Context, held: UniqueName) -> Context:
    """Returns the context of the account that a name belongs to."""
    return ctx.acting(Caller(held.account, SYSTEM))


def reply_key(ctx: Context) -> bytes:
    """Returns the secret that reply addresses and Message-IDs of an account are signed with. Requests as `load`, and two the
    first time.
    """
    known = _SETTINGS.load(ctx).reply_key
    if not known:
        secret = ctx.secret()
        known = _SETTINGS.change(ctx, lambda had: had if had.reply_key else replace(had, reply_key=secret)).reply_key
    return known.encode()


# --- what administrators do


@access.allow(AGENT)
def list_all(ctx: Context) -> tuple[list[EmailAccount], str]:
    """Returns the e-mail accounts in the order of creation, and the address of the default. One request."""
    partition = documents.load_fresh(ctx, _PARTITION)
    known = EMAIL_ACCOUNTS.of(partition)
    return [*known.values()], _default_of(known, _SETTINGS.of(partition))


@access.allow(AGENT)
def get(ctx: Context, number: int) -> tuple[EmailAccount, bool]:
    """Returns an e-mail account by its number, and whether it is the default. One request. Raises NotFound."""
    known, chosen = list_all(ctx)
    for one in known:
        if one.number == number:
            return one, one.email == chosen
    raise NotFound("email account", number)


@access.allow(ADMIN)
def create(ctx: Context, email: str, wanted: Change, *, is_default: bool = False) -> EmailAccount:
    """Creates an e-mail account, whose address must be verified unless the stage trusts administrators, and returns it.

    Three requests and one to SES; four more on a stage that trusts them, two for a default, one for each assignee. Raises Exists
    where the address is another account's or there already, Invalid, TooMany.
    """
    address = registration.canonical_email(email)
    _check_assignees(ctx, wanted)
    if not emails.can_be_sent_to(address) or reply_addresses.plain_address(address) != address:
        raise Invalid("email", "must be an address of plain ASCII letters that is none of our reply addresses")
    held = unique_names.find(EVERYWHERE, NAME, address)
    if held and held.account != ctx.account and _is_kept(ctx, held):
        raise Exists("email account", address)
    if not config.TRUSTS_MAILBOXES:
        rate_limits.spend_verification(ctx, address)
    add_identity(address)
    made = EMAIL_ACCOUNTS.create(ctx, {"email": address, **_told(wanted)})
    made = own(ctx, made) if config.TRUSTS_MAILBOXES else ask(ctx, made)
    if is_default:
        make_default(ctx, made)
    return made


def add_identity(address: str) -> None:
    """Asks SES to let an address send. One request to SES. Raises Invalid, TooMany."""
    try:
        mail.add_identity(address)
    except mail.Refused as refused:
        raise Invalid("email", f"is refused by Amazon SES: {refused}") from refused
    except mail.Busy as busy:
        raise TooMany("questions to Amazon SES", _BUSY_SECONDS) from busy


def ask_identity(address: str) -> str:
    """Returns what SES says of an address: mail.MAY_SEND or mail.MAY_NOT_SEND. Two requests to SES at most. Raises TooMany."""
    try:
        return mail.identity_status(address)
    except mail.Busy as busy:
        raise TooMany("questions to Amazon SES", _BUSY_SECONDS) from busy


def ask(ctx: Context, account: EmailAccount) -> EmailAccount:
    """Publishes that an address must be verified: it gets a code by mail. One request."""
    publishing.publish([account_events.EmailAccountAdded(ctx.account, ctx.now, account.email)], ctx.now)
    return account


@access.allow(ADMIN)
def change(ctx: Context, account: EmailAccount, wanted: Change) -> EmailAccount:
    """Sets what is given: two requests, one for each assignee. Raises NotFound, Invalid."""
    _check_assignees(ctx, wanted)
    return EMAIL_ACCOUNTS.change(ctx, account.email, _told(wanted))[1]


@access.allow(ADMIN)
def make_default(ctx: Context, account: EmailAccount) -> None:
    """Makes an e-mail account the default in the place of the one before. Two requests. Raises Invalid for one not verified."""
    if not account.is_verified:
        raise Invalid("is_default", "must be an account whose address is verified")
    _SETTINGS.change(ctx, lambda had: replace(had, default=account.email))


@access.allow(ADMIN)
def remove(ctx: Context, account: EmailAccount) -> None:
    """Removes an e-mail account; its address is free from then on. Four requests. Where it was the default, that is the first of
    the others. Raises NotFound.
    """
    EMAIL_ACCOUNTS.remove(ctx, account.email)
    unique_names.release(_claim(ctx, account))


def _told(wanted: Change) -> dict[str, int | str | None]:
    if wanted.type not in (UNSET, *TYPES):
        raise Invalid("type", f"must be one of {', '.join(TYPES)}")
    given = {"agent": wanted.agent, "group": wanted.group, "type": wanted.type}
    return {name: value or None for name, value in given.items() if not isinstance(value, UnsetType)}


def _check_assignees(ctx: Context, wanted: Change) -> None:
    """Raises Invalid for an agent who can't be given conversations, or a department that does not exist."""
    if wanted.agent and not isinstance(wanted.agent, UnsetType):
        try:
            people.check_serves(people.get_agent_by_number(ctx, wanted.agent), "agent")
        except NotFound as missing:
            raise Invalid("agent", f"names {missing}") from missing
    if wanted.group and not isinstance(wanted.group, UnsetType):
        try:
            groups.get_by_number(ctx, wanted.group)
        except NotFound as missing:
            raise Invalid("group", f"names {missing}") from missing


# --- whose an address is


def own(ctx: Context, account: EmailAccount) -> EmailAccount:
    """Makes an address the account's own, and returns its e-mail account. Four requests, two more where another account had it.

    Repeated after a crash it goes on. Raises Exists where it is another account's.
    """
    retry_on_conflict(ctx, lambda: _take(ctx, _claim(ctx, account)))
    return EMAIL_ACCOUNTS.change(ctx, account.email, {"is_verified": True, "code": ""})[1]


def _claim(ctx: Context, account: EmailAccount) -> UniqueName:
    return unique_names.new_name(ctx.account, NAME, account.email, account.id, EVERYWHERE)


def _take(ctx: Context, claim: UniqueName) -> None:
    try:
        unique_names.put(claim)
    except ConditionFailed:
        held = unique_names.find(EVERYWHERE, NAME, claim.key.rpartition("#")[2])
        if held is None:
            raise  # it was released between, so it is free
        if held.id == claim.id:
            return
        if _is_kept(ctx, held):
            raise Exists("email account", claim.key.rpartition("#")[2]) from None
        unique_names.take_over(held, claim)


def _is_kept(ctx: Context, held: UniqueName) -> bool:
    """Returns whether the e-mail account of a claim still exists: a removal may have ended halfway. One request."""
    try:
        return EMAIL_ACCOUNTS.get(_within(ctx, held), held.key.rpartition("#")[2]).id == held.id
    except NotFound:
        return False
