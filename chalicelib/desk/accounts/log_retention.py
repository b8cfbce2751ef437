"""Log retention: for how many days event logs and the audit log are kept."""

import msgspec

from chalicelib.context import ADMIN, Context
from chalicelib.desk.core import access, documents
from chalicelib.desk.core.documents import ACCOUNT, Document
from chalicelib.desk.core.errors import Invalid

#: The fewest and the most days.
SHORTEST, LONGEST = 30, 3_650


class LogRetention(msgspec.Struct, frozen=True):
    """For how many days what is logged from now on is kept, None for ever."""

    days: int | None = documents.KEPT_DAYS


RETENTION = Document(documents.LOG_RETENTION, LogRetention, partition=ACCOUNT)


@access.allow(ADMIN)
def load(ctx: Context) -> LogRetention:
    """Returns for how long logs are kept. One request."""
    return RETENTION.load_fresh(ctx)


@access.allow(ADMIN)
def change(ctx: Context, days: int | None) -> LogRetention:
    """Sets for how many days new log entries are kept (in other processes, from a minute later). Entries that exist keep their
    time, so that nobody can shorten it for what they have done. Two requests. Raises Invalid.
    """
    if days is not None and not SHORTEST <= days <= LONGEST:
        raise Invalid("days", f"must be {SHORTEST} to {LONGEST}, or null for ever")
    return RETENTION.change(ctx, lambda _: LogRetention(days))
