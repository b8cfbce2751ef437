"""Clocks of service, against a desk that ticks: it counts each minute in which a clock runs."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.rules import sla
from chalicelib.rules.calendars import Calendar, due, worked
from chalicelib.rules.sla import BITS, CLOCKS, FIRST, NEXT, RESOLVE, Clocks, Policy, Turn
from chalicelib.rules.status import CONTACT, STAFF

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OFFICE = Calendar((((540, 720), (780, 1050)),) * 5 + ((),) * 2, zone="Europe/Berlin")
#: A Wednesday of 2026, at 10:00 in Berlin.
START = 1_774_429_200_000
POLICY = Policy(1, {FIRST: HOUR, NEXT: 2 * HOUR, RESOLVE: 8 * HOUR})


def test_a_contact_s_first_message_starts_the_first_answer_and_the_end() -> None:
    clocks = sla.begin(Turn(START, said=CONTACT), POLICY)
    assert clocks == Clocks(first=START + HOUR, resolve=START + 8 * HOUR)


def test_an_agent_s_own_conversation_has_no_first_answer_and_waits_for_the_contact() -> None:
    clocks = sla.begin(Turn(START, is_pending=True, said=STAFF), POLICY)
    assert clocks == Clocks(resolve=-8 * HOUR)


def test_an_answer_ends_what_is_due_and_the_next_message_begins_the_next_one() -> None:
    clocks = sla.begin(Turn(START, said=CONTACT), POLICY)
    clocks = sla.follow(clocks, Turn(START + MINUTE, is_pending=True, said=STAFF), POLICY)
    assert clocks == Clocks(resolve=-(8 * HOUR - MINUTE))
    later = START + DAY
    clocks = sla.follow(clocks, Turn(later, said=CONTACT), POLICY)
    assert clocks == Clocks(next=later + 2 * HOUR, resolve=later + 8 * HOUR - MINUTE)
    again = sla.follow(clocks, Turn(later + MINUTE, said=CONTACT), POLICY)
    assert again == clocks, "a second message waits as long as the first"


def test_a_message_before_the_first_answer_begins_no_next_one() -> None:
    clocks = sla.begin(Turn(START, said=CONTACT), POLICY)
    assert sla.follow(clocks, Turn(START + MINUTE, said=CONTACT), POLICY) == clocks


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_clock_that_the_policy_does_not_have_does_not_run(clock: str) -> None:
    policy = replace(POLICY, spans={one: span for one, span in POLICY.spans.items() if one != clock})
    clocks = sla.begin(Turn(START, said=CONTACT), policy)
    clocks = sla.follow(clocks, Turn(START, said=STAFF), policy)
    clocks = sla.follow(clocks, Turn(START, said=CONTACT), policy)
    assert clocks.values()[clock] is None


def test_a_policy_may_leave_the_clocks_running_while_the_contact_is_asked() -> None:
    clocks = sla.begin(Turn(START, is_pending=True, said=CONTACT), replace(POLICY, pauses=False))
    assert clocks == Clocks(first=START + HOUR, resolve=START + 8 * HOUR)


def test_closing_stops_all_clocks_and_reopening_lets_them_run_on() -> None:
    clocks = sla.begin(Turn(START, said=CONTACT), POLICY)
    closed = sla.follow(clocks, Turn(START + MINUTE, is_open=False), POLICY)
    assert closed == Clocks(first=-(HOUR - MINUTE), resolve=-(8 * HOUR - MINUTE))
    assert sla.soonest(closed, is_open=False) is None
    reopened = sla.follow(closed, Turn(START + DAY), POLICY)
    assert reopened == Clocks(first=START + DAY + HOUR - MINUTE, resolve=START + DAY + 8 * HOUR - MINUTE)


def test_what_has_passed_is_told_once_and_stays() -> None:
    clocks = sla.begin(Turn(START, said=CONTACT), POLICY)
    in_time = sla.follow(clocks, Turn(START + HOUR - 1), POLICY)
    assert in_time == clocks
    told = sla.follow(clocks, Turn(START + HOUR), POLICY)
    assert told == replace(clocks, told=BITS[FIRST])
    assert sla.newly_breached(clocks.told, told.told) == [FIRST]
    later = sla.follow(told, Turn(START + 2 * HOUR), POLICY)
    assert later == told and sla.newly_breached(told.told, later.told) == []


def test_a_late_answer_keeps_when_it_was_due_and_is_not_counted_again() -> None:
    clocks = sla.begin(Turn(START, said=CONTACT), POLICY)
    late = sla.follow(clocks, Turn(START + HOUR + 1, is_pending=True, said=STAFF), POLICY)
    assert (late.first, late.has_breached(FIRST), late.awaits_first) == (START + HOUR, True, False)
    assert sla.soonest(late, is_open=True) is None
    asked = sla.follow(late, Turn(START + DAY, said=CONTACT), POLICY)
    assert (asked.first, asked.next) == (START + HOUR, START + DAY + 2 * HOUR)
    assert sla.soonest(asked, is_open=True) == START + DAY + 2 * HOUR
    assert sla.newly_breached(late.told, asked.told) == []


def test_a_next_answer_that_is_late_again_is_told_again() -> None:
    clocks = sla.follow(Clocks(), Turn(START, said=CONTACT), POLICY)
    late = sla.follow(clocks, Turn(START + 3 * HOUR, said=STAFF), POLICY)
    assert (late.next, sla.newly_breached(0, late.told)) == (None, [NEXT])
    again = sla.follow(late, Turn(START + DAY, said=CONTACT), POLICY)
    assert (again.next, again.told) == (START + DAY + 2 * HOUR, 0)
    assert sla.newly_breached(again.told, sla.follow(again, Turn(START + 2 * DAY), POLICY).told) == [NEXT]


def test_the_soonest_of_running_clocks_counts() -> None:
    clocks = sla.begin(Turn(START, said=CONTACT), POLICY)
    assert sla.soonest(clocks, is_open=True) == START + HOUR
    assert sla.soonest(Clocks(first=-5, next=None, resolve=START), is_open=True) == START
    assert sla.soonest(Clocks(), is_open=True) is None


def test_business_hours_stand_still_at_night() -> None:
    policy = Policy(1, {FIRST: 2 * HOUR}, OFFICE)
    evening = START + 6 * HOUR + 30 * MINUTE  # half past four
    assert sla.begin(Turn(evening, said=CONTACT), policy).first == due(OFFICE, evening, 2 * HOUR) == START + 24 * HOUR


def test_without_working_time_a_clock_stands_still() -> None:
    policy = Policy(1, {FIRST: HOUR}, Calendar(((),) * 7))
    clocks = sla.begin(Turn(START, said=CONTACT), policy)
    assert clocks == Clocks(first=-HOUR)
    assert sla.follow(clocks, Turn(START + DAY), replace(policy, calendar=None)).first == START + DAY + HOUR


def test_another_policy_takes_over_what_has_passed() -> None:
    clocks = sla.begin(Turn(START, said=CONTACT), POLICY)
    urgent = Policy(2, {FIRST: 10 * MINUTE, RESOLVE: 4 * HOUR})
    at = START + 6 * MINUTE
    assert sla.change(clocks, Turn(at), POLICY, urgent, {}) == Clocks(first=START + 10 * MINUTE, resolve=START + 4 * HOUR)
    late = sla.change(clocks, Turn(START + 30 * MINUTE), POLICY, urgent, {})
    assert (late.first, late.told) == (START + 30 * MINUTE, BITS[FIRST])


def test_another_policy_counts_from_the_beginning_what_the_last_one_did_not_have() -> None:
    found = sla.change(Clocks(), Turn(START + MINUTE), None, POLICY, {FIRST: START, RESOLVE: START})
    assert found == Clocks(first=START + HOUR, resolve=START + 8 * HOUR)
    answered = Clocks(first=None, resolve=START + 8 * HOUR)
    assert sla.change(answered, Turn(START + MINUTE), POLICY, replace(POLICY, number=2), {FIRST: START}) == answered


def test_another_policy_keeps_a_breach_and_what_stands_still() -> None:
    breached = Clocks(first=START, resolve=-HOUR, told=BITS[FIRST])
    found = sla.change(breached, Turn(START + DAY, is_pending=True), POLICY, replace(POLICY, number=2), {})
    assert found == breached
    without = Policy(3, {RESOLVE: 8 * HOUR})
    assert sla.change(breached, Turn(START + DAY, is_pending=True), POLICY, without, {}) == Clocks(resolve=-HOUR)


def test_a_merge_makes_the_next_answer_due_no_later() -> None:
    assert sla.with_next(Clocks(next=START), START + 1) == Clocks(next=START)
    assert sla.with_next(Clocks(next=START), START - 1) == Clocks(next=START - 1)
    assert sla.with_next(Clocks(next=-5), START) == Clocks(next=START)
    assert sla.with_next(Clocks(told=BITS[NEXT]), START) == Clocks(next=START)


# --- the desk that ticks

#: What is done after so many minutes: a message, or the state from then on.
Step = tuple[int, str]
_WHAT = ["contact", "agent", "note", "hold", "resume", "close", "reopen"]


@dataclass
class Ticking:
    """Counts working minutes, one by one. `left` is what each clock has still, None where it does not run."""

    policy: Policy
    now: int = START
    is_open: bool = True
    is_pending: bool = False
    left: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(CLOCKS))
    is_answered: bool = False
    due: dict[str, int] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)

    def tick(self) -> None:
        """A minute passes."""
        works = worked(self.policy.calendar, self.now, self.now + MINUTE)
        self.now += MINUTE
        for clock, left in self.left.items():
            stands = not self.is_open or (clock != FIRST and self.is_pending)
            if left is None or stands or clock in self.due:
                continue
            self.left[clock] = left - works
            if left - works <= 0:
                self.due[clock] = self.now
                self.breaches.append(clock)

    def say(self, who: str) -> None:
        if who == STAFF:
            self.is_answered = True
            for clock in (FIRST, NEXT):
                self.left[clock] = None
            self.due.pop(NEXT, None)
        elif self.is_answered and self.left[NEXT] is None:
            self.left[NEXT] = self.policy.spans[NEXT]


def _done(ticking: Ticking, what: str) -> str | None:
    """Does a step, with the status that it brings; returns who has spoken."""
    if what in (CONTACT, STAFF):
        ticking.say(what)
        ticking.is_open, ticking.is_pending = True, what == STAFF
        return what
    if what in ("hold", "resume"):
        ticking.is_pending = what == "hold"
    if what in ("close", "reopen"):
        ticking.is_open = what == "reopen"
    return None


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(1, 600), st.sampled_from(_WHAT)), max_size=8),
    calendar=st.sampled_from([None, OFFICE]),
    spans=st.tuples(st.integers(5, 300), st.integers(5, 300), st.integers(5, 900)),
)
def test_clocks_are_what_counting_minutes_comes_to(
    steps: list[Step], calendar: Calendar | None, spans: tuple[int, int, int]
) -> None:
    policy = Policy(1, {clock: span * MINUTE for clock, span in zip(CLOCKS, spans, strict=True)}, calendar)
    ticking = Ticking(policy)
    ticking.left = {FIRST: policy.spans[FIRST], NEXT: None, RESOLVE: policy.spans[RESOLVE]}
    clocks, told = sla.begin(Turn(START, said=CONTACT), policy), list[str]()
    for minutes, what in steps:
        for _ in range(minutes):
            ticking.tick()
        said = _done(ticking, what)
        before = clocks
        clocks = sla.follow(clocks, Turn(ticking.now, ticking.is_open, ticking.is_pending, said), policy)
        told += sla.newly_breached(before.told, clocks.told)
        for clock, value in clocks.values().items():
            left = ticking.left[clock]
            if clock in ticking.due:
                assert value == ticking.due[clock] or calendar, "it stays at the minute at which it was due"
                assert value is not None and ticking.due[clock] - MINUTE < value <= ticking.due[clock]
            elif left is None:
                assert value is None
            elif value is not None and value < 0:
                assert -value == left
            else:
                assert value == due(calendar, ticking.now, left)
    assert sorted(told) == sorted(ticking.breaches)
