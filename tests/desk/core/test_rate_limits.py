from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from chalicelib.context import STRANGER, Caller, Context
from chalicelib.desk.core import rate_counts, rate_limits
from chalicelib.desk.core.errors import TooMany
from chalicelib.rules.rate_limits import Limit
from tests.lambdas import counted
from tests.world import World

ONE_BY_ONE, IN_STEPS = Limit("of these", 3, 60), Limit("of those", 10, 60, step=5)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(rate_limits, "DEFAULTS", {"exact": ONE_BY_ONE, "stepped": IN_STEPS})
    rate_limits.use("")
    yield
    monkeypatch.undo()
    rate_limits.use("off")


def stranger(world: World, source: str = "one") -> Context:
    """A caller from a source that no other test has."""
    return Context(Caller("", STRANGER), now=world.now, source=f"{world.account} {source}")


def test_who_is_over_a_limit_is_told_when_to_come_back(world: World) -> None:
    ctx = stranger(world)
    for _ in range(3):
        rate_limits.spend_by_source(ctx, "exact")
    with pytest.raises(TooMany) as refused:
        rate_limits.spend_by_source(ctx, "exact")
    assert str(refused.value) == f"too many of these; try again in {refused.value.seconds} seconds"
    rate_limits.spend_by_source(stranger(world, "another"), "exact")
    rate_limits.spend_by_source(replace(ctx, now=ctx.now + refused.value.seconds * 1000), "exact")


def test_processes_share_a_count(world: World) -> None:
    ctx = stranger(world)
    for _ in range(3):
        rate_limits.spend_by_source(ctx, "exact")
        rate_limits.clear()
    with pytest.raises(TooMany):
        rate_limits.spend_by_source(ctx, "exact")


def test_no_span_of_a_window_that_is_renewed_has_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rate_limits._active, "renewed", Limit("of these", 3, 30, is_renewed=True))
    passed = []
    for second in range(400):
        if second % 7 == 0 or second % 29 == 0:
            try:
                rate_limits.spend(replace(stranger(world), now=world.now + second * 1_000), "renewed", world.account)
                passed.append(second)
            except TooMany as many:
                assert many.seconds >= 30
    assert len(passed) > 15
    assert all(sum(begin <= one < begin + 31 for one in passed) <= 3 for begin in range(400))


def test_a_window_that_is_renewed_costs_one_request_and_a_refusal_two(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rate_limits._active, "renewed", Limit("of these", 1, 30, is_renewed=True))
    ctx = stranger(world)
    with counted() as sent:
        rate_limits.spend(ctx, "renewed", "a")
    with counted() as refused, pytest.raises(TooMany):
        rate_limits.spend(ctx, "renewed", "a")
    assert (sent, refused) == (["UpdateItem"], ["UpdateItem", "GetItem"])


def test_a_step_costs_one_request_and_a_flood_no_more(world: World) -> None:
    ctx, refused = stranger(world), 0
    with counted() as sent:
        for _ in range(1_000):
            try:
                rate_limits.spend_by_source(ctx, "stepped")
            except TooMany:
                refused += 1
    assert (refused, sent) == (990, ["UpdateItem"] * 3)


def test_a_weight_counts_as_so_many(world: World) -> None:
    ctx = stranger(world)
    rate_limits.spend(ctx, "stepped", "somebody", weight=10)
    with pytest.raises(TooMany):
        rate_limits.spend(ctx, "stepped", "somebody")


def test_a_job_and_a_stage_without_limits_are_free(world: World) -> None:
    rate_limits.use("off")
    with counted() as sent:
        for _ in range(50):
            rate_limits.spend_by_source(stranger(world), "exact")
    rate_limits.use("")
    with counted() as jobs:
        for _ in range(50):
            rate_limits.spend_by_source(Context(Caller("", STRANGER), now=world.now), "exact")
    assert sent == jobs == []


def test_what_threads_count_at_once_is_shared_once() -> None:
    counts, limit = rate_counts.Counts(), Limit("any", 10_000, 60, step=7)
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: counts.add("key", 1, limit, 0)[1], range(5_000)))
    total, left, end = counts.add("key", 0, replace(limit, step=1), 59)
    assert (sum(told) + left, total, end) == (5_000, 5_000, 60)


def test_a_process_keeps_a_bounded_number_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_counts, "_MOST_COUNTED", 10)
    counts = rate_counts.Counts()
    for at in range(100):
        counts.add(f"{at}", 1, ONE_BY_ONE, 0)
    assert len(counts._known) == 10


def test_a_window_begins_with_the_first_that_it_counts_and_a_flood_does_not_cross_its_end(world: World) -> None:
    world.now += 59_999  # whatever the clock says
    ctx = stranger(world)
    for _ in range(3):
        rate_limits.spend_by_source(ctx, "exact")
    for later, left in ((1_000, 59), (59_000, 1)):
        with pytest.raises(TooMany) as refused:
            rate_limits.spend_by_source(replace(ctx, now=ctx.now + later), "exact")
        assert refused.value.seconds == left
    rate_limits.clear()
    with pytest.raises(TooMany):
        rate_limits.spend_by_source(replace(ctx, now=ctx.now + 59_000), "exact")
    for _ in range(3):
        rate_limits.spend_by_source(replace(ctx, now=ctx.now + 60_000), "exact")
