"""The demo account: an owner, three agents and a client of each api level. Their secrets are shown once, in desk.json."""

from typing import Any

from chalicelib import context
from chalicelib.context import ADMIN, Caller, Context
from chalicelib.desk.core.errors import Exists
from chalicelib.desk.teams import domains
from infra import account

#: How a browser of this machine names it.
_HOSTS = ("127.0.0.1", "localhost")
_AGENTS = ("Ada Agent", "Ben Agent", "Cleo Agent")


def create() -> dict[str, Any]:
    """Opens the account and returns what desk.json says of it. Like the vendor's, it trusts visitors who name an address."""
    agents = {f"{name.split()[0].lower()}@demo.example": name for name in _AGENTS}
    given: dict[str, str | bool] = {"welcome": "What can we do for you?", "trusts_addresses": True}
    return account.create("Demo", "Olive Owner", "owner@demo.example", agents, **given)


def open_shop(desk: dict[str, Any]) -> None:
    """Lets the page /demo of this machine have the account's chat, which all its agents answer, where it has not been so yet."""
    ctx = context.system().acting(Caller(desk["account"]["app_uuid"], ADMIN))
    everybody = [person["user_uuid"] for person in (desk["owner"], *desk["agents"])]
    for host in _HOSTS:
        _register(ctx, host, desk["owner"]["email"], everybody)


def _register(ctx: Context, host: str, email: str, operators: list[str]) -> None:
    try:
        domain = domains.register(ctx, host, email)
    except Exists:
        domain = domains.get(ctx, host)
    for agent in operators if not domain.operators else []:
        domains.assign(ctx, host, agent)
