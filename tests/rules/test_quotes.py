"""What a person wrote, and what a mail quotes: by the form of mails of any language and program."""

import textwrap

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.rules.quotes import split_text
from tests.rules.mail_cases import BLOCKS, INTRODUCTIONS, OWN, SEPARATORS, TEXTS

WRITTEN = "Thank you, it works.\nSee you on Monday 11 May."


def lines(text: str) -> list[str]:
    """The lines that have something."""
    return [line for line in text.split("\n") if line.strip()]


def own(mail: str) -> list[str]:
    """What a person wrote, after a look that no line is lost or there twice, and all are in their order."""
    split = split_text(mail)
    assert sorted(lines(split.own) + lines(split.quote)) == sorted(lines(mail))
    for part in split:
        rest = iter(lines(mail))
        assert all(any(line == other for other in rest) for line in lines(part))
    return lines(split.own)


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_introductions_are_found_in_any_language(introduction: str) -> None:
    for width in (200, 72, 50):
        broken = "\n".join(textwrap.wrap(introduction, width, break_long_words=False, break_on_hyphens=False))
        for between in ("\n", "\n\n"):
            assert own(f"{WRITTEN}{between}{broken}{between}> Hello\n> there") == lines(WRITTEN)
    assert own(f"{introduction}\n> Hello\n>\n> there\n\n{WRITTEN}") == lines(WRITTEN)
    if "@" in introduction and "<" in introduction:
        assert own(f"{WRITTEN}\n\n{introduction}\n\nHello\nthere\n\nAnn") == lines(WRITTEN)


@pytest.mark.parametrize("names", BLOCKS)
def test_blocks_of_headers_are_found_in_any_language(names: tuple[str, ...]) -> None:
    values = (
        "Ann Lee <ann@shop.example>",
        "Monday, May 4, 2020 3:21 PM",
        "Bob <bob@home.example>,\n Jo <jo@home.example>",
        "Re: Order",
    )
    for mark in ("", "*"):
        block = "\n".join(f"{mark}{name}:{mark} {value}" for name, value in zip(names, values, strict=True))
        for above in ("", "________________________________\n", " ------\n\n", "-----Original Message-----\n"):
            assert own(f"{WRITTEN}\n\n{above}{block}\n\nHello Bob\nplease") == lines(WRITTEN)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_separators_are_found_in_any_language(separator: str) -> None:
    assert own(f"{WRITTEN}\n\n{separator}\n\nHello Bob\n\nplease") == lines(WRITTEN)


@pytest.mark.parametrize("text", OWN)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert own(text) == lines(text)
    assert own(f"{text}\n\n{INTRODUCTIONS[0]}\n> quoted") == lines(text)


@pytest.mark.parametrize(("mail", "wanted"), TEXTS)
def test_mails_of_all_forms(mail: str, wanted: str) -> None:
    assert own(mail) == lines(wanted)


_PIECES = [
    *INTRODUCTIONS[:6],
    *SEPARATORS[:3],
    "> a",
    ">> b",
    "",
    " ",
    "text",
    "-- ",
    "--",
    "##- reply above this line -##",
    "> ##- reply above",
]
_PIECES += [
    "this line -##",
    "From: a <a@b.example>",
    "Sent: 2020",
    "To: b",
    "Subject: c",
    "Sent from my iPhone",
    "a>",
    "| x",
    "____",
    "<",
    "x:",
]


@settings(max_examples=100)
@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=6), max_size=25).map("\n".join))
@example("\r\n\r\r\n")
def test_no_line_is_lost_or_there_twice(mail: str) -> None:
    plain = mail.replace("\r\n", "\n").replace("\r", "\n")
    found = own(plain)
    assert split_text(mail) == split_text(plain)
    assert found or not lines(plain)


def test_of_very_many_lines_the_rest_goes_with_the_last() -> None:
    quoted = f"Hello\n\n{INTRODUCTIONS[0]}\n" + "> a\n" * 20_000
    assert own(quoted) == ["Hello"]
    split = split_text("Hello\n" * 20_000 + f"{INTRODUCTIONS[0]}\n> quoted")
    assert split.own.endswith("> quoted") and split.quote == ""
