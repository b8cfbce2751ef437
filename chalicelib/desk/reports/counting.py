"""Counting: what the tables' streams mean for the numbers of reports, each record once however often it comes."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from chalicelib.context import SYSTEM, Context
from chalicelib.desk.core import access, counted, publishing
from chalicelib.desk.core.account_events import StatisticsDue
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.changes import is_imported
from chalicelib.models import conversations, statistics
from chalicelib.models.conversations import Conversation
from chalicelib.models.people import CONTACT, Person
from chalicelib.rules import counting, quarters
from chalicelib.rules.counting import Amounts, Cell

Record = dict[str, Any]
#: Milliseconds until counted rows are moved together (compacting.py), and how many of one account this process makes before that
#: is done at once.
LATER, MOST_ROWS = 900_000, 50
#: How many rows this process has made of an account since it last asked for that.
_rows: TimedCache[int] = TimedCache(seconds=LATER // 1000)


@access.allow(SYSTEM)
def count(ctx: Context, table: str, records: Sequence[Record]) -> int:
    """Counts records of the stream of `table`, each once, even if it comes again. Returns how many were new.

    One request for each 99 records that count something, and one for accounts whose rows must be compacted. A stream's batch
    comes again from the record that it began with, so the mark of that record says what was counted of the batch.
    """
    new, accounts = 0, Counter[str]()
    while records:
        batch = records[: statistics.MOST_AT_ONCE]
        found = _found(table, batch)
        known = statistics.add(batch[0]["eventID"], len(batch), found, ctx.now) if found else 0
        new += 0 if known else len(batch)
        records = records[known or len(batch) :]
        accounts.update({*found, *_imported(table, batch)})
    _ask(ctx, accounts)
    return new


def _found(table: str, records: Sequence[Record]) -> dict[str, Amounts]:
    """Returns what records mean, by account."""
    found: dict[str, Amounts] = {}
    for record in records:
        old, new = record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage")
        if new and table == "people":
            person = Person.from_raw_data(new)
            _add(found, person.account, {} if old else of_person(person))
        elif new and conversations.is_summary(Conversation.hash_key_of(record["dynamodb"]["Keys"])):
            before, after = Conversation.from_raw_data(old) if old else None, Conversation.from_raw_data(new)
            for change in counted.changes_of(before, after):
                _add(found, after.account, counting.amounts(change))
    return {account: amounts for account, amounts in found.items() if any(any(counts.values()) for counts in amounts.values())}


def _imported(table: str, records: Sequence[Record]) -> set[str]:
    """Returns the accounts into which something was imported, which adds its rows itself (models.statistics.put)."""
    images = [record["dynamodb"].get("NewImage") for record in records] if table == "conversations" else []
    rows = [Conversation.from_raw_data(new) for new in images if new and conversations.is_summary(Conversation.hash_key_of(new))]
    return {row.account for row in rows if is_imported(row)}


def of_person(person: Person) -> Amounts:
    """Returns what a new person adds: one more contact, if they are one."""
    return {Cell(quarters.quarter(person.created_at)): Counter({counting.CONTACTS: 1})} if person.kind == CONTACT else {}


def _add(found: dict[str, Amounts], account: str, amounts: Amounts) -> None:
    if amounts:
        counting.join(found.setdefault(account, {}), amounts)


def _ask(ctx: Context, accounts: Counter[str]) -> None:
    """Has rows of accounts moved together: in a quarter of an hour, or at once where there are many. A process asks once for all
    that it makes until then; what is asked twice is done once.
    """
    due = []
    for account, more in accounts.items():
        made = _rows.get(account, ctx.now)
        if made is None or made + more >= MOST_ROWS:
            due.append(StatisticsDue(account, ctx.now, ctx.now + (LATER if made is None else 0)))
            made = -more
        _rows.put(account, made + more, ctx.now)
    publishing.publish(due, ctx.now)
