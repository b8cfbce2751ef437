"""Mails that are sent: what is built is read again as it was, and no value becomes a header."""

import email
import email.policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.rules import mail_building
from chalicelib.rules.html_quotes import split_html
from chalicelib.rules.mail_building import NoAddress, Outgoing, build
from chalicelib.rules.mail_parsing import Mail, parse
from chalicelib.rules.quotes import split_text

PLAIN = Outgoing(sender="help@desk.example", to=("ann@shop.example",), subject="Order", text="Hello", message_id="1@desk.example")
_LINES = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\ufeff"), max_size=100)
_WORDS = st.text(st.sampled_from("abcXYZ019 ,;:@()<>[].-_!äßéжя日本語😀")).map(lambda text: " ".join(text.split()))
_NAMES = _WORDS.filter(lambda name: "<" not in name)
_IDS = st.integers(0, 10**60).map("{}@desk.example".format)
_FILES = st.tuples(
    st.text(st.sampled_from("ab.-äß日😀%'*"), min_size=1, max_size=60).map("x{}.bin".format),
    st.sampled_from(["application/pdf", "text/plain", "image/png", "text/html"]),
    st.binary(max_size=100),
)


def built(mail: Outgoing) -> Mail:
    raw = build(mail)
    assert raw.isascii() and b"\r\n\r\n" in raw
    assert all(len(line) <= 998 and b"\n" not in line and b"\r" not in line for line in raw.split(b"\r\n"))
    assert not email.message_from_bytes(raw, policy=email.policy.SMTP).defects
    return parse(raw)


@settings(max_examples=40)
@given(
    text=_LINES,
    html=st.none() | _LINES.filter(str.strip),
    subject=_NAMES,
    name=_NAMES,
    ids=st.lists(_IDS, max_size=30, unique=True),
    files=st.lists(_FILES, max_size=3),
    is_automatic=st.booleans(),
)
def test_what_is_built_is_read_again(
    text: str, html: str | None, subject: str, name: str, ids: list[str], files: list[tuple[str, str, bytes]], is_automatic: bool
) -> None:
    mail = Outgoing(
        sender=f"{name} <help@desk.example>",
        reply_to="help+c1@desk.example",
        to=("ann@shop.example", f"{name} <jo@x.example>"),
        cc=("b@x.example",),
        subject=subject,
        text=text,
        html=html,
        message_id="1@desk.example",
        in_reply_to=ids[-1] if ids else "",
        references=tuple(ids),
        files=tuple(files),
        is_automatic=is_automatic,
    )
    read = built(mail)
    assert build(mail) == build(mail)
    assert read.text.strip("\n") == (text.strip("\n") if text.strip() else "")
    assert read.html.rstrip("\n") == (html or "").rstrip("\n")
    assert (read.subject, read.message_id, read.references) == (subject, "1@desk.example", tuple(ids[-20:]))
    assert read.in_reply_to == tuple(ids[-1:])
    shown = "" if name.lower() == "help@desk.example" else name
    assert (read.sender, read.reply_to[0].address) == ((shown, "help@desk.example"), "help+c1@desk.example")
    assert [tuple(one) for one in (*read.to, *read.cc)] == [
        ("", "ann@shop.example"),
        (shown, "jo@x.example"),
        ("", "b@x.example"),
    ]
    assert [(part.name, part.mime, part.data) for part in read.parts] == files
    assert read.automatic == ("auto-submitted" if is_automatic else "")


HOSTILE = "x\r\nBcc: evil@x.example\r\n\r\nbody\n\0\ud800\x0b\x85\u2028"


def test_no_value_becomes_a_header() -> None:
    mail = Outgoing(
        sender=f'"{HOSTILE}" <help@desk.example>',
        to=(f"{HOSTILE} <ann@shop.example>",),
        subject=HOSTILE,
        text=HOSTILE,
        html=HOSTILE,
        message_id=f"{HOSTILE}@x",
        in_reply_to="a@b> <c@d\r\nBcc: evil@x.example",
        references=(HOSTILE, "good@x.example"),
        files=((f"{HOSTILE}.txt", f"text/plain\r\nBcc: {HOSTILE}", b"x"),),
    )
    message = email.message_from_bytes(build(mail))
    assert sorted(message.keys()) == sorted({"From", "To", "Subject", "References", "MIME-Version", "Content-Type"})
    assert message["References"] == "<good@x.example>"
    assert built(mail).to[0].address == "ann@shop.example"
    assert "Bcc" not in {key for part in message.walk() for key in part}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "Ann",
        "jörg@x.example",
        "a b@x.example",
        "a@b@c",
        "a@x.example, b@x.example",
        "Ann <a,b@x.example>",
        "<a@x\r\n.example>",
    ],
)
def test_addresses_that_no_mail_can_be_sent_to_are_refused(address: str) -> None:
    with pytest.raises(NoAddress):
        build(Outgoing(sender=PLAIN.sender, to=(address,), subject="", text="", message_id=""))


def test_domains_are_written_in_ascii() -> None:
    mail = Outgoing(sender="Jörg <j@bücher.example>", to=PLAIN.to, subject="", text="", message_id="")
    assert b"<j@xn--bcher-kva.example>" in build(mail)


def test_a_mail_is_sent_on_as_a_file_with_its_bytes() -> None:
    raw = b"Subject: x\r\n\r\nhi \xff"
    read = built(replace(PLAIN, files=(("mail.eml", "message/rfc822", raw),)))
    assert [(part.name, part.mime, part.data) for part in read.parts] == [("mail.eml", "application/octet-stream", raw)]


def test_what_a_mail_quotes_is_found_by_our_mark() -> None:
    text = mail_building.quoted("Our answer", "Ann, 4 May:", "line one\n\nOn 1 May 2020 x wrote:\n> older")
    assert split_text(text).own.strip() == "Our answer"
    html = mail_building.quoted_html("<p>Our answer</p>", "Ann <a@b>, 4 May:", "<p>line one</p>")
    split = split_html(html)
    assert split.own == "<div><p>Our answer</p></div>" and "line one" in split.quote and "&lt;a@b&gt;" in split.quote
