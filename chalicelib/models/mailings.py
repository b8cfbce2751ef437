"""Mailings: how far the mailing of a message has come. Each step is one write on the condition of the one before it.

QUEUED → SENDING, from when SES may have it → SENT, or FAILED. What SES tells later makes BOUNCED or COMPLAINED of SENT.
"""

from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.models.base import conditional
from chalicelib.models.messages import BOUNCED, COMPLAINED, FAILED, QUEUED, SENDING, SENT, Message

#: Statuses that each may follow.
_AFTER = {
    SENDING: (QUEUED,),
    SENT: (SENDING,),
    FAILED: (QUEUED, SENDING, SENT),
    BOUNCED: (SENDING, SENT),
    COMPLAINED: (SENDING, SENT),
    QUEUED: (SENDING, FAILED, BOUNCED),
}


def move(message: Message, status: str, now: int, attempt: int | None, **values: Any) -> None:
    """Notes a step of a message's mailing, of the attempt that it is, with further attributes. One request.

    Raises ConditionFailed where the step is taken already, or does not follow on where that attempt is now.
    """
    before = Message.send_attempt.does_not_exist() if attempt is None else Message.send_attempt == attempt
    actions: list[Action] = [Message.send_status.set(status), Message.send_since.set(now)]
    values = {"send_failure": None, **values}
    for name, value in values.items():
        attribute = getattr(Message, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    with conditional():
        message.update(actions, Message.send_status.is_in(*_AFTER[status]) & before)
