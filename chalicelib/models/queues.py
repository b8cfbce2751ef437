"""SQS: the one place that sends to a queue."""

import random
import time
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import config
from chalicelib.models import base

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_BATCH = 10
#: Times that a body is sent which the queue does not take, and seconds waited at most before the second.
_ATTEMPTS, _PAUSE = 3, 0.1
#: Seconds, so that a queue which does not answer is given up, three times tried, before the function's own time is.
_CONNECT_TIMEOUT, _READ_TIMEOUT = 2, 3


class NotSent(Exception):
    """A queue did not take all that was sent: `left` are the places of the rest, which may be sent again."""

    def __init__(self, queue: str, left: Sequence[int], why: str) -> None:
        super().__init__(f"{queue}: {why}")
        self.left = left


@cache
def client() -> "SQSClient":
    """The one client for queues, of the tables' session: another session would load and parse all of botocore's data again."""
    limits = Config(connect_timeout=_CONNECT_TIMEOUT, read_timeout=_READ_TIMEOUT)
    return base.connection.session.create_client("sqs", config=limits)  # type: ignore[return-value]


@cache
def _url(name: str) -> str:
    return client().get_queue_url(QueueName=config.queue(name))["QueueUrl"]


def send(queue: str, bodies: Sequence[tuple[str, int]]) -> None:
    """Sends (body, delay in seconds) pairs, ten a request. Sends again, twice at most, those that the queue did not take.

    Raises NotSent for those that are left then; and at once if a request fails, which botocore has repeated.
    """
    left = dict.fromkeys(range(len(bodies)), "")
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, _PAUSE * attempt))  # noqa: S311 (no secret)
        left = _refused(queue, bodies, list(left))
        if not left:
            return
    raise NotSent(queue, list(left), next(iter(left.values())))


def _refused(queue: str, bodies: Sequence[tuple[str, int]], places: Sequence[int]) -> dict[int, str]:
    """Sends the bodies at these places; returns those not taken, with AWS's code. Raises NotSent where a request fails."""
    refused: dict[int, str] = {}
    for start in range(0, len(places), _BATCH):
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(at), "MessageBody": bodies[at][0], "DelaySeconds": bodies[at][1]} for at in places[start : start + _BATCH]
        ]
        try:
            answer = client().send_message_batch(QueueUrl=_url(queue), Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise NotSent(queue, [*refused, *places[start:]], type(error).__name__) from error
        refused |= {int(entry["Id"]): entry["Code"] for entry in answer.get("Failed", [])}
    return refused
