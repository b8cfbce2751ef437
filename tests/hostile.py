"""Values that no client should send, and a watch for requests that DynamoDB would refuse and an emulator may not."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chalicelib.models import base

#: DynamoDB's limits in bytes of a hash key, a range key, and their kin: one more than each.
EDGES = ["x" * 1_025, "é" * 600, "x" * 2_049]
TEXTS = ["", *EDGES, "x" * 70_000, "日本語 🙂", "a\x00b", "../../etc", "a#b", "a:b:1", " ", "\ufeff", "\ud800", '{"fid": 1}', "٣"]
NUMBERS = [-1, 1.5, 1e308, 2**64, 10**40, float("nan")]
LEAVES: list[Any] = [*TEXTS, *NUMBERS, 0, True, None]
NESTED: list[Any] = [[], {}, [""], [None], [["a"]], {"S": "a"}, {"a": [{"b": None}]}, ["x" * 1_025], ["a"] * 101]
NESTED += [{"x" * 2_049: ""}]
#: The few that find most, for the many fields that there are, and for all levels.
SOME: list[Any] = ["", *EDGES[::2], "x" * 70_000, "a\x00b", "\ud800", -1, 1.5, 10**40, float("nan"), True, None]
SOME += [[], {}, [None], [["a"]], {"a": [{"b": None}]}, ["x" * 1_025]]
FEW: list[Any] = ["", *EDGES[::2], [EDGES[0], ""]]


def inside(whole: list[Any] | dict[str, Any]) -> Iterator[Any]:
    """A good list or object with each of its members in turn replaced, or a hostile one more."""
    members = list(enumerate(whole)) if isinstance(whole, list) else list(whole.items())
    for leaf in [*LEAVES, [], {}]:
        for at, member in members:
            changed: Any = list(whole) if isinstance(whole, list) else dict(whole)
            changed[at] = leaf
            yield changed
            if isinstance(member, list | dict) and leaf in ("", None):
                for inner in inside(member):
                    changed[at] = inner
                    yield json.loads(json.dumps(changed))
        yield [*whole, leaf] if isinstance(whole, list) else {**whole, "more": leaf}


_WITH_KEYS = ("Key", "RequestItems", "ExpressionAttributeValues")


@cache
def _keys() -> dict[str, tuple[str, str | None]]:
    """Names of each table's hash and range key."""
    tables: list[type[base.Table]] = list(base.Table.__subclasses__())
    for table in tables:
        tables += table.__subclasses__()
    named = [(table, table._key_names()) for table in tables if hasattr(table, "Meta")]
    return {str(table.Meta.table_name): (names[0], names[1] if names[1:] else None) for table, names in named}


def _check(table: str, item: dict[str, Any]) -> None:
    hash_name, range_name = _keys()[table]
    for name, most in ((hash_name, 2_048), (range_name, 1_024)):
        if name is not None and name in item and "S" in item[name]:
            assert 0 < len(item[name]["S"].encode()) <= most, (table, name, item[name]["S"][:80])


def _check_all(params: dict[str, Any]) -> None:
    for table, asked in params.get("RequestItems", {}).items():
        if isinstance(asked, dict):
            keys = [json.dumps(key, sort_keys=True) for key in asked["Keys"]]
            assert len(set(keys)) == len(keys) <= 100, "a batch with a key twice, or too many"
            for key in asked["Keys"]:
                _check(table, key)
    operations = [one for entry in params.get("TransactItems", []) for one in entry.values()]
    for operation in [*operations, params]:
        for part in ("Key", "Item"):
            if part in operation:
                _check(operation["TableName"], operation[part])


@dataclass
class Sent:
    """The requests that were sent to DynamoDB meanwhile: their operations, their keys, and the longest's characters."""

    operations: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    longest: int = 0


@contextmanager
def watched() -> Iterator[Sent]:
    """Meanwhile every request to DynamoDB is held to its limits on keys."""
    sent = Sent()

    def note(params: Any, model: Any, **_: Any) -> None:
        body = json.loads(params["body"])
        sent.operations.append(model.name)
        sent.longest = max(sent.longest, len(params["body"]))
        sent.keys.append(json.dumps({name: part for name, part in body.items() if name in _WITH_KEYS}))
        _check_all(body)

    events = base.connection.client.meta.events
    events.register("before-call", note)
    try:
        yield sent
    finally:
        events.unregister("before-call", note)
