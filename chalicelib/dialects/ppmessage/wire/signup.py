"""Signing up, as PPMessage's consoles send and get it."""

import msgspec

from chalicelib.dialects.ppmessage.wire.apps import AppMade
from chalicelib.dialects.ppmessage.wire.people import User


class SignUp(msgspec.Struct, kw_only=True):
    """PPCONSOLE_SIGNUP. `app_uuid` may be left out, be the caller's own, or be the uuid that the new account is to have."""

    app_name: str
    user_email: str
    user_fullname: str
    user_password: str
    app_uuid: str | None = None
    user_language: str | None = None


class SignedUp(msgspec.Struct):
    """PPCONSOLE_SIGNUP."""

    app: AppMade
    user: User
