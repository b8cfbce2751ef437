"""Statistics: how many contacts came, messages were posted and agents wrote, by hour and day of the account's time zone; and
what each agent has had today.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chalicelib.context import AGENT, SYSTEM, Context
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.models import conversations, statistics
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import CONTACT, Person
from chalicelib.models.statistics import Increments, Place
from chalicelib.rules import quarters as rules
from chalicelib.rules import status
from chalicelib.rules.groups import Work

#: Most days in one answer.
MOST_DAYS = 366
#: Days that can be asked for: from the epoch to the last one that dates can hold.
EARLIEST, LATEST = date(1970, 1, 2), date(9999, 12, 30)
Record = dict[str, Any]


@dataclass(slots=True)
class Numbers:
    """What was counted of an hour, a day or all time."""

    contacts: int = 0
    messages: int = 0
    agents: set[str] = field(default_factory=set)


@access.allow(SYSTEM)
def count(ctx: Context, table: str, records: Sequence[Record]) -> int:
    """Counts what records of the stream of `table` mean, each once however often they come. Returns how many were new.

    A stream's batch comes again from the record that it began with, so that record names what has been counted of it.
    """
    new = 0
    while records:
        batch = records[: statistics.MOST_AT_ONCE]
        known = statistics.add(batch[0]["eventID"], len(batch), _found(table, batch), ctx.now)
        new += 0 if known else len(batch)
        records = records[known or len(batch) :]
    return new


def _found(table: str, records: Sequence[Record]) -> dict[Place, Increments]:
    found: defaultdict[Place, Increments] = defaultdict(Increments)
    for record in records:
        change = record["dynamodb"]
        if not change.get("NewImage"):
            continue
        if table == "people":
            _of_person(found, change.get("OldImage"), change["NewImage"])
        elif conversations.is_summary(Conversation.hash_key_of(change["Keys"])):
            _of_conversation(found, change.get("OldImage"), change["NewImage"])
    return {place: counts for place, counts in found.items() if counts != Increments()}


def _of_person(found: dict[Place, Increments], old: Any, new: Any) -> None:
    person = Person.from_raw_data(new)
    if old is None and person.kind == CONTACT:
        found[person.account, rules.quarter(person.created_at), None].contacts += 1


def _of_conversation(found: dict[Place, Increments], old: Any, new: Any) -> None:
    before, after = Conversation.from_raw_data(old) if old else None, Conversation.from_raw_data(new)
    is_merged = before is not None and before.merging is not None and after.merging is None
    came = 0 if is_merged else max(0, _public(after) - (_public(before) if before else 0))
    counts = found[after.account, rules.quarter(after.last_activity_at), None]
    counts.messages += came
    counts.agents |= {str(after.last_sender)} if came and after.last_sender_kind == status.STAFF else set()
    if after.assignee and not after.is_internal:
        his = found[after.account, rules.quarter(_moved_at(after)), after.assignee]
        his.messages += came
        his.contacts += _is_new_to_agent(before, after)


def _is_new_to_agent(before: Conversation | None, after: Conversation) -> bool:
    """Returns whether a conversation is one more that its agent has had on that day."""
    return (
        before is None or before.assignee != after.assignee or rules.utc_day(_moved_at(before)) != rules.utc_day(_moved_at(after))
    )


def _moved_at(conversation: Conversation) -> int:
    return max(conversation.last_activity_at, conversation.assigned_at or 0)


def _public(conversation: Conversation) -> int:
    return conversation.message_count - conversation.note_count


@access.allow(AGENT)
def by_hour(ctx: Context) -> list[Numbers]:
    """Returns today's 24 hours. One request."""
    zone = accounts.load(ctx).time_zone
    today = rules.today(ctx.now, zone)
    hours = [Numbers() for _ in range(24)]
    for row in _rows(ctx, today, today, zone):
        _add(hours[rules.local_hour(row.quarter, zone)[1]], row)
    return hours


@access.allow(AGENT)
def last_days(ctx: Context, how_many: int) -> dict[date, Numbers]:
    """Returns today and the days before it. One request."""
    today = rules.today(ctx.now, accounts.load(ctx).time_zone)
    return by_day(ctx, today - timedelta(days=how_many - 1), today)


@access.allow(AGENT)
def by_day(ctx: Context, first: date | None, last: date | None) -> dict[date, Numbers]:
    """Returns every day of a range, by default the last thirty and today. Raises Invalid for a bad range."""
    zone = accounts.load(ctx).time_zone
    last = last or rules.today(ctx.now, zone)
    first = first or last - min(timedelta(days=30), last - date.min)
    if not EARLIEST <= first <= last <= LATEST:
        raise Invalid("begin_date", f"must be from {EARLIEST} to the end_date")
    if (last - first).days >= MOST_DAYS:
        raise Invalid("end_date", f"must be less than {MOST_DAYS} days after begin_date")
    days = {day: Numbers() for day in rules.days(first, last)}
    for row in _rows(ctx, first, last, zone):
        _add(days[rules.local_hour(row.quarter, zone)[0]], row)
    return days


def work_today(ctx: Context) -> dict[str, Work]:
    """Returns what each agent has had today (UTC), by id: contacts whose conversations were theirs, and the messages in them.

    One request, a moment old. Agents without any are left out.
    """
    rows = statistics.of_agents(ctx.account, rules.quarter(ctx.now))
    return {agent: Work(row.contacts, row.messages) for agent, row in rows.items()}


@access.allow(AGENT)
def totals(ctx: Context) -> Numbers:
    """Returns all that was ever counted, and today's agents of the account. Two requests."""
    total = statistics.total(ctx.account)
    return Numbers(total.contacts, total.messages, {agent.id for agent in people.list_agents(ctx)})


def _rows(ctx: Context, first: date, last: date, zone: str) -> list[statistics.Statistic]:
    span = rules.quarters(first, last, zone)
    return statistics.between(ctx.account, span.start, span.stop - 1)


def _add(numbers: Numbers, row: statistics.Statistic) -> None:
    numbers.contacts += row.contacts
    numbers.messages += row.messages
    numbers.agents |= set(row.agents or ())
