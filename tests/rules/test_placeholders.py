"""Placeholders: what stands in their place can bring neither markup, nor lines, nor placeholders."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.rules import placeholders
from chalicelib.rules.placeholders import LONGEST, NAMES, fill, fill_line

VALUES = some.fixed_dictionaries({name: some.text(max_size=60) for name in NAMES})
HOSTILE = some.sampled_from(["<script>", "</p>", '"', "'", "&lt;", "{{agent.name}}", "\r\nBcc: x@y.test", "\u2028", "\x00", "a"])


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(some.lists(HOSTILE).map("".join))
def test_in_html_a_value_is_text_alone(value: str) -> None:
    seen = _Seen()
    seen.feed(fill('<p title="{{contact.name}}">{{ contact.name }}</p>', {"contact.name": value}, as_html=True))
    seen.close()
    ((tag, attributes),) = seen.tags
    ((name, shown),) = attributes
    assert (tag, name) == ("p", "title")
    assert shown is not None and shown.replace("\r\n", "\n").replace("\x00", "�") in (
        value.replace("\r\n", "\n").replace("\x00", "�"),
        value.replace("\r\n", "\n"),
    )


@given(VALUES, some.text(max_size=40))
def test_what_is_no_placeholder_stays(values: dict[str, str], text: str) -> None:
    plain = text.replace("{{", "{ {")
    assert fill(plain, values) == plain
    for unknown in ("{{contact.password}}", "{{}}", "{contact.name}", "{{contact name}}", "{{CONTACT.NAME}}"):
        assert fill(unknown, values) == unknown


@given(VALUES)
def test_each_is_filled_once_and_cut(values: dict[str, str]) -> None:
    text = "|".join(f"{{{{{name}}}}}" for name in NAMES)
    assert fill(text, values) == "|".join(values[name] for name in NAMES)
    assert placeholders.count(text) == len(NAMES)
    assert len(fill("{{agent.name}}", {"agent.name": "x" * 10_000})) == LONGEST


@given(some.lists(HOSTILE).map("".join), some.integers(1, 80))
def test_a_line_is_one_line(value: str, most: int) -> None:
    line = fill_line("Re: {{conversation.subject}}\n", {"conversation.subject": value}, most)
    assert len(line) <= most and line.isprintable() and len(line.splitlines()) == 1


@pytest.mark.parametrize("text", ["{{" * 10_000, "{{" + "a" * 20_000, "{{contact.name}" * 1_500])
def test_a_long_text_takes_no_long_time(text: str) -> None:
    assert fill(text, {"contact.name": "x"}) == text
