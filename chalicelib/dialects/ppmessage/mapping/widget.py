"""The widget's start, in PPMessage's words."""

from chalicelib import config
from chalicelib.desk.teams.widget import Started
from chalicelib.dialects.ppmessage.wire import widget as wire


def started(found: Started) -> wire.Started:
    """What a page's chat starts with."""
    account = found.account
    return wire.Started(
        access_token=found.token,
        token_type="Bearer",
        expires_in=found.seconds,
        app_name=account.name,
        app_icon=account.icon,
        welcome_message=account.welcome,
        ppcom_launcher_color=account.launcher_color,
        socket_url=config.socket_url(),
    )
