"""Opening a first account, for the page of that name."""

from chalicelib.context import Context
from chalicelib.desk.core.errors import NotAuthenticated
from chalicelib.desk.people import first_accounts
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Email, Name, Secret, Token
from chalicelib.dialects.endpoint import Endpoint


class Account(Wire, kw_only=True):
    """A company's account."""

    id: str
    name: str


class WrappedAccount(Wire, kw_only=True):
    """An account under its name."""

    account: Account


class OpenAccount(Wire, kw_only=True):
    """`POST /accounts`. `setup_code` is the one that the desk's operator was shown; a stage may do without."""

    name: Name
    owner_name: Name
    email: Email
    password: Secret
    setup_code: Token = ""


def open_account(ctx: Context, request: OpenAccount) -> WrappedAccount:
    """`POST /accounts`: a new account, whose owner then logs in. 401 for a code that can't be used, 409 for an e-mail in use."""
    owner = CreateAgent(request.email, request.owner_name, None)
    opened = first_accounts.sign_up(ctx, request.name, owner, request.password, request.setup_code)
    return WrappedAccount(account=Account(id=opened.account.id, name=opened.account.name))


ROWS = [Endpoint("POST", f"{BASE}/accounts", open_account, raises=(NotAuthenticated,))]
