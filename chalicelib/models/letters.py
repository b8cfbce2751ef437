"""Letters under which rows keep words of which there are few (attributes.WordAttribute). A letter never means another word."""

STATUS = {"new": "n", "pending_internal": "i", "pending_external": "e", "on_hold": "h", "closed": "c"}
PRIORITY = {"urgent": "u", "high": "h", "normal": "n", "low": "l"}
CHANNEL = {"chat": "c", "portal": "p", "email": "e"}
#: How routing has chosen a conversation's agent (rules/allocation.py).
CHOSEN = {"load_balancing": "b", "round_robin": "r", "last_assignee": "l", "rule": "n"}
#: How far the mailing of a message has come (messages.py).
SENT = {"queued": "q", "sending": "g", "sent": "s", "failed": "f", "bounced": "b", "complained": "c"}
KIND = {"contact": "c", "agent": "a", "system": "s"}
