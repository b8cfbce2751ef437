"""The console's login: logging out, and a new password for somebody who has forgotten theirs."""

from typing import Annotated

import msgspec

from chalicelib.context import Context
from chalicelib.desk.core.errors import Forbidden, Invalid, NotAuthenticated
from chalicelib.desk.people import recovery
from chalicelib.desk.realtime import closing
from chalicelib.dialects.bounds import Header, Secret, Token
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Answer, Shows
from chalicelib.dialects.ppmessage import pages
from chalicelib.dialects.ppmessage.wire import console as wire
from chalicelib.dialects.ppmessage.wire.apps import Done

_PAGE = "/ppauth/reset"
_LANGUAGE = {"language": "Accept-Language"}
Page = Annotated[Answer, Shows(media_type="text/html"), Shows(status=400, media_type="text/html")]


def console_logout(ctx: Context, request: wire.Logout) -> Done:
    """PPCONSOLE_LOGOUT: ends the caller's own token and its sockets; 20 for another user."""
    if request.user_uuid != ctx.caller.person:
        raise Forbidden("nobody logs another out")
    closing.end_session(ctx, request.user_uuid)
    return Done()


def send_new_password(ctx: Context, request: wire.NewPassword) -> Done:
    """PPCONSOLE_SEND_NEW_PASSWORD: mails a link, never a password. The answer is the same whether or not the address is known."""
    recovery.request_mail(ctx, request.user_email, _PAGE)
    return Done()


class Link(msgspec.Struct):
    """`GET /ppauth/reset`."""

    code: Token = ""
    language: Header = ""


class Choice(Link):
    """`POST /ppauth/reset`, a form: the password as it is typed, twice."""

    new_password: Secret = ""
    again: Secret = ""


def reset_page(ctx: Context, request: Link) -> Page:
    """`GET /ppauth/reset`: the mail's link: a form for a new password. Opening it does not use the link up."""
    try:
        recovery.check_code(ctx, request.code)
    except NotAuthenticated:
        return _dead(request)
    return _form(request)


def reset(ctx: Context, request: Choice) -> Page:
    """`POST /ppauth/reset`: sets the new password, once for each link, and ends all of the holder's tokens."""
    if request.new_password != request.again:
        return _form(request, "differ", 400)
    try:
        recovery.reset_password(ctx, request.code, request.new_password)
    except Invalid:
        return _form(request, "bad_length", 400)
    except NotAuthenticated:
        return _dead(request)
    return pages.answer(pages.note(request.language, "changed", "go_on", role="status"))


def _form(request: Link, trouble: str = "", status: int = 200) -> Answer:
    told = pages.words(request.language)[1][trouble] if trouble else ""
    return pages.answer(pages.reset(request.language, {"code": request.code}, told), status)


def _dead(request: Link) -> Answer:
    return pages.answer(pages.note(request.language, "dead", "bad_code"), 400)


ROWS = [
    Endpoint("POST", "/api/PPCONSOLE_LOGOUT", console_logout, ("PPCONSOLE",)),
    Endpoint("POST", "/api/PPCONSOLE_SEND_NEW_PASSWORD", send_new_password, ("PPCONSOLE_BEFORE_LOGIN",)),
    Endpoint("GET", _PAGE, reset_page, headers=_LANGUAGE),
    Endpoint("POST", _PAGE, reset, headers=_LANGUAGE, in_form=True),
]
