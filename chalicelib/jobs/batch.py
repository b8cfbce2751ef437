"""A batch of a queue: each message is handled, and what fails returns to the queue alone."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

log = logging.getLogger("polydesk")


def each(records: Sequence[dict[str, Any]], handle: Callable[[str], None]) -> dict[str, Any]:
    """Handles the body of each SQS record and returns Lambda's partial batch response.

    Raises ExceptionGroup where all have failed. So a batch of one is never answered with its failure, which a mapping that
    does not ask for partial responses would take for success, deleting the message: only deploying raises the batch size,
    in one call with ReportBatchItemFailures.
    """
    failed = {record["messageId"]: error for record in records if (error := _failure(record, handle))}
    if failed and len(failed) == len(records):
        raise ExceptionGroup("all of a batch failed", list(failed.values()))
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _failure(record: dict[str, Any], handle: Callable[[str], None]) -> Exception | None:
    try:
        handle(record["body"])
    except Exception as error:
        log.exception("message %s failed", record["messageId"])
        return error
    return None
