"""HTTP as dialects see it: bodies, forms, credentials."""

from typing import Any

import pytest

from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.http import Answer, Cors, Request
from tests.visitors import multipart


def body(data: bytes) -> Request:
    return Request("POST", "/", body=data)


def test_a_json_object_is_read_and_no_body_is_an_empty_one() -> None:
    assert body(b'{"a": [1, null, "\\u00e9"]}').json == {"a": [1, None, "é"]}
    assert body(b' {"a": 1, "a": 2} ').json == {"a": 2}
    assert body(b"").json == body(b"{}").json == {}


def test_a_byte_order_mark_before_a_body_means_nothing() -> None:
    assert body(b'\xef\xbb\xbf{"a": 1}').json == {"a": 1}
    assert body(b"\xef\xbb\xbfa=1&b=2").form == {"a": "1", "b": "2"}
    kind, parts = multipart(a="1")
    assert Request("POST", "/", headers={"content-type": kind}, body=b"\xef\xbb\xbf" + parts).form == {"a": "1"}


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf" * 2, b"\xff\xfe", b"\xfe\xff", b"\xef\xbb", b"\x00"])
def test_no_other_mark_is_taken_off(mark: bytes) -> None:
    for data in (mark + b"{}", mark):
        with pytest.raises(Invalid):
            _ = body(data).json


def test_a_mark_alone_is_no_json() -> None:
    with pytest.raises(Invalid):
        _ = body(b"\xef\xbb\xbf").json


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": Infinity}', '{"a": -Infinity}', '{"a": 1e999}', '{"a": "\\ud800"}'])
def test_what_json_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        _ = body(text.encode()).json


@pytest.mark.parametrize(
    "data", [b"[]", b"null", b"1", b'"a"', b"{", b"{}x", b"{'a': 1}", b"\xff", b'{"a": "\xff"}', b"NaN", b" "]
)
def test_what_is_no_json_object_is_invalid(data: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        _ = body(data).json
    assert caught.value.field == ""


@pytest.mark.parametrize(
    ("data", "read"),
    [(b"[1]", {"days": [1]}), (b"[]", {"days": []}), (b'{"days": [1], "at": 2}', {"days": [1], "at": 2}), (b"", {})],
)
def test_a_list_may_stand_for_an_object_that_has_it_under_a_name(data: bytes, read: dict[str, Any]) -> None:
    assert Request("PUT", "/", body=data).json_under("days") == read
    if data.startswith(b"["):
        with pytest.raises(Invalid):
            _ = Request("PUT", "/", body=data).json


def test_json_of_any_depth_is_read_or_invalid() -> None:
    with pytest.raises(Invalid):
        _ = body(b'{"a":' * 100_000).json


def test_a_form_keeps_blanks_and_the_last_of_a_name() -> None:
    assert body(b"a=1&b=&a=2&c=%C3%A9+x&d").form == {"a": "2", "b": "", "c": "é x", "d": ""}
    assert body(b"").form == {}
    assert body(b"a=%00&b=%zz&c=%ff").form == {"a": "\x00", "b": "%zz", "c": "�"}


@pytest.mark.parametrize("data", [b"\xff", b"&".join([b"a=1"] * 101)])
def test_what_is_no_form_is_invalid(data: bytes) -> None:
    with pytest.raises(Invalid):
        _ = body(data).form


@pytest.mark.parametrize(
    "header, kind",
    [
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("  text/plain ;x", "text/plain"),
        ("", ""),
        (";", ""),
    ],
)
def test_the_media_type_is_without_parameters(header: str, kind: str) -> None:
    assert Request("POST", "/", headers={"content-type": header}).media_type == kind
    assert Request("POST", "/").media_type == ""


@pytest.mark.parametrize(
    "header, credential",
    [
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("BEARER   abc  ", "abc"),
        ("Bearer a b", "a b"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Bearerabc", None),
        ("Basic abc", None),
        ("abc", None),
        ("", None),
    ],
)
def test_a_credential_stands_after_its_scheme(header: str, credential: str | None) -> None:
    assert Request("GET", "/", headers={"authorization": header}).credential("Bearer") == credential


def test_a_request_without_the_header_has_no_credential() -> None:
    assert Request("GET", "/").credential("Bearer") is None


def test_cors_is_five_headers() -> None:
    assert Cors(methods="GET, POST", headers="Authorization").as_headers() == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Authorization",
        "Access-Control-Max-Age": "1728000",
        "Access-Control-Expose-Headers": "Retry-After, X-Polydesk-Units",
    }


def test_an_answer_is_an_empty_200_unless_told() -> None:
    assert (Answer().body, Answer().status, Answer().headers) == (None, 200, {})
