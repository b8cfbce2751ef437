"""The chat on a web page: the pages it may start on, its script's address, and its visitors' token."""

from typing import NamedTuple
from urllib.parse import urlencode

from chalicelib import config
from chalicelib.context import STRANGER, VISITOR, Caller, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.accounts import Account
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.desk.teams import domains
from chalicelib.desk.teams.domains import Domain
from chalicelib.rules import ids

#: Where the script is, below the desk's public address.
PATH = "/widget.js"


class Started(NamedTuple):
    """A page may show the chat: its account, and a visitors' token that is good for this many seconds."""

    account: Account
    token: str
    seconds: int


def address(account: str, domain: Domain) -> str:
    """Returns the script's address for the pages of a domain, relative if the desk does not know its own address."""
    return f"{config.PUBLIC_URL}{PATH}?{urlencode({'app': account, 'domain': domain.host})}"


@access.allow(STRANGER)
def start(ctx: Context, account: str, host: str, origin: str | None, client: str) -> Started:
    """Returns a visitors' token under a client's label, for a page of one of the account's domains. One request.

    Two more where no warm process knows the account and its domains. The browser's Origin header names the page's domain.
    Raises Forbidden for any other page, account or domain, without saying which exist.
    """
    holder = Caller(account, VISITOR, client=client)
    own = ctx.acting(holder)
    try:
        found = _account(own)
        _page(own, host, origin)
    except (Forbidden, Invalid, NotFound) as error:
        raise Forbidden("this page is not on one of the account's domains") from error
    return Started(found, tokens.issue(own, holder, tokens.ACCESS, tokens.ACCESS_SECONDS), tokens.ACCESS_SECONDS)


def _account(ctx: Context) -> Account:
    if not ids.is_uuid(ctx.account):
        raise NotFound("account", ctx.account)
    return accounts.load(ctx)


def _page(ctx: Context, host: str, origin: str | None) -> None:
    if not origin:
        raise Forbidden("the page does not say where it is from")
    domains.find_by_page(ctx, host, origin)
