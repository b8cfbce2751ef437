"""Calls about logins, presence and who is online."""

from chalicelib.context import Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people, presence
from chalicelib.desk.realtime import live, sessions
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.ppmessage.auth import AGENTS, PPKEFU, SERVICE
from chalicelib.dialects.ppmessage.errors import Coded
from chalicelib.dialects.ppmessage.mapping import devices as devices_mapping
from chalicelib.dialects.ppmessage.mapping import sessions as mapping
from chalicelib.dialects.ppmessage.mapping import socket as words
from chalicelib.dialects.ppmessage.mapping.people import user_summary
from chalicelib.dialects.ppmessage.wire import sessions as wire

_LONGEST_PAGE = 100


def login(ctx: Context, request: wire.Login) -> wire.LoggedIn:
    """PPKEFU_LOGIN: the token's user works on this device. The one of the same class before it is told and closed."""
    session = sessions.begin(ctx, request.user_email, request.terminal, devices_mapping.logged_in(request))
    for before in session.replaced:
        live.send(ctx, [before], words.logout(before.device))
        live.close(ctx, before.connection)
    return mapping.logged_in(session, accounts.load(ctx))


def logout(ctx: Context, request: wire.Logout) -> wire.Ended:
    """PPKEFU_LOGOUT: the user no longer works on it. The token and its sockets end."""
    sessions.end(ctx, request.user_uuid, request.device_uuid)
    return wire.Ended()


def set_status(ctx: Context, request: wire.SetStatus) -> wire.StatusSet:
    """PPKEFU_SET_SERVICE_USER_STATUS: whether an agent can get work, in their own words."""
    presence.set_for(ctx, request.user_uuid, mapping.presence(request.user_status))
    return wire.StatusSet()


def validate_device(ctx: Context, request: wire.ValidateDevice) -> wire.Valid:
    """PP_VALIDATE_ONLINE_DEVICE: whether no other device has replaced it."""
    return wire.Valid(sessions.is_on(ctx, request.user_uuid, request.device_uuid))


def page_online(ctx: Context, request: wire.PageOnline) -> wire.OnlinePage:
    """PP_PAGE_ONLINE_PORTAL_USER: connected contacts, of the latest 1,000 sockets."""
    offset, size = request.page_offset, request.page_size
    if offset < 0 or size < 1:
        raise Invalid("page_offset" if offset < 0 else "page_size", "is too small")
    if size > _LONGEST_PAGE:
        raise Coded(41, f"page_size is {_LONGEST_PAGE} at most")
    online = live.visitors(ctx)
    ids = list(online)[offset * size : (offset + 1) * size]
    views = people.load_views(ctx, ids)
    shown = [user_summary(views[id_], {}, online[id_]) for id_ in ids if id_ in views]
    return wire.OnlinePage(list=shown, page_offset=offset, page_size=size, total_count=len(online), return_count=len(shown))


ROWS = [
    Endpoint("POST", "/api/PPKEFU_LOGIN", login, PPKEFU),
    Endpoint("POST", "/api/PPKEFU_LOGOUT", logout, PPKEFU),
    Endpoint("POST", "/api/PPKEFU_SET_SERVICE_USER_STATUS", set_status, SERVICE),
    Endpoint("POST", "/api/PP_VALIDATE_ONLINE_DEVICE", validate_device, SERVICE),
    Endpoint("POST", "/api/PP_PAGE_ONLINE_PORTAL_USER", page_online, AGENTS),
]
