"""LiveChat's credentials: `api_token`, `access_token` or a bearer token."""

from chalicelib.context import AGENT, LEVELS, Context, stranger
from chalicelib.desk.auth import tokens
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Forbidden, NotAuthenticated
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Request


def admit(request: Request, endpoint: Endpoint) -> Context:
    """Returns the caller. Raises NotAuthenticated, or Forbidden below the endpoint's level or without the permission it needs."""
    ctx = stranger(request.source)
    secret = request.headers.get("api_token") or request.headers.get("access_token") or request.credential("Bearer")
    if not secret:
        raise NotAuthenticated
    caller = tokens.check(ctx, secret, tokens.KEY, tokens.ACCESS)
    level = endpoint.needs if endpoint.needs in LEVELS else AGENT
    if not caller.at_least(level):
        raise Forbidden(f"this needs the level {level}")
    ctx = ctx.acting(caller)
    return ctx if endpoint.needs in LEVELS else access.require(ctx, endpoint.needs)
