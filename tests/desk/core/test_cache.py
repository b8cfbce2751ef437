"""The cache of a warm process."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import config
from chalicelib.desk.core import cache
from chalicelib.desk.core.cache import TimedCache

LIFE = config.CACHE_SECONDS * 1000


@pytest.fixture
def small() -> Iterator[TimedCache[int]]:
    yield TimedCache(most=3)
    cache._all.pop()


def test_a_value_is_trusted_for_a_minute_and_not_before_it_was_known(small: TimedCache[int]) -> None:
    small.put("a", 1, 1000)
    assert [small.get("a", at) for at in (999, 1000, 999 + LIFE, 1000 + LIFE)] == [None, 1, 1, None]


def test_the_oldest_leaves_first_and_what_is_put_again_is_young(small: TimedCache[int]) -> None:
    for name in ("a", "b", "c", "a", "d"):
        small.put(name, 1, 0)
    assert [name for name in "abcd" if small.get(name, 0)] == ["a", "c", "d"]


def test_what_is_forgotten_or_cleared_is_gone(small: TimedCache[int]) -> None:
    small.put("a", 1, 0)
    small.put("b", 2, 0)
    small.forget("a")
    small.forget("never there")
    assert (small.get("a", 0), small.get("b", 0)) == (None, 2)
    cache.clear_all()
    assert small.get("b", 0) is None


def test_what_was_read_while_something_was_forgotten_is_not_remembered(small: TimedCache[int]) -> None:
    def overtaken() -> int:
        small.forget("a")
        return 1

    assert (small.put_read("a", overtaken, 0), small.get("a", 0)) == (1, None)
    assert (small.put_read("a", lambda: 2, 0), small.get("a", 0)) == (2, 2)


def test_threads_share_it_and_it_stays_bounded(small: TimedCache[int]) -> None:
    def work(seed: int) -> None:
        for count in range(2000):
            small.put(str((seed * count) % 17), count, 0)
            small.forget(str(count % 5))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert sum(small.get(str(name), 0) is not None for name in range(17)) <= 3


def test_what_is_too_old_leaves_when_something_comes(small: TimedCache[int]) -> None:
    small.put("a", 1, 0)
    small.put("b", 2, 1)
    small.put("c", 3, LIFE)
    assert list(small._entries) == ["b", "c"]


def test_a_cache_of_heavy_values_is_bounded_by_what_they_weigh() -> None:
    heavy: TimedCache[str] = TimedCache(most=10, weight=len)
    cache._all.pop()
    for name, value in (("a", "xxxx"), ("b", "xxxx"), ("a", "xx"), ("c", "xxxxx")):
        heavy.put(name, value, 0)
    assert [heavy.get(name, 0) for name in "abc"] == ["xx", None, "xxxxx"]
    heavy.forget("a")
    heavy.put("d", "xxxxx", 0)
    assert [heavy.get(name, 0) for name in "cd"] == ["xxxxx", "xxxxx"]
    heavy.put("e", "x" * 11, 0)
    assert list(heavy._entries) == [], "what is heavier than all may be is not remembered"
