"""Tokens: who holds a secret. Secrets are random, stored as digests, and told once."""

import hmac

from chalicelib.context import Caller, Context
from chalicelib.desk.cache import TimedCache
from chalicelib.desk.errors import NotAuthenticated
from chalicelib.models import tokens
from chalicelib.models.base import Refused
from chalicelib.models.tokens import Token as Token
from chalicelib.rules import ids

ACCESS, REFRESH, KEY, CLIENT = "access", "refresh", "key", "client"
_BINDING = "binding"
#: Seconds that an access token, and a refresh token, is good for.
ACCESS_SECONDS, REFRESH_SECONDS = 86_400, 30 * 86_400

_cache: TimedCache[Token] = TimedCache()
_bound: TimedCache[bool] = TimedCache()


def issue(ctx: Context, holder: Caller, kind: str, seconds: int | None, name: str | None = None) -> str:
    """A new secret for `holder`, good for so many seconds (None: until revoked). `name` must be shown with it, if given."""
    secret = ctx.secret()
    tokens.put(
        Token(
            ids.digest(secret),
            kind=kind,
            account=holder.account,
            level=holder.level,
            client=holder.client,
            name=name,
            person=holder.person,
            number=holder.number,
            expires_at=None if seconds is None else ctx.now // 1000 + seconds,
        )
    )
    return secret


def check(ctx: Context, secret: str, *kinds: str, name: str | None = None) -> Caller:
    """The holder of a secret of one of the kinds: no request where a warm process knows it, else one.

    Raises NotAuthenticated where it is unknown, expired, of another kind or shown with another name.
    """
    digest = ids.digest(secret)
    token = _cache.get(digest, ctx.now) or tokens.get(digest)
    if token is None or token.kind not in kinds:
        raise NotAuthenticated
    if token.expires_at is not None and token.expires_at * 1000 <= ctx.now:
        raise NotAuthenticated
    if not hmac.compare_digest((token.name or "").lower().encode(), (name or "").lower().encode()):
        raise NotAuthenticated
    _cache.put(digest, token, ctx.now)
    return Caller(token.account, token.level, token.person, token.number, token.client, digest)


def bind(ctx: Context, person: str) -> None:
    """From now on the caller's token speaks for a visitor: no request where it is known to, else one, or three.

    Raises NotAuthenticated where the token has gone meanwhile.
    """
    if _known(ctx, person):
        return
    try:
        tokens.bind(ctx.caller.token, _row(ctx, person))
    except Refused as refused:
        raise NotAuthenticated from refused
    _bound.put(_digest(ctx, person), True, ctx.now)


def may_speak_for(ctx: Context, person: str) -> bool:
    """Whether a visitors' token may act for a visitor whom the call does not name: one for whom it has spoken before.

    A visitors' token is public; whom it speaks for it shows by a uuid that nobody can guess. One that has spoken for
    nobody (its client has just renewed it) may go on with a conversation whose uuid it knows.
    """
    if _known(ctx, person):
        return True
    token = tokens.get(ctx.caller.token)
    return token is not None and not token.is_bound


def _known(ctx: Context, person: str) -> bool:
    digest = _digest(ctx, person)
    return bool(_bound.get(digest, ctx.now)) or (tokens.get(digest) is not None and _bound.put(digest, True, ctx.now))


def _digest(ctx: Context, person: str) -> str:
    return ids.digest(f"{ctx.caller.token}#{person}")


def _row(ctx: Context, person: str) -> Token:
    until = ctx.now // 1000 + ACCESS_SECONDS
    return Token(
        _digest(ctx, person), kind=_BINDING, account=ctx.account, level=ctx.caller.level, person=person, expires_at=until
    )
