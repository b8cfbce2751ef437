import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.deadlines import (
    AutoClose,
    CloseRule,
    Deadlines,
    after_change,
    after_message,
    delay,
    put_off,
    reassign_at,
)
from chalicelib.rules.status import CONTACT, MACHINE, ON_HOLD, PENDING_EXTERNAL, STAFF
from tests.rules.values import OPEN, auto_closes, close_rules, due, groups, spans, times

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


RULES = (CloseRule(1, 2, group=7), CloseRule(3, 4, status=ON_HOLD), CloseRule(5, 6, group=8, status=PENDING_EXTERNAL))


@pytest.mark.parametrize(
    ("group", "status", "closes"),
    [
        (7, PENDING_EXTERNAL, (True, 1, 2)),
        (7, ON_HOLD, (True, 3, 4)),
        (None, ON_HOLD, (True, 3, 4)),
        (8, PENDING_EXTERNAL, (True, 5, 6)),
        (9, PENDING_EXTERNAL, (True, 300, 600)),
        (None, "new", (False, 300, 600)),
    ],
)
def test_the_first_rule_that_matches_has_the_spans(group: int | None, status: str, closes: tuple[bool, int, int]) -> None:
    found = AutoClose(rules=RULES).of(group, status)
    assert (found.is_enabled, found.warn_after, found.close_after) == closes


@given(auto_closes(), groups, st.sampled_from(OPEN))
def test_without_rules_only_what_waits_for_the_customer_is_closed(settings: AutoClose, group: int | None, status: str) -> None:
    found = settings.of(group, status)
    assert found == settings if status == PENDING_EXTERNAL else not found.is_enabled


@given(auto_closes(), st.lists(close_rules(), max_size=4), groups, st.sampled_from(OPEN))
def test_rules_after_the_one_that_matches_change_nothing(
    settings: AutoClose, rules: list[CloseRule], group: int | None, status: str
) -> None:
    matching = [at for at, rule in enumerate(rules) if AutoClose(rules=(rule,), warn_after=-1).of(group, status).warn_after > 0]
    first = rules[: matching[0] + 1] if matching else rules
    whole = AutoClose(settings.is_enabled, rules=tuple(rules)).of(group, status)
    cut = AutoClose(settings.is_enabled, rules=tuple(first)).of(group, status)
    assert (whole.is_enabled, whole.warn_after, whole.close_after) == (cut.is_enabled, cut.warn_after, cut.close_after)


@given(times, due, auto_closes(is_enabled=True))
def test_a_change_counts_from_the_last_answer_and_warns_once(since: int, before: Deadlines, settings: AutoClose) -> None:
    after = after_change(since, before, settings)
    assert (after.reassign_at, after.close_at) == (before.reassign_at, since + settings.close_after * 1000)
    warned = before.close_at is not None and before.warn_at is None
    assert after.warn_at == (None if warned else since + settings.warn_after * 1000)


@given(st.none() | times, due, auto_closes(is_enabled=False))
def test_a_change_stops_the_clocks_where_nothing_closes(since: int | None, before: Deadlines, settings: AutoClose) -> None:
    assert after_change(since, before, settings) == Deadlines(before.reassign_at)
    assert after_change(None, before, AutoClose()) == Deadlines(before.reassign_at)


@given(st.data(), times, spans, st.integers(0, 10**7))
def test_nobody_is_closed_before_a_warning_and_the_time_meant_after_it(
    data: st.DataObject, now: int, warn_after: int, gap: int
) -> None:
    """Timers come late, twice and in any order; a warning may fail any number of times before it is given."""
    due = Deadlines(warn_at=now + warn_after * 1000, close_at=now + (warn_after + gap) * 1000)
    warned_at = None
    for _ in range(20):
        assert due.close_at is not None
        kind = data.draw(st.sampled_from(["warn", "close"]))
        now = max(now, (due.warn_at if kind == "warn" else due.close_at) or now) + data.draw(st.integers(0, 10**9))
        if kind == "warn" and due.warn_at and data.draw(st.booleans()):
            due, warned_at = Deadlines(close_at=due.close_at), now
        if kind == "close":
            again = put_off(now, due)
            if again is None:
                assert warned_at is not None
                return
            assert again >= now + gap * 1000 and again != due.close_at
            due, warned_at = Deadlines(close_at=again), now
