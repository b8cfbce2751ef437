"""The order of two conversations' messages in one."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import merging
from chalicelib.rules.merging import Entry, Numbered

_entries = st.lists(
    st.builds(Entry, st.integers(0, 5), st.integers(1, 999), st.text("abc", min_size=1, max_size=4), st.booleans()),
    unique_by=lambda entry: entry.number,
)


def test_messages_come_in_the_order_of_time_and_notes_have_no_public_number() -> None:
    late, note, first = Entry(9, 1, "l", True), Entry(5, 3, "n", False), Entry(5, 2, "f", True)
    assert merging.number([late, note, first]) == [Numbered(first, 1, 1), Numbered(note, 2, None), Numbered(late, 3, 2)]


@given(_entries, st.randoms())
def test_the_order_is_the_same_however_they_are_read_and_has_no_gap(entries: list[Entry], random: object) -> None:
    shuffled = entries.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    numbered = merging.number(entries)
    assert merging.number(shuffled) == numbered
    assert [one.sequence for one in numbered] == list(range(1, len(entries) + 1))
    public = [one.public_sequence for one in numbered if one.entry.is_public]
    assert public == list(range(1, len(public) + 1))
    assert [one.entry.at for one in numbered] == sorted(entry.at for entry in entries)
