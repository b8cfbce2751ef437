"""Accounts in PPMessage's words."""

from collections.abc import Mapping

from chalicelib.desk.accounts.accounts import EVERYONE, GROUP, LEAST_LOADED, Account, Change
from chalicelib.desk.auth.api_clients import Credential
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people.owners import Opened
from chalicelib.dialects.ppmessage.mapping.words import api_uuid, moment
from chalicelib.dialects.ppmessage.wire import apps as wire

_POLICIES = {EVERYONE: "BROADCAST", LEAST_LOADED: "SMART", GROUP: "GROUP"}
_ALLOCATIONS = {word: allocation for allocation, word in _POLICIES.items()} | {"ALL": EVERYONE}
#: The client whose key and secret are in web pages. PPMessage calls them the app's.
WIDGET = "PPCOM"


def app_info(account: Account, *, with_key: bool = False, in_public: bool = False) -> wire.AppInfo:
    """The account; for its owner's console with the key and the owner's address. Secrets are shown only when they are made."""
    return wire.AppInfo(
        uuid=account.id,
        user_uuid=account.owner,
        app_name=account.name,
        company_name=account.company,
        createtime=moment(account.created_at),
        updatetime=moment(account.updated_at),
        app_route_policy=_POLICIES[account.allocation],
        welcome_message=account.welcome,
        app_key=account.clients[WIDGET].key if with_key and WIDGET in account.clients else None,
        api_uuid=api_uuid(account.id, WIDGET),
        app_icon=account.icon,
        app_billing_email=None if in_public else account.billing_email,
        offline_message=account.offline_message,
        return_offline_message=account.tells_offline,
        ppcom_launcher_color=account.launcher_color,
        ppcom_launcher_style=account.launcher_style,
        trusts_addresses=None if in_public else account.trusts_addresses,
    )


def change(request: wire.UpdateApp) -> Change:
    """What a console changes about an account. Raises Invalid for an unknown policy."""
    policy = request.app_route_policy
    if policy is not None and policy.upper() not in _ALLOCATIONS:
        raise Invalid("app_route_policy", f"must be one of {', '.join(_ALLOCATIONS)}")
    return Change(
        name=request.app_name,
        company=request.company_name,
        icon=request.app_icon,
        allocation=_ALLOCATIONS[policy.upper()] if policy is not None else None,
        welcome=request.welcome_message,
        launcher_color=request.ppcom_launcher_color,
        launcher_style=request.ppcom_launcher_style,
        offline_message=request.offline_message,
        tells_offline=request.return_offline_message,
        billing_email=request.app_billing_email,
        time_zone=request.app_time_zone,
        status_aliases=request.status_aliases,
        away_after=request.away_after,
        offline_after=request.offline_after,
        trusts_addresses=request.trusts_addresses,
        expire_after=request.expire_after,
        hand_over=request.hand_over,
        redirect_uris=request.redirect_uris,
    )


def made(opened: Opened, *, told: bool) -> wire.AppMade:
    """A new account; with `told`, for its owner, its clients' secrets."""
    account = opened.account
    widget = opened.credentials[WIDGET]
    return wire.AppMade(
        uuid=account.id,
        user_uuid=account.owner,
        app_name=account.name,
        app_billing_email=account.billing_email,
        app_key=widget.key if told else None,
        app_secret=widget.secret if told else None,
        app_route_policy=_POLICIES[account.allocation],
        apis=apis(account, opened.credentials if told else {}),
    )


def apis(account: Account, told: Mapping[str, Credential]) -> dict[str, wire.Api]:
    """All clients of an account by label, with the secrets that have just been made."""
    return {label: api(account, label, told.get(label)) for label in account.clients}


def api(account: Account, label: str, told: Credential | None = None) -> wire.Api:
    """One client of an account."""
    client = account.clients.get(label)
    return wire.Api(
        api_level=label,
        api_uuid=api_uuid(account.id, label),
        api_key=client.key if client else None,
        api_secret=told.secret if told else None,
    )


def api_info(account: Account, told: Mapping[str, Credential], identity_secret: str | None = None) -> wire.ApiInfo:
    """The clients under PPMessage's names, and the secret of identities if it has just been made."""
    return wire.ApiInfo(
        ppkefu_thirdparty=api(account, "THIRD_PARTY_KEFU", told.get("THIRD_PARTY_KEFU")),
        ppconsole_thirdparty=api(account, "THIRD_PARTY_CONSOLE", told.get("THIRD_PARTY_CONSOLE")),
        ppcom=api(account, "PPCOM", told.get("PPCOM")),
        ppkefu=api(account, "PPKEFU", told.get("PPKEFU")),
        ppconsole=api(account, "PPCONSOLE", told.get("PPCONSOLE")),
        identity_secret=identity_secret,
    )
