import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.deadlines import AutoClose, Deadlines, after_message, delay, reassign_at
from chalicelib.rules.status import CONTACT, MACHINE, STAFF
from tests.rules.values import auto_closes, due, spans, times

longests = st.integers(0, 900)


@given(times, due, auto_closes(is_enabled=True))
def test_an_agents_message_starts_both_clocks_and_ends_the_wait_for_a_pick(
    now: int, before: Deadlines, settings: AutoClose
) -> None:
    after = after_message(now, STAFF, before, settings)
    assert after == Deadlines(None, now + settings.warn_after * 1000, now + settings.close_after * 1000)


@given(times, due, auto_closes())
def test_a_customers_message_stops_both_clocks_and_keeps_the_wait_for_a_pick(
    now: int, before: Deadlines, settings: AutoClose
) -> None:
    assert after_message(now, CONTACT, before, settings) == Deadlines(before.reassign_at, None, None)


@given(times, due, auto_closes())
def test_the_systems_message_changes_no_deadline(now: int, before: Deadlines, settings: AutoClose) -> None:
    assert after_message(now, MACHINE, before, settings) == before


@given(times, due, auto_closes(is_enabled=False))
def test_an_agents_message_clears_all_where_auto_close_is_off(now: int, before: Deadlines, settings: AutoClose) -> None:
    assert after_message(now, STAFF, before, settings) == Deadlines()


def test_the_clocks_run_from_the_latest_answer() -> None:
    settings = AutoClose(warn_after=3, close_after=5)
    first = after_message(1_000, STAFF, Deadlines(), settings)
    assert (first.warn_at, first.close_at) == (4_000, 6_000)
    second = after_message(2_500, STAFF, first, settings)
    assert (second.warn_at, second.close_at) == (5_500, 7_500)


@given(times, auto_closes())
def test_the_first_look_again_comes_after_the_span(now: int, settings: AutoClose) -> None:
    assert reassign_at(now, 0, settings) - now == settings.reassign_unpicked_after * 1000


@given(times, st.integers(0, 5), auto_closes())
def test_each_attempt_waits_twice_as_long(now: int, attempt: int, settings: AutoClose) -> None:
    assert reassign_at(now, attempt + 1, settings) - now == 2 * (reassign_at(now, attempt, settings) - now)


@given(times, st.integers(6, 10_000), spans)
def test_after_six_doublings_the_wait_grows_no_more(now: int, attempt: int, span: int) -> None:
    assert reassign_at(now, attempt, AutoClose(reassign_unpicked_after=span)) - now == 64 * span * 1000


@given(times, times, longests)
def test_a_message_is_held_back_from_nothing_to_the_longest(now: int, due_at: int, longest: int) -> None:
    assert 0 <= delay(now, due_at, longest) <= longest


@given(times, st.integers(0, 900_000), longests)
def test_a_message_comes_when_due_or_less_than_a_second_after_unless_that_is_too_long(now: int, ahead: int, longest: int) -> None:
    held = delay(now, now + ahead, longest)
    if ahead <= longest * 1000:
        assert 0 <= held * 1000 - ahead < 1000
    else:
        assert held == longest


@given(times, times, longests)
def test_what_is_overdue_is_not_held_back(one: int, other: int, longest: int) -> None:
    assert delay(max(one, other), min(one, other), longest) == 0


@pytest.mark.parametrize(
    ("ahead", "held"), [(-1, 0), (0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (899_001, 900), (900_000, 900), (900_001, 900)]
)
def test_seconds_are_rounded_up(ahead: int, held: int) -> None:
    assert delay(1_700_000_000_123, 1_700_000_000_123 + ahead, 900) == held
