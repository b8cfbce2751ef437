"""X-Polydesk-Units: an administrator's call says what it has consumed, whatever became of it, and nobody else's does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.dialects.http import UNITS
from chalicelib.models import capacity, search_rows
from chalicelib.models.base import connection
from chalicelib.models.capacity import Units
from chalicelib.models.dynamodb import CONFLICT
from tests.visitors import Answer
from tests.world import World


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Operations for which units were asked for; each has consumed 1.5 of each table."""
    asked: list[str] = []
    client = connection.client
    whole = client._make_api_call

    def call(operation: str, request: dict[str, Any]) -> Any:
        wants = request.get("ReturnConsumedCapacity")
        answer = whole(operation, {name: one for name, one in request.items() if name != "ReturnConsumedCapacity"})
        if wants is None:
            return answer
        assert wants == "TOTAL"
        asked.append(operation)
        one = {"TableName": "t", "CapacityUnits": 1.5}
        is_list = operation in ("BatchGetItem", "BatchWriteItem", "TransactWriteItems")
        return answer | {"ConsumedCapacity": [one, one] if is_list else one}

    monkeypatch.setattr(client, "_make_api_call", call)
    yield asked


def headers(world: World, who: str) -> dict[str, str]:
    return world.bearer(world.owner if who == "owner" else world.agents[0])


def told(answer: Answer) -> str | None:
    assert UNITS in answer.headers["Access-Control-Expose-Headers"]
    return answer.headers.get(UNITS)


def test_an_administrator_s_call_says_what_it_has_consumed(world: World, asked: list[str]) -> None:
    path, owner = "/api/v3/anytime/tags", headers(world, "owner")
    made = world.call("POST", path, {"name": "vip"}, **owner)
    reads, writes = (
        sum(2 if "Batch" in one or "Trans" in one else 1 for one in asked if ("Write" in one or "Put" in one) is is_write)
        for is_write in (False, True)
    )
    assert made.status == 200 and told(made) == f"read={1.5 * reads:g}, write={1.5 * writes:g}" and reads and writes
    asked.clear()
    assert told(world.call("GET", f"{path}/77", **owner)) == f"read={1.5 * len(asked):g}, write=0"
    bad = world.call("POST", path, {"name": ""}, **owner)
    assert bad.status == 400 and told(bad)


def test_nobody_else_is_told(world: World, asked: list[str]) -> None:
    agent = headers(world, "agent")
    for answer in (
        world.call("GET", "/api/v3/anytime/tags", **agent),
        world.call("POST", "/api/v3/anytime/tags", {"name": "vip"}, **agent),
        world.call("GET", "/api/v3/anytime/tags"),
        world.call("GET", "/api/v3/anytime/tags", Authorization="Bearer nothing"),
        world.call("OPTIONS", "/api/v3/anytime/tags", **headers(world, "owner")),
        world.pp("PP_GET_APP_INFO", app_uuid=world.account),
        world.pp("PP_GET_APP_INFO", "PPKEFU", app_uuid=world.account),
    ):
        assert told(answer) is None


def test_in_every_dialect(world: World, asked: list[str]) -> None:
    owner = headers(world, "owner")
    console = world.pp("PP_GET_ALL_APP_LIST", "PPCONSOLE", app_uuid=world.account, user_uuid=world.owner.id)
    tickets = world.call("GET", "/cs-chat-ticket/v1/tickets", **owner)
    operators = world.call("GET", "/auth/addon/live_chat/operator/list", **owner)
    for answer in (console, tickets, operators, world.call("GET", "/api/v3/anytime/tags", **owner)):
        assert answer.status == 200 and told(answer)


def test_calls_at_once_do_not_count_each_other_s(asked: list[str]) -> None:
    def work(count: int) -> str:
        with capacity.collecting() as units:
            for _ in range(count):
                (capacity.collected() or Units()).add("Query", {"CapacityUnits": 0.5})
        assert capacity.collected() is None
        return str(units)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(200)))
    assert found == [f"read={count * 0.5:g}, write=0" for count in range(200)]


def test_threads_of_a_call_count_for_it() -> None:
    def read(number: int) -> int:
        if (units := capacity.collected()) is not None:
            units.add("Query", {"CapacityUnits": number})
        return number

    with capacity.collecting() as units:
        search_rows.at_once(read, range(100))
    assert units.reads == sum(range(100)) and units.writes == 0
    search_rows.at_once(read, range(3))
    assert units.reads == sum(range(100))


def test_units_of_large_work_are_written_out() -> None:
    units = Units()
    units.add("TransactWriteItems", [{"CapacityUnits": 1_234_567.5}, {"CapacityUnits": 0.5}])
    units.add("PutItem", None)
    assert str(units) == "read=0, write=1234568" and CONFLICT
