"""Tries: what came of sending a delivery, and what follows from it."""

from contextlib import suppress
from typing import Any
from zlib import crc32

import msgspec

from chalicelib.context import Context
from chalicelib.desk.conversations import attachments
from chalicelib.desk.core.errors import NotFound
from chalicelib.desk.integrations.posting import TIMEOUT, Outcome
from chalicelib.models import webhook_deliveries as rows
from chalicelib.models.base import ConditionFailed
from chalicelib.models.webhook_deliveries import DELIVERED, FAILED, WAITING, WebhookDelivery, WebhookTurn
from chalicelib.rules import webhooks as rules

#: Bytes of an answer, and tries, that are kept.
KEPT_BYTES, MOST = 500, 50


class Verdict(msgspec.Struct, frozen=True):
    """What a receiver says of a file: PASSED, FAILED, or DELAY where it can't say yet."""

    guid: str
    result: str


#: Results of a verdict, and whether everybody may have the file then.
_AVAILABLE = {"passed": True, "failed": False, "delay": False}


def lane(turn: WebhookTurn) -> str:
    """Returns what deliveries have in common that are sent in their order, and so tried again after the same time."""
    return str(turn.about.get("conversation") or turn.about.get("contact") or turn.delivery)


def is_silence(outcome: Outcome) -> bool:
    """Returns whether an address had no answer in time."""
    return outcome.error == TIMEOUT


def is_over(ctx: Context, turn: WebhookTurn, known: WebhookDelivery | None) -> bool:
    """Returns whether a turn needs no sending: its delivery was made or given up in the same round, or tried in a later one, or
    is older than deliveries are kept.
    """
    is_done = known is not None and (known.round > turn.round or (known.round == turn.round and known.state != WAITING))
    return is_done or turn.expires_at * 1000 <= ctx.now


def note(ctx: Context, turn: WebhookTurn, delivery: WebhookDelivery, began_at: int, outcome: Outcome) -> bool:
    """Stores a try of a delivery with what follows from it. Returns whether the turn is over. One request, and a verdict's."""
    if outcome.is_success and turn.event == rules.FILE_UPLOADED:
        _heed(ctx, str(turn.about.get("file")), outcome.body)
    delivery.round, delivery.due_at = turn.round, None
    delivery.tries = [*delivery.tries, _try(began_at, outcome)][-MOST:]
    if outcome.is_success:
        delivery.state = DELIVERED
        rows.finish(delivery)
        return True
    due_at = rules.next_try(turn.tried + 1, ctx.now, crc32(f"{turn.key} {lane(turn)}".encode()) / 0xFFFF_FFFF)
    if due_at is None or due_at >= turn.expires_at * 1000:
        delivery.state = FAILED
        rows.finish(delivery)
        return True
    delivery.state, delivery.due_at = WAITING, due_at
    with suppress(ConditionFailed):  # another process has sent it, which held the webhook after this one
        rows.postpone(turn, delivery, due_at)
    return False


def _try(began_at: int, outcome: Outcome) -> dict[str, Any]:
    told = {"at": began_at, "ms": outcome.milliseconds, "status": outcome.status, "error": outcome.error}
    answer = outcome.body[:KEPT_BYTES].decode(errors="replace")
    return {name: value for name, value in {**told, "answer": answer}.items() if value not in (None, "")}


def _heed(ctx: Context, file: str, body: bytes) -> None:
    """Lets everybody have a file, or nobody, if the answer has a verdict about it. Two requests or three."""
    try:
        verdict = msgspec.json.decode(body, type=Verdict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    available = _AVAILABLE.get(verdict.result.lower())
    if available is not None and verdict.guid.lower() == file:
        with suppress(NotFound):
            attachments.set_available(ctx, file, available=available)
