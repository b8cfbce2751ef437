"""Tallies equal a count by hand, however often a stream's batch comes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.accounts import accounts
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.reports import statistics
from chalicelib.models import statistics as rows
from chalicelib.models.attributes import KeyAttribute
from chalicelib.rules.groups import Work
from tests.lambdas import counted, invoke
from tests.streams_and_queues import START
from tests.world import World

HOUR = 3_600_000


@pytest.fixture
def busy(world: World) -> Iterator[World]:
    """Three visitors within two hours, with two answers of one agent, notes, and a warning by the clock."""
    world.online(world.agents[0])
    for at in range(3):
        visitor = world.visitor()
        visitor.say("hello")
        world.settle()
        if at:
            path = f"/api/v3/anytime/conversations/{at + 1}/messages"
            assert world.call("POST", path, {"type": "reply", "plainBody": "hi"}, **world.bearer()).status == 200
            assert world.call("POST", path, {"type": "note", "plainBody": "hm"}, **world.bearer()).status == 200
        world.now += HOUR
        world.tokens.clear()  # they last an hour
    yield world


def told(world: World) -> dict[str, list[dict[str, Any]]]:
    """What both streams have had, for a consumer of its own."""
    found = {table: world.records(table, since="TRIM_HORIZON") for table in ("people", "conversations")}
    own = (world.account, KeyAttribute().serialize(world.account))
    return {
        table: [record for record in records if any(text in str(record["dynamodb"]["Keys"]) for text in own)]
        for table, records in found.items()
    }


def count(records: dict[str, list[dict[str, Any]]]) -> None:
    invoke("count_people", {"Records": records["people"]})
    invoke("count_conversations", {"Records": records["conversations"]})


def test_the_numbers_of_a_day_equal_a_count_by_hand(busy: World) -> None:
    count(told(busy))
    (today,) = statistics.last_days(busy.ctx(ADMIN), 1).values()
    assert (today.contacts, today.messages, today.agents) == (3, 6, {busy.agents[0].number})
    begin = datetime.fromtimestamp(START / 1000, UTC).hour
    hours = statistics.by_hour(busy.ctx(ADMIN))
    assert [hours[begin + at].messages for at in range(3)] == [1, 2, 3]
    assert [hours[begin + at].contacts for at in range(3)] == [1, 1, 1]
    assert [len(hours[begin + at].agents) for at in range(3)] == [0, 1, 1]
    assert sum(hour.messages for hour in hours) == 6
    overall = statistics.totals(busy.ctx(ADMIN))
    assert (overall.contacts, overall.messages, len(overall.agents)) == (3, 6, 4)


def test_a_batch_that_comes_again_longer_or_in_parts_counts_once(busy: World) -> None:
    records = told(busy)["conversations"]
    for batch in (records[:4], records[:4], records, records):
        invoke("count_conversations", {"Records": batch})
    (today,) = statistics.last_days(busy.ctx(ADMIN), 1).values()
    assert today.messages == 6


def test_a_long_batch_is_counted_in_transactions_that_aws_takes(busy: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_AT_ONCE", 2)
    records = told(busy)["conversations"]
    with counted() as sent:
        invoke("count_conversations", {"Records": records})
    assert set(sent[:-1]) == {"TransactWriteItems"}
    assert 1 < len(sent[:-1]) <= -(-len(records) // 2), "nothing is written of records that count for nothing"
    assert sent[-1] == "SendMessageBatch", "these rows are to be moved together"
    count(told(busy))
    (today,) = statistics.last_days(busy.ctx(ADMIN), 1).values()
    assert (today.contacts, today.messages) == (3, 6)


def test_what_an_agent_had_in_several_quarters_is_added_up_where_they_come_in_one_batch(busy: World) -> None:
    count(told(busy))
    assert statistics.work_today(busy.ctx(ADMIN)) == {busy.agents[0].number: Work(3, 3)}, "two answers and a warning"


def test_days_begin_where_the_account_is(busy: World) -> None:
    count(told(busy))
    ctx = busy.ctx(ADMIN)
    accounts.change(ctx, accounts.Change(time_zone="Pacific/Kiritimati"))
    here = datetime.fromtimestamp(busy.now / 1000, UTC)
    days = statistics.last_days(ctx, 3)
    assert list(days)[-1] > here.date()
    assert sum(day.messages for day in days.values()) == 6


def test_another_account_has_its_own_numbers(busy: World, other: World) -> None:
    other.visitor().say("over here")
    count(told(busy))
    count(told(other))
    (ours,) = statistics.last_days(busy.ctx(ADMIN), 1).values()
    (theirs,) = statistics.last_days(other.ctx(ADMIN), 1).values()
    assert (ours.messages, theirs.messages) == (6, 1)


@pytest.mark.parametrize(("first", "last"), [(date(2027, 1, 2), date(2027, 1, 1)), (date(2020, 1, 1), date(2027, 1, 1))])
def test_a_range_that_cannot_be_is_refused(world: World, first: date, last: date) -> None:
    with pytest.raises(Invalid, match="_date"):
        statistics.by_day(world.ctx(ADMIN), first, last)


def test_the_numbers_of_a_month_are_three_requests(busy: World) -> None:
    count(told(busy))
    accounts.load(busy.ctx(ADMIN))
    with counted() as sent:
        days = statistics.by_day(busy.ctx(ADMIN), None, None)
    assert sent == ["Query"] * 3
    assert len(days) == 31
    with counted() as sent:
        statistics.by_hour(busy.ctx(ADMIN))
    assert sent == ["Query"]
