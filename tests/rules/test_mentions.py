"""The agents that a note mentions, whatever it is written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import mentions
from tests.rules.test_html import MANY, pieces

FOUND = [
    ('<span data-id="7" class="athighlight">@Ada</span> look', [7]),
    ("<SPAN CLASS='x athighlight' DATA-ID=7>@Ada</SPAN>", [7]),
    ('<p><b><span class="athighlight" data-id=" 7 ">a</span></b></p><span class=athighlight data-id=3>', [7, 3]),
    ("<span data-id=7 class=athighlight>a</span><span data-id=007 class=athighlight>b</span>", [7]),
]
NONE = [
    "",
    "@Ada",
    "<span data-id=7>a</span>",
    "<span class=athighlight>a</span>",
    "<span data-id=7 class=athighlights>a</span>",
    "<b data-id=7 class=athighlight>a</b>",
    "<span data-id=-7 class=athighlight>a</span>",
    "<span data-id=7.0 class=athighlight>a</span>",
    "<span data-id=\u0667 class=athighlight>a</span>",
    f"<span data-id={'9' * 16} class=athighlight>a</span>",
    "<!-- <span data-id=7 class=athighlight> -->",
    "<script><span data-id=7 class=athighlight></script>",
    "&lt;span data-id=7 class=athighlight&gt;",
    "<a title='<span data-id=7 class=athighlight>'>",
    "<span data-id=7 class=athighlight",
]


@pytest.mark.parametrize(("html", "numbers"), FOUND)
def test_a_mention_is_a_span_of_its_class_with_an_id(html: str, numbers: list[int]) -> None:
    assert mentions.numbers(html) == numbers


@pytest.mark.parametrize("html", NONE)
def test_nothing_else_is_a_mention(html: str) -> None:
    assert mentions.numbers(html) == []


@MANY
@given(st.lists(st.integers(0, 10**15 - 1)), pieces)
def test_each_agent_is_mentioned_once_in_order_whatever_stands_behind(numbers: list[int], noise: list[str]) -> None:
    html = "".join(f'<span data-id="{number}" class="athighlight">x</span>' for number in numbers)
    assert mentions.numbers(html) == list(dict.fromkeys(numbers))
    assert mentions.numbers(html + "".join(noise)) == list(dict.fromkeys(numbers))
