"""The chat on a web page: which pages it may start on, where its script is, and the token that its visitors have."""

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
    """A page may show the chat: the account, and a token for its visitors that is good for so many seconds."""

    account: Account
    token: str
    seconds: int


def address(account: str, domain: Domain) -> str:
    """The script's address for the pages of a domain; relative where the desk does not know its own."""
    return f"{config.PUBLIC_URL}{PATH}?{urlencode({'app': account, 'domain': domain.host})}"


@access.allow(STRANGER)
def start(ctx: Context, account: str, host: str, origin: str | None, client: str) -> Started:
    """A visitors' token under a client's label, for a page of one of the account's domains: one request.

    Two more where no warm process knows the account and its domains. A page is of a domain where its browser says so by its
    origin. Raises Forbidden for any other page, account and domain alike: it tells nobody which are there.
    """
    holder = Caller(account, VISITOR, client=client)
    own = ctx.acting(holder)
    try:
        found = _account(own)
        _page(own, host, origin)
    except (Forbidden, Invalid, NotFound) as error:
        raise Forbidden("this page is none of the account's domains") from error
    return Started(found, tokens.issue(own, holder, tokens.ACCESS, tokens.ACCESS_SECONDS), tokens.ACCESS_SECONDS)


def _account(ctx: Context) -> Account:
    if not ids.is_uuid(ctx.account):
        raise NotFound("account", ctx.account)
    return accounts.load(ctx)


def _page(ctx: Context, host: str, origin: str | None) -> None:
    if not origin:
        raise Forbidden("the page does not say where it is from")
    domains.find_by_page(ctx, host, origin)
