"""Calls about accounts, which PPMessage calls apps."""

from chalicelib.context import Context
from chalicelib.desk import accounts
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import EVERY_LEVEL
from chalicelib.dialects.ppmessage.mapping import apps as mapping
from chalicelib.dialects.ppmessage.wire import apps as wire


def app_info(ctx: Context, request: wire.AppRequest) -> wire.AppInfo:
    """PP_GET_APP_INFO: the account."""
    return mapping.app_info(accounts.load(ctx))


ROWS = [
    Endpoint("POST", "/api/PP_GET_APP_INFO", app_info, EVERY_LEVEL),
]
