"""Names: what can be seen, on one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import names


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u00a0\u2003", "\u3164", "\u2800", "\u0301", "\ufeff", "\ue000", "\x00"])
def test_what_cannot_be_seen_is_no_name(text: str) -> None:
    assert names.fault(text) == "must not be empty"


@pytest.mark.parametrize("text", ["a\nb", "a\x00", "a\x85", "abc\u202efdp.exe", "\u2066a", "a\u2028b", "\ta"])
def test_control_characters_and_marks_of_direction_are_in_no_name(text: str) -> None:
    assert "control characters" in (names.fault(text) or "")


@pytest.mark.parametrize("text", ["a", " a ", "שלום", "\u200fשלום", "👩‍👩‍👧", "नमस्ते", "می‌خواهم", "…", "#1"])  # noqa: RUF001
def test_what_people_write_is_a_name(text: str) -> None:
    assert names.fault(text) is None
    assert names.one_line(text) == text.strip()


@given(st.text())
def test_one_line_is_a_name_or_nothing_to_see(text: str) -> None:
    line = names.one_line(text)
    assert (names.fault(line) is None) is names.is_visible(text)
    assert names.one_line(line) == line
