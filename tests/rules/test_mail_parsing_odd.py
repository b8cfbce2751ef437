"""Mails as nobody should send them: broken, large, nested and hostile ones, of which nothing is lost."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.rules.mail_parsing import MOST_BYTES, Part, parse
from tests.rules.mails import HEAD, mail, multipart


@pytest.mark.parametrize("end", [b"", b"\r\n--b", b"\r\n--bb--\r\n", b"\r\n--c--"])
def test_a_multipart_may_end_in_any_way(end: bytes) -> None:
    read = parse(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\none\r\n--b  \r\n\r\ntwo" + end)
    assert read.text.startswith("one\n\ntwo")


def test_a_boundary_that_is_not_named_is_found() -> None:
    body = b"\r\n------=_x1\r\nContent-Type: text/html\r\n\r\n<p>one</p>\r\n------=_x1--\r\n"
    assert mail("Content-Type: multipart/alternative", body).html == "<p>one</p>"
    assert mail("Content-Type: multipart/mixed; boundary=other", b"just text").text == "just text"


def test_of_many_files_a_hundred_are_kept_as_such() -> None:
    raw = HEAD + multipart(b"\r\nhello", *(b"Content-Type: text/plain; name=%d.txt\r\n\r\nx" % number for number in range(120)))
    read = parse(raw)
    assert (read.text, len(read.parts), read.parts[99].name) == ("hello", 101, "99.txt")
    assert read.parts[100] == Part("mail.eml", "message/rfc822", raw, "", False)
    assert read.notes == ("The mail has more than 100 files; the rest is in mail.eml.",)


def nested(depth: int) -> bytes:
    return (
        HEAD
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (one, one) for one in range(depth))
        + b"\ninner"
    )


def test_a_thousand_parts_within_each_other_are_read() -> None:
    read = parse(nested(1_000))
    assert (read.text, read.parts, read.notes) == ("inner", (), ())
    deeper = parse(nested(5_000))
    assert (
        not deeper.is_whole
        and "inner" in deeper.text
        and deeper.notes == ("The mail has more than 1,000 parts; the rest is in mail.eml.",)
    )


def test_a_mail_that_is_too_large_is_kept() -> None:
    raw = HEAD + b"\r\n" + b"x" * MOST_BYTES
    read = parse(raw)
    assert (read.subject, read.is_whole, read.parts[0].data is raw) == ("Order", False, True)
    assert read.text.startswith("From: Ann Lee") and len(read.text) < 50_000


@pytest.mark.parametrize(
    "raw",
    [
        b"".join(b"X-%d: a\n" % number for number in range(10_000)) + b"\nhi",
        b"Subject: " + b"=?a?q?" * 200_000 + b"\nReferences: " + b"a@" * 500_000 + b"\nCc: " + b"(" * 1_000_000 + b"\n\nhi",
        b"Subject: " + b" " * 1_000_000 + b"\n\nhi",
        b"Content-Transfer-Encoding: base64\n\n" + b"A=" * 1_000_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + (b"--b\nContent-Type: text/plain" + b";a=b" * 500 + b"\n\nx\n") * 300,
        nested(900) + b"x" * 1_000_000,
    ],
)
def test_hostile_mails_take_no_time(raw: bytes) -> None:
    began = time.process_time()
    parse(raw)
    assert time.process_time() - began < 6  # minutes, were one of them quadratic


PIECES = [
    *(
        b"Content-Type: ",
        b"multipart/mixed; boundary=b",
        b"multipart/alternative; boundary=c",
        b"text/html",
        b"message/rfc822",
        b"text/plain",
    ),
    *(b"; charset=", b"utf-16", b"gb2312", b"utf-7", b"\n--b\n", b"\n--b--\n", b"\n--c\n", b"\n\n", b"\r\n", b"\n ", b"\n"),
    *(
        b"Content-Transfer-Encoding: ",
        b"base64",
        b"quoted-printable",
        b"=?utf-8?b?",
        b"?=",
        b"From: ",
        b"Subject: ",
        b"<a@b.example>",
    ),
    *(
        b"; filename*0*=",
        b"; name*9999=x",
        b"%ff",
        b"Content-Disposition: attachment",
        b"\0",
        b"\xff\xfe",
        b"=",
        b'"',
        b"; format=flowed",
    ),
    *(b"Message-ID: ", b"References: ", b"Auto-Submitted: no", b"Content-ID: ", b"cid:", b"A" * 100, b" ", b";", b"\x80\x81"),
]


@given(
    st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=40).map(b"".join),
    st.sampled_from([None, "", "a@b.example"]),
)
@example(b"Content-Type: text/plain; charset*=x'y'%00%ff; name*=utf-8\n\nx", None)
@example(b"Content-Type: multipart/mixed; boundary*0*=\n\n--\n", None)
def test_any_bytes_are_read(raw: bytes, path: str | None) -> None:
    read = parse(raw, path)
    shown = [
        read.text,
        read.html,
        read.subject,
        read.message_id,
        *read.references,
        *read.notes,
        *(part.name for part in read.parts),
    ]
    shown += [text for one in (read.sender, *read.to, *read.cc, *read.reply_to) for text in one]
    assert not re.search("[\0\ud800-\udfff]", "".join(shown))
    assert read.is_whole or read.parts[-1].data == raw
