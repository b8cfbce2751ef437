"""The tables and the facts copied from the documents cover each other."""

import msgspec
import pytest

from chalicelib.dialects.anytime import wrapping
from chalicelib.dialects.anytime.routes import ANYTIME
from chalicelib.dialects.endpoint import Dialect
from tests.conformance.scene import CASES
from tests.conformance.table import DIALECTS, DOCUMENTS, Row, each, every_row, gaps, rows_of

ROWS = every_row()


@each(ROWS)
def test_every_row_has_facts_and_a_call_that_succeeds(row: Row) -> None:
    assert row.facts, f"{row.key} is served, but facts/{row.dialect.name.lower()}.json says nothing of it"
    assert row.key in CASES, f"{row.key} has no call in scene.CASES"


@pytest.mark.parametrize("dialect", DIALECTS, ids=[dialect.name for dialect in DIALECTS])
def test_no_fact_and_no_row_stands_twice_and_every_fact_is_of_a_row(dialect: Dialect) -> None:
    document = DOCUMENTS[dialect.name]
    not_yet = document.get("not_yet", [])
    told = [(entry["method"], entry["path"]) for entry in document["endpoints"] if entry["path"] not in not_yet]
    served = [row.key for row in rows_of(dialect)]
    assert sorted(told) == sorted(set(served))
    assert len(served) == len(set(served))


@each(ROWS)
def test_a_row_takes_every_documented_parameter_and_needs_no_other(row: Row) -> None:
    taken = {field.encode_name: field.required for field in msgspec.structs.fields(row.endpoint.request)}
    in_path = {name for name in taken if f"{{{name}}}" in row.endpoint.path}
    under_a_name = set(wrapping.names_of(row.endpoint)) if row.dialect is ANYTIME else set()
    assert set(row.facts["params"]) - set(taken) - under_a_name == set()
    assert {name for name, needed in taken.items() if needed} - in_path <= set(row.required)


def test_gaps_are_found() -> None:
    objects = {"thing": {"id": "integer", "at": "datetime", "parts": [{"on": "boolean"}]}}
    whole = {"id": 1, "at": "2027-01-15T08:00:00.000Z", "parts": [{"on": True}], "more": 1}
    assert gaps({"thing": "thing"}, {"thing": whole}, objects) == []
    assert gaps(["thing"], [whole, dict.fromkeys(whole)], objects) == []
    assert gaps("thing", whole | {"id": True}, objects) == ["$.id is no integer: True"]
    assert gaps("thing", whole | {"at": "2027-01-15 08:00:00"}, objects) == ["$.at is no datetime: '2027-01-15 08:00:00'"]
    assert gaps("thing", {"id": 1, "at": None, "parts": [{}]}, objects) == ["$.parts[0].on is missing"]
    assert gaps("thing", whole | {"parts": {}}, objects) == ["$.parts is not a list"]
    assert gaps(["thing"], [3], objects) == ["$[0] is no object: 3"]
    assert gaps("thing", None, objects) == ["$ is null"]
