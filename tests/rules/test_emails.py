"""E-mail addresses and time zones, told from what only looks like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import emails, zones


@pytest.mark.parametrize("text", ["a@b", "ada@desk.test", "a+b.c@sub.desk.test", "日本@例え.jp", "x" * 64 + "@" + "y" * 189])
def test_an_address(text: str) -> None:
    assert emails.is_address(text)


@pytest.mark.parametrize(
    "text", ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "a\x00@b", "x" * 65 + "@b", "a@" + "y" * 190]
)
def test_no_address(text: str) -> None:
    assert not emails.is_address(text)


@given(st.text())
def test_the_canonical_form_is_its_own(text: str) -> None:
    once = emails.canonical(text)
    if emails.is_address(once):
        assert emails.canonical(f"  {once}\t") == once
        assert emails.name_of(once) and emails.name_of(once) in once


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Argentina/Buenos_Aires"])
def test_a_zone(name: str) -> None:
    assert zones.is_zone(name)


@pytest.mark.parametrize("name", ["", "utc+1", "Moon/Base", "..", "../etc/passwd", "/etc/passwd", "Europe", "a\x00b", "x" * 300])
def test_no_zone(name: str) -> None:
    assert not zones.is_zone(name)
