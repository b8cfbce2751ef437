"""Known sources: which people were seen from which network address within the last hour.

The original clients upload files without a token, so having been seen with a token or on a socket is all the proof they have. A
process remembers every call; for the other processes it stores the fact once in half an hour.
"""

from chalicelib.context import AGENT, Context
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import tokens
from chalicelib.models.tokens import Token
from chalicelib.rules import ids
from chalicelib.rules.rate_limits import network_of

#: For how many seconds somebody counts as seen, and after how many that is stored again.
SECONDS, _STORED_AGAIN = 3600, 1800
_KIND = "seen"
#: Stands for anybody at all.
_ANYBODY = ""
#: When each source and person was stored last (epoch milliseconds).
_stored: TimedCache[int] = TimedCache(most=20_000, seconds=SECONDS)


def record(ctx: Context, whose: str) -> None:
    """Notes that this call has proved to come from a person or an account. No request, or one in half an hour."""
    rows = rows_to_record(ctx, whose)
    if rows:
        retry_on_conflict(ctx, lambda: tokens.put_all(rows))


def record_token(ctx: Context) -> None:
    """Notes the same for an agent's or a program's token. A program may name any person of its account."""
    if ctx.caller.at_least(AGENT):
        record(ctx, ctx.caller.person or ctx.account)


def rows_to_record(ctx: Context, whose: str) -> list[Token]:
    """Returns the rows to store for this call, for a caller that stores them itself. Empty if they are stored already."""
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
    """Returns whether one of these was seen from the call's address within the hour; without names, whether anybody was.

    No request where this process has seen them, else one.
    """
    source = network_of(ctx.source)
    digests = [_digest(source, each) for each in whose or (_ANYBODY,)] if source else []
    if any(_stored.get(digest, ctx.now) for digest in digests):
        return True
    return any((row.expires_at or 0) * 1000 > ctx.now for row in tokens.get_many(digests).values())


def _digest(source: str, whose: str) -> str:
    return ids.digest(f"seen#{source}#{whose}")
