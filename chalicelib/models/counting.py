"""Counting: how many rows an index has under a key, read as counts alone."""

from collections.abc import Iterable, Iterator
from typing import Any

from pynamodb.constants import COUNT

from chalicelib.models.base import Table


def counts(model: type[Table], index: str, holder: str, **query: Any) -> Iterator[int]:
    """Yields how many rows each request finds under a stored hash key, as far as they are taken. Each reads 1 MB of keys."""
    table, after = model._get_connection(), None
    while True:
        page = table.query(holder, index_name=index, exclusive_start_key=after, select=COUNT, **query)
        yield page["Count"]
        after = page.get("LastEvaluatedKey")
        if after is None:
            return


def total(found: Iterable[int], most: int) -> int:
    """Returns the sum of counts, up to `most`; no more are taken than that needs."""
    so_far = 0
    for count in found:
        so_far += count
        if so_far >= most:
            break
    return min(so_far, most)
