"""The endpoint table: finding a row, reading its request, and saying what is wrong."""

from typing import Annotated, Any

import msgspec
import pytest

from chalicelib.context import Context, system
from chalicelib.desk.core.errors import DeskError, Forbidden, Invalid, Missing, NotFound
from chalicelib.dialects.endpoint import Dialect, Endpoint, Nothing, WrongMethod, explained, parse, required
from chalicelib.dialects.http import Answer, Cors, Request
from chalicelib.dialects.queries import unfolded


class Thing(msgspec.Struct, rename="camel"):
    id: int
    given_name: str = ""
    tags: str | list[str] = ""
    size: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1
    inner: dict[str, dict[str, str]] = {}


def show(ctx: Context, request: Thing) -> dict[str, Any]:
    """Shows what came."""
    return {"id": request.id, "name": request.given_name}


def empty(ctx: Context, request: Nothing) -> None:
    """Shows nothing."""


def own(ctx: Context, request: Nothing) -> Answer:
    """Answers by itself."""
    return Answer({"own": True}, 201, {"ETag": "1"})


def broken(ctx: Context, request: Nothing) -> None:
    """Fails unexpectedly."""
    raise ValueError("secret detail")


def forbidden(ctx: Context, request: Nothing) -> None:
    """Refuses."""
    raise Forbidden("this")


def fail(error: Exception, request: Request) -> Answer:
    known = isinstance(error, DeskError)
    return Answer({"error": type(error).__name__, "path": request.path}, 400 if known else 500, {"X-Failed": "yes"})


PLAIN = Endpoint("GET", "/things/all", empty)
ONE = Endpoint("GET", "/things/{id}", show, headers={"givenName": "X-Name"})
PART = Endpoint("PUT", "/things/{id}/parts/{part}", empty)
FIXED = Endpoint("PUT", "/things/{id}/parts/last", own)
FORM = Endpoint("POST", "/things/{id}", show, in_form=True)
BROKEN = Endpoint("GET", "/broken", broken)
FORBIDDEN = Endpoint("GET", "/forbidden", forbidden)
TABLE = [ONE, PART, FIXED, PLAIN, FORM, BROKEN, FORBIDDEN]
CORS = Cors(methods="GET", headers="X-Name", max_age=5)


def dialect(*, any_case: bool = False) -> Dialect:
    return Dialect("Test", TABLE, lambda request, endpoint: system("account"), fail, CORS, any_case=any_case)


def found(method: str, path: str, *, any_case: bool = False) -> tuple[Endpoint, dict[str, str]]:
    return dialect(any_case=any_case).find(Request(method, path))


def test_a_plain_segment_goes_before_a_variable_whatever_the_tables_order() -> None:
    assert found("GET", "/things/all") == (PLAIN, {})
    assert found("GET", "/things/7") == (ONE, {"id": "7"})
    assert found("PUT", "/things/7/parts/last") == (FIXED, {"id": "7"})
    assert found("PUT", "/things/7/parts/first") == (PART, {"id": "7", "part": "first"})


def test_a_method_chooses_among_rows_of_one_path() -> None:
    assert found("POST", "/things/7")[0] is FORM
    assert found("POST", "/things/all") == (FORM, {"id": "all"})


def test_a_trailing_slash_is_nothing() -> None:
    assert found("GET", "/things/all/") == (PLAIN, {})
    assert found("GET", "/things/7/") == (ONE, {"id": "7"})


def test_case_counts_unless_the_dialect_says_otherwise() -> None:
    with pytest.raises(NotFound):
        found("GET", "/Things/7")
    assert found("GET", "/Things/7", any_case=True) == (ONE, {"id": "7"})
    assert found("GET", "/things/ALL") == (ONE, {"id": "ALL"})
    assert found("GET", "/things/ALL", any_case=True) == (PLAIN, {})
    assert found("GET", "/THINGS/AbC", any_case=True) == (ONE, {"id": "AbC"})


@pytest.mark.parametrize("method, path", [("DELETE", "/things/7"), ("PUT", "/things/all"), ("GET", "/things/7/parts/last")])
def test_a_path_that_is_there_for_other_methods_is_a_wrong_method(method: str, path: str) -> None:
    with pytest.raises(WrongMethod):
        found(method, path)


@pytest.mark.parametrize(
    ("path", "allowed"), [("/things/7", "GET, OPTIONS, POST"), ("/things/7/parts/x", "OPTIONS, PUT"), ("/broken", "GET, OPTIONS")]
)
def test_the_methods_of_a_path_are_told_whatever_the_other_is(path: str, allowed: str) -> None:
    for method in ("DELETE", "HEAD", "TRACE", "BREW"):
        answer = handled(method, path)
        assert (answer.body["error"], answer.headers["Allow"]) == ("WrongMethod", allowed)
    assert "Allow" not in handled("GET", "/nothing").headers


@pytest.mark.parametrize("path", ["/", "", "/thing", "/things", "/things/7/parts", "/things/7/parts/1/2", "/other/7"])
def test_a_path_that_is_not_there_is_not_found(path: str) -> None:
    with pytest.raises(NotFound) as caught:
        found("GET", path)
    assert caught.value.kind == "endpoint"


def test_a_variable_is_not_empty() -> None:
    with pytest.raises(NotFound):
        found("PUT", "/things//parts/last")


# --- parse


def test_each_part_comes_from_its_own_place() -> None:
    def name(**given: Any) -> object:
        request = Request("GET", "/things/1", given.get("query", {}), given.get("headers", {}), given.get("body", b""))
        return msgspec.to_builtins(parse(request, ONE, {"id": "1"}))["givenName"]

    everything = {"query": {"givenName": "query"}, "body": b'{"givenName": "body"}', "headers": {"x-name": "header"}}
    assert name(**everything) == name(headers=everything["headers"]) == "header"
    assert name(**{part: given for part, given in everything.items() if part != "headers"}) == ""
    for method, size in (("GET", 2), ("PUT", 3), ("DELETE", 3)):
        ids = Request(method, "/things/1", {"id": "2", "size": "2"}, body=b'{"id": 3, "size": 3}')
        shown = msgspec.to_builtins(parse(ids, ONE, {"id": "1"}))
        assert (shown["id"], shown["size"]) == (1, size)


def test_text_is_read_as_the_type_that_the_field_has() -> None:
    request = Request("GET", "/things/1", {"size": "9", "tags": ["a", "b"], "inner[0][field]": "x", "other": "ignored"})
    shown = msgspec.to_builtins(parse(request, ONE, {"id": "12"}))
    assert shown == {"id": 12, "givenName": "", "tags": ["a", "b"], "size": 9, "inner": {"0": {"field": "x"}}}


def test_a_form_row_reads_its_form_alone() -> None:
    request = Request("POST", "/things/1", body=b"givenName=Ada+L&tags=")
    assert msgspec.to_builtins(parse(request, FORM, {"id": "1"}))["givenName"] == "Ada L"
    with pytest.raises(Missing) as caught:
        parse(Request("POST", "/things/1", body=b'{"id": 1}'), FORM, {})
    assert caught.value.field == "id"


@pytest.mark.parametrize(
    "query, field",
    [
        ({"size": "0"}, "size"),
        ({"size": "many"}, "size"),
        ({"size": ["1", "2"]}, "size"),
        ({"inner": "x"}, "inner"),
        ({"inner[0]": "x"}, "inner"),
        ({"inner[a]": "x"}, "inner[...]"),
        ({"inner[0][a]": ["x", "y"]}, "inner[...][...]"),
    ],
)
def test_what_does_not_fit_is_named(query: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(Request("GET", "/things/1", query), ONE, {"id": "1"})
    assert caught.value.field == field
    assert caught.value.reason[0].islower()


# --- unfolded


@pytest.mark.parametrize(
    "query, values",
    [
        ({}, {}),
        ({"a": "1"}, {"a": "1"}),
        ({"a": ["1", "2"]}, {"a": ["1", "2"]}),
        ({"a[b]": "1"}, {"a": {"b": "1"}}),
        ({"a[0][b]": "1", "a[0][c]": "2", "a[1][b]": "3"}, {"a": {"0": {"b": "1", "c": "2"}, "1": {"b": "3"}}}),
        ({"a[b][c][d]": "1", "x": "2"}, {"a": {"b": {"c": {"d": "1"}}}, "x": "2"}),
        ({"a[b": "1", "a]": "2"}, {"a[b": "1", "a": "2"}),
        ({"a[]": "1"}, {"a": ["1"]}),
        ({"a[]": ["1", "2"]}, {"a": ["1", "2"]}),
        ({"a[10]": "3", "a[9]": "2", "a[0]": ["0", "1"]}, {"a": ["0", "1", "2", "3"]}),
        ({"a[0]": "1", "a[b]": "2"}, {"a": {"0": "1", "b": "2"}}),
        ({"a[" + "9" * 5_000 + "]": "1", "a[٣]": "2"}, {"a": {"9" * 5_000: "1", "٣": "2"}}),
        ({"[a]": "1"}, {"": {"a": "1"}}),
    ],
)
def test_names_with_brackets_unfold(query: dict[str, Any], values: dict[str, Any]) -> None:
    assert unfolded(query) == values


@pytest.mark.parametrize("query", [{"a": "1", "a[b]": "2"}, {"a[b]": "1", "a[b][c]": "2"}, {"a": ["1"], "a[0][b]": "2"}])
def test_a_name_used_both_ways_is_told(query: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        unfolded(query)
    assert caught.value.field == list(query)[-1]


@pytest.mark.parametrize("query", [{"a[b]": "1", "a": "2"}, {"a[b][c]": "1", "a[b]": "2"}])
def test_the_other_order_is_told_too(query: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        unfolded(query)


# --- explained, required


@pytest.mark.parametrize(
    "text, field",
    [
        ("Object missing required field `name`", "name"),
        ("Object missing required field `name` - at `$.person`", "person.name"),
        ("Object missing required field `field` - at `$.conditions[...]`", "conditions[...].field"),
    ],
)
def test_a_missing_field_is_named_with_its_place(text: str, field: str) -> None:
    error = explained(text)
    assert isinstance(error, Missing)
    assert error.field == field


@pytest.mark.parametrize(
    "text, field, reason",
    [
        ("Expected `int`, got `str` - at `$.size`", "size", "expected `int`, got `str`"),
        ("Invalid enum value 'x' - at `$.a[...].b`", "a[...].b", "invalid enum value 'x'"),
        ("Expected `object`, got `array`", "", "expected `object`, got `array`"),
        ("Invalid enum value 'a - at `b`' - at `$.c`", "c", "invalid enum value 'a - at `b`'"),
        ("", "", ""),
    ],
)
def test_a_wrong_value_is_named_with_its_place(text: str, field: str, reason: str) -> None:
    error = explained(text)
    assert isinstance(error, Invalid)
    assert (error.field, error.reason) == (field, reason)


def test_required_names_the_first_that_is_not_given() -> None:
    required(["a", "b"], {"a": 0, "b": False, "c": None})
    for given, missing in (({"a": "x"}, "b"), ({"a": None, "b": "x"}, "a"), ({"a": "", "b": ""}, "a"), ({}, "a")):
        with pytest.raises(Missing) as caught:
            required(["a", "b"], given)
        assert caught.value.field == missing
    required([], {})


# --- handle


def handled(method: str, path: str, **given: Any) -> Answer:
    return dialect().handle(Request(method, path, **given))


def test_every_answer_has_cors_and_its_own_headers() -> None:
    assert handled("GET", "/things/7").body == {"id": 7, "name": ""}
    for answer, status in (
        (handled("GET", "/things/7"), 200),
        (handled("PUT", "/things/7/parts/last"), 201),
        (handled("GET", "/nothing"), 400),
        (handled("GET", "/things/x"), 400),
        (handled("GET", "/forbidden"), 400),
        (handled("GET", "/broken"), 500),
        (handled("OPTIONS", "/nothing"), 200),
    ):
        assert answer.status == status
        assert CORS.as_headers().items() <= answer.headers.items()
    assert handled("PUT", "/things/7/parts/last").headers["ETag"] == "1"
    assert handled("OPTIONS", "/things/7") == Answer(None, 200, CORS.as_headers())


def test_errors_are_the_dialects_to_show_and_the_unexpected_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert handled("GET", "/forbidden").body == {"error": "Forbidden", "path": "/forbidden"}
    assert caplog.records == []
    answer = handled("GET", "/broken")
    assert answer.body == {"error": "ValueError", "path": "/broken"}
    assert answer.headers["X-Failed"] == "yes"
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert {"error=ValueError", "route=/broken", "dialect=Test"} <= set(record.getMessage().split())


def test_a_success_is_wrapped() -> None:
    wrapping = Dialect("Test", TABLE, lambda *_: system(), fail, CORS, wrap=lambda request, body: [request.path, body])
    assert wrapping.handle(Request("GET", "/things/7")).body == ["/things/7", {"id": 7, "name": ""}]
    assert wrapping.handle(Request("PUT", "/things/7/parts/last")).body == ["/things/7/parts/last", {"own": True}]
    assert wrapping.handle(Request("GET", "/nothing")).body == {"error": "NotFound", "path": "/nothing"}


def test_a_rows_types_are_its_functions() -> None:
    assert (ONE.request, ONE.answer) == (Thing, dict[str, Any])
    assert (FIXED.request, FIXED.answer) == (Nothing, Answer)
