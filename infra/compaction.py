"""Compaction of the journal of `make run`: what was erased is in none of its lines once an erasure is complete.

A stream's records have rows as they were, so those that all readers have taken lose them. Their numbers stay, where readers go
on.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Change = dict[str, Any]
#: The receipts of erasures end so (desk/privacy/records.py), and what one of them has that is not complete.
_RECEIPTS, _RUNNING = "#privacy", re.compile(r"completed_at\W+null")
#: Numbers of the last records, by table.
Numbers = Mapping[str, str]


def is_receipt(hash_key: str, item: Any) -> bool:
    """Whether an item is the receipt of an erasure that is complete."""
    if not hash_key.endswith(_RECEIPTS):
        return False
    document = json.dumps(item)
    return "completed_at" in document and not _RUNNING.search(document)


def latest(changes: Iterable[Change]) -> tuple[list[Change], list[Change]]:
    """Returns the records of streams, and of each row and message the last change, unless it is gone."""
    rows: dict[tuple[str, ...], Change] = {}
    records: list[Change] = []
    for change in changes:
        if "r" in change:
            records.append(change)
            continue
        where = (change.get("t", ""), change.get("q", ""), *change["k"])
        rows.pop(where, None)
        if change["n"] is not None:
            rows[where] = change
    return records, list(rows.values())


def numbers_of(streams: Mapping[str, list[Any]]) -> Numbers:
    """Returns the number of each stream's last record."""
    return {table: some[-1]["dynamodb"]["SequenceNumber"] for table, some in streams.items() if some}


def are_read(numbers: Numbers, is_read: Callable[[str, str], bool]) -> bool:
    """Whether all readers have taken these records."""
    return all(is_read(table, number) for table, number in numbers.items())


def bare(records: Iterable[Change], until: Numbers) -> Iterator[Change]:
    """Yields records, those up to the given ones without rows."""
    for change in records:
        is_old = change["r"]["dynamodb"]["SequenceNumber"] <= until.get(change["t"], "")
        yield {**change, "r": _without_images(change["r"])} if is_old else change


def strip(streams: Mapping[str, list[Any]], until: Numbers) -> None:
    """Does the same to the records that are in memory."""
    for table, some in streams.items():
        some[:] = [change["r"] for change in bare(({"t": table, "r": record} for record in some), until)]


def _without_images(record: Any) -> Any:
    told = {name: value for name, value in record["dynamodb"].items() if not name.endswith("Image")}
    return {**record, "dynamodb": told}
