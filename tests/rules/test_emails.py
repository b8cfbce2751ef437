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


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        (" Ada@Desk.TEST ", "ada@desk.test"),
        ("ada@Bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("Jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
        ("nobody", "nobody"),
    ],
)
def test_the_domain_of_an_address_is_ascii_however_it_is_written(given: str, canonical: str) -> None:
    assert emails.canonical(given) == canonical
    assert emails.is_address(canonical) == ("@" in canonical)
    assert emails.can_be_sent_to(canonical) == (canonical[0] == "a")


@pytest.mark.parametrize("text", ["a@ü..example", "a@" + "ü" * 64 + ".example", "a@ü b.example", "a@ü@b.example"])
def test_a_domain_that_cannot_be_is_none(text: str) -> None:
    assert not emails.is_address(emails.canonical(text))


@given(st.text() | st.builds("{}@{}".format, st.text(min_size=1, max_size=5), st.text(min_size=1, max_size=9)))
def test_the_canonical_form_is_its_own(text: str) -> None:
    once = emails.canonical(text)
    if emails.is_address(once):
        assert emails.canonical(f"  {once}\t") == once
        assert emails.name_of(once) and emails.name_of(once) in once


@pytest.mark.parametrize(
    "name", ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "US/Eastern", "Etc/GMT-5"]
)
def test_a_zone(name: str) -> None:
    assert zones.is_zone(name)


#: What lies beside the zones on most machines.
FILES = ["localtime", "posixrules", "Factory", "right/UTC", "posix/Europe/Berlin", "zone.tab", "tzdata.zi"]


@pytest.mark.parametrize(
    "name", ["", "utc+1", "Moon/Base", "..", "../etc/passwd", "/etc/passwd", "Europe", "a\x00b", "x" * 300, *FILES]
)
def test_no_zone(name: str) -> None:
    assert not zones.is_zone(name)
