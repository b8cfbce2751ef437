"""Windows that are looked through in parallel: every row once, whatever the window."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chalicelib.models import scanning
from chalicelib.models.conversations import CLOSED, Conversation
from chalicelib.models.inbox import Window
from chalicelib.models.scanning import Bound
from tests.lambdas import counted
from tests.models.test_inbox import ACCOUNT, ROWS, Row, fill, id_of
from tests.streams_and_queues import START

MOST = 10_000


def everything(rows: list[Conversation]) -> list[Conversation]:
    return rows


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, some.integers(START - 2, START + 9), some.integers(0, 20))
def test_every_row_of_a_window_is_found_once(aws: None, rows: list[Row], since: int, length: int) -> None:
    fill(rows)
    found = scanning.scan(Window(ACCOUNT, (since, since + length)), ["number"], everything, Bound(MOST))
    assert found.is_whole
    assert sorted(row.number for row in found.rows) == [at for at, row in enumerate(rows) if since <= row.at <= since + length]


def test_only_what_is_asked_for_is_read_and_only_what_is_kept_is_returned(aws: None) -> None:
    fill([Row(START + at, CLOSED if at % 2 else "new") for at in range(6)])

    def keep(rows: list[Conversation]) -> list[Conversation]:
        return [row for row in rows if row.status == CLOSED]

    found = scanning.scan(Window(ACCOUNT, (START, START + 9), (("is_read", True, False),)), ["status"], keep, Bound(MOST))
    assert sorted(row.id for row in found.rows) == [id_of(1), id_of(3), id_of(5)]
    assert {row.subject for row in found.rows} == {None}
    assert all(row.last_activity_at and row.inbox_key for row in found.rows)


def test_open_ones_are_one_request_and_closed_ones_one_for_each_range(aws: None) -> None:
    fill([Row(START, CLOSED), Row(START + 5_000, CLOSED), Row(START)])
    # Two of the requests for closed ones see where they begin and end.
    for conditions, count in (((("status", False, CLOSED),), 1), ((("status", True, CLOSED),), 2 + scanning._RANGES)):
        with counted() as sent:
            found = scanning.scan(Window(ACCOUNT, (START, START + 10**6), conditions), ["number"], everything, Bound(MOST))
        assert (len(found.rows), found.is_whole, sent) == (1 if count == 1 else 2, True, ["Query"] * count)


@pytest.mark.parametrize("oldest_first", [False, True])
def test_where_there_is_enough_the_window_s_end_is_not_read(aws: None, oldest_first: bool) -> None:
    fill([Row(START + 10 * at, CLOSED) for at in range(1000)])
    window = Window(ACCOUNT, (START, START + 10**6), oldest_first=oldest_first)
    found = scanning.scan(window, ["number"], everything, Bound(10))
    numbers = {row.number for row in found.rows}
    assert not found.is_whole and len(numbers) < 1000
    assert numbers >= ({*range(10)} if oldest_first else {*range(990, 1000)})


def test_another_request_than_the_last_one_allowed_is_not_sent(aws: None) -> None:
    fill([Row(START), Row(START + 5_000, CLOSED)])
    window = Window(ACCOUNT, (START, START + 10**6))
    assert scanning.scan(window, ["number"], everything, Bound(MOST, requests=0)) == scanning.Scanned([], False)


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_of_some_numbers_those_are_found_that_may_be(aws: None, share: float) -> None:
    fill([Row(START + 10 * at, CLOSED) for at in range(400)])
    window = Window(ACCOUNT, (START, START + 10**6))
    with counted() as sent:
        every = scanning.scan(window, ["number"], everything, Bound(MOST, may=lambda number: number % 2 == 0, share=share))
    assert every.is_whole and sorted(row.number for row in every.rows) == [*range(0, 400, 2)]
    assert len(sent) == 1 + 2 + scanning._RANGES
    some_rows = scanning.scan(window, ["number"], everything, Bound(20, may=lambda number: number % 2 == 0, share=share))
    assert not some_rows.is_whole and {row.number for row in some_rows.rows} >= {*range(360, 400, 2)}
    assert share == 0 or len(some_rows.rows) < 80


def test_rows_are_read_a_hundred_at_a_time(aws: None) -> None:
    fill([Row(START + at) for at in range(150)])
    with counted() as sent:
        rows = scanning.read_parallel(ACCOUNT, [id_of(at) for at in range(160)], ["number"])
    assert sorted(row.number for row in rows) == [*range(150)]
    assert sent == ["BatchGetItem"] * 2
