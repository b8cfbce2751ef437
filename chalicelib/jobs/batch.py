"""A batch of a queue: each message is handled by itself, and only what fails returns to the queue."""

from collections.abc import Callable, Sequence
from typing import Any

Record = dict[str, Any]


def each(records: Sequence[Record], handle: Callable[[Record], None]) -> dict[str, Any]:
    """Handles each SQS record and returns Lambda's partial batch response. Raises ExceptionGroup where all have failed.

    So a batch of one is never answered with its failure: a mapping that does not ask for partial responses would take that for
    success and delete the message. Only deploying raises the batch size, in one call with ReportBatchItemFailures.
    """
    failed = {record["messageId"]: error for record in records if (error := _failure(record, handle))}
    if failed and len(failed) == len(records):
        raise ExceptionGroup("all of a batch failed", list(failed.values()))
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _failure(record: Record, handle: Callable[[Record], None]) -> Exception | None:
    try:
        handle(record)
    except Exception as error:
        return error
    return None
