"""Statistics: what was counted, for reports. Key account#kind · span.

A batch of a stream leaves one row, `live`, which nobody writes again, and a mark that says how many of its records are counted.
From time to time these rows are moved, in one transaction, into the row of their UTC day, which is `pending` and stands beside
them. Days that are over go to rows for good: the whole day, and a part of rows of months (statistics_months.py) of the account,
of each agent and department (by quarters of an hour), and of all of them together (by days). `total` is what all these days add
up to.

What something counted that is removed for good stays in rows of its own beside the days (statistics_kept.py).

Amounts are numbers by cell: a quarter of an hour since the epoch, agent, department, channel, policy.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.models import statistics_rows
from chalicelib.models.base import ConditionFailed, transaction
from chalicelib.models.statistics_rows import BEHIND, Cells, Statistic, is_version, pack

#: Records that one transaction can count: each is of one account, and one row more says so (100 in all).
MOST_AT_ONCE = 99
#: Live rows that one transaction moves, and days that they may be of.
MOST_MOVED, MOST_DAYS = 60, 18
_KEPT_SECONDS = 2 * 86400
#: Absorbed rows that a row remembers: those of its last two moves.
_REMEMBERED = 2 * MOST_MOVED
_LIVE, _DAY, _TOTAL = "a", "d", "t"


def add(first: str, records: int, found: Mapping[str, Cells], now: int) -> int:
    """Adds what records of a stream mean, by account; `first` is the id of the first record. All or nothing. One request.

    Returns how many of them were counted before, 0 if all are counted now.
    """
    mark = Statistic(f"counted#{first}", _TOTAL, records=records, expires_at=now // 1000 + _KEPT_SECONDS)
    try:
        with transaction() as write:
            write.save(mark, condition=Statistic.account.does_not_exist(), return_values="ALL_OLD")
            for account, cells in found.items():
                write.save(Statistic(_near(account), _LIVE + first, packed=pack(cells)))
    except ConditionFailed as refused:
        if refused.reasons[0] == "ConditionalCheckFailed" and refused.found[0]:
            return Statistic.from_raw_data(refused.found[0]).records or 0
        raise
    return 0


def put(write: Any, account: str, id_: str, cells: Cells) -> None:
    """Adds, to a transaction that happens once, what no stream counts of it. `id_` is a uuid of its own."""
    if cells:
        write.save(Statistic(_near(account), _LIVE + id_, packed=pack(cells)))


def _near(account: str) -> str:
    return f"{account}#near"


def far_key(account: str) -> str:
    """Returns the hash key of an account's days that are over."""
    return f"{account}#days"


def _span(day: int) -> str:
    return f"{_DAY}{day:06d}"


class Near(msgspec.Struct):
    """The counts that are not in the rows of months: live rows that are in no other, pending days, and the total of the rest.

    `settled` are pending days whose amounts were added to the total meanwhile.
    """

    live: list[Statistic] = msgspec.field(default_factory=list)
    pending: dict[int, Statistic] = msgspec.field(default_factory=dict)
    total: Statistic | None = None
    settled: frozenset[int] = frozenset()


def near(account: str) -> Near:
    """Returns what is near. One request for each MB: two days of a busy account.

    Rows move toward later keys of the Query only. So one that moves meanwhile is read twice, never missed, and the row that it
    moved into says so.
    """
    rows = statistics_rows.read_whole(lambda: list(Statistic.query(_near(account), consistent_read=True)))
    pending = {row.day: row for row in rows if row.span[0] == _DAY}
    absorbed = {span for row in pending.values() for span in row.absorbed or ()}
    total = next((row for row in rows if row.span == _TOTAL), None)
    moved = set(total.absorbed or ()) if total else set()
    settled = frozenset(day for day, row in pending.items() if _name(row) in moved)
    return Near([row for row in rows if row.span[0] == _LIVE and row.span not in absorbed], pending, total, settled)


def _name(row: Statistic) -> str:
    return f"{row.span}.{row.version}"


def live(account: str) -> list[Statistic]:
    """Returns live rows, as many as are moved at once. One request."""
    of_batches = Statistic.span.startswith(_LIVE)
    return list(Statistic.query(_near(account), of_batches, consistent_read=True, limit=MOST_MOVED))


def days(account: str, wanted: Sequence[int]) -> dict[int, tuple[Statistic | None, Statistic | None]]:
    """Returns for each day its pending row and its final one, None where there is none, read consistently. One request for each
    fifty.
    """
    keys = [(key, _span(day)) for day in wanted for key in (_near(account), far_key(account))]
    rows = statistics_rows.get_whole(keys)
    found = {(row.account, row.day): row for row in rows}
    return {day: (found.get((_near(account), day)), found.get((far_key(account), day))) for day in wanted}


class Pending(msgspec.Struct, frozen=True):
    """A day to write as pending: all its amounts, the part of them that the total has, the row that was read (None for none), and
    the version of the new row.
    """

    day: int
    cells: Cells
    base: Cells
    read: Statistic | None
    version: int


def move(account: str, rows: Sequence[Statistic], changed: Sequence[Pending], absorbed: Mapping[int, Sequence[str]]) -> None:
    """Writes days with the amounts of live rows, and removes these. All or nothing. One request.

    Raises ConditionFailed where a day was written, or a row removed, since it was read.
    """
    with transaction() as write:
        for row in rows:
            write.delete(row, condition=Statistic.span.exists())
        for one in changed:
            statistics_rows.forget(write, one.read)
            statistics_rows.save(
                write,
                Statistic(
                    _near(account),
                    _span(one.day),
                    packed=pack(one.cells),
                    base=pack(one.base) if one.base else None,
                    absorbed=[*absorbed.get(one.day, ())][-_REMEMBERED:] or None,
                    version=one.version,
                ),
                condition=is_version(one.read.version if one.read else None),
            )


def settle(account: str, pending: Statistic, kept: Statistic | None, total: Statistic | None, cells: Cells) -> None:
    """Puts a pending day among those for good, in the place of `kept`; `cells` is the total with it. One request.

    Raises ConditionFailed where the day or the total was written since it was read.
    """
    known = [*(total.absorbed or () if total else ()), _name(pending)][-_REMEMBERED:]
    row = Statistic(_near(account), _TOTAL, packed=pack(cells), absorbed=known)
    row.version = ((total.version if total else None) or 0) + 1
    with transaction() as write:
        write.save(row, condition=is_version(total.version if total else None))
        statistics_rows.forget(write, kept, pending.version)
        statistics_rows.save(write, Statistic(far_key(account), pending.span, packed=pending.packed, version=pending.version))
        statistics_rows.forget(write, pending)
        write.delete(pending, condition=Statistic.version == pending.version)


def known_days(account: str) -> list[int]:
    """Returns the days that an account has for good. A request for each MB of them."""
    rows = Statistic.query(far_key(account), Statistic.span.startswith(_DAY))
    return [row.day for row in rows if BEHIND not in row.span]
