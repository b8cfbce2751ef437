"""Refresh tokens: each works once, for a new access token and the next refresh token.

A token that is used a second time has been copied, so everything that descends from its login ends. A client that lost the answer
may ask again within `GRACE_SECONDS` and gets the same next token. A copy that is used within that time gains nothing: of two
holders of the next token, the one who uses it later is found out.
"""

from typing import NamedTuple

from msgspec.structs import replace

from chalicelib.context import STRANGER, Caller, Context
from chalicelib.desk.auth import tokens
from chalicelib.desk.auth.tokens import ACCESS_SECONDS, REFRESH_SECONDS
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import NotAuthenticated
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import tokens as rows
from chalicelib.models.tokens import Token
from chalicelib.rules import ids

GRACE_SECONDS = 10


class TokenPair(NamedTuple):
    """An access token, good for `tokens.ACCESS_SECONDS`, and the refresh token for the next pair."""

    access: str
    refresh: str


@access.allow(STRANGER)
def issue_pair(ctx: Context, holder: Caller) -> TokenPair:
    """Issues the first tokens of a login. One request."""
    holder = replace(holder, family=ctx.new_id())
    access_token, first = tokens.new_token(ctx, holder, tokens.ACCESS, ACCESS_SECONDS)
    refresh_token, second = tokens.new_token(ctx, holder, tokens.REFRESH, REFRESH_SECONDS)
    rows.put_all([first, second])
    return TokenPair(access_token, refresh_token)


@access.allow(STRANGER)
def rotate(ctx: Context, refresh_token: str) -> TokenPair:
    """Returns the tokens that follow a refresh token. Two requests.

    Raises NotAuthenticated for a bad token. For one that was used before, it also ends all tokens of that login.
    """
    return retry_on_conflict(ctx, lambda: _rotate(ctx, refresh_token))


def _rotate(ctx: Context, refresh_token: str) -> TokenPair:
    row = tokens.find_single_use(ctx, refresh_token, tokens.REFRESH)
    if not row.family:
        raise NotAuthenticated
    if row.used_at is not None and ctx.now - row.used_at > GRACE_SECONDS * 1000:
        _end_login(ctx, row)
        raise NotAuthenticated
    salt = row.salt or ctx.secret()
    holder = tokens.caller_of(row)
    access_token, first = tokens.new_token(ctx, holder, tokens.ACCESS, ACCESS_SECONDS)
    following, second = tokens.token_with_secret(ctx, ids.following(refresh_token, salt), holder, tokens.REFRESH, REFRESH_SECONDS)
    if row.used_at is None:
        rows.rotate(row, salt, ctx.now, [first, second])
    else:
        rows.put(first)
    return TokenPair(access_token, following)


@access.allow(STRANGER)
def end(ctx: Context, refresh_token: str) -> Caller | None:
    """Ends everything that descends from a refresh token's login, and returns its holder; None for a bad token. Two requests."""
    try:
        row = tokens.find_single_use(ctx, refresh_token, tokens.REFRESH)
    except NotAuthenticated:
        return None
    if row.family:
        _end_login(ctx, row)
    return tokens.caller_of(row)


def _end_login(ctx: Context, row: Token) -> None:
    """Ends everything that descends from a login, including what is being issued at this moment, which lives a little longer."""
    rows.put(rows.login_revocation(row, ctx.now // 1000 + REFRESH_SECONDS + ACCESS_SECONDS))
    tokens.forget_cached_login(row.family)
