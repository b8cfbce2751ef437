"""HTML that is stored does nothing in a page, and keeps what people write."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.context import stranger
from chalicelib.desk.conversations import composing, markup
from chalicelib.desk.conversations.composing import MOST_TAGS, PostMessage
from chalicelib.desk.core.errors import Invalid
from tests.rules.test_html import pieces

MANY = settings(max_examples=300, deadline=None, derandomize=True, database=None)
_REL = ' rel="noopener nofollow"'
KEPT = [
    "<p>Hi <b>you</b>, <i>and</i> <em>all</em><br>of <u>us</u></p>",
    f'<a href="https://x.test/a?b=1&amp;c=2"{_REL}>here</a>',
    f'<a href="mailto:ada@x.test"{_REL}>write</a>',
    '<img src="https://x.test/cat.png" alt="a cat" width="5">',
    '<img src="cid:part1">',
    '<table><tbody><tr><td colspan="2">1</td><th>2</th></tr></tbody></table>',
    "<ul><li>one</li><li>two</li></ul>",
]
#: What does harm in a page, and what is left of it.
HOSTILE = [
    ("<script>alert(1)</script>a", "a"),
    ("<p onclick=alert(1) style='position: fixed' id=x class=y>a</p>", "<p>a</p>"),
    ("<style>p {}</style><link rel=stylesheet href=x>a", "a"),
    ("<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>a", "a"),
    ("<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>a", "a"),
    ("<iframe src='https://x.test'>b</iframe><object data=x>c</object><embed src=x>a", "a"),
    ("<base href='https://x.test/'><meta http-equiv=refresh content='0;url=https://x.test'>a", "a"),
    ("<form action='https://x.test'><input name=password><button>a</button></form>", "a"),
    ("<a href='javascript:alert(1)'>a</a>", f"<a{_REL}>a</a>"),
    ("<a href='java\tscript:alert(1)'>a</a>", f"<a{_REL}>a</a>"),
    ("<a href='&#106;avascript:alert(1)'>a</a>", f"<a{_REL}>a</a>"),
    ("<a href='data:text/html,<script>alert(1)</script>'>a</a>", f"<a{_REL}>a</a>"),
    ("<a href='//x.test' target=_blank rel=opener>a</a>", f"<a{_REL}>a</a>"),
    ("<a href='/api/v3/anytime/apiKeys'>a</a>", f"<a{_REL}>a</a>"),
    ("<a href='cid:1'>a</a>", f"<a{_REL}>a</a>"),
    ("<img src=x onerror=alert(1)>", "<img>"),
    ("<img src='data:image/svg+xml,<svg onload=alert(1)>'>", "<img>"),
    ("<img src='javascript:alert(1)'><img src='mailto:a@x.test'>", "<img><img>"),
    ("<!--[if IE]><script>alert(1)</script><![endif]-->a", "a"),
    ('<noscript><p title="</noscript><img src=x onerror=alert(1)>">a', '<img>"&gt;a'),
    ("<template><script>alert(1)</script></template>a", "a"),
]
_NAMES = {"href", "src", "title", "alt", "width", "height", "colspan", "rowspan", "start", "rel", "data-id", "class"}
_MENTION = '<span data-id="7" class="athighlight">@Ada</span>'
_hostile = st.lists(st.sampled_from([html for html, _ in HOSTILE]) | pieces.map("".join), max_size=6).map("".join)


class Read(HTMLParser):
    """Another parser's view of a page: its tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def harm(html: str) -> Iterator[str]:
    for tag, attributes in Read(html).tags:
        if tag in ("script", "style", "svg", "math", "iframe", "form", "base", "meta", "link", "object", "embed", "template"):
            yield tag
        yield from attributes.keys() - _NAMES
        for name in ("href", "src"):
            address = attributes.get(name) or "https:"
            if not address.strip().lower().startswith(("http:", "https:", "mailto:", "cid:")):
                yield address


def test_harm_is_seen() -> None:
    assert list(harm("<p onclick=x>a</p><script></script><a href='javascript:x'>")) == ["onclick", "script", "javascript:x"]


@pytest.mark.parametrize("html", KEPT)
def test_what_people_write_stays(html: str) -> None:
    assert markup.clean(html) == html


@pytest.mark.parametrize(("html", "left"), HOSTILE)
def test_what_does_harm_goes(html: str, left: str) -> None:
    assert markup.clean(html) == left


@MANY
@given(_hostile)
def test_nothing_that_does_harm_is_left_of_anything_and_clean_stays_clean(html: str) -> None:
    for with_mentions in (True, False):
        clean = markup.clean(html, with_mentions=with_mentions)
        assert list(harm(clean)) == []
        assert markup.clean(clean, with_mentions=with_mentions) == clean


def test_a_mention_stays_where_it_is_one() -> None:
    assert markup.clean(_MENTION, with_mentions=True) == _MENTION
    assert markup.clean(_MENTION) == "<span>@Ada</span>"
    other = "<span data-id='7x' class='a athighlight b'>x</span><span data-id='7' class='other'>y</span>"
    expected = '<span class="athighlight">x</span><span data-id="7">y</span>'
    assert markup.clean(other, with_mentions=True) == expected


@pytest.mark.parametrize("tag", ["<DIV>", "<b></b>", "</x>", "<!--<i>--><i>"])
def test_html_of_too_many_tags_is_refused_before_it_is_cleaned(monkeypatch: pytest.MonkeyPatch, tag: str) -> None:
    times = MOST_TAGS // (1 if tag in ("<DIV>", "</x>") else 2)
    most = PostMessage("c", "text", html_body=tag * times + "a < b")
    assert composing.prepare(stranger(""), most).html_body
    monkeypatch.delattr(markup, "clean")
    with pytest.raises(Invalid, match="html_body: has more than 5000 tags"):
        composing.prepare(stranger(""), PostMessage("c", "text", html_body=f"<i>{most.html_body}"))
