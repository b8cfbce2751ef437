"""Anytime's e-mail accounts: the addresses that a site gets mail at and answers from."""

from typing import Annotated, Literal

from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.channels import email_accounts, verification
from chalicelib.desk.channels.email_accounts import Change
from chalicelib.desk.channels.email_accounts import EmailAccount as Account
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime.shapes import BASE, Wire, spelled
from chalicelib.dialects.bounds import Email, Name, Number, one_of
from chalicelib.dialects.endpoint import Endpoint, Nothing

_SPELLED = {"agent": ("agent_assignee_id",), "group": ("department_assignee_id",), "is_default": ("is_default",)}


class EmailAccount(Wire, kw_only=True):
    """An e-mail account. `type` is the site's own note of where the mailbox is: mail goes through Amazon SES whatever it says.
    `status` and `verification` are ours.
    """

    id: int
    email: str
    type: Annotated[str, one_of(*email_accounts.TYPES)]
    agent_assignee_id: int | None
    department_assignee_id: int | None
    is_default: bool
    status: Annotated[str, one_of("verified", "unverified")]
    verification: str


class EmailAccountList(Wire, kw_only=True):
    """E-mail accounts under their name."""

    email_accounts: list[EmailAccount]


class WrappedEmailAccount(Wire, kw_only=True):
    """One e-mail account under its name."""

    email_account: EmailAccount


class OneEmailAccount(Wire, kw_only=True):
    """An e-mail account by its id."""

    id: Number


class EmailAccountFields(Wire, kw_only=True):
    """What may be set of an e-mail account; null takes an assignee from it."""

    type: Literal["pop3", "exchange"] | UnsetType = UNSET
    agent_assignee_id: Number | None | UnsetType = UNSET
    department_assignee_id: Number | None | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET


class NewEmailAccount(EmailAccountFields, kw_only=True):
    """`POST /emailAccounts`."""

    email: Email


class UpdateEmailAccount(EmailAccountFields, kw_only=True):
    """`PUT /emailAccounts/{id}`. An address stays as it is."""

    id: Number
    email: Email | UnsetType = UNSET


class VerifyEmailAccount(Wire, kw_only=True):
    """`PUT /emailAccounts/{id}/verify`: the code that was mailed to the address, nothing for another one."""

    id: Number
    code: Name = ""


def _show(one: Account, *, is_default: bool) -> EmailAccount:
    return EmailAccount(
        id=one.number,
        email=one.email,
        type=one.type,
        agent_assignee_id=one.agent,
        department_assignee_id=one.group,
        is_default=is_default,
        status="verified" if one.is_verified else "unverified",
        verification=verification.in_words(one),
    )


def _one(ctx: Context, number: int) -> WrappedEmailAccount:
    found, is_default = email_accounts.get(ctx, number)
    return WrappedEmailAccount(email_account=_show(found, is_default=is_default))


def _change(request: EmailAccountFields) -> Change:
    return Change(request.agent_assignee_id, request.department_assignee_id, request.type)


def list_email_accounts(ctx: Context, request: Nothing) -> EmailAccountList:
    """`GET /emailAccounts`: all e-mail accounts, the oldest first."""
    known, chosen = email_accounts.list_all(ctx)
    return EmailAccountList(email_accounts=[_show(one, is_default=one.email == chosen) for one in known])


def get_email_account(ctx: Context, request: OneEmailAccount) -> WrappedEmailAccount:
    """`GET /emailAccounts/{id}`."""
    return _one(ctx, request.id)


def create_email_account(ctx: Context, request: NewEmailAccount) -> WrappedEmailAccount:
    """`POST /emailAccounts`: an address, which works once it is verified. The first one is the default."""
    with spelled(request, _SPELLED):
        made = email_accounts.create(ctx, request.email, _change(request), is_default=request.is_default is True)
    return _one(ctx, made.number)


def update_email_account(ctx: Context, request: UpdateEmailAccount) -> WrappedEmailAccount:
    """`PUT /emailAccounts/{id}`: who gets its conversations, and whether it is the default."""
    found, is_default = email_accounts.get(ctx, request.id)
    if not isinstance(request.email, UnsetType) and request.email.strip().lower() != found.email:
        raise Invalid("email", "can't be changed: remove this e-mail account, and add another one")
    if request.is_default is False and is_default:
        raise Invalid("isDefault", "is moved by making another e-mail account the default")
    with spelled(request, _SPELLED):
        found = email_accounts.change(ctx, found, _change(request))
        if request.is_default is True and not is_default:
            email_accounts.make_default(ctx, found)
    return _one(ctx, request.id)


def remove_email_account(ctx: Context, request: OneEmailAccount) -> None:
    """`DELETE /emailAccounts/{id}`: its address is free. Where it was the default, the oldest of the others is."""
    email_accounts.remove(ctx, email_accounts.get(ctx, request.id)[0])


def verify_email_account(ctx: Context, request: VerifyEmailAccount) -> WrappedEmailAccount:
    """`PUT /emailAccounts/{id}/verify`: takes the code that was mailed, or mails another, and asks SES again."""
    verification.verify(ctx, email_accounts.get(ctx, request.id)[0], request.code)
    return _one(ctx, request.id)


_PATH, _ONE = f"{BASE}/emailAccounts", f"{BASE}/emailAccounts/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_email_accounts, AGENT),
    Endpoint("POST", _PATH, create_email_account, ADMIN),
    Endpoint("GET", _ONE, get_email_account, AGENT),
    Endpoint("PUT", _ONE, update_email_account, ADMIN),
    Endpoint("DELETE", _ONE, remove_email_account, ADMIN),
    Endpoint("PUT", f"{_ONE}/verify", verify_email_account, ADMIN),
]
