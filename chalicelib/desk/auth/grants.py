"""Authorization codes: a program that a person trusts gets a token for them without seeing their password.

A code goes to an address that the client has registered. It works once, within half a minute, for that client alone.
"""

import msgspec
from msgspec.structs import replace

from chalicelib.context import AGENT, STRANGER, Caller, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.auth import api_clients, tokens
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid, NotAuthenticated, NotFound
from chalicelib.models import tokens as rows
from chalicelib.models.tokens import Token
from chalicelib.rules import redirects


class Client(msgspec.Struct, frozen=True):
    """The client that asks for a code, and the address that the code goes to."""

    account: str
    name: str
    label: str
    key: str
    redirect_uri: str

    @property
    def origin(self) -> str:
        """Scheme, host and port of the address."""
        return redirects.origin(self.redirect_uri)

    def back(self, values: dict[str, str]) -> str:
        """The address with these query values added."""
        return redirects.with_query(self.redirect_uri, values)


@access.allow(STRANGER)
def find_client(ctx: Context, key: str, redirect_uri: str) -> Client:
    """Returns the client with this key if it has registered the address. No request where a warm process knows it, else two.

    Raises NotAuthenticated for an unknown key, Invalid for an address that is not exactly one of the client's.
    """
    id_, label = api_clients.find(ctx, key)
    try:
        account = accounts.load(ctx.acting(Caller(id_, AGENT)))
    except NotFound as error:
        raise NotAuthenticated from error
    registered = account.clients.get(label)
    if registered is None or redirect_uri not in registered.redirect_uris:
        raise Invalid("redirect_uri", "is not registered for this client")
    return Client(account.id, account.name, label, key, redirect_uri)


@access.allow(STRANGER)
def issue_code(ctx: Context, to: Client, holder: Caller) -> str:
    """Makes a code with which the client gets a token of the holder's. One request."""
    secret, row = tokens.new_token(ctx, holder, tokens.CODE, tokens.CODE_SECONDS, name=to.key)
    row.redirect_uri = to.redirect_uri
    rows.put(row)
    return secret


@access.allow(STRANGER)
def redeem(ctx: Context, key: str, secret: str, given: str, redirect_uri: str = "") -> Caller:
    """Returns the caller whose code this is. The client that the code was made for shows its secret; a code works once. Three
    requests.

    If an address is given, it must be the one that the code was sent to. Raises NotAuthenticated.
    """
    program = api_clients.check(ctx, key, secret)
    row = tokens.use_single_use(ctx, given, tokens.CODE)
    if not _is_for(row, program, key) or redirect_uri not in ("", row.redirect_uri):
        raise NotAuthenticated
    return replace(tokens.caller_of(row), issuer=program.issuer, issuer_version=program.issuer_version)


def _is_for(row: Token, program: Caller, key: str) -> bool:
    return row.name == key and row.client == program.client
