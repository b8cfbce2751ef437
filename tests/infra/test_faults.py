"""Faults that are made on purpose do what they say, and none are made where nobody asks for them."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.desk.core.cache import TimedCache
from chalicelib.models import base
from infra import faults
from infra.faults import FAULTS, Crashed, Faults
from tests.world import World


def test_without_the_variable_nothing_is_changed() -> None:
    def handler(event: Any, context: Any) -> None:
        raise AssertionError

    assert Faults() == FAULTS
    assert FAULTS.around(handler) is handler
    assert not FAULTS.is_dropped()


def test_the_variable_names_what_goes_wrong() -> None:
    assert Faults.of("crash=0.5 delay=2") == Faults(crash=0.5, delay=2.0)
    with pytest.raises(ValueError, match="crash, drop, double, delay"):
        Faults.of("explode=1")


def test_a_batch_is_delivered_twice_and_an_answer_lost() -> None:
    calls: list[str] = []
    Faults(double=1).around(lambda event, context: calls.append(event))("a", None)
    assert calls == ["a", "a"]
    assert Faults(drop=1).is_dropped()


@pytest.fixture
def armed(world: World) -> Iterator[Faults]:
    """Every call of a lambda dies; the desk's client is as it was afterwards."""
    made = Faults(crash=2)
    made.arm()
    yield made
    for point in ("before-call", "after-call"):
        base.connection.client.meta.events.unregister(point, made._die)


def test_a_lambda_dies_at_a_call_and_the_next_remembers_nothing(armed: Faults) -> None:
    known: TimedCache[int] = TimedCache()
    known.put("a", 1, 0)
    tables: Any = base.connection.list_tables
    assert tables()["TableNames"], "only a lambda dies"
    with pytest.raises(Crashed):
        armed.around(lambda event, context: tables())(None, None)
    assert known.get("a", 0) is None
    assert tables()["TableNames"]
    assert issubclass(faults.Died, BaseException) and not issubclass(faults.Died, Exception)
