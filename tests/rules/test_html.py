"""HTML as plain text: what a browser shows, whatever it is given."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.rules.html import from_text, to_text

MANY = settings(max_examples=300, deadline=None, derandomize=True, database=None)
SHOWN = [
    ("<p>Hi Tom &amp; Jerry,</p><p>first line<br>second&nbsp;line</p>", "Hi Tom & Jerry,\n\nfirst line\nsecond line"),
    ("<div>one</div>\n<div>two</div>", "one\ntwo"),
    ("<div><div><p>deep</p></div></div><p>next", "deep\n\nnext"),
    ("a  \n\t b", "a b"),
    ("<b>bold</b> text <i>it</i>.", "bold text it."),
    ("in<b>side</b> a<!-- not --> word", "inside a word"),
    ("a<br><br><br><br>b", "a\n\nb"),
    ("a<br></p><p>b", "a\n\nb"),
    ("<p>a</p><p>&nbsp;</p><p>b</p>", "a\n\nb"),
    ("a&nbsp;&nbsp;b", "a  b"),
    ("<ul><li>one<li>two<ul><li>deep</ul></ul>end", "- one\n- two\n  - deep\nend"),
    ("<ol><li><p>one</p></li><li></li></ol>", "- one"),
    ("<table><tr><td>a<td>b</tr><tr><th>c</th> <td> d </td></tr></table>", "a\tb\nc\td"),
    ('<a href="https://x.example/a?b=1&amp;c=2">here</a>, please', "here (https://x.example/a?b=1&c=2), please"),
    ("<a href=https://www.x.example/>x.example</a>", "x.example"),
    ("<a href='mailto:ada@x.example'>ada@x.example</a>", "ada@x.example"),
    ("<a href='tel:+491234'>call us", "call us (tel:+491234)"),
    ("<a href='javascript:alert(1)'>c</a><a name=x>d</a>", "cd"),
    ("<a href='https://x.example'><img src=y></a>text", "text"),
    ("<pre>\n a\n\n\n  b</pre>c", " a\n\n\n  b\n\nc"),
    ("<img src=x alt='a &lt; cat'> sat", "a < cat sat"),
    ("<img src=x>", "[image]"),
    ("<img src=x>words", "words"),
    ("<style>p{}</style><script>if (a</b) '<p>'</script>x", "x"),
    ("<SCRIPT>a</\u017fcript>b</ScRiPt >c", "c"),
    ("<head><title>t</title><meta x>junk</head><body>b", "b"),
    ("<head><style>a{}</style><p>the head is over", "the head is over"),
    ("<template>a<template>b</template>c</template>d", "d"),
    ("a<!-- b --><!-->c<!--->d<![CDATA[e]]><?php f ?>g</>h</ i>j", "acdghj"),
    ("1 < 2 and 3>2 <3 <", "1 < 2 and 3>2 <3 <"),
    ("<p title='a>b' x=\"c>d\" y=e/>f", "f"),
    ("&lt;b&gt; &#65;&#x42; &bogus; &copy", "<b> AB &bogus; ©"),
    ("&#99999999999;&#xD800;&#0;", "\ufffd\ufffd\ufffd"),
    (f"&#{'9' * 6_000};&#x{'f' * 6_000};", "\ufffd\ufffd"),
    ("a<p", "a"),
    ("a<p title='b", "a"),
    ("a<!-- b", "a"),
    ("日本<br>語", "日本\n語"),
]
EMPTY = ["", " ", "<p></p>", "<p>&nbsp;</p>", "<br><br>", "<ul><li></li></ul>", "<style>a</style>", "<!-- a -->"]
EMPTY += ["<a href=https://x></a>"]
_TAGS = ["p", "br", "li", "ul", "td", "tr", "a href='https://x.example'", "img"]
_TAGS += ["pre", "script", "style", "b", "!-- ", "head", "x y='"]
pieces = st.lists(
    st.text(max_size=8)
    | st.sampled_from(["<", ">", "</", "<!--", "-->", "<![", "]]>", "&", "&#", ";", "'", '"', "=", "\n", "&nbsp;", "\xa0"])
    | st.sampled_from(_TAGS).flatmap(lambda tag: st.sampled_from([f"<{tag}>", f"</{tag}>", f"<{tag}", f"<{tag.upper()} / >"])),
    max_size=30,
)
words = st.lists(st.from_regex(r"[^\W_]{1,8}", fullmatch=True), min_size=1, max_size=8)


@pytest.mark.parametrize(("html", "text"), SHOWN)
def test_html_reads_as_a_browser_shows_it(html: str, text: str) -> None:
    assert to_text(html) == text


@pytest.mark.parametrize("html", EMPTY)
def test_what_shows_nothing_is_empty(html: str) -> None:
    assert to_text(html) == ""


@MANY
@given(pieces)
def test_anything_is_read(parts: list[str]) -> None:
    shown = to_text("".join(parts))
    assert shown == shown.strip("\n")
    assert [line.rstrip() for line in shown.split("\n")] == shown.split("\n")
    assert shown == "[image]" or "[image]" not in shown, "it stands where there is nothing else"


@MANY
@given(words, st.sampled_from(["p", "div", "b", "li", "td", "h1", "blockquote", "custom-tag", "o:p"]))
def test_no_tag_is_shown_and_all_words_are(said: list[str], tag: str) -> None:
    shown = to_text("".join(f"<{tag} class='a > b' data-x=\"<i>\">{word}</{tag}>\n" for word in said))
    assert re.findall(r"[^\W_]+", shown) == said
    assert not set("<>'\"=") & set(shown)


@MANY
@given(words)
def test_plain_text_survives(said: list[str]) -> None:
    assert to_text(" ".join(said)) == " ".join(said)
    assert to_text("<br>".join(said)) == "\n".join(said)
    assert to_text(f"<pre>{'  '.join(said)}</pre>") == "  ".join(said)


@MANY
@given(st.text())
def test_what_is_escaped_is_read_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    assert to_text(escaped).split() == text.replace("\xa0", " ").split()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("one\ntwo\r\nthree\rfour", "one<br>two<br>three<br>four"),
        ('"it\'s"', "&quot;it&#x27;s&quot;"),
        ("", ""),
    ],
)
def test_a_text_is_shown_by_its_html(text: str, html: str) -> None:
    assert from_text(text) == html


@MANY
@given(st.text() | pieces.map("".join))
def test_a_text_survives_as_html_and_is_no_markup(text: str) -> None:
    shown = from_text(text)
    assert "<" not in shown.replace("<br>", "") and ">" not in shown.replace("<br>", "")
    assert to_text(shown).split() == text.replace("\xa0", " ").split()
