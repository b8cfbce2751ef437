"""Requests and true capacity units of every hot call, at 1,000 and at 100,000 conversations (FULL=1: and at 1,000,000)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chalicelib.desk.core import cache
from tests.bench import aws, calls, calls_anytime, calls_ppmessage, calls_reports, rows
from tests.bench.aws import Bill
from tests.bench.calls import Call
from tests.bench.figures import Report
from tests.world import World

_SIZES, _FULL = (1_000, 100_000), (1_000_000,)
#: How much dearer a call may be in a larger account: a page can have one person more to include.
_FLAT = 1.05
_CALLS = [*calls.CALLS, *calls_anytime.CALLS, *calls_ppmessage.CALLS, *calls_reports.CALLS]


@contextmanager
def desk() -> Iterator[World]:
    """An account, with one agent online, whose clock stands still unless it is moved."""
    cache.clear_all()
    with pytest.MonkeyPatch.context() as patch:
        world = World(patch)
        world.online(world.agents[0])
        yield world


def measure(report: Report) -> None:
    """The bills at every size, in one account that grows."""
    sizes = _SIZES + (_FULL if report.full else ())
    with aws.whole(report.data), desk() as world:
        bills: list[dict[str, Bill]] = []
        for before, size in zip((0, *sizes), sizes, strict=False):
            started = time.monotonic()
            rows.fill(world, before, size)
            report.say(f"{size:,} conversations in the account, the last {size - before:,} in {time.monotonic() - started:.0f} s")
            bills.append({one.name: _bill(one, world) for one in _CALLS})
    for one in _CALLS:
        _tell(report, one, dict(zip(sizes, (bill[one.name] for bill in bills), strict=True)))


def _bill(one: Call, world: World) -> Bill:
    return one.act(calls.scene(world))


def _tell(report: Report, one: Call, at: dict[int, Bill]) -> None:
    bills = list(at.values())
    assert all("Scan" not in bill.requests for bill in bills)
    report.add(one.name, max(len(bill.requests) for bill in bills), "requests", one.most, one.note or _sent(bills[-1]))
    for name, unit in (("reads", "RRU"), ("writes", "WRU")):
        values = {size: getattr(bill, name) for size, bill in at.items()}
        if any(values.values()):
            first, *later = values.values()
            sizes = ", ".join(f"{value:g} at {size:,}" for size, value in values.items())
            report.add(f"{one.name}: {name}", max(later), unit, first * _FLAT if one.is_flat else None, sizes)


def _sent(bill: Bill) -> str:
    return ", ".join(bill.requests)
