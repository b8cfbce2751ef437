"""What was counted of things that are removed for good, kept for recounts. Key account#days · p, a digest, and a part."""

import hashlib
from contextlib import suppress
from typing import Any

from chalicelib.models.base import ConditionFailed, conditional, read_raw
from chalicelib.models.statistics import far_key
from chalicelib.models.statistics_rows import Cells, Statistic, pack

_GONE = "p"
#: For how many seconds rows are kept, longer than recounts look back; and cells of one row.
_KEPT_SECONDS, MOST_CELLS = 400 * 86400, 5_000


def is_kept(account: str, id_: str) -> bool:
    """Returns whether `keep` has stored all of something. One request."""
    key = Statistic.raw(account=far_key(account), span=_gone(id_, 0))
    return bool(read_raw({Statistic: [key]}, consistent=True)[Statistic])


def keep(account: str, id_: str, cells: Cells, now: int) -> None:
    """Stores, once, what something has counted whose rows will be removed. One request for each 5,000 cells; the last one says
    that all are stored.
    """
    every = list(cells.items())
    parts = [dict(every[at : at + MOST_CELLS]) for at in range(0, len(every), MOST_CELLS)] or [{}]
    for at in range(len(parts) - 1, -1, -1):
        row = Statistic(far_key(account), _gone(id_, at), packed=pack(parts[at]), expires_at=now // 1000 + _KEPT_SECONDS)
        with suppress(ConditionFailed), conditional():
            row.save(Statistic.span.does_not_exist())


def kept(account: str) -> list[tuple[int, dict[tuple[Any, ...], dict[str, int]]]]:
    """Returns what `keep` has stored: when (epoch milliseconds), and amounts. A request for each MB."""
    rows = Statistic.query(far_key(account), Statistic.span.startswith(_GONE), consistent_read=True)
    return [(((row.expires_at or 0) - _KEPT_SECONDS) * 1000, row.cells) for row in rows]


def _gone(id_: str, part: int) -> str:
    """Returns the range key of a part: it has a digest of the id, so that nobody can find the id."""
    return f"{_GONE}{hashlib.sha256(id_.encode()).hexdigest()[:32]}.{part:04d}"
