"""Statistics: what was counted, for reports. Key account#kind · span.

A batch of a stream leaves one row, `live`, which nobody writes again, and a mark that says how many of its records are counted.
From time to time these rows are moved, in one transaction, into the row of their UTC day, which is `pending` and stands beside
them. Days that are over go to rows for good: the whole day, and a part of each month's row of the account, of each agent and
department (by quarters of an hour), and of all of them together (by days). `total` is what all these days add up to.

What a conversation counted that is removed for good stays in rows of its own beside the days, `gone`, for recounts.

Amounts are numbers by cell: a quarter of an hour since the epoch, agent, department, channel, policy.
"""

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

import msgspec
from pynamodb.attributes import ListAttribute

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, PackedAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, conditional, read_raw, transaction

#: Records that one transaction can count: each is of one account, and one row more says so (100 in all).
MOST_AT_ONCE = 99
#: Live rows that one transaction moves, and days that they may be of; rows of months that one transaction writes.
MOST_MOVED, MOST_DAYS, MOST_MONTHS = 60, 18, 20
_KEPT_SECONDS = 2 * 86400
#: What a row's key has that stands behind another one, and how often a day is read that is written meanwhile.
_BEHIND, _READS = "+", 5
#: Absorbed rows that a row remembers: those of its last two moves.
_REMEMBERED = 2 * MOST_MOVED
#: Bytes of a packed day that one row has (DynamoDB: 400 KB); what is more stands in rows behind it, of the same version.
MOST_BYTES = 350_000
_LIVE, _DAY, _TOTAL, _GONE = "a", "d", "t", "p"
#: Seconds for which rows of what is gone are kept, longer than recounts look back; and cells of one such row.
_GONE_SECONDS, MOST_CELLS = 400 * 86400, 5_000
#: Amounts by cell, as `rules.counting.Amounts`.
Cells = Mapping[Any, Mapping[str, int]]
#: Of compression; more takes four times as long and saves a hundredth.
_LEVEL = 6
_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(tuple[list[str], list[str], list[list[int]]]).decode


class Statistic(Table):
    """A row of any kind; `packed` has its amounts."""

    class Meta:
        table_name = config.table("statistics")

    account = UnicodeAttribute(hash_key=True, attr_name="ac")
    span = UnicodeAttribute(range_key=True, attr_name="sp")
    packed = PackedAttribute(null=True, attr_name="pk")
    #: Of a pending day: what the total has of it already.
    base = PackedAttribute(null=True, attr_name="ba")
    #: The rows that were moved into this one last: who has read them before it must not add them again.
    absorbed: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True, attr_name="ab")
    #: How often a row was written that is written again.
    version = IntegerAttribute(null=True, attr_name="v")
    #: Of a day: how many rows behind it have the rest of `packed`.
    parts = IntegerAttribute(null=True, attr_name="pa")
    #: Of a mark: how many records; the stream forgets them in a day.
    records = IntegerAttribute(null=True, attr_name="re")
    #: Seconds since the epoch, of what is not kept.
    expires_at = IntegerAttribute(null=True, attr_name="ex")

    @property
    def cells(self) -> dict[tuple[Any, ...], dict[str, int]]:
        """Its amounts."""
        return unpack(self.packed)

    @property
    def day(self) -> int:
        """The UTC day since the epoch that a pending row, or one for good, is of."""
        return int(self.span[1:])


def pack(cells: Cells) -> bytes:
    """Returns amounts as they are stored: by columns, which are alike in themselves and so become small."""
    rows = sorted((cell, counts) for cell, counts in cells.items() if counts)
    channels, names = (
        sorted(found) for found in ({cell[3] for cell, _ in rows}, {name for _, counts in rows for name in counts})
    )
    places = {channel: at for at, channel in enumerate(channels)}
    quarters = [cell[0] for cell, _ in rows]
    steps = [after - before for before, after in pairwise([0, *quarters])]
    columns = [steps, *([cell[at] for cell, _ in rows] for at in (1, 2, 4)), [places[cell[3]] for cell, _ in rows]]
    columns += [[counts.get(name, 0) for _, counts in rows] for name in names]
    return zlib.compress(_encode((channels, names, columns)), _LEVEL)


def unpack(packed: bytes | None) -> dict[tuple[Any, ...], dict[str, int]]:
    """Returns stored amounts, none for None."""
    if packed is None:
        return {}
    channels, names, (steps, agents, groups, policies, places, *counts) = _decode(zlib.decompress(packed))
    cells = zip(accumulate(steps), agents, groups, (channels[at] for at in places), policies, strict=True)
    found = [{name: n for name, n in zip(names, row, strict=True) if n} for row in zip(*counts, strict=True)]
    return dict(zip(cells, found, strict=True))


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


def _far(account: str) -> str:
    return f"{account}#days"


def _span(day: int) -> str:
    return f"{_DAY}{day:06d}"


@dataclass(slots=True)
class Near:
    """What was counted and is not in the rows of months: live rows that are in no other, pending days, and the total of the rest.

    `settled` are the pending days whose amounts the total has all the same, because they were put there meanwhile.
    """

    live: list[Statistic] = field(default_factory=list)
    pending: dict[int, Statistic] = field(default_factory=dict)
    total: Statistic | None = None
    settled: frozenset[int] = frozenset()


def near(account: str) -> Near:
    """Returns what is near. One request for each MB: two days of a busy account.

    Rows move toward later keys of the Query only. So one that moves meanwhile is read twice, never missed, and the row that it
    moved into says so.
    """
    rows = _read_whole(lambda: list(Statistic.query(_near(account), consistent_read=True)))
    pending = {row.day: row for row in rows if row.span[0] == _DAY}
    absorbed = {span for row in pending.values() for span in row.absorbed or ()}
    total = next((row for row in rows if row.span == _TOTAL), None)
    moved = set(total.absorbed or ()) if total else set()
    settled = frozenset(day for day, row in pending.items() if _name(row) in moved)
    return Near([row for row in rows if row.span[0] == _LIVE and row.span not in absorbed], pending, total, settled)


def _read_whole(read: Callable[[], list[Statistic]]) -> list[Statistic]:
    """Returns rows with what stands behind them; reads again where a day was written meanwhile. Raises ConditionFailed where
    that goes on.
    """
    for _ in range(_READS):
        rows = read()
        behind = {(row.account, row.span): row for row in rows if _BEHIND in row.span}
        found = [row for row in rows if _BEHIND not in row.span]
        wanted = {(row.account, row.span): _spans_behind(row.span, row.version, row.parts) for row in found}
        if all((account, span) in behind for (account, _), spans in wanted.items() for span in spans):
            for row in found:
                rest = [behind[row.account, span].packed or b"" for span in wanted[row.account, row.span]]
                row.packed = b"".join([row.packed or b"", *rest]) if rest else row.packed
            return found
    raise ConditionFailed([], [])


def _spans_behind(span: str, version: int | None, parts: int | None) -> list[str]:
    return [f"{span}{_BEHIND}{version}.{at:02d}" for at in range(parts or 0)]


def _save(write: Any, row: Statistic, condition: Any = None) -> None:
    """Adds to a transaction: a day, with rows behind it where it is too large for one."""
    packed = row.packed or b""
    pieces: list[bytes | None] = [packed[at : at + MOST_BYTES] for at in range(0, len(packed), MOST_BYTES)]
    pieces = pieces or [None]
    row.packed, row.parts = pieces[0], len(pieces) - 1 or None
    write.save(row, condition=condition)
    for span, piece in zip(_spans_behind(row.span, row.version, row.parts), pieces[1:], strict=True):
        write.save(Statistic(row.account, span, packed=piece))


def _forget(write: Any, row: Statistic | None, version: int | None = None) -> None:
    """Adds to a transaction: what stands behind a day that was read goes, unless it is of a version."""
    for span in _spans_behind(row.span, row.version, row.parts) if row and row.version != version else ():
        write.delete(Statistic(row.account, span))  # type: ignore[union-attr]


def _name(row: Statistic) -> str:
    return f"{row.span}.{row.version}"


def live(account: str) -> list[Statistic]:
    """Returns live rows, as many as are moved at once. One request."""
    of_batches = Statistic.span.startswith(_LIVE)
    return list(Statistic.query(_near(account), of_batches, consistent_read=True, limit=MOST_MOVED))


def days(account: str, wanted: Sequence[int]) -> dict[int, tuple[Statistic | None, Statistic | None]]:
    """Returns of each day the pending row and the one for good, None where there is none, read consistently. One request for each
    fifty.
    """
    keys = [(key, _span(day)) for day in wanted for key in (_near(account), _far(account))]

    def read() -> list[Statistic]:
        rows = _get(keys)
        return rows + _get([(row.account, span) for row in rows for span in _spans_behind(row.span, row.version, row.parts)])

    rows = _read_whole(read)
    found = {(row.account, row.day): row for row in rows}
    return {day: (found.get((_near(account), day)), found.get((_far(account), day))) for day in wanted}


def _get(keys: Sequence[tuple[str, str]]) -> list[Statistic]:
    raw = [Statistic.raw(account=account, span=span) for account, span in keys]
    return [Statistic.from_raw_data(item) for item in read_raw({Statistic: raw}, consistent=True)[Statistic]] if raw else []


@dataclass(frozen=True, slots=True)
class Pending:
    """A day to be written as pending: all its amounts, what the total has of it, the row that was read (None for none), and the
    version of the new one.
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
            _forget(write, one.read)
            _save(
                write,
                Statistic(
                    _near(account),
                    _span(one.day),
                    packed=pack(one.cells),
                    base=pack(one.base) if one.base else None,
                    absorbed=[*absorbed.get(one.day, ())][-_REMEMBERED:] or None,
                    version=one.version,
                ),
                condition=_is(one.read.version if one.read else None),
            )


def _is(version: int | None) -> Any:
    return Statistic.span.does_not_exist() if version is None else Statistic.version == version


def settle(account: str, pending: Statistic, kept: Statistic | None, total: Statistic | None, cells: Cells) -> None:
    """Puts a pending day among those for good, in the place of `kept`; `cells` is the total with it. One request.

    Raises ConditionFailed where the day or the total was written since it was read.
    """
    known = [*(total.absorbed or () if total else ()), _name(pending)][-_REMEMBERED:]
    row = Statistic(_near(account), _TOTAL, packed=pack(cells), absorbed=known)
    row.version = ((total.version if total else None) or 0) + 1
    with transaction() as write:
        write.save(row, condition=_is(total.version if total else None))
        _forget(write, kept, pending.version)
        _save(write, Statistic(_far(account), pending.span, packed=pending.packed, version=pending.version))
        _forget(write, pending)
        write.delete(pending, condition=Statistic.version == pending.version)


class _Part(msgspec.Struct, array_like=True):
    """A day in the row of a month: the version of the day that it was made of, and its amounts, packed."""

    version: int
    packed: bytes


_parts = msgspec.msgpack.Decoder(dict[int, _Part])


def _month_key(account: str, series: str) -> str:
    return f"{account}#m#{series}"


def months(account: str, series: str, first: str, last: str) -> dict[int, dict[tuple[Any, ...], dict[str, int]]]:
    """Returns the amounts of a series by day, of months that are written as 2027-01. One request for each MB: a year at least."""
    rows = Statistic.query(_month_key(account, series), Statistic.span.between(first, last), consistent_read=True)
    return {day: unpack(part.packed) for row in rows for day, part in _parts.decode(row.packed or b"\x80").items()}


def put_months(account: str, month: str, day: int, version: int, found: Mapping[str, Cells]) -> None:
    """Puts a day into the rows of its month, by series, where they don't have a later version of it. Two requests for each
    twenty.

    Raises ConditionFailed where others write the same row.
    """
    names = list(found)
    for at in range(0, len(names), MOST_MONTHS):
        some = names[at : at + MOST_MONTHS]
        keys = [Statistic.raw(account=_month_key(account, name), span=month) for name in some]
        rows = [Statistic.from_raw_data(item) for item in read_raw({Statistic: keys}, consistent=True)[Statistic]]
        known = {row.account: row for row in rows}
        with transaction() as write:
            for name in some:
                row = known.get(_month_key(account, name))
                _put_part(write, row, Statistic(_month_key(account, name), month), day, _Part(version, pack(found[name])))


def _put_part(write: Any, row: Statistic | None, fresh: Statistic, day: int, part: _Part) -> None:
    parts = _parts.decode(row.packed) if row and row.packed else {}
    if day in parts and parts[day].version > part.version:
        part = parts[day]
    fresh.packed = msgspec.msgpack.encode({**parts, day: part})
    fresh.version = ((row.version if row else None) or 0) + 1
    write.save(fresh, condition=_is(row.version if row else None))


def known_days(account: str) -> list[int]:
    """Returns the days that an account has for good. A request for each MB of them."""
    rows = Statistic.query(_far(account), Statistic.span.startswith(_DAY))
    return [row.day for row in rows if _BEHIND not in row.span]


def is_kept(account: str, id_: str) -> bool:
    """Returns whether `keep` has stored all of something. One request."""
    key = Statistic.raw(account=_far(account), span=_gone(id_, 0))
    return bool(read_raw({Statistic: [key]}, consistent=True)[Statistic])


def keep(account: str, id_: str, cells: Cells, now: int) -> None:
    """Stores what something counted whose rows are about to be removed, once. One request for each 5,000 cells, the last of which
    says that all is there.
    """
    every = list(cells.items())
    parts = [dict(every[at : at + MOST_CELLS]) for at in range(0, len(every), MOST_CELLS)] or [{}]
    for at in range(len(parts) - 1, -1, -1):
        row = Statistic(_far(account), _gone(id_, at), packed=pack(parts[at]), expires_at=now // 1000 + _GONE_SECONDS)
        with suppress(ConditionFailed), conditional():
            row.save(Statistic.span.does_not_exist())


def kept(account: str) -> list[tuple[int, dict[tuple[Any, ...], dict[str, int]]]]:
    """Returns what `keep` has stored: when (epoch milliseconds), and amounts. A request for each MB."""
    rows = Statistic.query(_far(account), Statistic.span.startswith(_GONE), consistent_read=True)
    return [(((row.expires_at or 0) - _GONE_SECONDS) * 1000, row.cells) for row in rows]


def _gone(id_: str, part: int) -> str:
    """Returns the range key of a part: of the id it has a digest, from which nobody finds that."""
    return f"{_GONE}{hashlib.sha256(id_.encode()).hexdigest()[:32]}.{part:04d}"
