"""Rows of statistics: amounts as they are stored. If they are larger than a row of DynamoDB, the rest is in rows behind the first
one, with the same version: a reader that sees different versions reads again.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

import msgspec
from pynamodb.attributes import ListAttribute

from chalicelib import config
from chalicelib.models.attributes import IntegerAttribute, PackedAttribute, UnicodeAttribute
from chalicelib.models.base import ConditionFailed, Table, read_raw

#: What a row's key has that stands behind another one, and how often rows are read that are written meanwhile.
BEHIND, _READS = "+", 5
#: Bytes of a packed row (DynamoDB: 400 KB).
MOST_BYTES = 350_000
#: Amounts by cell, as `rules.counting.Amounts`.
Cells = Mapping[Any, Mapping[str, int]]
#: The level of compression; a higher one takes four times as long and saves a hundredth.
_LEVEL = 6
_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(tuple[list[str], list[str], list[list[int]]]).decode


class Statistic(Table):
    """A row of any kind (statistics.py); `packed` has its amounts, or those of a month by day."""

    class Meta:
        table_name = config.table("statistics")

    account = UnicodeAttribute(hash_key=True, attr_name="ac")
    span = UnicodeAttribute(range_key=True, attr_name="sp")
    packed = PackedAttribute(null=True, attr_name="pk")
    #: For a pending day: the amounts that the total has already.
    base = PackedAttribute(null=True, attr_name="ba")
    #: The rows that were moved into this one last: who has read them before it must not add them again.
    absorbed: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True, attr_name="ab")
    #: How often a row was written that is written again.
    version = IntegerAttribute(null=True, attr_name="v")
    #: How many rows behind it have the rest of `packed`.
    parts = IntegerAttribute(null=True, attr_name="pa")
    #: For a mark: how many records it stands for. The stream keeps them for a day.
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


def read_whole(read: Callable[[], list[Statistic]]) -> list[Statistic]:
    """Returns rows with what stands behind them; reads again where one was written meanwhile. Raises ConditionFailed where that
    goes on.
    """
    for _ in range(_READS):
        rows = read()
        behind = {(row.account, row.span): row for row in rows if BEHIND in row.span}
        found = [row for row in rows if BEHIND not in row.span]
        wanted = {(row.account, row.span): _spans_behind(row.span, row.version, row.parts) for row in found}
        if all((account, span) in behind for (account, _), spans in wanted.items() for span in spans):
            for row in found:
                rest = [behind[row.account, span].packed or b"" for span in wanted[row.account, row.span]]
                row.packed = b"".join([row.packed or b"", *rest]) if rest else row.packed
            return found
    raise ConditionFailed([], [])


def get_whole(keys: Sequence[tuple[str, str]]) -> list[Statistic]:
    """Returns the rows that exist under keys, with what stands behind them, read consistently. One request for each hundred, one
    more where some have rows behind them. Raises ConditionFailed as `read_whole`.
    """

    def read() -> list[Statistic]:
        rows = _get(keys)
        return rows + _get([(row.account, span) for row in rows for span in _spans_behind(row.span, row.version, row.parts)])

    return read_whole(read)


def _get(keys: Sequence[tuple[str, str]]) -> list[Statistic]:
    raw = [Statistic.raw(account=account, span=span) for account, span in keys]
    return [Statistic.from_raw_data(item) for item in read_raw({Statistic: raw}, consistent=True)[Statistic]] if raw else []


def _spans_behind(span: str, version: int | None, parts: int | None) -> list[str]:
    return [f"{span}{BEHIND}{version}.{at:02d}" for at in range(parts or 0)]


def save(write: Any, row: Statistic, condition: Any = None) -> None:
    """Adds to a transaction: a row, with others behind it where it is too large for one."""
    packed = row.packed or b""
    pieces: list[bytes | None] = [packed[at : at + MOST_BYTES] for at in range(0, len(packed), MOST_BYTES)]
    pieces = pieces or [None]
    row.packed, row.parts = pieces[0], len(pieces) - 1 or None
    write.save(row, condition=condition)
    for span, piece in zip(_spans_behind(row.span, row.version, row.parts), pieces[1:], strict=True):
        write.save(Statistic(row.account, span, packed=piece))


def forget(write: Any, row: Statistic | None, version: int | None = None) -> None:
    """Adds to a transaction: what stands behind a row that was read goes, unless it is of a version."""
    for span in _spans_behind(row.span, row.version, row.parts) if row and row.version != version else ():
        write.delete(Statistic(row.account, span))  # type: ignore[union-attr]


def is_version(version: int | None) -> Any:
    """Returns the condition that a row has a version, None for no row."""
    return Statistic.span.does_not_exist() if version is None else Statistic.version == version
