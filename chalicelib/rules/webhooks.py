"""Webhooks: events that an account can have sent to an address, when a delivery is tried again, and how it is signed."""

import hmac
from collections.abc import Collection, Sequence

CREATED, UPDATED, ASSIGNED, STATUS_CHANGED, REPLIED, CLOSED, DELETED = (
    "conversation_created",
    "conversation_updated",
    "conversation_assigned",
    "conversation_status_changed",
    "conversation_replied",
    "conversation_closed",
    "conversation_deleted",
)
MESSAGE_CREATED, BREACHED, CONTACT_CREATED = "message_created", "sla_breached", "contact_created"
AGENT_REPLIED, FILE_UPLOADED = "agent_replied", "file_uploaded"
#: Events, in the order that those of one change are sent in. Their places are part of ids, so they never change.
EVENTS = (
    CREATED,
    MESSAGE_CREATED,
    REPLIED,
    AGENT_REPLIED,
    FILE_UPLOADED,
    ASSIGNED,
    STATUS_CHANGED,
    CLOSED,
    UPDATED,
    BREACHED,
    DELETED,
    CONTACT_CREATED,
)
#: Stands for all events but those that another vendor's receivers ask for by name.
ALL = "*"
_BY_NAME = frozenset([AGENT_REPLIED, FILE_UPLOADED])

#: Seconds after a failed try until the next: seven tries in all, the first at once. Each is longer by a tenth at most.
DELAYS = (60, 600, 3_600, 86_400, 86_400, 86_400)
_JITTER = 0.1
#: For how many milliseconds an address may fail before its webhook is paused.
PATIENCE = 86_400_000
#: Tries in a row without an answer in time after which one is made at a time, and seconds until that: twice as many after each.
SILENT, _FIRST_PROBE, _LAST_PROBE = 3, 30, 900


def is_wanted(wanted: str, event: str) -> bool:
    """Returns whether a webhook for `wanted` gets an event."""
    return wanted == event or (wanted == ALL and event not in _BY_NAME)


def next_try(tries: int, at: int, chance: float) -> int | None:
    """Returns when a delivery is tried again that has failed so often (from 1), the last time `at`, in epoch milliseconds. None
    if that was its last. `chance`, from 0 to 1, spreads those that failed together: it is the same for what is sent in order.
    """
    if tries > len(DELAYS):
        return None
    return at + int(DELAYS[tries - 1] * 1000 * (1 + _JITTER * chance))


def probe_after(silent: int, at: int) -> int | None:
    """Returns when an address is asked again that has not answered in time so often in a row. None while it need not wait."""
    if silent < SILENT:
        return None
    return at + 1000 * min(_LAST_PROBE, _FIRST_PROBE << min(silent - SILENT, 10))


def signature(secrets: Collection[str], second: int, body: bytes) -> str:
    """Returns the header that signs a body, sent at a second, with each of some secrets: `t=…,v1=…`, a `v1` for each secret."""
    signed: Sequence[str] = [hmac.digest(secret.encode(), b"%d." % second + body, "sha256").hex() for secret in secrets]
    return ",".join([f"t={second}", *(f"v1={one}" for one in signed)])
