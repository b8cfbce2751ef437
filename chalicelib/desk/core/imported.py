"""Imported: what stands behind the external ids of files that were imported. Each is a unique name, so a line that comes again is
the same thing, and it says what the line said, so that a line that has not changed changes nothing.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from chalicelib.context import Context
from chalicelib.desk.core import lines
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.lines import Line
from chalicelib.models import sequences, unique_names
from chalicelib.models.unique_names import IMPORT, UniqueName, external_name
from chalicelib.rules import ids

#: How many milliseconds another system's clock may be ahead.
_AHEAD = 300_000
#: Kinds of lines whose things have numbers, and the sequences that these are of.
_SEQUENCES = {"agent": "person", "contact": "person", "conversation": "conversation"}
#: What was looked up and not yet asked for, and numbers that were taken and not yet given, the next one last.
_looked_up: TimedCache[tuple[UniqueName | None]] = TimedCache(1_000)
_numbers: TimedCache[list[int]] = TimedCache(1_000)


def find(ctx: Context, kind: str, external: str) -> UniqueName | None:
    """Returns what an external id stands for, None if it is unknown. One request, none the first time after `look_up`."""
    key = f"{ctx.account}#{external_name(kind, external)}"
    if known := _looked_up.get(key, ctx.now):
        _looked_up.forget(key)
        return known[0]
    return unique_names.find(ctx.account, IMPORT, external_name(kind, external))


def look_up(ctx: Context, wanted: Collection[tuple[str, str]]) -> None:
    """Reads what external ids, given with their kinds, stand for, before they are used; takes a number for each that stands for
    nothing yet. One request for each hundred, and one for each sequence with new ones.

    What is looked up is used once without asking again. If it has changed meanwhile, a condition of the write fails.
    """
    found = unique_names.find_rows(ctx.account, IMPORT, [external_name(*one) for one in wanted])
    new = Counter[str]()
    for kind, external in dict.fromkeys(wanted):
        row = found.get(external_name(kind, external))
        _looked_up.put(f"{ctx.account}#{external_name(kind, external)}", (row,), ctx.now)
        new[_SEQUENCES[kind]] += row is None
    for sequence, count in new.items():
        numbers = sequences.next_numbers(ctx.account, sequence, count) if count else range(0)
        _numbers.put(f"{ctx.account}#{sequence}", [*reversed(numbers)], ctx.now)


def next_number(ctx: Context, kind: str) -> int:
    """Returns the next integer id of a kind of lines. One request, none for those that `look_up` has found to be new."""
    taken = _numbers.get(f"{ctx.account}#{_SEQUENCES[kind]}", ctx.now)
    return taken.pop() if taken else sequences.next_number(ctx.account, _SEQUENCES[kind])


def check_times(ctx: Context, line: Line) -> None:
    """Raises Invalid for a time of a line that is before 1970 or still to come, but for what clocks may differ by.

    When a contact became a customer is what a page says, which may say any year.
    """
    for name in line.__struct_fields__:
        time = getattr(line, name)
        if isinstance(time, datetime):
            latest = lines.LATEST if name == "registered_at" else ctx.now + _AHEAD
            if not 0 <= lines.to_ms(time) <= latest:
                raise Invalid(name, "must be from 1970 on, and not in the future")


def claim(ctx: Context, line: Line, id_: str) -> UniqueName:
    """Returns the name of a line's thing, to be written together with it."""
    row = unique_names.new_name(ctx.account, IMPORT, external_name(lines.kind_of(line), line.known_as), id_)
    row.digest = lines.digest(line)
    return row


def note(row: UniqueName, line: Line) -> None:
    """Notes what a line says now. One request."""
    unique_names.set_digest(row, lines.digest(line))


def exported_id(id_: str, external: str | None) -> str:
    """Returns the external id of a thing: the one that it was imported with, else one that always follows from its uuid.

    Nobody can work out the uuid from it: the uuid is a credential.
    """
    return external or ids.derived("exported", id_)
