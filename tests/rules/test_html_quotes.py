"""What a person wrote in HTML, and what a mail quotes: by elements, classes, and the same lines as in plain text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.rules.html import scan, to_text
from chalicelib.rules.html_quotes import split_html
from tests.rules.mail_cases import BLOCKS, INTRODUCTIONS, SEPARATORS

WRITTEN = "<div>Thank you <b>all</b>,</div><div><br></div><p>it works.</p>"
QUOTE = '<p class="MsoNormal">Hello Bob</p><table><tr><td>cell</td><td><img src="cid:a" alt="logo"></td></tr></table>'


def words(html: str) -> list[str]:
    return to_text(html).split()


class Balance:
    """Whether each element that begins ends."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    def open(self, name: str, _: dict[str, str]) -> None:
        if name not in ("br", "hr", "img", "col", "wbr"):
            self.begun.append(name)

    def close(self, name: str, _: dict[str, str]) -> None:
        assert self.begun.pop() == name

    def data(self, _: str) -> None:
        pass


def own(html: str) -> str:
    """The text that a person wrote, after a look that no word is lost or there twice, and that both parts are complete."""
    split = split_html(html)
    shown = words(split.own) + words(split.quote)
    assert sorted(word for word in shown if word != "[image]") == sorted(word for word in words(html) if word != "[image]")
    if split.quote:
        for part in split:
            balance = Balance()
            scan(part, balance)
            assert balance.begun == []
    return to_text(split.own)


HEADERS = (
    "<b>From:</b> Ann &lt;a@x.example&gt;<br><b>Sent:</b> Monday, May 4, 2020 3:21 PM<br><b>To:</b> Bob<br><b>Subject:</b> Re"
)
INTRODUCED = "On Mon, 4 May 2020 at 15:21 Ann &lt;<a href='mailto:a@x.example'>a@x.example</a>&gt; wrote:"


@pytest.mark.parametrize(
    "quoted",
    [
        f"<div class=gmail_quote>someone:<br><blockquote class=gmail_quote>{QUOTE}</blockquote></div>",
        f"<div class='gmail_quote x_container'><div class=gmail_attr>x</div><blockquote>{QUOTE}</blockquote></div>",
        f"<div class='ecxgmail_quote'>x<blockquote>{QUOTE}</blockquote></div>",
        f"<div class='moz-cite-prefix'>x<br></div><blockquote type='cite' cite='mid:1'>{QUOTE}</blockquote>",
        f"<div>{INTRODUCED}</div><blockquote>{QUOTE}</blockquote>",
        f"<div>{INTRODUCED}</div><br>{QUOTE}",
        f"<div id='appendonsend'></div><hr><div id='x_divRplyFwdMsg'>x</div>{QUOTE}",
        f"<hr id='stopSpelling'>x<br>{QUOTE}",
        f"<div style='border-top:solid'><p>{HEADERS}</p></div>{QUOTE}",
        f"<p><span>________________________________</span></p><p>{HEADERS.replace('<br>', '</p><p>')}</p>{QUOTE}",
        f"<div class='yahoo_quoted' id='yahoo_quoted_1'><div>x</div>{QUOTE}</div>",
        f"<div class='protonmail_quote'>x<br><blockquote class='protonmail_quote' type=cite>{QUOTE}</blockquote></div>",
        f"<div class='moz-forward-container'>-------- x --------{QUOTE}</div>",
        f"<div class='x_polydesk-quote'>{QUOTE}</div>",
        f"<div>##- reply above<br>this line -##</div>{QUOTE}",
        f"<blockquote type=cite>{QUOTE}<div class='polydesk-quote'>##- reply above this line -##</div></blockquote>",
    ],
)
def test_quotes_of_all_programs_are_found(quoted: str) -> None:
    wanted = to_text(WRITTEN)
    assert own(WRITTEN + quoted) == wanted
    assert own(f"<html><head><style>a</style></head><body><div dir=ltr>{WRITTEN}{quoted}</div></body></html>") == wanted
    assert own(f"{WRITTEN}<div>Sent from my iPhone</div>".replace("<div>S", "<br><div>S") + quoted) == wanted


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_introductions_are_found_in_any_language(introduction: str) -> None:
    shown = introduction.replace("<", "&lt;").replace(">", "&gt;")
    assert own(f"{WRITTEN}<p>{shown}</p><blockquote>{QUOTE}</blockquote>") == to_text(WRITTEN)


@pytest.mark.parametrize("names", BLOCKS)
def test_blocks_of_headers_are_found_in_any_language(names: tuple[str, ...]) -> None:
    values = ("Ann &lt;ann@shop.example&gt;", "Monday, May 4, 2020 3:21 PM", "Bob &lt;bob@home.example&gt;", "Re: Order")
    block = "<br>".join(f"<b>{name}:</b> {value}" for name, value in zip(names, values, strict=True))
    assert own(f"{WRITTEN}<hr><div>{block}</div>{QUOTE}") == to_text(WRITTEN)


def test_separators_are_found() -> None:
    for separator in SEPARATORS[:-1]:
        assert own(f"{WRITTEN}<p>{separator}</p>{QUOTE}") == to_text(WRITTEN)


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<div>Hi</div><blockquote style='margin:0 0 0 40px;border:none'>indented</blockquote>", "Hi\n\nindented"),
        (
            "<p>Hi</p><blockquote type=cite>q1</blockquote>yes<blockquote type=cite>q2</blockquote>no<blockquote cite=x>q3",
            "Hi q1 yes q2 no",
        ),
        (f"<div>{INTRODUCED}</div><blockquote type=cite>q</blockquote><div>below</div>", "below"),
        ("<div class=gmail_quote>x:<blockquote class=gmail_quote>q</blockquote><div>into</div></div>", "into"),
        ("<p>Hi</p><div class=yahoo_quoted>x:<br>q</div><p>below</p>", "Hi x: q below"),
        ("<p>Hi</p><blockquote type=cite>q</blockquote>", "Hi"),
        ("<div class=gmail_quote>only</div>", "only"),
        ("<blockquote type=cite>only</blockquote>", "only"),
        (f"Hi<p>{INTRODUCED}</p><blockquote type=cite><p>q</p><p><img src='cid:x'></p></blockquote>", "Hi"),
        ("Hi<div class=gmail_quote>x:<blockquote class=gmail_quote><img src='cid:x'></blockquote></div>", "Hi"),
        ("Text <img src='cid:x' alt=me><div class=yahoo_quoted>x</div>", "Text me"),
        ("<img src='cid:x'><div class=yahoo_quoted>x</div>", "[image]"),
        ("<pre>Hi\n\nOn Mon, 4 May 2020 at 15:21 Ann &lt;a@x.example&gt; wrote:\n&gt; q\n</pre>", "Hi"),
        ("<p>a<p>b<td>d<blockquote type=cite>q</div></span>", "a b d"),
        ("", ""),
    ],
)
def test_what_a_person_wrote_stays(html: str, wanted: str) -> None:
    assert own(html).split() == wanted.split()


def test_without_a_quote_html_stays_as_it_is() -> None:
    html = "<p onclick=x>a<b>b<!-- c --><script>d</script>"
    assert split_html(html) == (html, "")


def test_elements_around_are_in_both_parts() -> None:
    split = split_html('<div class="a"><b>own<hr id=stopSpelling>x<i>y</i></b></div>')
    assert split == ('<div class="a"><b>own</b></div>', '<div class="a"><b><hr id=stopSpelling>x<i>y</i></b></div>')


_TAGS = [
    "div",
    "p",
    "blockquote type=cite",
    "blockquote",
    "b",
    "div class=gmail_quote",
    "div id=divRplyFwdMsg",
    "td",
    "pre",
    "span",
    "i",
]
_PIECES = (
    [f"<{tag}>" for tag in _TAGS]
    + [f"</{tag.split()[0]}>" for tag in _TAGS]
    + ["<br>", "<hr>", "<img src=x>", "\n", " ", "&amp;"]
)
_PIECES += [
    "word",
    "On 4 May 2020 15:21 Ann &lt;a@x.example&gt; wrote:",
    "From: a",
    "-- ",
    "&gt; q",
    "<!-- c -->",
    "<",
    "<style>x</style>",
]


@settings(max_examples=100)
@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join))
def test_no_word_is_lost_or_there_twice(html: str) -> None:
    split = split_html(html)
    plain = [sorted(re.sub(r"\[image\]|\s", "", to_text(part))) for part in (html, split.own, split.quote)]
    assert sorted(plain[1] + plain[2]) == plain[0]
    assert words(split.own) or not words(html)


def test_very_long_html_stays_as_it_is() -> None:
    for html in ("<p>x" * 11_000 + "<blockquote type=cite>q", "<b>" * 110_000 + "x<blockquote type=cite>q"):
        assert split_html(html) == (html, "")
