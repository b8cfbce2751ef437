import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.presence import AWAY, BUSY, OFFLINE, ONLINE, PRESENCES, resolve

words = st.sampled_from([*PRESENCES, "lunch", "Online", ""]) | st.text(max_size=8)
aliases = st.dictionaries(words, words)


def test_there_are_four_presences() -> None:
    assert set(PRESENCES) == {"online", "away", "busy", "offline"} == {ONLINE, AWAY, BUSY, OFFLINE}


@given(st.sampled_from(PRESENCES), aliases)
def test_a_presence_is_its_own_alias_whatever_the_account_says(presence: str, given_aliases: dict[str, str]) -> None:
    assert resolve(presence, given_aliases) == (presence, presence)


@given(st.sampled_from(PRESENCES))
def test_an_alias_means_its_presence_and_is_kept(presence: str) -> None:
    assert resolve("lunch", {"lunch": presence, "tea": ONLINE}) == (presence, "lunch")


@given(words, aliases)
def test_what_is_resolved_is_a_presence_under_the_word_itself(word: str, given_aliases: dict[str, str]) -> None:
    meant = resolve(word, given_aliases)
    known = word in PRESENCES or given_aliases.get(word) in PRESENCES
    assert (meant is not None) == known
    assert meant is None or (meant[0] in PRESENCES and meant[1] == word)


@pytest.mark.parametrize("word", ["tea", "Online", "lunch ", "", "again"])
def test_any_other_word_means_nothing(word: str) -> None:
    assert resolve(word, {"lunch": AWAY, "tea": "gone", "again": "lunch"}) is None
