"""Seen: who was here lately, from which network address. The original clients bring their files without a token, so that they
were seen with one, or on a socket, is all that they can show.

A process remembers it for each of its calls. It is stored once in half an hour, for the other processes.
"""

from chalicelib.context import AGENT, Context
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import tokens
from chalicelib.models.tokens import Token
from chalicelib.rules import ids
from chalicelib.rules.rate_limits import network_of

#: Seconds for which who was seen may bring a file, and after which it is stored again.
SECONDS, _STORED_AGAIN = 3600, 1800
_KIND = "seen"
#: Anybody at all, of whom a source has been seen.
_ANYBODY = ""
#: When each was stored last (epoch milliseconds), by source and person, from when they were seen last.
_stored: TimedCache[int] = TimedCache(most=20_000, seconds=SECONDS)


def record(ctx: Context, whose: str) -> None:
    """The call has proved that it is a person's, or an account's: no request, or one in half an hour."""
    rows = rows_to_record(ctx, whose)
    if rows:
        retry_on_conflict(ctx, lambda: tokens.put_all(rows))


def record_token(ctx: Context) -> None:
    """The same for who has shown an agent's token, or a program's, which may name any person of its account."""
    if ctx.caller.at_least(AGENT):
        record(ctx, ctx.caller.person or ctx.account)


def rows_to_record(ctx: Context, whose: str) -> list[Token]:
    """The same, where the caller stores the rows: none, or what is to be stored now."""
    source = network_of(ctx.source)
    if not source or not whose:
        return []
    digests = [digest for digest in (_digest(source, whose), _digest(source, _ANYBODY)) if _is_due(ctx, digest)]
    return [Token(digest, kind=_KIND, account="", level="", expires_at=ctx.now // 1000 + SECONDS) for digest in digests]


def _is_due(ctx: Context, digest: str) -> bool:
    at = _stored.get(digest, ctx.now)
    is_due = at is None or ctx.now - at >= _STORED_AGAIN * 1000
    _stored.put(digest, ctx.now if is_due or at is None else at, ctx.now)
    return is_due


def is_known(ctx: Context, *whose: str) -> bool:
    """Whether one of these was seen within the hour where the call comes from, or anybody where nobody is named.

    No request where this process has seen them, else one.
    """
    source = network_of(ctx.source)
    digests = [_digest(source, each) for each in whose or (_ANYBODY,)] if source else []
    if any(_stored.get(digest, ctx.now) for digest in digests):
        return True
    return any((row.expires_at or 0) * 1000 > ctx.now for row in tokens.get_many(digests).values())


def _digest(source: str, whose: str) -> str:
    return ids.digest(f"seen#{source}#{whose}")
