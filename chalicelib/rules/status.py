"""A conversation's status, and how messages move it."""

NEW, PENDING_INTERNAL, PENDING_EXTERNAL, ON_HOLD, CLOSED = "new", "pending_internal", "pending_external", "on_hold", "closed"
STATUSES = (NEW, PENDING_INTERNAL, PENDING_EXTERNAL, ON_HOLD, CLOSED)
PRIORITIES = ("urgent", "high", "normal", "low")
CONTACT, STAFF, MACHINE = "contact", "agent", "system"


def after_message(status: str, sender_kind: str) -> str:
    """Returns the status after a public message: an agent's answer waits for the customer, a customer's message for an agent.

    Both open a closed conversation. The system's own messages change nothing.
    """
    if sender_kind == MACHINE:
        return status
    if sender_kind == STAFF:
        return PENDING_EXTERNAL
    return status if status == NEW else PENDING_INTERNAL


def is_closed_for(closed_through: int | None, messages: int) -> bool:
    """Returns whether one member has closed a conversation for themselves, with no public message since."""
    return closed_through is not None and closed_through >= messages
