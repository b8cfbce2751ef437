"""A conversation's status, and how messages move it."""

NEW, PENDING_INTERNAL, PENDING_EXTERNAL, ON_HOLD, CLOSED = "new", "pending_internal", "pending_external", "on_hold", "closed"
STATUSES = (NEW, PENDING_INTERNAL, PENDING_EXTERNAL, ON_HOLD, CLOSED)
PRIORITIES = ("urgent", "high", "normal", "low")
CONTACT, STAFF, MACHINE = "contact", "agent", "system"


def after_message(status: str, sender_kind: str) -> str:
    """The status that a public message leaves: an agent's answer waits for the customer, a customer's for the desk.

    Either opens what was closed; the system's own messages change nothing.
    """
    if sender_kind == MACHINE:
        return status
    if sender_kind == STAFF:
        return PENDING_EXTERNAL
    return status if status == NEW else PENDING_INTERNAL


def is_closed_for(closed_through: int | None, messages: int) -> bool:
    """Whether one member has closed a conversation for himself: up to a public message, after which none has come."""
    return closed_through is not None and closed_through >= messages
