"""Bounces: what becomes of a mail after SES has taken it, noted on its message. SES tells it by events of its configuration set,
other servers by mail.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.channels import delivery, email_accounts
from chalicelib.desk.conversations import history
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import NotFound
from chalicelib.models import unique_names
from chalicelib.models.messages import BOUNCED, COMPLAINED, FAILED, Message
from chalicelib.rules import delivery_reports, ids, reply_addresses
from chalicelib.rules.mail_parsing import Mail

GONE, OTHER = "message is gone", "of no attempt that counts"
#: Statuses by the type of an event. Others say nothing that agents have to know.
_STATUSES = {"Bounce": BOUNCED, "Complaint": COMPLAINED, "Reject": FAILED}
#: Recipients that are named.
_MOST_NAMED = 5


class Told(msgspec.Struct, frozen=True):
    """What became of one attempt to mail a message, in the status's word, and why."""

    account: str
    conversation: str
    message: str
    attempt: int
    kind: str
    reason: str


def read(event: Mapping[str, Any]) -> Told | None:
    """Returns what an event of SES says, None for one about a mail without our tags, or that says nothing of interest."""
    tags: Mapping[str, Any] = event.get("mail", {}).get("tags", {})
    named = [str((tags.get(name) or [""])[0]) for name in ("account", "conversation", "message", "attempt")]
    status = _STATUSES.get(str(event.get("eventType", event.get("notificationType"))))
    if status is None or not all(named) or not named[3].isdecimal():
        return None
    return Told(named[0], named[1], named[2], int(named[3]), status, _reason(status, event))


def _reason(status: str, event: Mapping[str, Any]) -> str:
    if status == FAILED:
        return f"the mail service refused it: {event.get('reject', {}).get('reason', 'no reason was told')}"
    if status == COMPLAINED:
        return _complained(_addresses(event.get("complaint", {}).get("complainedRecipients", [])))
    bounce = event.get("bounce", {})
    recipients = bounce.get("bouncedRecipients", [])
    why = next((one["diagnosticCode"] for one in recipients if one.get("diagnosticCode")), "")
    return _came_back(_addresses(recipients), why, passes=bounce.get("bounceType") == "Transient")


def _addresses(recipients: list[dict[str, Any]]) -> list[str]:
    return [str(one.get("emailAddress", "")) for one in recipients]


def _complained(who: Sequence[str]) -> str:
    return f"{_names(who)} has reported it as unwanted"


def _came_back(who: Sequence[str], why: str, *, passes: bool) -> str:
    return f"it came back from {_names(who)}, {'for now' if passes else 'for good'}: {why or 'no reason was told'}"


def _names(who: Sequence[str]) -> str:
    return ", ".join(who[:_MOST_NAMED]) or "its recipient"


@access.allow(SYSTEM)
def note(ctx: Context, told: Told) -> str:
    """Notes on a message what became of its mail, and returns the status, or why nothing was noted. Three requests.

    An event that comes twice, late, or about an earlier attempt changes nothing.
    """
    message = delivery.find(ctx, told.conversation, told.message)[0]
    if message is None:
        return GONE
    if message.send_attempt != told.attempt:
        return OTHER
    return delivery.note(ctx, message, told.kind, told.attempt, told.reason)


@access.allow(SYSTEM)
def note_report(ctx: Context, mail: Mail, raw: bytes) -> str | None:
    """Notes on a message what a server's mail tells of it, and returns the status, or why nothing was noted; None for a mail that
    tells nothing. Up to four requests where it does, and as `history.get_by_number`.

    The id of a mail of ours, which is signed, says which message that is; one of an earlier attempt changes nothing.
    """
    report = delivery_reports.read(mail, raw)
    if report is None:
        return None
    told = _find(ctx, delivery_reports.ids(mail))
    if told is None:
        return GONE
    message, id_ = told
    if message.mail_id != id_:
        return OTHER
    if report.is_complaint:
        return delivery.note(ctx, message, COMPLAINED, message.send_attempt, _complained(report.recipients))
    reason = _came_back(report.recipients, report.reason, passes=report.passes)
    return delivery.note(ctx, message, BOUNCED, message.send_attempt, reason)


def _find(ctx: Context, names: Sequence[str]) -> tuple[Message, str] | None:
    """Returns the message that the latest of some Message-IDs is of, with that id. None where none is ours, or it is gone."""
    key = email_accounts.reply_key(ctx)
    ours = [(found, name) for name in names if (found := reply_addresses.read_message_id(key, name))]
    if not ours:
        return None
    of, name = max(ours, key=lambda one: one[0].message)
    conversation = unique_names.id_by_number(ctx.account, "conversation", of.conversation)
    try:
        number = ids.message_number(of.conversation, of.message)
        return (history.get_by_number(ctx, conversation, number), name.lower()) if conversation else None
    except NotFound:
        return None
