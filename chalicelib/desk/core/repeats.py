"""Repeats: a request with a client's key is served once, and its first answer is given again for a day."""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec

from chalicelib.context import VISITOR, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Conflict, InProgress, Invalid
from chalicelib.desk.core.retry import retry_on_conflict
from chalicelib.models import repeats
from chalicelib.models.base import ConditionFailed
from chalicelib.models.repeats import Repeat

#: Characters of a key, seconds for which an answer is kept, and bytes of one that is.
LONGEST, KEPT, MOST_BYTES = 256, 86_400, 350_000
#: Milliseconds after which a claim without an answer is taken for abandoned: no request is served longer.
_ABANDONED = 30_000


class Reply(msgspec.Struct, frozen=True):
    """An answer in bytes. One that is `refused` is not kept, so that a corrected request may use the key."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    refused: bool = False


@access.allow(VISITOR)
def once(ctx: Context, key: str, fingerprint: bytes, serve: Callable[[], Reply], *, has_secret: bool = False) -> Reply:
    """Returns the first answer to the caller's key, else what `serve` answers. `fingerprint` is all that was asked for. With
    `has_secret` the answer shows a secret only once: the key is stored as used, without the answer.

    Two requests more for a new key, two for one that was used. Every caller has their own keys. Raises Invalid for a key that
    is too long, Conflict for one that was used for another request or whose answer was not kept, InProgress while the first is
    being served; and what `serve` raises. If the first was never answered, it is served again after half a minute.
    """
    if len(key) > LONGEST:
        raise Invalid("Idempotency-Key", f"is longer than {LONGEST} characters")
    row = _claim(ctx, key, hashlib.sha256(fingerprint).hexdigest())
    found = retry_on_conflict(ctx, lambda: _claimed(ctx, row))
    return _known(row, found, has_secret) if found else _serve(row, serve, has_secret)


def _claim(ctx: Context, key: str, fingerprint: str) -> Repeat:
    who = ctx.caller.person or ctx.caller.client or ctx.caller.level
    return Repeat(
        f"{ctx.account}#{who}#{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}",
        account=ctx.account,
        fingerprint=fingerprint,
        claim=ctx.new_id(),
        claimed_at=ctx.now,
        expires_at=ctx.now // 1000 + KEPT,
    )


def _claimed(ctx: Context, row: Repeat) -> Repeat | None:
    """Claims the key. Returns the row that is in the way, None for none."""
    try:
        repeats.claim(row, ctx.now // 1000, ctx.now - _ABANDONED)
    except ConditionFailed:
        found = repeats.find(row.key)
        if found is None:
            raise  # it was released between, so it is free
        return found
    return None


def _known(row: Repeat, found: Repeat, has_secret: bool) -> Reply:
    if found.fingerprint != row.fingerprint:
        raise Conflict("this Idempotency-Key was used for another request")
    if found.status is None:
        raise InProgress(1)
    if has_secret:
        raise Conflict("this request was served already, and its answer shows a secret once")
    if found.body is None:
        raise Conflict("this request was served; its answer was too large to be kept")
    return Reply(found.status, dict(found.headers or {}), found.body)


def _serve(row: Repeat, serve: Callable[[], Reply], has_secret: bool) -> Reply:
    """Serves a claimed request. Where another process has taken the claim meanwhile, that one keeps its answer."""
    try:
        reply = serve()
    except BaseException:
        _release(row)
        raise
    if reply.refused or reply.status >= 400:
        _release(row)
        return reply
    body = reply.body if len(reply.body) <= MOST_BYTES and not has_secret else None
    with suppress(ConditionFailed):
        repeats.answer(row, reply.status, {} if has_secret else dict(reply.headers), body)
    return reply


def _release(row: Repeat) -> None:
    with suppress(ConditionFailed):
        repeats.release(row)
