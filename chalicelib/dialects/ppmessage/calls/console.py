"""The console's own door: out, and in again for who has forgotten his password."""

from chalicelib.context import Context
from chalicelib.desk import tokens
from chalicelib.desk.errors import Forbidden
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.wire import console as wire
from chalicelib.dialects.ppmessage.wire.people import Done


def logout(ctx: Context, request: wire.Logout) -> Done:
    """PPCONSOLE_LOGOUT: ends the token that says so, which is the user's own; 20 for another's."""
    if request.user_uuid != ctx.caller.person:
        raise Forbidden("nobody logs another out")
    tokens.end(ctx)
    return Done()


ROWS = [
    Endpoint("POST", "/api/PPCONSOLE_LOGOUT", logout, ("PPCONSOLE",)),
]
