"""Signing up."""

from chalicelib.context import Context
from chalicelib.desk.core.errors import Exists, Invalid, NotAuthenticated
from chalicelib.desk.people import owners
from chalicelib.desk.people.registration import CreateAgent
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import SIGNING_UP
from chalicelib.dialects.ppmessage.calls import apps
from chalicelib.dialects.ppmessage.mapping import apps as mapping
from chalicelib.dialects.ppmessage.mapping import people as people_mapping
from chalicelib.dialects.ppmessage.wire import signup as wire


def sign_up(ctx: Context, request: wire.SignUp) -> wire.SignedUp:
    """PPCONSOLE_SIGNUP: an account with its owner; 22 if the e-mail is taken. A console gets its secrets.

    A bad `app_uuid`, or another account's, is one that the token is not for.
    """
    wanted = request.app_uuid if request.app_uuid != ctx.account else None
    language = request.user_language or "English"
    owner = CreateAgent(request.user_email, request.user_fullname, request.user_password, language=language)
    try:
        opened = owners.sign_up(ctx, owner, apps.new(request.app_name, wanted))
    except (Exists, Invalid) as error:
        if "account" in (getattr(error, "kind", ""), getattr(error, "field", "")):
            raise NotAuthenticated from error
        raise
    told = ctx.caller.client != "THIRD_PARTY_CONSOLE"
    return wire.SignedUp(mapping.made(opened, told=told), people_mapping.user(opened.owner, opened.account.owner))


ROWS = [
    Endpoint("POST", "/api/PPCONSOLE_SIGNUP", sign_up, SIGNING_UP),
]
