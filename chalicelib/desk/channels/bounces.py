"""Bounces: what SES tells of a mail after it has taken it, as events of its configuration set, noted on the message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.channels import delivery
from chalicelib.desk.core import access
from chalicelib.models.messages import BOUNCED, COMPLAINED, FAILED

GONE, OTHER = "message is gone", "of no attempt that counts"
#: Statuses by the type of an event. Others say nothing that agents have to know.
_STATUSES = {"Bounce": BOUNCED, "Complaint": COMPLAINED, "Reject": FAILED}
#: Recipients that are named.
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Told:
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
        who = _names(event.get("complaint", {}).get("complainedRecipients", []))
        return f"{who} has reported it as unwanted"
    bounce = event.get("bounce", {})
    recipients = bounce.get("bouncedRecipients", [])
    why = next((one["diagnosticCode"] for one in recipients if one.get("diagnosticCode")), "no reason was told")
    span = "for now" if bounce.get("bounceType") == "Transient" else "for good"
    return f"it came back from {_names(recipients)}, {span}: {why}"


def _names(recipients: list[dict[str, Any]]) -> str:
    named = [str(one.get("emailAddress", "")) for one in recipients]
    return ", ".join(named[:_MOST_NAMED]) or "its recipient"


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
