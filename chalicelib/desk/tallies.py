"""Tallies: how many contacts came, messages were said and agents wrote, by hour and day of the account's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chalicelib.context import Context
from chalicelib.desk import accounts, people
from chalicelib.desk.errors import Invalid
from chalicelib.models import memberships, tallies
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import CONTACT, Person
from chalicelib.models.tallies import Counts
from chalicelib.rules import status
from chalicelib.rules import tallies as rules

#: Days that one answer can tell.
MOST_DAYS = 366
#: Days that can be asked for: from the epoch, to where arithmetic ends.
EARLIEST, LATEST = date(1970, 1, 2), date(9999, 12, 30)
Record = dict[str, Any]


@dataclass(slots=True)
class Numbers:
    """What was counted of an hour, a day or all time."""

    contacts: int = 0
    messages: int = 0
    agents: set[str] = field(default_factory=set)


def count(ctx: Context, table: str, records: Sequence[Record]) -> int:
    """Counts what records of the stream of `table` mean, each once however often they come. Returns how many were new.

    A stream's batch comes again from the record that it began with, so that names what has been counted of it.
    """
    new = 0
    while records:
        batch = records[: tallies.MOST_AT_ONCE]
        known = tallies.add(batch[0]["eventID"], len(batch), _found(table, batch), ctx.now)
        new += 0 if known else len(batch)
        records = records[known or len(batch) :]
    return new


def _found(table: str, records: Sequence[Record]) -> dict[tuple[str, int], Counts]:
    found: dict[tuple[str, int], Counts] = {}
    for record in records:
        change = record["dynamodb"]
        if change.get("NewImage") and not memberships.is_membership(change["Keys"].get("key", {}).get("S", "")):
            (_of_person if table == "people" else _of_conversation)(found, change.get("OldImage"), change["NewImage"])
    return {key: counts for key, counts in found.items() if counts != Counts()}


def _of_person(found: dict[tuple[str, int], Counts], old: Any, new: Any) -> None:
    person = Person.from_raw_data(new)
    if old is None and person.kind == CONTACT:
        found.setdefault((person.account, rules.quarter(person.created_at)), Counts()).contacts += 1


def _of_conversation(found: dict[tuple[str, int], Counts], old: Any, new: Any) -> None:
    before, after = Conversation.from_raw_data(old) if old else None, Conversation.from_raw_data(new)
    came = _public(after) - (_public(before) if before else 0)
    if came > 0:
        counts = found.setdefault((after.account, rules.quarter(after.last_activity_at)), Counts())
        counts.messages += came
        counts.agents |= {str(after.last_sender)} if after.last_sender_kind == status.STAFF else set()


def _public(conversation: Conversation) -> int:
    return conversation.message_count - conversation.note_count


def by_hour(ctx: Context) -> list[Numbers]:
    """Today's 24 hours: one request."""
    zone = accounts.load(ctx).time_zone
    today = rules.today(ctx.now, zone)
    hours = [Numbers() for _ in range(24)]
    for row in _rows(ctx, today, today, zone):
        _add(hours[rules.place(row.quarter, zone)[1]], row)
    return hours


def last_days(ctx: Context, how_many: int) -> dict[date, Numbers]:
    """Today and the days before it: one request."""
    today = rules.today(ctx.now, accounts.load(ctx).time_zone)
    return by_day(ctx, today - timedelta(days=how_many - 1), today)


def by_day(ctx: Context, first: date | None, last: date | None) -> dict[date, Numbers]:
    """Every day of a range, without one the last thirty and today. Raises Invalid for one that can't be."""
    zone = accounts.load(ctx).time_zone
    last = last or rules.today(ctx.now, zone)
    first = first or last - min(timedelta(days=30), last - date.min)
    if not EARLIEST <= first <= last <= LATEST:
        raise Invalid("begin_date", f"must be from {EARLIEST} to the end_date")
    if (last - first).days >= MOST_DAYS:
        raise Invalid("end_date", f"must be less than {MOST_DAYS} days after begin_date")
    days = {day: Numbers() for day in rules.days(first, last)}
    for row in _rows(ctx, first, last, zone):
        _add(days[rules.place(row.quarter, zone)[0]], row)
    return days


def overall(ctx: Context) -> Numbers:
    """All that was ever counted, and today's agents of the account: two requests."""
    total = tallies.total(ctx.account)
    return Numbers(total.contacts, total.messages, {agent.id for agent in people.agents(ctx)})


def _rows(ctx: Context, first: date, last: date, zone: str) -> list[tallies.Tally]:
    span = rules.quarters(first, last, zone)
    return tallies.between(ctx.account, span.start, span.stop - 1)


def _add(numbers: Numbers, row: tallies.Tally) -> None:
    numbers.contacts += row.contacts
    numbers.messages += row.messages
    numbers.agents |= set(row.agents or ())
