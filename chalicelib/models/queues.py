"""SQS: the one place that sends to a queue."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from chalicelib import config
from chalicelib.models import base

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_BATCH = 10


class NotSent(Exception):
    """A queue did not take some of a batch; all of it may be sent again."""


@cache
def client() -> "SQSClient":
    """The one client for queues, of the tables' session: another session would load and parse all of botocore's data again."""
    return base.connection.session.create_client("sqs")  # type: ignore[return-value]


@cache
def _url(name: str) -> str:
    return client().get_queue_url(QueueName=config.queue(name))["QueueUrl"]


def send(queue: str, bodies: Sequence[tuple[str, int]]) -> None:
    """Sends (body, delay in seconds) pairs, ten a request. Raises NotSent where the queue took only some."""
    for start in range(0, len(bodies), _BATCH):
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(at), "MessageBody": body, "DelaySeconds": delay}
            for at, (body, delay) in enumerate(bodies[start : start + _BATCH])
        ]
        failed = client().send_message_batch(QueueUrl=_url(queue), Entries=entries).get("Failed", [])
        if failed:
            raise NotSent(f"{queue}: {failed[0]['Code']}")
