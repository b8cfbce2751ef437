"""Webhook answers: what receivers have answered about a contact, which deliveries keep for 30 days. Their ids stay."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from chalicelib.context import Context
from chalicelib.desk.integrations.webhooks import WEBHOOKS
from chalicelib.desk.privacy import subjects
from chalicelib.desk.privacy.subjects import Subject
from chalicelib.models import webhook_deliveries
from chalicelib.models.webhook_deliveries import WebhookDelivery

#: Deliveries that one part looks at.
_LOOKED_AT = 200
_FIRST, _LAST = "0", "~"


class Forgotten(NamedTuple):
    """From how many deliveries a part has taken the answers, and where to go on, empty at the end."""

    dropped: int
    after: str


def forget(ctx: Context, subject: Subject, says: Callable[[str], bool], after: str) -> Forgotten:
    """Drops the answers of some deliveries: those about a subject or a conversation of theirs or that is gone, and those whose
    answers name the subject, which is what `says` tells of a text. Two requests, three for many conversations, and one for each.
    """
    webhook, _, place = after.partition(" ")
    left = [id_ for id_ in sorted(WEBHOOKS.load_fresh(ctx)) if id_ >= webhook]
    if not left:
        return Forgotten(0, "")
    since = place if left[0] == webhook and place else _FIRST
    rows, rest = webhook_deliveries.page(ctx.account, left[0], since, _LAST, _LOOKED_AT, newest_first=False)
    answered = [row for row in rows if any(one.get("answer") for one in row.tries)]
    others = _of_others(ctx, subject, answered)
    own = [row for row in answered if _is_own(row, subject, others) or any(says(one.get("answer") or "") for one in row.tries)]
    following = f"{left[0]} {rest}" if rest else f"{left[1]} " if len(left) > 1 else ""
    return Forgotten(sum(map(webhook_deliveries.forget_answers, own)), following)


def _of_others(ctx: Context, subject: Subject, rows: Sequence[WebhookDelivery]) -> frozenset[str]:
    """Returns those conversations that deliveries are about which are there and somebody else's."""
    about = {str(row.about.get("conversation") or "") for row in rows} - {""}
    found = subjects.load_conversations(ctx, sorted(about))
    return frozenset(one.id for one in found if one.contact not in subject.ids and not one.purge_at)


def _is_own(row: WebhookDelivery, subject: Subject, others: frozenset[str]) -> bool:
    conversation, contact = row.about.get("conversation"), row.about.get("contact")
    return contact in subject.ids or (bool(conversation) and conversation not in others)
