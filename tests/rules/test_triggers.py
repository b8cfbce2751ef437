"""What a change of a conversation is for triggers, and when spans of a status end."""

from hypothesis import given
from hypothesis import strategies as some

from chalicelib.rules import triggers
from chalicelib.rules.status import CONTACT, MACHINE, STAFF, STATUSES
from chalicelib.rules.triggers import ASSIGNED, MOVED, RECEIVED, REPLIED, Stay, happened, has_stayed, next_stay

ROWS = some.fixed_dictionaries(
    {
        "assignee": some.none() | some.sampled_from(["a", "b"]),
        "group": some.none() | some.sampled_from(["g", "h"]),
        "status": some.sampled_from(STATUSES),
    }
)
STAYS = some.lists(some.builds(Stay, some.sampled_from(STATUSES), some.integers(1, 600)), max_size=6)
TIMES = some.integers(0, 10**13)


def test_each_event_is_one_of_the_six() -> None:
    before = {"assignee": None, "group": None, "status": "new"}
    after = {"assignee": "a", "group": "g", "status": "closed"}
    assert happened(before, after, CONTACT) == (RECEIVED, ASSIGNED, MOVED)
    assert happened(before, before | {"group": "g"}, STAFF) == (REPLIED, ASSIGNED)
    assert happened(before, before, MACHINE) == happened(before, before, None) == ()
    assert len(set(triggers.EVENTS)) == 6


@given(ROWS, ROWS)
def test_there_and_back_are_the_same_events(one: dict[str, str | None], other: dict[str, str | None]) -> None:
    assert happened(one, other, None) == happened(other, one, None)
    assert (happened(one, other, None) == ()) == (one == other)


@given(STAYS, some.sampled_from(STATUSES), TIMES)
def test_spans_end_one_after_the_other_each_once(stays: list[Stay], status: str, since: int) -> None:
    ends, at = [], since
    while (end := next_stay(stays, status, since, at)) is not None:
        ends.append(end)
        at = end
    wanted = sorted({stay.minutes for stay in stays if stay.status == status})
    assert [[minutes for minutes in wanted if has_stayed(minutes, end - since)] for end in ends] == [[one] for one in wanted]
