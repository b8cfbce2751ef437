"""Imported: what stands behind the external ids of files that were imported. Each is a unique name, so a line that comes again is
the same thing, and it says what the line said, so that a line that has not changed changes nothing.
"""

from datetime import datetime

import msgspec

from chalicelib.context import Context
from chalicelib.desk.core import lines
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.lines import Line
from chalicelib.models import unique_names
from chalicelib.models.unique_names import IMPORT, UniqueName, external_name
from chalicelib.rules import ids

#: Milliseconds by which another system's clock may be ahead.
_AHEAD = 300_000


def find(ctx: Context, kind: str, external: str) -> UniqueName | None:
    """Returns what stands behind an external id, None for nothing. One request."""
    return unique_names.find(ctx.account, IMPORT, external_name(kind, external))


def check_times(ctx: Context, line: Line) -> None:
    """Raises Invalid for a time of a line that is before 1970 or still to come, but for what clocks may differ by.

    When a contact became a customer is what a page says, which may say any year.
    """
    for field in msgspec.structs.fields(line):
        time = getattr(line, field.name)
        latest = lines.LATEST if field.name == "registered_at" else ctx.now + _AHEAD
        if isinstance(time, datetime) and not 0 <= lines.to_ms(time) <= latest:
            raise Invalid(field.name, "must be from 1970 on, and not in the future")


def claim(ctx: Context, line: Line, id_: str) -> UniqueName:
    """Returns the name of a line's thing, to be written together with it."""
    row = unique_names.new_name(ctx.account, IMPORT, external_name(lines.kind_of(line), line.known_as), id_)
    row.digest = lines.digest(line)
    return row


def note(row: UniqueName, line: Line) -> None:
    """Notes what a line says now. One request."""
    unique_names.set_digest(row, lines.digest(line))


def exported_id(id_: str, external: str | None) -> str:
    """Returns the external id of a thing: that under which it was imported, else one that is always the same.

    Its uuid can't be told from it, because that lets in whoever knows it.
    """
    return external or ids.derived("exported", id_)
