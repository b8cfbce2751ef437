"""Forms with files: read whole, or refused."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.http import Request
from tests.visitors import multipart

MANY = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def form(kind: str, body: bytes) -> Request:
    return Request("POST", "/upload", headers={"content-type": kind}, body=body)


def read_if_it_can_be(kind: str, body: bytes) -> dict[str, Any] | None:
    """A form's fields, None where it is Invalid; any other error is one of ours."""
    try:
        return form(kind, body).form
    except Invalid:
        return None


@MANY
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=50), st.binary(max_size=3_000), st.text(max_size=50)
)
def test_what_a_browser_sends_is_read(name: str, data: bytes, text: str) -> None:
    read = form(*multipart(user_uuid=text.encode(errors="replace").decode(), file=(f"{name}.bin", "image/png", data))).form
    assert read["user_uuid"] == text.encode(errors="replace").decode()
    assert (read["file"]["mime"], read["file"]["data"]) == ("image/png", data)


KIND, WHOLE = multipart(user_uuid="u", file=("a.png", "image/png", b"\r\n--not the end\r\n" * 20))
#: Where the file begins in it.
FILE = WHOLE.index(b"\r\n--not the end")


@MANY
@given(st.integers(0, len(WHOLE)), st.binary(max_size=40), st.booleans())
def test_a_form_with_holes_is_read_or_invalid(at: int, noise: bytes, cut: bool) -> None:
    body = WHOLE[:at] + noise + (b"" if cut else WHOLE[at + len(noise) :])
    read = read_if_it_can_be(KIND, body)
    assert read is None or read.keys() or at < FILE, "a part with its head is a field"


@MANY
@given(st.integers(FILE, FILE + 300), st.binary(max_size=40).filter(lambda noise: b"-" not in noise))
def test_noise_within_a_file_is_the_file_s(at: int, noise: bytes) -> None:
    read = form(KIND, WHOLE[:at] + noise + WHOLE[at + len(noise) :]).form
    held = b"\r\n--not the end\r\n" * 20
    assert read["user_uuid"] == "u"
    assert read["file"]["data"] == held[: at - FILE] + noise + held[at - FILE + len(noise) :]


@pytest.mark.parametrize("at", range(0, len(WHOLE) - 4, 7))
def test_a_form_that_breaks_off_is_invalid(at: int) -> None:
    with pytest.raises(Invalid):
        _ = form(KIND, WHOLE[:at]).form


HEAD = b'--x\r\nContent-Disposition: form-data; name="a"'
WRONG = [
    ("multipart/form-data", WHOLE),
    ("multipart/form-data; boundary=", WHOLE),
    ("multipart/form-data; boundary=other", WHOLE),
    (f"multipart/form-data; boundary={'x' * 5_000}", WHOLE),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\nno name\r\n--x--\r\n"),
    ("multipart/form-data; boundary=x", HEAD + b"\r\n\r\n\xff\xfe\r\n--x--\r\n"),
    ("multipart/form-data; boundary=x", HEAD + b"\r\nX: " + b"x" * 100_000 + b"\r\n\r\n1\r\n--x--\r\n"),
    (
        "multipart/form-data; boundary=x",
        b"".join(b'--x\r\nContent-Disposition: form-data; name="%d"\r\n\r\n1\r\n' % at for at in range(200)),
    ),
]


@pytest.mark.parametrize("kind, body", WRONG)
def test_what_is_no_form_with_files_is_invalid(kind: str, body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        _ = form(kind, body).form
    assert caught.value.field == ""


NAMES = [
    (b'filename="plain.png"', "plain.png"),
    ('filename="größe.png"'.encode(), "größe.png"),
    (b'filename="=?utf-8?B?5pel5pys6KqeLnBuZw==?="', "日本語.png"),
    (b'filename="=?UTF-8?Q?gr=C3=B6=C3=9Fe?= =?UTF-8?Q?_a.png?="', "größe a.png"),
    (b'filename="=?windows-1252?Q?caf=E9.txt?="', "café.txt"),
    (b'filename="=?utf-8?B?not base64?="', "=?utf-8?B?not base64?="),
    (b'filename="=?nothing?B?YQ==?="', "=?nothing?B?YQ==?="),
    (b'filename="a=?b"', "a=?b"),
    (b"filename*=UTF-8''gr%C3%B6%C3%9Fe.png", "größe.png"),
    (b"filename=\"fallback.png\"; filename*=utf-8'de'gr%C3%B6%C3%9Fe.png", "größe.png"),
    (b"filename*=utf-8''first.png; filename=\"fallback.png\"", "first.png"),
    (b"filename*=ISO-8859-1''caf%E9.txt", "café.txt"),
    (b"filename*=utf-8''%ff%zz", "\ufffd%zz"),
    (b"filename*=koi8-r''x; filename=\"fallback.png\"", "fallback.png"),
    (b"filename=\"a; filename*=utf-8''evil.png\"", "a; filename*=utf-8''evil.png"),
    (b'filename="a \\"b\\" c.png"', 'a "b" c.png'),
    (b'filename=""', ""),
]


def upload(disposition: bytes, more: bytes = b"", data: bytes = b"words") -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; ' + disposition + b"\r\n" + more
    return head + b"\r\n" + data + b"\r\n--x--\r\n"


@pytest.mark.parametrize(("disposition", "name"), NAMES)
def test_a_file_keeps_its_name_however_it_is_written(disposition: bytes, name: str) -> None:
    file = form("multipart/form-data; boundary=x", upload(disposition)).form["file"]
    assert (file["name"], file["data"]) == (name, b"words")


@MANY
@given(st.binary(max_size=80), st.sampled_from([b'filename="=?utf-8?B?%b?="', b"filename*=utf-8''%b", b'filename="%b"']))
def test_a_file_of_any_name_is_read_or_invalid(name: bytes, wrapped: bytes) -> None:
    read = read_if_it_can_be("multipart/form-data; boundary=x", upload(wrapped % name))
    assume(read is not None)
    file = read["file"] if read else ""
    assert (file["data"] if isinstance(file, dict) else file.encode()).endswith(b"words")


def test_a_part_may_be_encoded() -> None:
    kind, named = "multipart/form-data; boundary=x", b'filename="a"'
    encoded = upload(named, b"Content-Transfer-Encoding: base64\r\n", b"d29yZHM=")
    assert form(kind, encoded).form["file"]["data"] == b"words"
    quoted = upload(named, b"Content-Transfer-Encoding: Quoted-Printable\r\n", b"w=6Frds")
    assert form(kind, quoted).form["file"]["data"] == b"words"
