"""The console's own door, as PPMessage's clients send and get it."""

import msgspec


class Logout(msgspec.Struct, kw_only=True):
    """PPCONSOLE_LOGOUT."""

    user_uuid: str


class NewPassword(msgspec.Struct, kw_only=True):
    """PPCONSOLE_SEND_NEW_PASSWORD."""

    user_email: str
