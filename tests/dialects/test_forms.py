"""Forms with files: read whole, or refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.desk.errors import Invalid
from chalicelib.dialects.http import Request
from tests.world import multipart

MANY = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def form(kind: str, body: bytes) -> Request:
    return Request("POST", "/upload", headers={"content-type": kind}, body=body)


@MANY
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=50), st.binary(max_size=3_000), st.text(max_size=50)
)
def test_what_a_browser_sends_is_read(name: str, data: bytes, text: str) -> None:
    read = form(*multipart(user_uuid=text.encode(errors="replace").decode(), file=(f"{name}.bin", "image/png", data))).form
    assert read["user_uuid"] == text.encode(errors="replace").decode()
    assert (read["file"]["mime"], read["file"]["data"]) == ("image/png", data)


KIND, WHOLE = multipart(user_uuid="u", file=("a.png", "image/png", b"\r\n--not the end\r\n" * 20))


@MANY
@given(st.integers(0, len(WHOLE)), st.binary(max_size=40), st.booleans())
def test_a_form_with_holes_is_read_or_invalid(at: int, noise: bytes, cut: bool) -> None:
    body = WHOLE[:at] + noise + (b"" if cut else WHOLE[at + len(noise) :])
    try:
        read = form(KIND, body).form
    except Invalid:
        return
    assert all(isinstance(name, str) and isinstance(value, str | dict) for name, value in read.items())


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
