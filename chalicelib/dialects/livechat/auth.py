"""LiveChat's credentials: `api_token`, `access_token` or a bearer token."""

from chalicelib.context import Context, system
from chalicelib.desk import tokens
from chalicelib.desk.errors import Forbidden, NotAuthenticated
from chalicelib.dialects.endpoint import Endpoint
from chalicelib.dialects.http import Request


def admit(request: Request, endpoint: Endpoint) -> Context:
    """Who calls. Raises NotAuthenticated, or Forbidden below the endpoint's level."""
    ctx = system()
    secret = request.headers.get("api_token") or request.headers.get("access_token") or request.credential("Bearer")
    if not secret:
        raise NotAuthenticated
    caller = tokens.check(ctx, secret, tokens.KEY, tokens.ACCESS)
    if not caller.at_least(endpoint.needs):
        raise Forbidden(f"this needs the level {endpoint.needs}")
    return ctx.acting(caller)
