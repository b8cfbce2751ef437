"""Signing up, as PPMessage's consoles send and get it."""

import msgspec

from chalicelib.dialects.bounds import Email, Id, Name, Secret
from chalicelib.dialects.ppmessage.wire.apps import AppMade
from chalicelib.dialects.ppmessage.wire.people import User


class SignUp(msgspec.Struct, kw_only=True):
    """PPCONSOLE_SIGNUP. `app_uuid` may be left out, be the caller's own, or be the uuid that the new account is to have."""

    app_name: Name
    user_email: Email
    user_fullname: Name
    user_password: Secret
    app_uuid: Id | None = None
    user_language: Name | None = None


class SignedUp(msgspec.Struct):
    """PPCONSOLE_SIGNUP."""

    app: AppMade
    user: User
