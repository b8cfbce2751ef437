"""Mailings: how far the mailing of a message has come. Each step is one write on the condition of the one before it.

QUEUED → SENDING, from when SES may have it → SENT, or FAILED. What SES tells later makes BOUNCED or COMPLAINED of SENT.
"""

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.models.base import conditional, transaction
from chalicelib.models.conversations import Conversation
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


def claim(message: Message, now: int, attempt: int, mail_id: str) -> None:
    """Notes that SES may have a mail from now on, by its next attempt. One request.

    Raises ConditionFailed where it is claimed already, or where its conversation has been merged into another one: a merge that
    begins later takes over what is noted here.
    """
    actions: list[Action] = [Message.send_status.set(SENDING), Message.send_since.set(now), Message.send_attempt.set(attempt)]
    actions += [Message.mail_id.set(mail_id), Message.send_failure.remove()]
    is_next = Message.send_status.is_in(*_AFTER[SENDING]) & _is_of(message.send_attempt)
    with transaction() as write:
        write.condition_check(Conversation, message.conversation_key, condition=Conversation.merged_into.does_not_exist())
        write.update(message, actions, is_next)


def _is_of(attempt: int | None) -> Condition:
    return Message.send_attempt.does_not_exist() if attempt is None else Message.send_attempt == attempt


def move(message: Message, status: str, now: int, attempt: int | None, failure: str | None = None) -> None:
    """Notes a step of a message's mailing, of the attempt that it is, and why it failed. One request.

    Raises ConditionFailed where the step is taken already, or does not follow on where that attempt is now.
    """
    actions: list[Action] = [Message.send_status.set(status), Message.send_since.set(now)]
    actions.append(Message.send_failure.set(failure) if failure else Message.send_failure.remove())
    with conditional():
        message.update(actions, Message.send_status.is_in(*_AFTER[status]) & _is_of(attempt))
