"""Words: case and marks do not count, and an address is found by its parts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import words

_texts = st.text(max_size=40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Žižek", "zizek"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("Æsir", "aesir"),
        ("\u0130stanbul \u0131l\u0131k", "istanbul ilik"),
        ("Ελλάς", "ελλασ"),
        ("\uff46\uff55\uff4c\uff4c", "full"),
        ("王小明", "王小明"),
        ("सीता देवी", "सीता देवी"),
        ("ज़ोया", "जोया"),
        ("שָׁלוֹם", "שלום"),
    ],
)
def test_case_and_marks_do_not_count(text: str, folded: str) -> None:
    assert words.fold(text) == folded


@given(_texts)
def test_what_is_folded_stays_as_it_is_and_spelling_does_not_count(text: str) -> None:
    folded = words.fold(text)
    assert words.fold(folded) == folded
    for form in ("NFC", "NFD"):
        assert words.fold(unicodedata.normalize(form, text)) == folded


def test_an_address_is_found_whole_by_its_host_and_by_its_parts() -> None:
    assert words.found_by(["Jane.Doe@Shop.test"]) == ["jane.doe@shop.test", "shop.test", "jane", "doe", "shop", "test"]


def test_a_name_is_found_by_its_words_and_their_parts_once_each() -> None:
    assert words.found_by(["Anne-Marie O'Neil,", "anne"]) == ["anne-marie", "o'neil", "anne", "marie", "o", "neil"]


def test_only_so_many_words_count_and_those_as_written_come_first() -> None:
    found = words.found_by([f"a{at}-b" for at in range(words.MOST)])
    assert found == [f"a{at}-b" for at in range(words.MOST)]
    assert words.asked_for("x" * 500) == ["x" * words.LONGEST]


def test_a_name_is_found_whole_with_the_vowels_that_are_marks() -> None:
    assert words.found_by(["«सीता देवी»", "देवी@डाक.भारत"]) == ["सीता", "देवी", "देवी@डाक.भारत", "डाक.भारत", "डाक", "भारत"]


@pytest.mark.parametrize(("text", "asked"), [("", []), (" !! - ", []), (" (Jane)  DOE jane", ["jane", "doe"])])
def test_what_is_asked_for_has_no_signs_around_it(text: str, asked: list[str]) -> None:
    assert words.asked_for(text) == asked


@given(_texts)
def test_every_beginning_of_a_word_matches_its_text(text: str) -> None:
    for word in words.asked_for(text)[: words.MOST]:
        for end in range(1, len(word) + 1):
            assert words.matches([word[:end]], words.found_by([text]))


def test_each_word_must_begin_one_of_the_words() -> None:
    known = words.found_by(["Jane Doe", "jd@shop.test"])
    assert words.matches(["ja", "do"], known) and words.matches(["shop.t"], known) and words.matches([], known)
    assert not words.matches(["ja", "x"], known) and not words.matches(["ane"], known)
