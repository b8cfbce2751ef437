"""/openapi.json: valid in its structure, and complete."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.scene import send
from tests.conformance.table import Row, each, every_row

ROWS = every_row()
_PLACES = {"path", "query", "header", "cookie"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    answer = send("GET", "/openapi.json", {})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    return dict(answer.body)


def walk(part: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from walk(inner)


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, operation) for path, item in document["paths"].items() for method, operation in item.items()]


def test_it_is_openapi_3_1_of_the_four_tables_and_nothing_else(document: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert document["info"].keys() >= {"title", "version"}
    served = {(row.endpoint.path, row.endpoint.method.lower()) for row in ROWS}
    assert {(path, method) for path, method, _ in operations(document)} == served


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    references = [part["$ref"] for part in walk(document) if isinstance(part.get("$ref"), str)]
    assert references
    for reference in references:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step.replace("~1", "/").replace("~0", "~")]
        assert isinstance(place, dict)
    assert set(re.findall(r"#/components/schemas/([^\"]+)", json.dumps(document))) <= document["components"]["schemas"].keys()


def test_every_operation_has_a_name_of_its_own_a_summary_and_an_answer(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for *_, operation in operations(document)]
    assert len(set(names)) == len(names)
    for path, method, operation in operations(document):
        assert operation["summary"], path
        assert operation["responses"], path
        for response in operation["responses"].values():
            assert response["description"], path
        assert operation["tags"], path
        for requirement in operation["security"]:
            assert requirement.keys() <= document["components"]["securitySchemes"].keys(), (path, method)


def test_every_operation_tells_of_its_errors(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if not path.startswith("/api/PP"):
            assert any(status == "default" or status[0] in "45" for status in operation["responses"]), (path, method)


@each(ROWS)
def test_parameters_and_body_are_the_rows(document: dict[str, Any], row: Row) -> None:
    operation = document["paths"][row.endpoint.path][row.endpoint.method.lower()]
    parameters = operation["parameters"]
    assert len({(given["name"], given["in"]) for given in parameters}) == len(parameters)
    for given in parameters:
        assert given["in"] in _PLACES
        assert given["schema"]
        assert given["required"] is True or given["in"] != "path"
    variables = set(re.findall(r"{(\w+)}", row.endpoint.path))
    assert {given["name"] for given in parameters if given["in"] == "path"} == variables
    assert {given["name"] for given in parameters if given["in"] == "header"} == set(row.endpoint.headers.values())
    assert bool(operation["security"]) == (row.endpoint.needs is not None)


def body_fields(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """Names of the body's fields."""
    if "requestBody" not in operation:
        return set()
    ((_, content),) = operation["requestBody"]["content"].items()
    schema = content["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    return set((document["components"]["schemas"][name] if name else schema)["properties"])


@each(ROWS)
def test_documented_parameters_are_described(document: dict[str, Any], row: Row) -> None:
    operation = document["paths"][row.endpoint.path][row.endpoint.method.lower()]
    described = {given["name"] for given in operation["parameters"]} | body_fields(document, operation)
    assert set(row.facts["params"]) - described == set()


@each([row for row in ROWS if row.endpoint.method in ("POST", "PUT")])
def test_a_body_does_not_ask_for_what_is_in_the_path_or_a_header(document: dict[str, Any], row: Row) -> None:
    operation = document["paths"][row.endpoint.path][row.endpoint.method.lower()]
    elsewhere = set(re.findall(r"{(\w+)}", row.endpoint.path)) | set(row.endpoint.headers)
    assert body_fields(document, operation) & elsewhere == set()


def test_it_can_be_read_from_another_page() -> None:
    for method in ("GET", "OPTIONS"):
        answer = send(method, "/openapi.json", {"Origin": "https://docs.example"})
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert send("GET", "/openapi.json", {}).body == send("GET", "/openapi.json", {}).body


def test_options_has_no_body() -> None:
    assert send("OPTIONS", "/openapi.json", {"Origin": "https://docs.example"}).body is None
