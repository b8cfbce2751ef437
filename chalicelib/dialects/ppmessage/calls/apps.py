"""Calls about accounts, which PPMessage calls apps."""

from chalicelib.context import VISITOR, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.accounts.accounts import EVERYONE, Account
from chalicelib.desk.auth import api_clients
from chalicelib.desk.auth.api_clients import Credential
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.desk.people import identities, owners, people
from chalicelib.desk.people.owners import NewAccount
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import CLIENTS, CONSOLES, EVERY_LEVEL
from chalicelib.dialects.ppmessage.mapping import apps as mapping
from chalicelib.dialects.ppmessage.wire import apps as wire
from chalicelib.dialects.ppmessage.wire.apps import Done

_CONSOLE = "PPCONSOLE"
#: Clients whose secrets are shown with a new account. PP_GET_API_INFO shows third parties' when first asked.
_WITH_SECRETS = frozenset({"PPCOM", _CONSOLE})
#: What `renew` says for the secret of signed identities.
_IDENTITY = "IDENTITY"
_THIRD_PARTIES = ("THIRD_PARTY_KEFU", "THIRD_PARTY_CONSOLE")


def _is_owners_console(ctx: Context, account: Account) -> bool:
    return ctx.caller.client == _CONSOLE and ctx.caller.person == account.owner


def _info(ctx: Context, account: Account) -> wire.AppInfo:
    return mapping.app_info(account, with_key=_is_owners_console(ctx, account), in_public=ctx.caller.level == VISITOR)


def app_info(ctx: Context, request: wire.AppRequest) -> wire.AppInfo:
    """PP_GET_APP_INFO: the account."""
    return _info(ctx, accounts.load(ctx))


def update_app(ctx: Context, request: wire.UpdateApp) -> wire.AppInfo:
    """PP_UPDATE_APP_INFO: changes what is given, and answers the account as it is now."""
    return _info(ctx, accounts.change(ctx, mapping.change(request)))


def owned_app(ctx: Context, request: wire.OwnerRequest) -> wire.OwnedApp:
    """PP_GET_APP_OWNED_BY_USER: the account that a user owns; of several, the one of the token. None is code 13."""
    found = owners.list_owned(ctx, request.user_uuid)
    if not found:
        raise NotFound("account", request.user_uuid)
    return wire.OwnedApp(_info(ctx, found[0]))


def owned_apps(ctx: Context, request: wire.OwnerRequest) -> wire.AppList:
    """PP_GET_ALL_APP_LIST: all accounts that a user owns; for anybody else, the token's account at most."""
    return wire.AppList([_info(ctx, account) for account in owners.list_owned(ctx, request.user_uuid)])


def create_app(ctx: Context, request: wire.CreateApp) -> wire.AppMade:
    """PP_CREATE_APP: one more account for an agent, who owns it. Its secrets are shown to them only, and only now."""
    opened = owners.open_another(ctx, request.user_uuid, new(request.app_name))
    return mapping.made(opened, told=_is_owners_console(ctx, opened.account))


def remove_app(ctx: Context, request: wire.RemoveApp) -> Done:
    """PP_REMOVE_APP: closes an account and ends its tokens; 39 for everybody but its owner."""
    owners.close(ctx, request.user_uuid)
    return Done()


def api_info(ctx: Context, request: wire.ApiRequest) -> wire.ApiInfo:
    """PP_GET_API_INFO: the clients' public keys.

    The owner's console gets each third party's secret when it first asks; `renew` makes a client's new secret and ends the old
    one.
    """
    account = accounts.load(ctx)
    if request.user_uuid != account.owner:
        people.get(ctx, request.user_uuid)
    told = _told(ctx, account, request.renew)
    return mapping.api_info(account, told, identities.renew_secret(ctx) if request.renew == _IDENTITY else None)


def _told(ctx: Context, account: Account, renew: str | None) -> dict[str, Credential]:
    if not _is_owners_console(ctx, account):
        if renew is not None:
            raise Forbidden("only the owner's console renews a secret")
        return {}
    labels = [*account.clients, _IDENTITY]
    if renew is not None and renew not in labels:
        raise Invalid("renew", f"must be one of {', '.join(labels)}")
    unset = [label for label in _THIRD_PARTIES if label in account.clients and not account.clients[label].secret]
    told = {label: api_clients.renew(ctx, label, only_first=True) for label in unset if label != renew}
    return told | ({renew: api_clients.renew(ctx, renew)} if renew in account.clients else {})


def new(name: str, id_: str | None = None) -> NewAccount:
    """A new account as PPMessage knows it: every agent sees every conversation."""
    return NewAccount(name, CLIENTS, _WITH_SECRETS, id_, {"allocation": EVERYONE})


ROWS = [
    Endpoint("POST", "/api/PP_GET_APP_INFO", app_info, EVERY_LEVEL),
    Endpoint("POST", "/api/PP_UPDATE_APP_INFO", update_app, CONSOLES),
    Endpoint("POST", "/api/PP_GET_APP_OWNED_BY_USER", owned_app, EVERY_LEVEL),
    Endpoint("POST", "/api/PP_GET_ALL_APP_LIST", owned_apps, CONSOLES),
    Endpoint("POST", "/api/PP_CREATE_APP", create_app, CONSOLES),
    Endpoint("POST", "/api/PP_REMOVE_APP", remove_app, CONSOLES),
    Endpoint("POST", "/api/PP_GET_API_INFO", api_info, CONSOLES),
]
