"""Api clients: programs that call for an account, each with a key (public), a secret and a label of its dialect's."""

from chalicelib.context import Caller, Context
from chalicelib.desk import tokens
from chalicelib.desk.errors import NotAuthenticated
from chalicelib.models import claims


def create(ctx: Context, label: str, level: str) -> tuple[str, str]:
    """A new client of the caller's account: its key and its secret, which is told only now."""
    key = ctx.secret()
    secret = tokens.issue(ctx, Caller(ctx.account, level, client=label), tokens.CLIENT, None, name=key)
    claims.put(claims.claim(ctx.account, "client", key, label, scope=claims.EVERYWHERE))
    return key, secret


def check(ctx: Context, key: str, secret: str) -> Caller:
    """The client whose key and secret these are. Raises NotAuthenticated."""
    return tokens.check(ctx, secret, tokens.CLIENT, name=key)


def known(ctx: Context, key: str) -> tuple[str, str]:
    """(account, label) of the client with this key, which by itself proves nothing. Raises NotAuthenticated."""
    claim = claims.find(claims.EVERYWHERE, "client", key) if key else None
    if claim is None:
        raise NotAuthenticated
    return claim.account, claim.id
