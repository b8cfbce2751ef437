"""Pages of an inbox over its partitions: each row once and in order, whatever moves between the requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from msgspec.structs import replace

from chalicelib.models import base, conversations, inbox, summaries
from chalicelib.models.conversations import CLOSED, DELETED, OPEN, Conversation
from chalicelib.models.inbox import Like, Position, Window
from chalicelib.models.stamps import Stamp
from chalicelib.rules import ids, lifecycle
from tests.lambdas import counted
from tests.streams_and_queues import START

ACCOUNT, AGENT = ids.uuid7(START, bytes(10)), ids.uuid7(START + 1, bytes(10))
SPAN = (START, START + 10**9)
CONDITIONS: list[tuple[Like, ...]] = [
    (),
    (("status", False, CLOSED),),
    (("status", True, CLOSED),),
    (("status", True, "on_hold"),),
    (("status", False, "on_hold"),),
    (("assignee", True, AGENT),),
    (("status", False, CLOSED), ("is_read", True, False), ("assignee", True, None)),
    (("status", True, CLOSED), ("status", False, CLOSED)),
]


@dataclass(frozen=True)
class Row:
    """A conversation of the test: when something was said last, its status, and whether it is read and the agent's."""

    at: int
    status: str = "new"
    is_read: bool = False
    is_held: bool = False


ROWS = some.lists(
    some.builds(
        Row,
        some.integers(START, START + 8),
        some.sampled_from(["new", "on_hold", CLOSED, CLOSED]),
        some.booleans(),
        some.booleans(),
    ),
    max_size=12,
)
#: What is done to which row, after a request.
MOVES = some.lists(some.tuples(some.integers(0, 11), some.sampled_from(["say", "close", "reopen"])), max_size=8)


def id_of(number: int) -> str:
    return ids.uuid7(START, number.to_bytes(10, "big"))


def stored(number: int, row: Row) -> Conversation:
    found = Conversation(conversations.key(ACCOUNT, id_of(number)), version=1, number=number, channel="chat", subject="x")
    found.contact_key, found.contact_number, found.last_message = conversations.of_key(ACCOUNT, AGENT), 1, id_of(number)
    found.status, found.last_activity_at, found.is_read = row.status, row.at, row.is_read
    found.created_at = found.status_since = row.at
    found.assignee = AGENT if row.is_held else None
    summaries.updates(found, {}, Stamp(row.at))
    return found


def fill(rows: list[Row]) -> None:
    """The rows and no others, straight into moto's table."""
    items = dynamodb_backends["123456789012"]["us-east-1"].tables[str(Conversation.Meta.table_name)].items
    items.clear()
    for number, row in enumerate(rows):
        one = stored(number, row)
        key = DynamoType(Conversation.raw(key=one.key)["k"])
        items[key] = Item(key, None, one.serialize())  # type: ignore[assignment]


def move(number: int, what: str, now: int) -> None:
    """Does to a conversation what a use case does to it."""
    found = conversations.get(ACCOUNT, id_of(number))
    assert found is not None
    changes: dict[str, Any] = {"last_activity_at": now}
    if what != "say":
        changes = lifecycle.closed(now) if what == "close" else {"status": "new", "closed_at": None}
    actions = summaries.updates(found, changes, Stamp(now))
    found.update(actions)


@contextmanager
def after_each_query(act: Callable[[], None]) -> Iterator[None]:
    """Does something between the answer to a Query and what is made of it."""
    emitter = base.connection.client.meta.events
    hook: Any = lambda **_: act()  # noqa: E731
    emitter.register("after-call.dynamodb.Query", hook)
    try:
        yield
    finally:
        emitter.unregister("after-call.dynamodb.Query", hook)


def meets(row: Row, conditions: tuple[Like, ...]) -> bool:
    own = {"status": row.status, "is_read": row.is_read, "assignee": AGENT if row.is_held else None}
    return all((own[field] == value) == equal for field, equal, value in conditions)


def ordered(rows: list[Row], window: Window) -> list[int]:
    """Numbers of the rows as a sort in memory lists them: rows of one moment by partition, then by key, or mirrored."""
    matching = [number for number, row in enumerate(rows) if meets(row, tuple(window.conditions))]
    sign = 1 if window.oldest_first else -1
    return sorted(
        matching, key=lambda number: (sign * rows[number].at, (rows[number].status == CLOSED) is (sign < 0), sign * number)
    )


def walk(window: Window, size: int, after: Position | None = None) -> list[int]:
    """Numbers of what is listed page by page, each page within a request a partition."""
    shown: list[int] = []
    for _ in range(200):
        with counted() as sent:
            page, after = inbox.list_rows(window, size, after)
        assert sent.count("Query") <= len(window.filters())
        assert len(page) == size or after is None, "a page is full, or the last"
        shown += [row.number for row in page]
        if after is None:
            return shown
    raise AssertionError("does not end")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, some.integers(1, 5), some.sampled_from(CONDITIONS), some.booleans())
def test_pages_of_a_list_that_stands_still_are_a_sort_in_memory(
    aws: None, rows: list[Row], size: int, conditions: tuple[Like, ...], oldest_first: bool
) -> None:
    fill(rows)
    window = Window(ACCOUNT, SPAN, conditions, oldest_first)
    expected = ordered(rows, window)
    assert walk(window, size) == expected == [row.number for row in inbox.iterate(window, size, None)]
    assert inbox.count(window, 10_000) == len(expected)
    assert inbox.count(window, 3) == min(len(expected), 3)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, some.integers(1, 5), some.sampled_from(CONDITIONS), some.booleans(), MOVES)
def test_what_does_not_move_is_listed_once_and_in_order_while_others_do(
    aws: None, rows: list[Row], size: int, conditions: tuple[Like, ...], oldest_first: bool, moves: list[tuple[int, str]]
) -> None:
    fill(rows)
    window = Window(ACCOUNT, SPAN, conditions, oldest_first)
    expected, left = ordered(rows, window), [(number, what) for number, what in moves if number < len(rows)]
    moved: set[int] = set()

    def next_move() -> None:
        if left:
            number, what = left.pop()
            moved.add(number)
            move(number, what, START + 10**6 + len(moved))

    with after_each_query(next_move):
        shown = walk(window, size)
    assert [number for number in shown if number not in moved] == [number for number in expected if number not in moved]


def test_what_is_closed_after_it_was_listed_is_not_listed_again(aws: None) -> None:
    fill([Row(START + at) for at in range(6)])
    window = Window(ACCOUNT, SPAN)
    page, after = inbox.list_rows(window, 3, None)
    for row in page:
        move(row.number, "close", START + 10)
    assert [row.number for row in page] + walk(window, 3, after) == [5, 4, 3, 2, 1, 0]


def test_the_page_after_one_whose_last_row_was_closed_is_full_and_takes_no_request_more(aws: None) -> None:
    fill([*[Row(START + at, CLOSED) for at in range(5)], Row(START + 5)])
    window = Window(ACCOUNT, SPAN)
    (last,), after = inbox.list_rows(window, 1, None)
    move(last.number, "close", START + 10)
    assert walk(window, 1, after) == [4, 3, 2, 1, 0]


def test_one_that_is_closed_between_the_queries_of_a_page_is_listed_once(aws: None) -> None:
    fill([Row(START + at, CLOSED if at % 2 else "new") for at in range(6)])
    left = [2]
    with after_each_query(lambda: move(left.pop(), "close", START + 10) if left else None):
        assert walk(Window(ACCOUNT, SPAN), 10) == [5, 4, 3, 2, 1, 0]


def test_a_filter_that_finds_little_ends_after_twenty_requests_and_says_where_to_go_on(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "_LOOKED_THROUGH", 2)
    rows = [Row(START + at, CLOSED if at % 2 else "new", is_held=at < 2) for at in range(100)]
    fill(rows)
    window, shown, pages = Window(ACCOUNT, SPAN, (("assignee", True, AGENT),)), list[int](), 0
    after: Position | None = None
    while after or not pages:
        with counted() as sent:
            page, after = inbox.list_rows(window, 5, after)
        assert len(sent) <= 20
        pages, shown = pages + 1, [*shown, *(row.number for row in page)]
    assert (shown, pages) == ([1, 0], 2)
    assert [row.number for row in inbox.iterate(replace(window, oldest_first=True), 2, None)] == [0, 1]


def test_a_list_reads_the_partitions_that_its_conditions_allow() -> None:
    def read(*conditions: Like) -> dict[str, list[Like]]:
        return Window(ACCOUNT, SPAN, conditions).filters()

    held, on_hold = ("assignee", True, AGENT), ("status", True, "on_hold")
    assert read() == {OPEN: [], CLOSED: []}
    assert read(("status", False, CLOSED), held) == {OPEN: [held]}
    assert read(("status", True, CLOSED)) == {CLOSED: []}
    assert read(on_hold) == {OPEN: [on_hold]}
    assert read(("status", False, "on_hold")) == {OPEN: [("status", False, "on_hold")], CLOSED: []}
    assert read(on_hold, ("status", True, CLOSED)) == {}


@example([Row(START), Row(START, "on_hold"), Row(START, CLOSED)], (("status", False, "on_hold"),), 1, 1, False, 0)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, some.sampled_from(CONDITIONS), some.integers(1, 4), some.integers(1, 3), some.booleans(), some.integers(0, 6))
def test_a_walk_goes_through_all_in_order_whatever_its_parts_and_goes_on_where_it_stopped(
    aws: None, rows: list[Row], conditions: tuple[Like, ...], first: int, further: int, oldest_first: bool, requests: int
) -> None:
    fill(rows)
    window = Window(ACCOUNT, SPAN, conditions, oldest_first)
    found, after = list[int](), list[Position | None]([None])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "_LOOKED_THROUGH", further)
        patch.setattr(inbox, "_MOST_REQUESTS", 2 + requests)
        for _ in range(40):
            for part, position in inbox.walk(window, first, after[-1], ["number"]):
                found, after = [*found, *(row.number for row in part)], [*after, position]
                assert all(row.subject is None and row.inbox_key for row in part)
            if after[-1] is None:
                break
    assert found == ordered(rows, window) and after[-1] is None


def test_what_meets_no_condition_is_looked_through_once_in_both_partitions(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    fill([Row(START + at, CLOSED if at % 2 else "on_hold") for at in range(60)])
    monkeypatch.setattr(inbox, "_LOOKED_THROUGH", 2)
    monkeypatch.setattr(inbox, "_MOST_REQUESTS", 8)
    window, after, calls = Window(ACCOUNT, SPAN, (("assignee", True, AGENT),)), None, 0
    with counted() as sent:
        while calls == 0 or after:
            (rows, after), calls = inbox.list_rows(window, 5, after), calls + 1
            assert rows == [] and len(sent) <= 8 * calls
    assert len(sent) <= 40  # 30 read each row once, and each call begins both partitions anew


def test_what_is_deleted_has_a_list_of_its_own(aws: None) -> None:
    fill([Row(START, CLOSED), Row(START + 1)])
    gone = conversations.get(ACCOUNT, id_of(0))
    assert gone is not None
    gone.update([Conversation.inbox_key.set(conversations.inbox_key(ACCOUNT, DELETED))])
    assert walk(Window(ACCOUNT, SPAN), 5) == [1]
    deleted = Window(ACCOUNT, SPAN, (("status", True, CLOSED),), partitions=(DELETED,))
    assert walk(deleted, 5) == [0] and inbox.count(deleted, 10) == 1
