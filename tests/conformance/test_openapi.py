"""/openapi.json: valid in its structure, complete, and what is really sent (tests/described.py holds every answer against it)."""

import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

import openapi_spec_validator
import pytest

from app import DIALECTS
from chalicelib import config
from chalicelib.dialects import openapi
from chalicelib.dialects.anytime.routes import ANYTIME
from chalicelib.dialects.http import Request
from tests import described
from tests.conformance.scene import Scene, send
from tests.conformance.table import Row, each, every_row
from tests.visitors import Answer

ROWS = every_row()
_REFUSAL = {"$ref": "#/components/schemas/Refusal"}
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


def test_it_is_valid(document: dict[str, Any]) -> None:
    openapi_spec_validator.validate(document)


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


def schemas_of(operation: dict[str, Any], status: str) -> list[dict[str, Any]]:
    """What a status's JSON may be, nothing where it has none."""
    content = operation["responses"].get(status, {}).get("content", {}).get("application/json", {"schema": {"oneOf": []}})
    return list(content["schema"].get("oneOf", [content["schema"]]))


def test_every_operation_tells_of_its_errors(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert "default" not in operation["responses"]
        if operation["tags"] == ["PPMessage"]:
            assert any(_REFUSAL in schemas_of(operation, status) for status in operation["responses"]), path
            continue
        assert operation["responses"].keys() >= {"400", "429", "500"}, (path, method)
        assert not operation["security"] or operation["responses"].keys() >= {"401", "403"}, (path, method)
        assert "{" not in path or "404" in operation["responses"], (path, method)
        for status in operation["responses"].keys() - {"200"}:
            assert schemas_of(operation, status), (path, method)


def test_a_success_is_described_in_its_envelope(document: dict[str, Any]) -> None:
    around = {"LiveChat": {"status", "type", "message"}, "PPMessage": {"error_code", "error_string", "uri"}}
    for path, _, operation in operations(document):
        if operation["tags"][0] in around and path != "/ppauth/token":
            for schema in schemas_of(operation, "200"):
                named = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
                assert set(named["required"]) >= around[operation["tags"][0]], path


def test_a_body_is_needed_where_a_field_is_and_where_the_dialect_wants_one(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        if "requestBody" in operation:
            schemas = [content["schema"] for content in operation["requestBody"]["content"].values()]
            needed = any(schema.get("required") or schema.get("anyOf") for schema in schemas)
            of_ppmessage = path.startswith("/api/") and operation["tags"] == ["PPMessage"]
            assert operation["requestBody"]["required"] == (needed or of_ppmessage), path


def test_nothing_is_both_asked_for_and_answered(document: dict[str, Any]) -> None:
    """What an answer always has, a request need not have: one description can't say both."""

    def reached(part: Any) -> set[str]:
        named = [found["$ref"] for found in walk(part) if "$ref" in found]
        names = {reference.rpartition("/")[2] for reference in named if "/schemas/" in reference}
        return names.union(*(reached(document["components"]["schemas"][name]) for name in names))

    answered = reached([operation["responses"] for *_, operation in operations(document)])
    for _, _, operation in operations(document):
        asked = reached([operation["parameters"], operation.get("requestBody", {})])
        assert asked & answered == set()


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
    headers = {*row.endpoint.headers.values(), *row.dialect.headers}
    headers |= {"Idempotency-Key"} if row.dialect is ANYTIME and row.endpoint.method == "POST" and row.endpoint.needs else set()
    assert {given["name"] for given in parameters if given["in"] == "header"} == headers - {"Authorization"}
    assert ({} in operation["security"]) == ("Authorization" in headers)
    assert bool(operation["security"]) == (row.endpoint.needs is not None or "Authorization" in headers)


def body_fields(operation: dict[str, Any]) -> set[str]:
    """Names of the body's fields, whatever its content type, and of the object that it may stand in."""
    if "requestBody" not in operation:
        return set()
    schema, *others = [content["schema"] for content in operation["requestBody"]["content"].values()]
    assert all(other == schema for other in others)
    return {name for each in schema.get("anyOf", [schema]) for name in each["properties"]}


@each([row for row in ROWS if row.endpoint.in_form])
def test_a_form_may_come_in_parts_and_without_a_file_as_a_query(document: dict[str, Any], row: Row) -> None:
    operation = document["paths"][row.endpoint.path]["post"]
    with_file = any(schema.get("format") == "binary" for schema in walk(operation["requestBody"]))
    kinds = {"multipart/form-data"} | (set() if with_file else {"application/x-www-form-urlencoded"})
    assert operation["requestBody"]["content"].keys() == kinds


@each(ROWS)
def test_documented_parameters_are_described(document: dict[str, Any], row: Row) -> None:
    operation = document["paths"][row.endpoint.path][row.endpoint.method.lower()]
    described = {given["name"] for given in operation["parameters"]} | body_fields(operation)
    assert set(row.facts["params"]) - described == set()


@each([row for row in ROWS if row.endpoint.method in ("POST", "PUT")])
def test_a_body_does_not_ask_for_what_is_in_the_path_or_a_header(document: dict[str, Any], row: Row) -> None:
    operation = document["paths"][row.endpoint.path][row.endpoint.method.lower()]
    elsewhere = set(re.findall(r"{(\w+)}", row.endpoint.path)) | set(row.endpoint.headers)
    assert body_fields(operation) & elsewhere == set()


@each(ROWS)
def test_a_success_and_refusals_are_as_described(scene: Scene, row: Row) -> None:
    """Each answer is checked as it comes; here that there is one of each kind."""
    levels = [str(level) for level in row.facts.get("api_levels", ["PPCOM"])]
    for level in levels:
        answer = scene.ask(row, level)
        assert answer.status in (200, 302), answer
        assert told(row, answer)
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "OAuth x"}, {"Content-Type": "application/xml"}):
        assert told(row, send(row.endpoint.method, scene.path(row), headers, b"" if row.endpoint.method == "GET" else b"{}"))


def told(row: Row, answer: Answer) -> bool:
    """Whether an answer is one of the row's."""
    body = answer.raw or (json.dumps(answer.body).encode() if answer.body is not None else b"")
    path = row.endpoint.path.replace("{id}", "1")
    return described.check(row.endpoint.method, path, answer.status, answer.headers, body)


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/cs-chat-ticket/v1/info", 418, {}),
        ("GET", "/cs-chat-ticket/v1/info", 200, {"id": "1"}),
        ("PUT", "/cs-chat-ticket/v1/online", 200, {"id": "1", "status": "online", "more": 1}),
        ("PUT", "/cs-chat-ticket/v1/online", 200, {"id": None, "status": "online"}),
        ("PUT", "/cs-chat-ticket/v1/online", 200, {"id": "1", "status": "asleep"}),
        ("GET", "/auth/addon/live_chat/operator/list", 200, []),
        ("GET", "/auth/addon/live_chat/operator/list", 200, {"status": 0, "type": "Error", "message": "no"}),
        ("GET", "/api/v3/anytime/autoClose", 404, {"message": "no"}),
        ("POST", "/api/PP_REMOVE_APP", 200, {"error_code": 0, "error_string": "success."}),
        ("POST", "/api/PP_REMOVE_APP", 200, {"error_code": 2, "error_string": "no", "uri": "/PP_REMOVE_APP"}),
        ("POST", "/api/PP_REMOVE_APP", 400, {"error_code": 1, "error_string": "no", "uri": "/PP_REMOVE_APP"}),
    ],
)
def test_an_answer_that_is_not_described_is_seen(method: str, path: str, status: int, body: Any) -> None:
    with pytest.raises(AssertionError, match="which is not described"):
        described.check(method, path, status, {"Content-Type": "application/json"}, json.dumps(body).encode())


def test_another_content_type_and_a_bad_format_are_seen() -> None:
    online = json.dumps({"id": "1", "status": "online"}).encode()
    assert described.check("PUT", "/cs-chat-ticket/v1/online", 200, {"Content-Type": "application/json"}, online)
    with pytest.raises(AssertionError, match="text/html, which is not described"):
        described.check("PUT", "/cs-chat-ticket/v1/online", 200, {"Content-Type": "text/html"}, online)
    key = {"id": "1", "email": None, "use": "anytime", "begins": "k", "createdTime": "yesterday"}
    with pytest.raises(AssertionError, match="date-time"):
        keys = json.dumps({"apiKeys": [key]}).encode()
        described.check("GET", "/api/v3/anytime/apiKeys", 200, {"Content-Type": "application/json"}, keys)


def test_what_is_no_row_is_not_looked_at() -> None:
    for method, path in (("PATCH", "/cs-chat-ticket/v1/online"), ("GET", "/elsewhere"), ("OPTIONS", "/oauth/token")):
        assert not described.check(method, path, 404, {}, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "PATCH"])
def test_it_is_got_and_nothing_else(method: str) -> None:
    answer = send(method, "/openapi.json", {"Content-Type": "text/plain"})
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, OPTIONS")
    assert answer.body == {"message": f"{method} is not for /openapi.json"}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_it_can_be_read_from_another_page() -> None:
    for method in ("GET", "OPTIONS"):
        answer = send(method, "/openapi.json", {"Origin": "https://docs.example"})
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert send("GET", "/openapi.json", {}).body == send("GET", "/openapi.json", {}).body


def test_options_has_no_body() -> None:
    assert send("OPTIONS", "/openapi.json", {"Origin": "https://docs.example"}).body is None


def test_it_names_where_it_is_served_and_stays_small(document: dict[str, Any]) -> None:
    assert document["servers"] == [{"url": config.PUBLIC_URL or "/"}]
    assert len(json.dumps(document)) < 2_000_000
    zipped = openapi.answer(DIALECTS, Request("GET", "/openapi.json", headers={"accept-encoding": "gzip"}))
    assert len(zipped.body) < 150_000
    assert (json.loads(gzip.decompress(zipped.body)), zipped.headers["Content-Encoding"]) == (document, "gzip")
    known = {"if-none-match": zipped.headers["ETag"]}
    again = openapi.answer(DIALECTS, Request("GET", "/openapi.json", headers=known))
    assert (again.status, again.body) == (304, None)


def exampled(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example, with the schema that it is of and where it stands."""
    known = document["components"]["examples"]
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        yield from ((where, each["schema"], each["example"]) for each in operation["parameters"] if "example" in each)
        contents = [*operation.get("requestBody", {}).get("content", {}).values()]
        yield from ((where, each["schema"], each["example"]) for each in contents if "example" in each)
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    said = known[example["$ref"].rpartition("/")[2]] if "$ref" in example else example
                    yield f"{where} {status}", content["schema"], said["value"]


def test_examples_are_what_they_are_examples_of(document: dict[str, Any]) -> None:
    found = list(exampled(document))
    assert len(found) > 2_000
    of = described.validators(document["components"])
    for where, schema, example in found:
        assert of(schema).is_valid(example), (where, example)


def test_every_json_answer_and_every_body_without_a_file_has_an_example(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            has_file = any(each.get("format") == "binary" for each in walk(content["schema"]))
            assert ("example" in content) != has_file, (method, path)
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                assert ("schema" in content) == bool(content.get("examples")), (method, path, status)
