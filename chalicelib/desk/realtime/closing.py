"""Closing: sockets are closed once the token that opened them has ended."""

from chalicelib.context import AGENT, STRANGER, SYSTEM, Caller, Context
from chalicelib.desk.auth import refresh_tokens, tokens
from chalicelib.desk.core import access
from chalicelib.desk.realtime import live
from chalicelib.desk.realtime.live import Listener
from chalicelib.models import connections
from chalicelib.models import people as rows

#: Sockets that are closed, or sockets of an account that are looked at, in one go.
MOST_AT_ONCE = 100


@access.allow(AGENT)
def end_session(ctx: Context, person: str, device: str | None = None) -> None:
    """Ends the caller's token and closes the person's sockets that belong to it or to a device. Two requests, four for each."""
    tokens.revoke(ctx)
    for each in live.connected(ctx, [person]):
        if each.device == device or each.token == ctx.caller.token:
            live.close(ctx, each.connection)


@access.allow(STRANGER)
def end_login(ctx: Context, refresh_token: str) -> None:
    """Ends the login of a refresh token with all its tokens, and closes their sockets. Four requests, four for each socket; one
    for a bad token.
    """
    holder = refresh_tokens.end(ctx, refresh_token)
    if holder is None or holder.person is None:
        return
    inside = ctx.acting(holder)
    found = live.connected(inside, [holder.person])
    ended = tokens.of_login(holder.family, [each.token for each in found])
    for each in found:
        if each.token in ended:
            live.close(inside, each.connection)


@access.allow(SYSTEM)
def close_ended(ctx: Context, person: str) -> bool:
    """Closes a person's sockets whose tokens have ended, in all their accounts. Returns whether there are more.

    Two requests, one for each account, four for each socket.
    """
    more = False
    for account in {ctx.account, *rows.accounts_of(person)}:
        inside = ctx.acting(Caller(account, SYSTEM))
        more = _close_ended(inside, live.connected(inside, [person])) or more
    return more


@access.allow(SYSTEM)
def close_ended_of_account(ctx: Context, after: str) -> str:
    """Closes the sockets of the account whose tokens have ended, one page of them. Returns where the next page begins, empty at
    the end.

    Two requests, four for each socket.
    """
    found, following = connections.of_account(ctx.account, after, MOST_AT_ONCE)
    _close_ended(ctx, [live.listener(row) for row in found])
    return following


def _close_ended(ctx: Context, found: list[Listener]) -> bool:
    gone = tokens.find_ended(ctx, [live.holder_of(ctx.account, each) for each in found], anew=True)
    closing = [each for each in found if live.holder_of(ctx.account, each) in gone]
    for each in closing[:MOST_AT_ONCE]:
        live.remove(ctx, each)
    return len(closing) > MOST_AT_ONCE
