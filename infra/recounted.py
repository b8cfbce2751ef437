"""What the rows of a conversation say that reports count of it: its messages, its event log and its summary."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.models.conversations import Conversation
    from chalicelib.models.event_logs import LogEntry
    from chalicelib.models.messages import Message
    from chalicelib.rules.counting import Amounts, Change, State


#: Milliseconds that clocks may differ by, and much more.
_ABOUT = 3_600_000


@dataclass
class Found:
    """What some rows count: amounts of the days in question, and what was open when these ended, as amounts of no time."""

    amounts: "Amounts" = field(default_factory=dict)
    was_open: "Amounts" = field(default_factory=dict)

    def add_amounts(self, amounts: "Amounts", days: range) -> None:
        """Adds those of the days, gauges aside: these are counted of `was_open`."""
        from chalicelib.rules import counting, series

        some = series.between(amounts, days.start * series.A_DAY, days.stop * series.A_DAY)
        counting.join(self.amounts, series.without_gauges(some))

    def add_state(self, state: "State | None") -> None:
        """Adds a conversation that was open."""
        from chalicelib.rules import counting

        if state and state.place == counting.OPEN:
            cell = state.cell(0)._replace(policy=0)
            counting.join(self.was_open, {cell: Counter({counting.gauge(state.status, state.priority): 1})})


def of_conversation(row: "Conversation", days: range, begun: int, found: Found) -> None:
    """Adds what counts of a conversation in some UTC days; `begun` is when the recount has begun.

    One that is being removed for good counts by what is kept of it (`of_gone`). Messages of one that was merged since count here,
    wherever they are now; of one that was merged before, with the other.
    """
    from chalicelib.desk.core import counted
    from chalicelib.models import statistics_kept
    from chalicelib.rules import counting, series

    if row.purge_at and statistics_kept.is_kept(row.account, row.id):
        return
    texts = [message.counted for message in _messages(row, begun)] + [entry.counted for entry in _log(row.key)]
    changes = [change for text in texts for change in counting.decode_all(text)]
    for change in changes:
        found.add_amounts(counting.amounts(change), days)
    later = [change for change in changes if change.since >= days.stop * series.A_DAY * 900_000]
    found.add_state(_first(later).before if later else counted.state(row))


def of_gone(account: str, days: range, begun: int) -> "tuple[Found, set[int] | None]":
    """Returns what counts of conversations that were removed for good, and the days of those that were removed about when the
    recount has begun, or later: their rows may count, too. None for no such conversation.
    """
    from chalicelib.models import statistics_kept
    from chalicelib.rules import counting, series

    found, unsure, is_sure = Found(), set[int](), True
    for at, cells in statistics_kept.kept(account):
        amounts = counting.amounts_of(cells)
        if at >= begun - _ABOUT:
            is_sure = False
            unsure |= {cell.quarter // series.A_DAY for cell in amounts}
            continue
        found.add_amounts(amounts, days)
        if not series.gauges(series.total(amounts)):  # else an entry of the log has expired
            was_open = series.between(amounts, 0, days.stop * series.A_DAY)
            counting.join(found.was_open, series.gauges(series.total(was_open)))
    return found, None if is_sure else unsure


def _first(changes: "list[Change]") -> "Change":
    """Returns the earliest change; among several at one moment, the one that no other of them has led to."""
    at = min(change.since for change in changes)
    first = [change for change in changes if change.since == at]
    led_to = [change.after for change in first if change.after != change.before]
    return next((change for change in first if change.before not in led_to), first[0])


def _log(key: str) -> "Iterator[LogEntry]":
    from chalicelib.models.event_logs import LogEntry

    yield from LogEntry.query(key, consistent_read=True)


def _messages(row: "Conversation", begun: int) -> "Iterator[Message]":
    """Yields the messages that count for a conversation, whose merge is finished first."""
    from chalicelib.desk.conversations import unfinished
    from chalicelib.models import conversations
    from chalicelib.models.messages import Message
    from chalicelib.rules import ids

    if row.merged_into and (row.deleted_at or 0) < begun:
        return
    holder: Conversation | None = row
    while holder and holder.merged_into:
        holder = conversations.get(row.account, holder.merged_into)
    if holder is None:
        return
    holder, own = unfinished.finish(holder), _family(row, begun)
    for message in Message.query(holder.key, consistent_read=True):
        if ids.message_place(unfinished.number_of(message))[0] in own:
            yield message


def _family(row: "Conversation", begun: int) -> set[int]:
    """Returns the number of a conversation and of those that had been merged into it before the recount has begun."""
    from chalicelib.models import conversations, details

    found, sources = {row.number}, list(details.of_conversation(row).sources)
    while sources:
        rows = [one for one in conversations.get_many(row.account, sources, consistent=True) if (one.deleted_at or 0) < begun]
        found |= {one.number for one in rows}
        sources = [source for one in rows for source in details.of_conversation(one).sources]
    return found
