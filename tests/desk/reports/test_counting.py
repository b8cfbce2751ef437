"""Reports equal a count by hand and a recount of the rows, whatever happens and however the stream's records come."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.context import ADMIN
from chalicelib.desk.core import cache
from chalicelib.desk.reports import compacting, reading, reports
from chalicelib.models import statistics, statistics_rows
from chalicelib.models.attributes import KeyAttribute
from chalicelib.rules import counting
from tests.desk.reports.played import DAY, Play, amounts, ask, of_account, place, settle
from tests.lambdas import invoke
from tests.streams_and_queues import START
from tests.world import World

OFFSET = 5.75


def told(world: World) -> dict[str, list[dict[str, Any]]]:
    """All records of both streams that are of an account, in order."""
    own = (world.account, KeyAttribute().serialize(world.account))
    found = {table: world.records(table, since="TRIM_HORIZON") for table in ("people", "conversations")}
    return {
        table: [one for one in records if any(text in str(one["dynamodb"]["Keys"]) for text in own)]
        for table, records in found.items()
    }


def deliver(world: World, chance: random.Random) -> None:
    """Counts the streams in batches of any size, out of order, many of them twice, the second time longer or shorter."""
    batches: list[tuple[str, list[dict[str, Any]]]] = []
    for table, records in told(world).items():
        while records:
            size = chance.randint(1, 12)
            batches += [(table, records[:size])] * chance.randint(1, 2)
            if chance.random() < 0.3:
                batches.insert(0, (table, records[: max(1, size - 1)]))  # a part was counted before
            records = records[size:]
    chance.shuffle(batches)
    for table, batch in batches:
        invoke(f"count_{table}", {"Records": batch})
        if chance.random() < 0.1:
            compacting.compact(world.ctx("system"))


def check(play: Play) -> None:
    """Compares reports with what was noted."""
    world, hand = play.world, play.hand
    report = ask(world, offset=int(OFFSET * 4))
    for line in report.lines:
        local = datetime.fromtimestamp(line.start / 1000, UTC) + timedelta(hours=OFFSET)
        assert line is report.lines[0] or (local.hour, local.minute) == (0, 0)
        found = (line.created, line.counts["cl"], line.counts["ro"], line.counts["rp"], line.counts["mc"], line.counts["ma"])
        names = ("created", "closed", "reopened", "replied", "asked", "said")
        assert found == tuple(hand.count(name, line.start, line.end) for name in names), (line, hand.noted)
        assert line.open == sum(step for at, step in hand.opened if at < line.end)
    total = report.total.counts
    assert (total["fn"], total["fs"], total["nn"], total["ns"]) == (
        len(hand.firsts),
        sum(hand.firsts),
        len(hand.waits),
        sum(hand.waits),
    )
    by_agent = {line.id: line for line in ask(world, by=reports.AGENT).lines}
    for agent in world.agents:
        mine = Counter(what for what, _, by in hand.noted if by == agent.number)
        counts = by_agent[agent.number].counts if agent.number in by_agent else Counter()
        assert (counts["ma"], counts["rp"], counts["cl"]) == (mine["said"], mine["replied"], mine["closed"])
    check_open(play)


def check_open(play: Play) -> None:
    """What is open now is what the rows say."""
    there = [row for row in play.rows() if place(row) == "open"]
    present = reading.load_present(play.world.ctx(ADMIN))
    assert +reading.open_now(present) == Counter((row.status, row.priority) for row in there)
    waiting = reading.open_now(present, lambda cell: not cell.agent)
    assert waiting.total() == sum(not row.assignee for row in there)
    for by, key in ((reports.AGENT, "assignee_number"), (reports.DEPARTMENT, "group_number")):
        lines = {line.id: line.open for line in ask(play.world, by=by).lines if line.open}
        assert lines == Counter(getattr(row, key) or 0 for row in there)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_reports_equal_a_count_by_hand_and_a_recount(aws: None, tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        cache.clear_all()
        monkeypatch.setattr(statistics_rows, "MOST_BYTES", 90)  # so that days have several rows
        monkeypatch.setattr(compacting, "MOST_BYTES", 700)  # and moves few days
        chance, world = random.Random(seed), World(monkeypatch)
        play = Play(world, chance)
        play.begin()
        play.go_on(15)
        deliver(world, chance)
        check(play)
        before = amounts(world)
        world.now += 4 * DAY
        world.tokens.clear()
        settle(world)
        check(play)
        assert statistics.near(world.account).live == []
        assert amounts(world) == before
        folder: Path = tmp_path_factory.mktemp("recount")
        assert of_account(world, folder, check=True) == 0
        spoil(world, chance)
        assert of_account(world, folder) > 0
        check(play)
        assert ask(world, view=reports.AGENT, value=world.agents[2].number).total.counts["cr"] <= len(play.visitors)
        assert of_account(world, folder) == 0


def spoil(world: World, chance: random.Random) -> None:
    """Makes a day wrong: something is there twice, and what is open, too."""
    day = START // DAY
    agent = world.agents[2].number
    cell = counting.Cell(day * 96 + chance.randrange(96), agent, channel="chat")
    wrong = {cell: Counter({counting.CREATED: 300, counting.gauge("new", "high"): 2})}
    compacting.write(world.account, [], {day: wrong}, {})
    settle(world)
