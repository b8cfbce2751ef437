"""Reports and what counting for them costs. The account has had a busy year: 100 agents, 30,000 messages a day."""

import random
from collections import Counter
from typing import Any

from chalicelib.context import SYSTEM
from chalicelib.desk.reports import compacting
from chalicelib.models import statistics_months
from chalicelib.models.attributes import KeyAttribute
from chalicelib.rules import counting, series
from chalicelib.rules.counting import Amounts, Cell
from tests.bench.aws import Bill, billed
from tests.bench.calls import TEXT, Call, Scene, entering
from tests.lambdas import invoke
from tests.world import World

CALLS: list[Call] = []
call = entering(CALLS)
_REPORTS = "/api/v3/anytime/reports"
_DAY = 86_400_000
_AGENTS, _MESSAGES, _YEAR = 100, 30_000, 365
#: Accounts that have their year.
_filled: set[str] = set()


def busy_day(seed: int) -> Amounts:
    """What a busy day counts, as the first one since the epoch: in working hours, by three channels, for six departments."""
    chance, found = random.Random(seed), dict[Cell, Counter[str]]()
    for _ in range(_MESSAGES):
        at = min(95, max(0, int(chance.gauss(56, 14))))
        agent = chance.randint(1, _AGENTS)
        channel = chance.choices(["chat", "portal", "email"], [8, 1, 1])[0]
        counts = found.setdefault(Cell(at, agent, agent % 6 + 1, channel, agent % 2), Counter())
        counts["hd"] += 1
        if chance.random() < 0.5:
            counts["mc"] += 1
        else:
            counts.update({"ma": 1, "nn": 1, "ns": chance.randrange(200_000)})
        if chance.random() < 0.1:
            counts.update({"cr": 1, "ca": 1, "cg": 1, "rp": 1, "fn": 1, "fs": chance.randrange(300_000), "af": 1, "op": 1})
            counts.update({"cl": 1, "en": 1, "ls": chance.randrange(90_000_000), "ar": 1})
    return found


def fill(world: World) -> None:
    """Gives an account a busy year, as rows of months; each day is like one of seven, because packing takes long."""
    if world.account in _filled:
        return
    _filled.add(world.account)
    today, week = world.now // _DAY, [_week_day(at) for at in range(7)]
    for day in range(today - _YEAR, today - 1):
        site, cells = (
            {cell._replace(quarter=cell.quarter + day * series.A_DAY): counts for cell, counts in of_day.items()}
            for of_day in week[day % 7]
        )
        statistics_months.put_months(world.account, series.month(day), day, 1, {series.SITE: site})
        statistics_months.put_months(world.account, series.date_of(day), day, 1, {series.CELLS: cells})


def _week_day(at: int) -> tuple[Amounts, Amounts]:
    """Returns what a busy day counts, as the first one since the epoch: of the site by quarters, and all cells."""
    found, site = busy_day(at), dict[Cell, Counter[str]]()
    for cell, counts in found.items():
        counting.join(site, {Cell(cell.quarter, channel=cell.channel): counts})
    return site, series.of_days(found)


def _get(scene: Scene, path: str) -> Bill:
    fill(scene.world)
    headers = scene.world.bearer(scene.world.owner)
    assert scene.world.call("GET", f"{_REPORTS}/rightNow", **headers).status == 200
    with billed() as bill:
        answer = scene.world.call("GET", f"{_REPORTS}/{path}", **headers)
    assert answer.status == 200, answer
    return bill


@call("report of a busy year by day", 3, "what is near, and the site's months: two pages", is_flat=False)
def a_year(scene: Scene) -> Bill:
    return _get(scene, "volume?startTime=2026-02-01&endTime=2027-01-10&timeZoneOffset=5.75")


@call("report of a busy year by agent", 8, "what is near, all cells by day, the agents", is_flat=False)
def a_year_by_agent(scene: Scene) -> Bill:
    return _get(scene, "efficiency?startTime=2026-02-01&endTime=2027-01-10&dimensionType=byAgent")


@call("report of right now", 1, is_flat=False)
def right_now(scene: Scene) -> Bill:
    return _get(scene, "rightNow")


def _records(world: World) -> list[dict[str, Any]]:
    own = KeyAttribute().serialize(world.account)
    return [one for one in world.records("conversations", since="TRIM_HORIZON") if own in str(one["dynamodb"]["Keys"])]


def _counted(scene: Scene, messages: int) -> Bill:
    """The bill of counting so many messages that came in one batch, without asking that rows are moved."""
    known = len(_records(scene.world))
    for _ in range(messages):
        scene.visitor.say(TEXT)
    with billed() as bill:
        invoke("count_conversations", {"Records": _records(scene.world)[known:]})
    return bill


@call("count a message that comes alone", 2, "a transaction; once in a quarter of an hour a message to a queue", is_flat=False)
def count_one(scene: Scene) -> Bill:
    return _counted(scene, 1)


@call("count fifty messages of a batch", 2, is_flat=False)
def count_fifty(scene: Scene) -> Bill:
    return _counted(scene, 50)


@call("move twenty batches to their day", 3, is_flat=False)
def move_twenty(scene: Scene) -> Bill:
    ctx = scene.world.ctx(SYSTEM)
    while compacting.compact(ctx):
        pass
    for _ in range(20):
        _counted(scene, 1)
    with billed() as bill:
        compacting.compact(ctx)
    return bill
