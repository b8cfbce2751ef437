"""The login page: a person lets a program in without showing it their password."""

import math
from typing import Annotated

import msgspec

from chalicelib.context import Context
from chalicelib.desk.auth import grants, logins
from chalicelib.desk.auth.grants import Client
from chalicelib.desk.core.errors import Invalid, Locked, NotAuthenticated
from chalicelib.dialects.bounds import Header, Id, Line, Name, Secret, Token
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Answer, Shows
from chalicelib.dialects.ppmessage import auth, pages

_LANGUAGE = {"language": "Accept-Language"}
_HTML = "text/html"
_BACK, _CANNOT = Shows(status=302, headers=("Location",)), Shows(status=400, media_type=_HTML)
_WRONG, _LOCKED = Shows(status=401, media_type=_HTML), Shows(status=429, media_type=_HTML, headers=("Retry-After",))


class Asked(msgspec.Struct):
    """`GET /ppauth/auth`."""

    response_type: Name = ""
    client_id: Secret = ""
    redirect_uri: Line = ""
    state: Token = ""
    language: Header = ""


class Given(Asked):
    """`POST /ppauth/auth`, a form: the password as it is typed."""

    user_email: Id = ""
    user_password: Secret = ""


def login_page(ctx: Context, request: Asked) -> Annotated[Answer, Shows(media_type=_HTML), _BACK, _CANNOT]:
    """`GET /ppauth/auth`: a form for e-mail and password, for a client that has registered the address to return to."""
    client = _client(ctx, request)
    if client is None:
        return pages.answer(pages.note(request.language, "cannot", "bad_client"), 400)
    if request.response_type != "code":
        return _back(client, request, error="unsupported_response_type")
    return _form(client, request)


def log_in(ctx: Context, request: Given) -> Annotated[Answer, _BACK, _CANNOT, _WRONG, _LOCKED]:
    """`POST /ppauth/auth`: sends a person with the right password back to the client, with a code for it."""
    client = _client(ctx, request)
    if client is None:
        return pages.answer(pages.note(request.language, "cannot", "bad_client"), 400)
    words = pages.words(request.language)[1]
    try:
        given = (request.user_email, request.user_password)
        _, caller = auth.logged_in(ctx, client.key, *given, auth.BY_CODE, logins.log_in_plain)
    except Locked as error:
        trouble = words["locked"].format(minutes=math.ceil(error.seconds / 60))
        return _form(client, request, trouble, 429, Retry_After=str(error.seconds))
    except NotAuthenticated:
        return _form(client, request, words["wrong"], 401)
    return _back(client, request, code=grants.issue_code(ctx, client, caller))


def _client(ctx: Context, request: Asked) -> Client | None:
    try:
        client = grants.find_client(ctx, request.client_id, request.redirect_uri)
    except (NotAuthenticated, Invalid):
        return None
    return client if client.label in auth.BY_CODE else None


def _form(client: Client, request: Asked, trouble: str = "", status: int = 200, **headers: str) -> Answer:
    email = request.user_email if isinstance(request, Given) else ""
    values = {"account": client.name, "host": client.origin, "email": email}
    asked = ("response_type", "client_id", "redirect_uri", "state")
    page = pages.login(request.language, values, {name: getattr(request, name) for name in asked}, trouble)
    return pages.answer(page, status, client.origin, **headers)


def _back(client: Client, request: Asked, **given: str) -> Answer:
    """The redirect to the client, which recognizes its own call by `state`."""
    values = given | ({"state": request.state} if request.state else {})
    return Answer(None, 302, {"Location": client.back(values), **pages.UNSEEN})


ROWS = [
    Endpoint("GET", "/ppauth/auth", login_page, headers=_LANGUAGE),
    Endpoint("POST", "/ppauth/auth", log_in, headers=_LANGUAGE, in_form=True),
]
