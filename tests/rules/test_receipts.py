"""What a device still has to get, whatever it has acknowledged and in whatever order."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import receipts
from chalicelib.rules.status import CONTACT, MACHINE, STAFF

NUMBERS = st.sets(st.integers(1, 40))


@dataclass
class Said:
    sender_kind: str
    created_at: int


@given(upto=st.integers(0, 40), last=st.integers(0, 40), wanted=NUMBERS, acknowledged=NUMBERS)
def test_left_is_what_is_wanted_and_not_acknowledged_and_nothing_before_upto(
    upto: int, last: int, wanted: set[int], acknowledged: set[int]
) -> None:
    read = range(upto + 1, last + 1)
    left = receipts.pending(read, wanted, upto, acknowledged)
    assert left.messages == [number for number in read if number in wanted - acknowledged]
    assert left.upto >= upto
    assert all(number > left.upto for number in left.messages)
    assert left.settled == {number for number in acknowledged if number <= left.upto}


@given(wanted=NUMBERS, acknowledged=st.lists(st.sets(st.integers(1, 40), min_size=1), max_size=8))
def test_moving_on_between_acknowledgements_changes_nothing_of_what_is_left(
    wanted: set[int], acknowledged: list[set[int]]
) -> None:
    upto, kept, known = 0, set[int](), set[int]()
    for some in acknowledged:
        kept, known = kept | some, known | some
        left = receipts.pending(range(upto + 1, 41), wanted, upto, kept)
        upto, kept = left.upto, kept - left.settled
        assert left.messages == sorted(wanted - known)
    if wanted <= known:
        assert upto == 40 or not acknowledged


def test_what_was_acknowledged_of_no_message_is_settled() -> None:
    left = receipts.pending([1, 2], {1, 2}, 0, {2, 7, 9_999_999}, last=2)
    assert left == receipts.Pending([1], 0, {7, 9_999_999})


@given(upto=st.integers(0, 5000), last=st.integers(0, 5000))
def test_a_device_reads_a_thousand_back_at_most(upto: int, last: int) -> None:
    first = receipts.first_pending(upto, last)
    assert first > upto and first >= 1
    assert last - first < receipts.FURTHEST


@given(st.lists(st.tuples(st.sampled_from([CONTACT, STAFF, MACHINE]), st.integers(0, 9))), st.integers(0, 10))
def test_since_is_what_came_then_and_what_the_contact_had_said_without_an_answer(said: list[tuple[str, int]], at: int) -> None:
    rows = [Said(kind, time) for kind, time in sorted(said, key=lambda each: each[1])]
    later = [row for row in rows if row.created_at >= at]
    assert list(receipts.since(rows, at, unanswered=False)) == later
    more = list(receipts.since(rows, at, unanswered=True))
    earlier = more[: len(more) - len(later)]
    assert more[len(earlier) :] == later
    assert not earlier or earlier[0].sender_kind == CONTACT
    assert STAFF not in [row.sender_kind for row in earlier]
    before = [row.sender_kind for row in rows[: len(rows) - len(more)] if row.sender_kind != MACHINE]
    assert before[-1:] in ([], [STAFF]), "the system's own words answer nothing"
