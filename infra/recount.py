"""`python -m infra.recount STAGE`: makes the numbers of reports again, of the messages, event logs, conversations and people that
there are.

It walks the tables in parallel segments, adds up in a file what their rows count, and continues where it stopped. Then it puts
each day that differs right. The desk stays in use: the days are over since so long that nothing new is counted of them, and what
was open at their end is compared as it was then. docs/reports.md says what can't be made again.
"""

import argparse
import hashlib
import inspect
import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from infra.aws import APP, CannotDeploy, here, run, say
from infra.recounted import Found, of_conversation, of_gone

if TYPE_CHECKING:
    from chalicelib.rules.counting import Amounts

_SEGMENTS, _PAGE = 8, 100
#: Days until today that stay as they were counted: a stream keeps its records for one, and what began on a day may count a day
#: later.
RECENT = 3
#: Days back to which event logs are kept whole.
KEPT = 360
_TABLES = ("conversations", "people")
_SCHEMA = """
create table if not exists run (begun integer, first integer, stop integer, segments integer);
create table if not exists place (tab text, segment integer, after text, primary key (tab, segment));
create table if not exists amount (account text, kind text, quarter integer, agent integer, grp integer, channel text,
    policy integer, name text, n integer, primary key (account, kind, quarter, agent, grp, channel, policy, name));
create table if not exists done (account text primary key);
"""
_ADD = """insert into amount values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (account, kind, quarter, agent, grp, channel, policy, name) do update set n = n + excluded.n"""
#: What a file has: amounts of days, and what was open at their end.
_OF_DAYS, _OPEN = "d", "o"
_END: Any = object()


class Kept:
    """What a recount has found and how far it has come, in one file, in which a page and its amounts are written together."""

    def __init__(self, path: Path, now: int, days: range, segments: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file, self._lock = sqlite3.connect(path, check_same_thread=False), Lock()
        self._file.executescript(_SCHEMA)
        known = self._file.execute("select begun, first, stop, segments from run").fetchone()
        if known is None:
            known = (now, days.start, days.stop, segments)
            with self._file:
                self._file.execute("insert into run values (?, ?, ?, ?)", known)
        self.begun, self.days, self.segments = known[0], range(known[1], known[2]), known[3]

    def after(self, table: str, segment: int) -> Any:
        """Returns the key to continue from, None for the beginning, `_END` where nothing is left."""
        with self._lock:
            found = self._file.execute("select after from place where tab = ? and segment = ?", (table, segment)).fetchone()
        return None if found is None else _END if found[0] is None else json.loads(found[0])

    def add(self, table: str, segment: int, after: str | None, found: dict[str, Found]) -> None:
        """Writes what a page has, and that it was read."""
        with self._lock, self._file:
            for account, one in found.items():
                for kind, cells in ((_OF_DAYS, one.amounts), (_OPEN, one.was_open)):
                    rows = [(account, kind, *cell, name, n) for cell, counts in cells.items() for name, n in counts.items()]
                    self._file.executemany(_ADD, rows)
            self._file.execute("insert or replace into place values (?, ?, ?)", (table, segment, after))

    def accounts(self) -> list[str]:
        """Returns the accounts that are still to be put right."""
        query = "select distinct account from amount where account not in (select account from done) order by account"
        return [account for (account,) in self._file.execute(query)]

    def amounts(self, account: str, kind: str, quarters: range) -> "Amounts":
        """Returns what was found of an account between two quarters."""
        from chalicelib.rules.counting import Cell

        query = """select quarter, agent, grp, channel, policy, name, n from amount
            where account = ? and kind = ? and quarter >= ? and quarter < ? and n <> 0"""
        found: Amounts = {}
        for *cell, name, n in self._file.execute(query, (account, kind, quarters.start, quarters.stop)):
            found.setdefault(Cell(*cell), Counter())[name] = n
        return found

    def finish(self, account: str) -> None:
        """Writes that an account is right."""
        with self._lock, self._file:
            self._file.execute("insert or replace into done values (?)", (account,))

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def main() -> int:
    """Does what the arguments say; returns the exit code."""
    parser = argparse.ArgumentParser(description="Makes the numbers of reports again of the rows that there are.")
    parser.add_argument("stage")
    parser.add_argument("--days", type=int, default=KEPT, help="how many days back; event logs are kept for a year")
    parser.add_argument("--check", action="store_true", help="writes nothing, and says what differs")
    parser.add_argument("--segments", type=int, default=_SEGMENTS, help="parts of a table that are read at once")
    parser.add_argument("--data", type=Path, default=Path(".local"), help="the folder of the file with what was found so far")
    given = parser.parse_args()
    return run(partial(_run, given))


def _run(given: argparse.Namespace) -> None:
    wrong = recount(given.stage, given.data, given.days, given.segments, check=given.check)
    if given.check and wrong:
        raise CannotDeploy(f"{wrong:,} days are wrong")


def recount(stage: str, data: Path, days: int = KEPT, segments: int = _SEGMENTS, *, check: bool = False) -> int:
    """Recounts all accounts of a stage; returns how many days were wrong."""
    from chalicelib import context

    say("recount", f"stage {stage} in {here(stage)}")
    path, today = data / f"recount-{stage}-{_version()}.sqlite", context.clock() // 86_400_000
    kept = Kept(path, context.clock(), range(today - days, today - RECENT + 1), segments)
    with ThreadPoolExecutor(kept.segments) as pool:
        list(pool.map(lambda part: _walk(stage, kept, *part), product(_TABLES, range(kept.segments))))
    wrong = 0
    for account in kept.accounts():
        differing = _correct(kept, account, check=check)
        wrong += differing
        say("recount", f"account {account}: {differing:,} days {'wrong' if check else 'put right'}")
        kept.finish(account)
    kept.close()
    path.unlink()
    return wrong


def _version() -> str:
    """Returns a digest of the code that counts: another version's recount is not continued."""
    from chalicelib.desk.core import counted
    from chalicelib.rules import counting

    return hashlib.sha256("".join(map(inspect.getsource, (counted, counting))).encode()).hexdigest()[:8]


def _walk(stage: str, kept: Kept, table: str, segment: int) -> None:
    """Adds up what the rows of a segment count that are still to come."""
    client = boto3.client("dynamodb", config=Config(retries={"mode": "adaptive", "max_attempts": 10}))
    part: dict[str, Any] = {"TableName": f"{APP}-{stage}-{table}", "Segment": segment, "TotalSegments": kept.segments}
    after = kept.after(table, segment)
    while after is not _END:
        page = client.scan(**part, Limit=_PAGE, ConsistentRead=True, **({"ExclusiveStartKey": after} if after else {}))
        found: dict[str, Found] = {}
        _COUNT[table](page["Items"], kept, found)
        after = page.get("LastEvaluatedKey", _END)
        kept.add(table, segment, None if after is _END else json.dumps(after), found)


def _count_conversations(items: Sequence[dict[str, Any]], kept: Kept, found: dict[str, Found]) -> None:
    from chalicelib.models.conversations import Conversation, is_summary

    for item in items:
        if is_summary(Conversation.hash_key_of(item)):
            row = Conversation.from_raw_data(item)
            of_conversation(row, kept.days, kept.begun, found.setdefault(row.account, Found()))


def _count_people(items: Sequence[dict[str, Any]], kept: Kept, found: dict[str, Found]) -> None:
    from chalicelib.desk.reports import counting
    from chalicelib.models.people import Person

    for item in items:
        person = Person.from_raw_data(item)
        found.setdefault(person.account, Found()).add_amounts(counting.of_person(person), kept.days)


_COUNT: dict[str, Callable[[Sequence[dict[str, Any]], Kept, dict[str, Found]], None]] = {
    "conversations": _count_conversations,
    "people": _count_people,
}


def _correct(kept: Kept, account: str, *, check: bool) -> int:
    """Puts the days of an account right; returns how many were wrong."""
    from chalicelib import context
    from chalicelib.desk.reports import compacting
    from chalicelib.models import statistics
    from chalicelib.rules import series
    from chalicelib.rules.series import A_DAY

    ctx = context.system(account)
    while not check and compacting.compact(ctx):
        pass
    near = statistics.near(account)
    every = kept.amounts(account, _OF_DAYS, range(2**60))
    days = {*statistics.known_days(account), *near.pending, *(cell.quarter // A_DAY for cell in every)}
    gone, unsure = of_gone(account, kept.days, kept.begun)
    missing = {} if unsure is not None else _missing(kept, account, gone.was_open)
    days |= {cell.quarter // A_DAY for cell in gone.amounts}
    wrong = 0
    for day in sorted({day for day in days if day in kept.days} | ({kept.days.stop - 1} if missing else set())):
        if unsure and day in unsure:
            continue
        quarters = range(day * A_DAY, (day + 1) * A_DAY)
        there = kept.amounts(account, _OF_DAYS, quarters)
        rebuilt = series.added([there, series.between(gone.amounts, quarters.start, quarters.stop)])
        wrong += _put_right(account, day, rebuilt, missing if day == kept.days.stop - 1 else {}, check=check)
    while not check and compacting.compact(ctx):
        pass
    return wrong


def _put_right(account: str, day: int, rebuilt: "Amounts", missing: "Amounts", *, check: bool) -> bool:
    """Writes a day where it differs from what was found, and what is missing of what was open then. Returns whether it did."""
    from chalicelib import context
    from chalicelib.desk.core.retry import retry_on_conflict
    from chalicelib.desk.reports import compacting
    from chalicelib.models import statistics
    from chalicelib.rules import series

    def attempt() -> bool:
        pending, good = statistics.days(account, [day])[day]
        before = compacting.read(pending or good)
        cells = series.added([rebuilt, series.gauges(before), missing])
        if series.clean(cells) == series.clean(before):
            return False
        if not check:
            statistics.move(account, [], [compacting.pending_day(day, pending, good, cells)], {})
        return True

    return retry_on_conflict(context.system(account), attempt)


def _missing(kept: Kept, account: str, was_open: "Amounts") -> "Amounts":
    """Returns what was open at the end of the recounted days, and was not counted, as amounts of the last of them. `was_open` is
    what no rows say any more.
    """
    from chalicelib import context
    from chalicelib.desk.reports import compacting, reading
    from chalicelib.models import statistics
    from chalicelib.rules import counting, series

    present = reading.load_present(context.system(account))
    since = [amounts for day, amounts in present.days.items() if day >= kept.days.stop]
    gone = [day for day in statistics.known_days(account) if day >= kept.days.stop and day not in present.days]
    for day in gone:
        since.append(compacting.read(statistics.days(account, [day])[day][1]))
    since.append(series.between(present.live, kept.days.stop * series.A_DAY, 2**60))
    counted = series.added([present.total])
    for amounts in since:
        counting.join(counted, series.total(amounts), -1)
    found = series.added([kept.amounts(account, _OPEN, range(1)), was_open])
    counting.join(found, series.gauges(counted), -1)
    last = (kept.days.stop - 1) * series.A_DAY
    return {cell._replace(quarter=last): counts for cell, counts in series.clean(found).items()}


if __name__ == "__main__":
    sys.exit(main())
