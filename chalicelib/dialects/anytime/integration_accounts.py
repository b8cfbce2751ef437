"""Anytime's integration accounts: a site's accounts at other services."""

from msgspec import UNSET, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.channels import integration_accounts
from chalicelib.desk.channels.integration_accounts import Change
from chalicelib.desk.channels.integration_accounts import IntegrationAccount as Account
from chalicelib.dialects.anytime.shapes import BASE, Wire, spelled
from chalicelib.dialects.bounds import Line, Number
from chalicelib.dialects.endpoint import Endpoint, Nothing

_SPELLED = {"app": ("app_id",), "name": ("account_name",), "original_id": ("account_original_id",)}


class IntegrationAccount(Wire, kw_only=True):
    """An account at another service."""

    id: int
    app_id: str
    account_name: str
    account_original_id: str
    is_enable: bool


class IntegrationAccountList(Wire, kw_only=True):
    """Integration accounts under their name."""

    integration_accounts: list[IntegrationAccount]


class WrappedIntegrationAccount(Wire, kw_only=True):
    """One integration account under its name."""

    integration_account: IntegrationAccount


class OneIntegrationAccount(Wire, kw_only=True):
    """An integration account by its id."""

    id: Number


class IntegrationAccountFields(Wire, kw_only=True):
    """What may be set of an integration account."""

    account_name: Line | UnsetType = UNSET
    account_original_id: Line | UnsetType = UNSET
    is_enable: bool | UnsetType = UNSET


class NewIntegrationAccount(IntegrationAccountFields, kw_only=True):
    """`POST /integrationAccounts`."""

    app_id: Line


class UpdateIntegrationAccount(IntegrationAccountFields, kw_only=True):
    """`PUT /integrationAccounts/{id}`."""

    id: Number
    app_id: Line | UnsetType = UNSET


def _change(request: NewIntegrationAccount | UpdateIntegrationAccount) -> Change:
    return Change(
        app=request.app_id, name=request.account_name, original_id=request.account_original_id, is_enabled=request.is_enable
    )


def _show(one: Account) -> IntegrationAccount:
    return IntegrationAccount(
        id=one.number,
        app_id=one.app,
        account_name=one.name,
        account_original_id=one.original_id,
        is_enable=one.is_enabled,
    )


def _wrapped(one: Account) -> WrappedIntegrationAccount:
    return WrappedIntegrationAccount(integration_account=_show(one))


def list_integration_accounts(ctx: Context, request: Nothing) -> IntegrationAccountList:
    """`GET /integrationAccounts`: all of them, the oldest first."""
    return IntegrationAccountList(integration_accounts=[_show(one) for one in integration_accounts.list_all(ctx)])


def get_integration_account(ctx: Context, request: OneIntegrationAccount) -> WrappedIntegrationAccount:
    """`GET /integrationAccounts/{id}`."""
    return _wrapped(integration_accounts.get(ctx, request.id))


def create_integration_account(ctx: Context, request: NewIntegrationAccount) -> WrappedIntegrationAccount:
    """`POST /integrationAccounts`."""
    with spelled(request, _SPELLED):
        return _wrapped(integration_accounts.create(ctx, _change(request)))


def update_integration_account(ctx: Context, request: UpdateIntegrationAccount) -> WrappedIntegrationAccount:
    """`PUT /integrationAccounts/{id}`: sets what is given."""
    with spelled(request, _SPELLED):
        return _wrapped(integration_accounts.change(ctx, request.id, _change(request)))


def remove_integration_account(ctx: Context, request: OneIntegrationAccount) -> None:
    """`DELETE /integrationAccounts/{id}`."""
    integration_accounts.remove(ctx, request.id)


_PATH, _ONE = f"{BASE}/integrationAccounts", f"{BASE}/integrationAccounts/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_integration_accounts, AGENT),
    Endpoint("POST", _PATH, create_integration_account, ADMIN),
    Endpoint("GET", _ONE, get_integration_account, AGENT),
    Endpoint("PUT", _ONE, update_integration_account, ADMIN),
    Endpoint("DELETE", _ONE, remove_integration_account, ADMIN),
]
