"""Batches: many rows stored in few requests, without conditions."""

import random
import time
from collections.abc import Sequence
from typing import Any

from chalicelib.models.base import Table, connection

#: Rows that one request writes; how often it asks again for rows that DynamoDB was too busy for, and the first pause (seconds).
_AT_ONCE, _TRIES, _PAUSE = 25, 6, 0.05


def put_all(rows: Sequence[Table]) -> None:
    """Stores rows of one table, or the same ones again. One request for each 25, none for none. Raises RuntimeError where
    DynamoDB stays too busy.
    """
    puts = [{"PutRequest": {"Item": row.serialize()}} for row in rows]
    for first in range(0, len(puts), _AT_ONCE):
        _put(rows[0].Meta.table_name, puts[first : first + _AT_ONCE])


def _put(name: str, left: list[dict[str, Any]]) -> None:
    for attempt in range(_TRIES):
        left = connection.dispatch("BatchWriteItem", {"RequestItems": {name: left}}).get("UnprocessedItems", {}).get(name, [])
        if not left:
            return
        time.sleep(random.uniform(0, _PAUSE * 2**attempt))  # noqa: S311 (no secret)
    raise RuntimeError(f"{len(left)} rows of {name} were not taken")
