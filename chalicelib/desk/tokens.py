"""Tokens: who holds a secret. Secrets are random, stored as digests, and told once."""

import hmac

from chalicelib.context import Caller, Context
from chalicelib.desk import limits, seen
from chalicelib.desk.cache import TimedCache
from chalicelib.desk.errors import NotAuthenticated
from chalicelib.models import tokens
from chalicelib.models.base import Refused
from chalicelib.models.tokens import Token as Token
from chalicelib.rules import ids

ACCESS, REFRESH, KEY, CLIENT = "access", "refresh", "key", "client"
#: Good once: for an access token, and for a new password.
CODE, RESET = "code", "reset"
_BINDING = "binding"
#: Seconds that an access token, and a refresh token, is good for.
ACCESS_SECONDS, REFRESH_SECONDS = 86_400, 30 * 86_400
CODE_SECONDS, RESET_SECONDS = 30, 1_800

_cache: TimedCache[Token] = TimedCache()
_bound: TimedCache[bool] = TimedCache()


def issue(ctx: Context, holder: Caller, kind: str, seconds: int | None, name: str | None = None) -> str:
    """A new secret for `holder`, good for so many seconds (None: until revoked). `name` must be shown with it, if given."""
    limits.spend_by_source(ctx, "tokens")
    secret, row = made(ctx, holder, kind, seconds, name)
    tokens.put(row)
    return secret


def made(ctx: Context, holder: Caller, kind: str, seconds: int | None, name: str | None = None) -> tuple[str, Token]:
    """The same, to be stored with something else: the secret and its row.

    A secret ends in whose it is, in the open, so that one request reads it with what may have ended it.
    """
    secret = ".".join(filter(None, [ctx.secret(), holder.account, holder.person]))
    row = Token(
        ids.digest(secret),
        kind=kind,
        account=holder.account,
        level=holder.level,
        client=holder.client,
        name=name,
        person=holder.person,
        number=holder.number,
        expires_at=None if seconds is None else ctx.now // 1000 + seconds,
        generation=holder.generation,
    )
    return secret, row


def check(ctx: Context, secret: str, *kinds: str, name: str | None = None) -> Caller:
    """The holder of a secret of one of the kinds: no request where a warm process knows it, else one.

    Raises NotAuthenticated where it is unknown, expired, ended, of another kind or shown with another name, TooMany.
    """
    digest = ids.digest(secret)
    token = _living(ctx, digest, *_whose(secret))
    if token is None or token.kind not in kinds:
        raise NotAuthenticated
    if not hmac.compare_digest((token.name or "").lower().encode(), (name or "").lower().encode()):
        raise NotAuthenticated
    caller = Caller(token.account, token.level, token.person, token.number, token.client, digest, token.generation)
    limits.spend_token(ctx.acting(caller))
    return caller


def _whose(secret: str) -> tuple[str, str]:
    """Account and person that a secret says it is of, empty where it says none."""
    _, account, person = [*secret.split("."), "", ""][:3]
    return account, person


def _stored(digest: str, account: str, person: str) -> Token | None:
    whose = (account, person if ids.is_uuid(person) else "") if ids.is_uuid(account) else ("", "")
    token, endings = tokens.get_with_endings(digest, *whose)
    return None if token is None or any(_ended(token, ending) for ending in endings) else token


def _ended(token: Token, ending: Token) -> bool:
    first = ending.keys_generation if token.kind in (KEY, CLIENT) else ending.generation
    return token.generation < first and token.digest != ending.spared


def look(ctx: Context, secret: str, kind: str) -> Token:
    """The row of a secret that is good once, read anew: one request. Raises NotAuthenticated as `check` does."""
    token = _stored(ids.digest(secret), *_whose(secret))
    if token is None or token.kind != kind or (token.expires_at or 0) * 1000 <= ctx.now:
        raise NotAuthenticated
    return token


def take(ctx: Context, secret: str, kind: str) -> Token:
    """The same, for the one who is first to take it: two requests."""
    token = look(ctx, secret, kind)
    try:
        tokens.take(token)
    except Refused as refused:
        raise NotAuthenticated from refused
    return token


def forget(ctx: Context) -> None:
    """Drops what this process remembers of the caller's token, which has just been ended."""
    _cache.forget(ctx.caller.token)


def _living(ctx: Context, digest: str, account: str, person: str) -> Token | None:
    """A token of somebody's that has not ended: read anew a minute after it was read, however often it is shown."""
    token = _cache.get(digest, ctx.now)
    if token is None and (token := _stored(digest, account, person)):
        _cache.put(digest, token, ctx.now)
    return None if token is None or (token.expires_at is not None and token.expires_at * 1000 <= ctx.now) else token


def is_good(ctx: Context) -> bool:
    """Whether the caller's token, checked some time ago, still is: no request where a warm process knows it, else one."""
    return _mine(ctx) is not None


def _mine(ctx: Context) -> Token | None:
    return _living(ctx, ctx.caller.token, ctx.account, ctx.caller.person or "")


def ends_at(ctx: Context) -> int | None:
    """When the caller's token, which has just been checked, ends by itself: epoch seconds, None for never."""
    token = _mine(ctx)
    return token.expires_at if token else ctx.now // 1000


def end(ctx: Context) -> None:
    """Ends the caller's token: one request. Another warm process may believe in it for a minute more."""
    tokens.delete(ctx.caller.token)
    forget(ctx)


def bind(ctx: Context, person: str) -> None:
    """From now on the caller's token speaks for a visitor: no request where it is known to, else one, or three.

    The visitor was seen, then, where the call comes from: one more in half an hour. Raises NotAuthenticated where the token
    has gone meanwhile.
    """
    if _known(ctx, person):
        seen.note(ctx, person)
        return
    try:
        tokens.bind(ctx.caller.token, _row(ctx, person), *seen.due(ctx, person))
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
