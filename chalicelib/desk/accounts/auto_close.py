"""Auto-close: after how long silence is warned of and closed, by department and status."""

from collections.abc import Container, Mapping
from typing import Any

from msgspec.structs import replace

from chalicelib.context import ADMIN, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.documents import ACCOUNT, Document
from chalicelib.desk.core.errors import Invalid
from chalicelib.rules import status
from chalicelib.rules.deadlines import AutoClose
from chalicelib.rules.deadlines import CloseRule as CloseRule

AUTO_CLOSE = Document("auto_close", AutoClose, partition=ACCOUNT)
#: Rules of an account, and the statuses that one may be about.
MOST_RULES, STATUSES = 50, tuple(one for one in status.STATUSES if one != status.CLOSED)


@access.allow(ADMIN)
def set_auto_close(ctx: Context, changes: Mapping[str, Any]) -> AutoClose:
    """Changes the given fields, for deadlines set from now on; in other processes after a minute at most. `rules` replace all.

    Switched off, it stops the clocks that run; switched on again, clocks start with the next answer. Raises Invalid for a bad
    span or rule.
    """

    def changed(before: AutoClose) -> AutoClose:
        wanted = replace(before, **changes)
        if wanted.is_enabled and not before.is_enabled:
            wanted = replace(wanted, since=ctx.now)
        _check_spans(wanted, changes)
        return wanted

    return AUTO_CLOSE.change(ctx, changed)


def _check_spans(wanted: AutoClose, given: Container[str]) -> None:
    if wanted.warn_after > wanted.close_after:
        raise Invalid(
            "warn_after" if "warn_after" in given else "close_after", "must not make the warning later than the closing"
        )
    if len(wanted.rules) > MOST_RULES:
        raise Invalid("rules", f"are {MOST_RULES} at most")
    for at, rule in enumerate(wanted.rules):
        if rule.warn_after > rule.close_after:
            raise Invalid(f"rules[{at}].warnAfter", "must not be later than closeAfter")
        if rule.status is not None and rule.status not in STATUSES:
            raise Invalid(f"rules[{at}].status", f"must be one of {', '.join(STATUSES)}")
