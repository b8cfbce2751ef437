"""The console's own door, as PPMessage's clients send and get it."""

import msgspec

from chalicelib.dialects.bounds import Email, Id


class Logout(msgspec.Struct, kw_only=True):
    """PPCONSOLE_LOGOUT."""

    user_uuid: Id


class NewPassword(msgspec.Struct, kw_only=True):
    """PPCONSOLE_SEND_NEW_PASSWORD."""

    user_email: Email
