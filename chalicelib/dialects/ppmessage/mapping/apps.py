"""Accounts in PPMessage's words."""

from chalicelib.desk.accounts import EVERYONE, Account
from chalicelib.dialects.ppmessage.mapping.words import moment
from chalicelib.dialects.ppmessage.wire import apps as wire


def app_info(account: Account) -> wire.AppInfo:
    """The account, without its secrets."""
    return wire.AppInfo(
        uuid=account.id,
        user_uuid=account.owner,
        app_name=account.name,
        company_name=account.name,
        createtime=moment(account.created_at),
        updatetime=moment(account.updated_at),
        app_route_policy="BROADCAST" if account.allocation == EVERYONE else "SMART",
        welcome_message=account.welcome,
    )
