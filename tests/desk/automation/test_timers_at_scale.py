"""100,000 deadlines of one minute, simulated with AWS's limits: no partition is hot, none is early or a minute late.

The desk's own code chooses partitions and pages; what AWS takes and how long it takes is the table below. decision 0061 has the
numbers.
"""

import heapq
import math
from collections import Counter, deque
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from chalicelib.context import Context, system
from chalicelib.desk.core import later, publishing
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.events import DeadlineSet, TimersDue
from chalicelib.models import queues, timers
from chalicelib.models.timers import Timer
from infra import mappings

COUNT = 100_000
#: DynamoDB: units a partition has a second, and the bytes of one (reads are eventually consistent, two for a unit).
WRITES, READS, WRITTEN, READ = 1_000, 3_000, 1_024, 8_192
#: Seconds: a Query of a page, a request to SQS, from a message to the function that handles it.
QUERY, SEND, HOP = 0.03, 0.01, 0.2
#: Functions that store rows at once, and how many each stores a second.
STORING, STORED_EACH = 100, 100
#: Deadlines that one function acts on a second (a read and a transaction each); with how many functions Lambda begins to read a
#: queue, and how many it adds a second.
FIRED_EACH, FIRST, ADDED = 40, 5, 5


class Table:
    """The timers' table: what is in each partition, and units by partition and second."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Timer]] = {}
        self.written: Counter[tuple[str, int]] = Counter()
        self.read: Counter[tuple[str, int]] = Counter()
        self.second = 0

    def save(self, due_at: int, shard: int, name: str, queue: str, event: str) -> None:
        key = f"{due_at // 60_000}#{shard}"
        row = Timer(key, name, due_at=due_at, queue=queue, event=event, expires_at=due_at // 1000)
        self.rows.setdefault(key, {})[name] = row
        self.written[key, self.second] += math.ceil(size(row) / WRITTEN)

    def list_due(self, minute: int, shard: int, after: str = "") -> list[Timer]:
        key = f"{minute}#{shard}"
        found = [row for name, row in sorted(self.rows.get(key, {}).items()) if name > after][: timers.PAGE]
        self.read[key, self.second] += math.ceil(sum(map(size, found)) / READ) or 1
        return found


def size(row: Timer) -> int:
    values = (row.minute, row.name, row.queue, row.event)
    return sum(len(value.encode()) for value in values) + 2 * 8 + 6 * 2


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    made = Table()
    monkeypatch.setattr(timers, "_save", made.save)
    monkeypatch.setattr(timers, "list_due", made.list_due)
    yield made


def context(now: int) -> Context:
    """The system's, at a moment (epoch milliseconds)."""
    return replace(system(), now=now)


def store(table: Table, monkeypatch: pytest.MonkeyPatch, processes: int, due_at: int) -> None:
    """All are set at once, an hour before: so many processes store them as fast as they can."""
    memories = [TimedCache[int](most=2_000) for _ in range(processes)]
    ctx = context(due_at - 3_600_000)
    for at in range(COUNT):
        table.second = at // (processes * STORED_EACH)
        monkeypatch.setattr(later, "_stored", memories[at % processes])
        later.hold(ctx, DeadlineSet("a" * 36, ctx.now, f"{at:036}", "close", due_at), f"{'a' * 36}#{at:036}#close")


def bring(table: Table, monkeypatch: pytest.MonkeyPatch, minute: int, started: int) -> tuple[dict[str, int], float]:
    """What is on the queue, with the moment at which it can be received, and the seconds from a sweep until all of it is."""
    visible: dict[str, int] = {}
    told: list[TimersDue] = []
    now = started

    def send(queue: str, bodies: list[tuple[str, int]]) -> None:
        for body, delay in bodies:
            event = publishing.decode(body)
            if isinstance(event, TimersDue):
                told.append(event)
            else:
                visible[event.conversation] = now + delay * 1000  # type: ignore[attr-defined]

    monkeypatch.setattr(queues, "send", send)
    waiting = [(0.0, at, TimersDue("", started, minute, at)) for at in range(timers.SHARDS)]
    number, end = timers.SHARDS, 0.0
    while waiting:
        begun, _, place = heapq.heappop(waiting)
        now, table.second = started + int(begun * 1000), int(begun)
        sent, more = later.bring(context(now), place)
        done = begun + QUERY + SEND * (math.ceil(sent / 10) + math.ceil(len(more) / 10))
        for next_ in more:
            heapq.heappush(waiting, (done + HOP, number, next_))
            number += 1
        end = max(end, done)
    return visible, end


def fire(visible: dict[str, int], most: int) -> int:
    """Seconds from the moment at which a deadline can be received to when it has been acted on, of the latest."""
    waiting = deque(sorted(Counter(at // 1000 for at in visible.values()).items()))
    second = first = waiting[0][0]
    latest = 0
    while waiting:
        able = FIRED_EACH * min(most, FIRST + ADDED * (second - first))
        while able and waiting and waiting[0][0] <= second:
            at, count = waiting.popleft()
            latest = max(latest, second + 1 - at)
            if count > able:
                waiting.appendleft((at, count - able))
            able = max(0, able - count)
        second += 1
    return latest


DUE = 30_000_000 * 60_000


@pytest.mark.parametrize("processes", [1, 10, STORING])
def test_storing_them_makes_no_partition_hot(table: Table, monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    store(table, monkeypatch, processes, DUE)
    assert max(table.written.values()) <= WRITES
    assert sum(len(rows) for rows in table.rows.values()) == COUNT + 1


def test_without_further_partitions_four_would_be_hot(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "CROWD", COUNT)
    store(table, monkeypatch, STORING, DUE)
    assert max(table.written.values()) > 2 * WRITES


def test_all_are_on_the_queue_before_they_are_due_and_none_early(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    store(table, monkeypatch, STORING, DUE)
    table.written.clear()
    visible, seconds = bring(table, monkeypatch, DUE // 60_000, DUE - 61_000)
    assert len(visible) == COUNT
    assert set(visible.values()) <= set(range(DUE, DUE + 1000))
    assert seconds < 15, "a sweep begins at least a minute before"
    assert max(table.read.values()) <= READS / 10
    assert not table.written, "and nothing is written, because rows are not deleted"


def test_all_that_are_due_in_one_instant_are_acted_on_within_a_minute() -> None:
    visible = {str(at): DUE for at in range(COUNT)}
    assert 30 < fire(visible, mappings._CONCURRENCY["timers"]) < 50
    assert fire(visible, 20) > 100, "which is why the timers' queue has more functions than others"


def test_of_a_minute_none_waits_for_long() -> None:
    visible = {str(at): DUE + at * 60_000 // COUNT for at in range(COUNT)}
    assert fire(visible, mappings._CONCURRENCY["timers"]) < 15
