"""Anytime's credentials: `Basic email:api_key`, or a bearer token of /oauth/token."""

import base64

import msgspec

from chalicelib.context import Caller, Context, stranger
from chalicelib.desk.auth import logins, refresh_tokens, tokens
from chalicelib.desk.core.errors import Forbidden, Invalid, NotAuthenticated
from chalicelib.desk.people import registration
from chalicelib.dialects.bounds import Id, Name, Secret, Token
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Request


def admit(request: Request, endpoint: Endpoint) -> Context:
    """Returns the caller. Raises NotAuthenticated, or Forbidden below the endpoint's level."""
    ctx = stranger(request.source)
    if endpoint.needs is None:
        return ctx
    caller = _caller(ctx, request)
    if caller.person is None or not caller.at_least(endpoint.needs):
        raise Forbidden(f"this needs the level {endpoint.needs}")
    return ctx.acting(caller)


def _caller(ctx: Context, request: Request) -> Caller:
    bearer, basic = request.credential("Bearer"), request.credential("Basic")
    if bearer:
        return tokens.check(ctx, bearer, tokens.ACCESS)
    if not basic:
        raise NotAuthenticated
    try:
        email, _, key = base64.b64decode(basic, validate=True).decode().partition(":")
        address = registration.canonical_email(email)
    except (ValueError, Invalid) as error:
        raise NotAuthenticated from error
    return tokens.check(ctx, key, tokens.KEY, name=address)


class OAuthRequest(msgspec.Struct):
    """The form of /oauth/token."""

    grant_type: Name
    email: Id = ""
    password: Secret = ""
    refresh_token: Token = ""


class OAuthToken(msgspec.Struct):
    """A bearer token for Anytime and OneView; `expires_in` is in seconds."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str


def token(ctx: Context, request: OAuthRequest) -> OAuthToken:
    """`POST /oauth/token`: for an agent's e-mail and password, or for a refresh token, which is used up."""
    if request.grant_type == "password":
        return _shown(refresh_tokens.issue_pair(ctx, logins.log_in_plain(ctx, request.email, request.password)[1]))
    if request.grant_type == "refresh_token":
        return _shown(refresh_tokens.rotate(ctx, request.refresh_token))
    raise Invalid("grant_type", "must be password or refresh_token")


def _shown(pair: refresh_tokens.TokenPair) -> OAuthToken:
    return OAuthToken(pair.access, "bearer", tokens.ACCESS_SECONDS, pair.refresh)
