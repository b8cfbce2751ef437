"""The widget's own endpoints; all else that it says and hears is any visitor's."""

import msgspec

from chalicelib.dialects.bounds import Header, Host, Id


class Script(msgspec.Struct, kw_only=True):
    """`GET /widget.js`: who it is for it reads off its own address."""

    app: Id = ""
    domain: Host = ""
    if_none_match: Header = ""
    accept_encoding: Header = ""


class Start(msgspec.Struct, kw_only=True):
    """`POST /ppauth/widget`, a form: the account, and the domain whose page it is on, as its browser says by `Origin`."""

    app_uuid: Id
    domain: Host
    origin: Header | None = None


class Started(msgspec.Struct, kw_only=True):
    """`POST /ppauth/widget`: a PPCOM token, the seconds it is good for, and what a chat starts with, named as in
    PP_GET_APP_INFO.
    """

    access_token: str
    token_type: str
    expires_in: int
    app_name: str
    app_icon: str | None
    welcome_message: str | None
    ppcom_launcher_color: str | None
    socket_url: str
