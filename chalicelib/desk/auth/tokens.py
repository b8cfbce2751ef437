"""Tokens: who holds a secret. Secrets are random, stored as digests, and shown once."""

import hmac
from collections.abc import Collection
from typing import NamedTuple

from chalicelib.context import STRANGER, VISITOR, Caller, Context
from chalicelib.desk.auth import known_sources
from chalicelib.desk.core import access, rate_limits
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import NotAuthenticated
from chalicelib.models import tokens
from chalicelib.models.base import ConditionFailed
from chalicelib.models.tokens import Token as Token
from chalicelib.rules import ids

ACCESS, REFRESH, KEY, CLIENT = "access", "refresh", "key", "client"
#: Work once: for an access token, for a new password, and for a first account.
CODE, RESET, SETUP = "code", "reset", "setup"
_BINDING, _FAMILY = "binding", "family"
#: Characters of an api key that its list shows.
_SHOWN = 4
#: Seconds that an access token, and a refresh token, is good for.
ACCESS_SECONDS, REFRESH_SECONDS = 86_400, 30 * 86_400
CODE_SECONDS, RESET_SECONDS, SETUP_SECONDS = 30, 1_800, 7 * 86_400

_cache: TimedCache[Token] = TimedCache()
_bound: TimedCache[bool] = TimedCache()


class Holder(NamedTuple):
    """The person behind a token (its digest) that was shown earlier, when a socket opened.

    `token_version` is the person's at that time. The token may be a program's, or one that visitors share.
    """

    account: str
    person: str
    token: str
    token_version: int


_going_on: TimedCache[Holder] = TimedCache()


@access.allow(STRANGER)
def issue(ctx: Context, holder: Caller, kind: str, seconds: int | None, name: str | None = None) -> str:
    """Makes a secret for `holder` that is good for so many seconds (None: until revoked). `name`, if given, must be shown with
    it.
    """
    rate_limits.spend_by_source(ctx, "tokens")
    secret, row = new_token(ctx, holder, kind, seconds, name)
    tokens.put(row)
    return secret


def new_token(ctx: Context, holder: Caller, kind: str, seconds: int | None, name: str | None = None) -> tuple[str, Token]:
    """Returns a new secret and its row, for a caller that stores the row with something else."""
    return token_with_secret(ctx, ctx.secret(), holder, kind, seconds, name)


def token_with_secret(
    ctx: Context, random: str, holder: Caller, kind: str, seconds: int | None, name: str | None = None
) -> tuple[str, Token]:
    """Returns the same for 256 random bits that the caller has.

    A secret ends in the ids of its holder, readable, so that one request reads its row together with what may have revoked it.
    """
    secret = ".".join(filter(None, [random, holder.account, holder.person, holder.family if holder.person else ""]))
    is_key = kind == KEY
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
        token_version=holder.token_version,
        issuer=holder.issuer,
        issuer_version=holder.issuer_version,
        family=holder.family,
        keys_of=holder.account if is_key else None,
        created_at=ctx.now if is_key else None,
        begins=secret[:_SHOWN] if is_key else None,
    )
    return secret, row


@access.allow(STRANGER)
def check(ctx: Context, secret: str, *kinds: str, name: str | None = None) -> Caller:
    """Returns the holder of a secret of one of these kinds. No request where a warm process knows it, else one.

    Raises NotAuthenticated for an unknown, expired or revoked secret, another kind or another name; TooMany.
    """
    digest = ids.digest(secret)
    token = _find_valid(ctx, digest, *_whose(secret))
    if token is None or token.kind not in kinds:
        raise NotAuthenticated
    if not hmac.compare_digest((token.name or "").lower().encode(), (name or "").lower().encode()):
        raise NotAuthenticated
    caller = caller_of(token)
    rate_limits.spend_token(ctx.acting(caller))
    return caller


def caller_of(token: Token) -> Caller:
    """Returns the caller that a token stands for."""
    return Caller(
        token.account,
        token.level,
        token.person,
        token.number,
        token.client,
        token.digest,
        token.token_version,
        token.issuer,
        token.issuer_version,
        token.family,
    )


def _whose(secret: str) -> list[str]:
    """Returns account, person and login that a secret names, empty where it names none."""
    return [*secret.split("."), "", "", ""][1:4]


def _stored(digest: str, account: str = "", person: str = "", family: str = "") -> Token | None:
    whose = [name for name in (account, person, family) if ids.is_uuid(name)]
    places = [tokens.revocation_key(*whose[:count]) for count in range(1, len(whose) + 1)]
    rows = tokens.get_many([digest, *places])
    token = rows.pop(digest, None)
    return None if token is None or any(_is_revoked(token, ending) for ending in rows.values()) else token


def _is_revoked(token: Token, ending: Token) -> bool:
    if ending.kind == _FAMILY or token.issuer_version < (ending.clients or {}).get(token.issuer, 0):
        return True
    first = ending.key_version if token.kind in (KEY, CLIENT) else ending.token_version
    return token.token_version < first and token.digest != ending.exempt_token


def split_ended(found: Collection[Token]) -> tuple[list[Token], list[Token]]:
    """Returns the tokens that are still good, and those that have been revoked. One request for each hundred people."""
    places = {row.digest: _revocations_of(Holder(row.account, row.person or "", row.digest, 0)) for row in found}
    endings = tokens.get_many({key for keys in places.values() for key in keys})
    gone = {row.digest for row in found if any(_is_revoked(row, endings[key]) for key in places[row.digest] if key in endings)}
    return [row for row in found if row.digest not in gone], [row for row in found if row.digest in gone]


def find_single_use(ctx: Context, secret: str, kind: str) -> Token:
    """Returns the row of a secret that works once, read anew. One request. Raises NotAuthenticated as `check` does."""
    token = _stored(ids.digest(secret), *_whose(secret))
    if token is None or token.kind != kind or _is_expired(ctx, token):
        raise NotAuthenticated
    return token


def use_single_use(ctx: Context, secret: str, kind: str) -> Token:
    """Returns the same and uses it up; only the first caller gets it. Two requests."""
    token = find_single_use(ctx, secret, kind)
    try:
        tokens.take(token)
    except ConditionFailed as refused:
        raise NotAuthenticated from refused
    return token


def forget_cached(ctx: Context, token: str | None = None) -> None:
    """Drops what this process remembers of a token (its digest; the caller's own by default) that has just been revoked."""
    digest = ctx.caller.token if token is None else token
    _cache.forget(digest)
    _going_on.forget_where(lambda holder: holder.token == digest)


def forget_cached_of(account: str, person: str | None = None) -> None:
    """Drops what this process remembers of an account's tokens, or of one person's, after some were revoked."""
    _cache.forget_where(lambda token: token.account == account and person in (None, token.person))
    _going_on.forget_where(lambda holder: holder.account == account and person in (None, holder.person))


def of_login(family: str, digests: Collection[str]) -> set[str]:
    """Returns which tokens descend from a login. One request for each hundred, none for no token."""
    return {digest for digest, row in tokens.get_many(digests).items() if family and row.family == family}


def forget_cached_login(family: str) -> None:
    """Drops what this process remembers of the tokens of one login, all of which have just been revoked."""
    _cache.forget_where(lambda token: token.family == family)


def _find_valid(ctx: Context, digest: str, *whose: str) -> Token | None:
    """Returns a token that has not ended. It is read again a minute after it was read, however often it is shown."""
    token = _cache.get(digest, ctx.now)
    if token is None and (token := _stored(digest, *whose)):
        _cache.put(digest, token, ctx.now)
    return None if token is None or _is_expired(ctx, token) else token


def _is_expired(ctx: Context, token: Token) -> bool:
    return token.expires_at is not None and token.expires_at * 1000 <= ctx.now


def find_ended(ctx: Context, holders: Collection[Holder], *, anew: bool = False) -> set[Holder]:
    """Returns the holders whose token has ended, or who were removed, switched off or given another level since.

    No request where a warm process has seen all of them go on within a minute, else one for each hundred rows. `anew` reads all.
    """
    asked = {holder for holder in holders if anew or _going_on.get("#".join(map(str, holder)), ctx.now) is None}
    rows = tokens.get_many({key for holder in asked for key in _keys_of(holder)})
    gone = {holder for holder in asked if _has_ended(ctx, holder, rows)}
    for holder in asked - gone:
        _going_on.put("#".join(map(str, holder)), holder, ctx.now)
    return gone


def _keys_of(holder: Holder) -> list[str]:
    return [holder.token, *_revocations_of(holder)]


def _revocations_of(holder: Holder) -> tuple[str, str]:
    return tokens.revocation_key(holder.account), tokens.revocation_key(holder.account, holder.person)


def _has_ended(ctx: Context, holder: Holder, rows: dict[str, Token]) -> bool:
    token = rows.get(holder.token)
    everybody, own = (rows.get(key) for key in _revocations_of(holder))
    if token is None or _is_expired(ctx, token) or (everybody and _is_revoked(token, everybody)):
        return True
    if own is None:
        return False
    # A program's token, and one that visitors share, is nobody's own: a new password does not end it, a removal does.
    return _is_revoked(token, own) if token.person == holder.person else holder.token_version < own.key_version


def _mine(ctx: Context) -> Token | None:
    return _find_valid(ctx, ctx.caller.token, ctx.account, ctx.caller.person or "")


def expiry_of(ctx: Context) -> int | None:
    """Returns when the caller's token, which has just been checked, expires: epoch seconds, None for never."""
    token = _mine(ctx)
    return token.expires_at if token else ctx.now // 1000


@access.allow(VISITOR)
def revoke(ctx: Context) -> None:
    """Ends the caller's token. One request. Another warm process may accept it for a minute more."""
    tokens.delete(ctx.caller.token)
    forget_cached(ctx)


@access.allow(VISITOR)
def bind_to_visitor(ctx: Context, person: str) -> None:
    """Lets the caller's token speak for a visitor from now on. No request where this process knows it, else one or three.

    It also notes that the visitor was seen from the call's address: one request more every half hour. Raises NotAuthenticated
    where the token has just been revoked. Writes nothing for a caller without a token: another check has admitted them.
    """
    if not ctx.caller.token:
        return
    if _is_bound(ctx, person):
        known_sources.record(ctx, person)
        return
    try:
        tokens.bind(ctx.caller.token, _row(ctx, person), *known_sources.rows_to_record(ctx, person))
    except ConditionFailed as refused:
        raise NotAuthenticated from refused
    _bound.put(_digest(ctx, person), True, ctx.now)


def may_speak_for(ctx: Context, person: str) -> bool:
    """Returns whether a visitors' token may act for a visitor that the call does not name: only if it has acted for them before.

    A visitors' token is public. What shows which visitor it speaks for is their uuid, which nobody can guess. A token that has
    not acted for anybody yet (its client has just renewed it) may go on with a conversation if the call has its uuid.
    """
    if _is_bound(ctx, person):
        return True
    token = tokens.get(ctx.caller.token)
    return token is not None and not token.is_bound


def _is_bound(ctx: Context, person: str) -> bool:
    digest = _digest(ctx, person)
    return bool(_bound.get(digest, ctx.now)) or (tokens.get(digest) is not None and _bound.put(digest, True, ctx.now))


def _digest(ctx: Context, person: str) -> str:
    return ids.digest(f"{ctx.caller.token}#{person}")


def _row(ctx: Context, person: str) -> Token:
    until = ctx.now // 1000 + ACCESS_SECONDS
    return Token(
        _digest(ctx, person), kind=_BINDING, account=ctx.account, level=ctx.caller.level, person=person, expires_at=until
    )
