"""Streams → statistics: what reports and the console's numbers are made of."""

from typing import Any

from chalicelib import context
from chalicelib.desk.reports import counting
from chalicelib.telemetry import Line


def count(table: str, records: list[dict[str, Any]]) -> None:
    """Counts what a batch of a table's stream means. Raises telemetry.Failed where that fails: the batch comes again."""
    with Line("batch", job="count", table=table, records=len(records)) as line:
        line.add(counted=counting.count(context.system(), table, records))
