"""Reports: clocks of service, names, spans, requests, moves of rows that are read meanwhile, and what a batch costs."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.context import ADMIN
from chalicelib.desk.core import counted
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import agents, people
from chalicelib.desk.reports import compacting, reading, reports, right_now
from chalicelib.desk.teams import groups
from chalicelib.models import conversations, statistics, statistics_rows
from chalicelib.models.base import ConditionFailed
from chalicelib.rules import counting, series
from tests.desk.conversations.desk import department
from tests.desk.reports.played import ask, settle
from tests.desk.reports.test_statistics import count, told
from tests.lambdas import counted as requests
from tests.streams_and_queues import START
from tests.visitors import Visitor
from tests.world import World

BASE = "/api/v3/anytime"
DAY = 86_400_000


def reply(world: World, number: int, at: int = 0) -> None:
    given = {"type": "reply", "plainBody": "so"}
    assert world.call("POST", f"{BASE}/conversations/{number}/messages", given, **world.bearer(world.agents[at])).status == 200


def change(world: World, number: int, **given: Any) -> None:
    assert world.call("PUT", f"{BASE}/conversations/{number}", given, **world.bearer()).status == 200


def policy(world: World, **given: float) -> int:
    made = {"name": f"Policy {given}", "isEnabled": True, "isBusinessHours": False, **given}
    answer = world.call("POST", f"{BASE}/SLAPolicies", made, **world.bearer(world.owner))
    assert answer.status == 200, answer
    return int(next(iter(answer.body.values()))["id"])


def test_clocks_count_where_they_end_in_time_and_where_they_breach(world: World) -> None:
    number = policy(world, firstRespondWithin=1, nextRespondWithin=1, resolveRespondWithin=10)
    quick, slow = world.asking(), world.asking()
    world.pass_(600)
    reply(world, 1)
    world.pass_(60)
    quick.say("and")
    world.pass_(7200)  # the second clock of the quick one breaches, and the first one of the slow one
    reply(world, 1)
    reply(world, 2, at=1)
    change(world, 1, status="closed")
    world.tokens.clear()  # they last an hour
    assert slow.say("well?").body["error_code"] == 0
    world.pass_(40_000)  # the last clock of the slow one breaches, and that of its next answer
    change(world, 2, status="closed")
    count(told(world))
    (line,) = [one for one in ask(world, by=reports.POLICY).lines if one.counts]
    assert (line.id, line.name[:6]) == (number, "Policy")
    names = ("af", "bf", "an", "bn", "ar", "br", "bo")
    assert [line.counts[name] for name in names] == [1, 1, 0, 2, 1, 1, 2]
    assert (line.counts["fn"], line.counts["fs"]) == (2, 600_000 + 7_860_000)
    assert (line.counts["nn"], line.counts["ns"]) == (1, 7_200_000)
    by_agent = {one.id: one.counts for one in ask(world, by=reports.AGENT).lines}
    assert by_agent[world.agents[0].number]["af"] == 1
    assert sum(counts["bo"] for counts in by_agent.values()) == 2


def test_what_is_removed_keeps_its_number_and_an_agent_their_name(assigned: Visitor, world: World) -> None:
    group = department(world, "Sales")
    change(world, 1, departmentAssigneeId=group.number)
    reply(world, 1)
    world.settle()
    count(told(world))
    groups.remove(world.ctx(ADMIN, world.owner), group.id)
    gone = world.agents[0]
    agents.remove(world.ctx(ADMIN, world.owner), gone.id)
    lines = {one.id: one.name for one in ask(world, by=reports.DEPARTMENT).lines}
    assert lines == {group.number: "removed", 0: "no department"}
    assert {one.id: one.name for one in ask(world, by=reports.AGENT).lines}[gone.number] == gone.name


def test_a_year_by_day_at_any_offset_is_three_requests_when_all_is_in_months(assigned: Visitor, world: World) -> None:
    reply(world, 1)
    count(told(world))
    world.now += 5 * DAY
    settle(world)
    year = {"start": world.now - 365 * DAY, "offset": -15}
    with requests() as sent:
        report = ask(world, **year)
    assert sent == ["Query", "Query"]
    assert report.total.counts["ma"] == 1
    for view, value in ((reports.AGENT, world.agents[0].number), (reports.CHANNEL, "portal")):
        with requests() as sent:
            found = ask(world, view=view, value=value, unit="month", **year)
        assert (sent, found.total.counts["ma"]) == (["Query", "Query"], 1)
    people.list_agents_cached(world.ctx(ADMIN))
    with requests() as sent:
        lines = ask(world, by=reports.AGENT, **year).lines
    assert (sent, sum(line.counts["ma"] for line in lines)) == (["Query", "BatchGetItem", "Query"], 1)


def test_right_now_is_one_request_and_says_what_is_open(assigned: Visitor, world: World) -> None:
    world.asking()
    change(world, 1, priority="urgent")
    count(told(world))
    with requests() as sent:
        now = right_now.get(world.as_agent())
    assert sent == ["Query"]
    assert (now.count(), now.count("new"), now.count(priority="urgent")) == (2, 2, 1)
    with requests() as sent:
        right_now.by_agent(world.as_agent())
        right_now.by_department(world.as_agent())
    assert sent.count("Query") <= 4
    with pytest.raises(Invalid, match="days"):
        right_now.by_day(world.as_agent(), 16)


@pytest.mark.parametrize(
    "given",
    [
        {"start": START, "end": START},
        {"start": START, "end": 10**15},
        {"start": 0},
        {"start": START - 400 * DAY},
        {"start": START - 60 * DAY, "unit": "hour"},
    ],
)
def test_a_span_that_cannot_be_is_refused(world: World, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        ask(world, **given)


def test_an_edge_of_a_span_cuts_a_day_that_is_in_months(assigned: Visitor, world: World) -> None:
    world.pass_(3_600)
    world.tokens.clear()
    reply(world, 1)
    world.settle()
    count(told(world))
    world.now += 5 * DAY
    settle(world)
    for by in (reports.TIME, reports.AGENT):
        early = ask(world, by=by, start=START - DAY, end=START + 1_800_000)
        late = ask(world, by=by, start=START + 1_800_000, end=START + DAY)
        assert (early.total.counts["ma"], early.total.counts["mc"], late.total.counts["ma"]) == (0, 1, 1)
        assert (early.total.open, late.total.open) == (1, 1)


def test_a_row_that_is_moved_while_it_is_read_counts_once(
    assigned: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(told(world))
    query, ctx = statistics_rows.Statistic.query, world.ctx("system")
    (before,) = [dict(reading.load_present(ctx).total)]

    def moved(*given: Any, **named: Any) -> list[Any]:
        """A first part that was read before the rows moved, and the rest after."""
        first = [row for row in query(*given, **named) if row.span[0] == "a"]
        monkeypatch.undo()
        compacting.compact(ctx)
        return first + [row for row in query(*given, **named) if row.span[0] != "a"]

    monkeypatch.setattr(statistics_rows.Statistic, "query", moved)
    present = reading.load_present(ctx)
    assert present.total == before
    assert sum(counts["mc"] for counts in present.recent.values()) == 1


def test_a_day_that_is_put_away_while_it_is_read_counts_once(
    assigned: Visitor, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(told(world))
    ctx = world.ctx("system")
    compacting.compact(ctx)
    before = dict(reading.load_present(ctx).total)
    world.now += 3 * DAY
    query, ctx = statistics_rows.Statistic.query, world.ctx("system")

    def settled(*given: Any, **named: Any) -> list[Any]:
        first = [row for row in query(*given, **named) if row.span[0] == "d"]
        monkeypatch.undo()
        settle(world)
        return first + [row for row in query(*given, **named) if row.span[0] == "t"]

    monkeypatch.setattr(statistics_rows.Statistic, "query", settled)
    assert reading.load_present(ctx).total == before


def test_two_that_move_the_same_rows_do_it_once(assigned: Visitor, world: World) -> None:
    count(told(world))
    ctx = world.ctx("system")
    rows = statistics.live(world.account)
    found = {row.span: series.by_day(compacting.read(row)) for row in rows}
    before = dict(reading.load_present(ctx).total)
    compacting.compact(ctx)
    with pytest.raises(ConditionFailed):
        compacting.write(world.account, rows, found[rows[0].span], {})
    assert reading.load_present(ctx).total == before


def test_a_change_is_the_same_from_its_text(assigned: Visitor, world: World) -> None:
    number = policy(world, firstRespondWithin=1, resolveRespondWithin=10)
    world.asking()
    reply(world, 1)
    change(world, 1, status="closed")
    assigned.say("again")
    world.settle()
    texts = []
    for record in told(world)["conversations"]:
        old, new = record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage")
        if new and conversations.is_summary(conversations.Conversation.hash_key_of(record["dynamodb"]["Keys"])):
            rows = [conversations.Conversation.from_raw_data(image) if image else None for image in (old, new)]
            change_ = counted.change_of(rows[0], rows[1])  # type: ignore[arg-type]
            texts.append(counting.encode(change_))
            assert counting.decode(texts[-1]) == change_
    assert any(f",{number}," in text for text in texts)
    assert max(map(len, texts)) < 100


def test_counting_costs_one_request_a_batch_and_asks_once_for_the_rest(assigned: Visitor, world: World) -> None:
    records = told(world)
    with requests() as sent:
        count(records)
    assert Counter(sent)["TransactWriteItems"] <= 2
    with requests() as sent:
        count(records)
    assert Counter(sent)["SendMessageBatch"] == 0
