from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules import conditions
from chalicelib.rules.conditions import (
    AFTER,
    ANY,
    BEFORE,
    BETWEEN,
    BY_EXPRESSION,
    CHOICE,
    CONTAINS,
    DATE,
    FLAG,
    ID,
    IS,
    IS_NOT,
    LESS,
    MATCH_TYPES,
    MORE,
    NOT_CONTAINS,
    NUMBER,
    TEXT,
    Condition,
    ConditionError,
    ConditionList,
    combine,
    matches,
    needed,
    parse_condition,
    resolve,
)
from chalicelib.rules.text import fold

CHOICES = ("open", "closed", "lost, found")
DAY = 86_400_000
#: A quarter of an hour is the finest that a zone differs.
offsets = st.integers(-48, 56).map(lambda quarters: quarters / 4)
texts = st.text("aAäÄßeé .x", max_size=5)
moments = st.integers(0, 400 * DAY)


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")


#: By kind: values as a client sends them, and what a field may hold.
VALUES: dict[str, st.SearchStrategy[str]] = {
    ID: st.lists(st.integers(1, 4).map(str) | st.just("none"), max_size=3).map(",".join),
    CHOICE: st.sampled_from(["", "open", "open,closed", "lost, found"]),
    TEXT: texts,
    DATE: st.just("") | moments.map(iso) | moments.map(lambda at: iso(at)[:10]),
    NUMBER: st.just("") | st.integers(-3, 3).map(str) | st.floats(-3, 3).map(lambda number: f"{number:.2f}"),
    FLAG: st.sampled_from(["", "true", "0", "False"]),
}
FACTS: dict[str, st.SearchStrategy[Any]] = {
    ID: st.none() | st.integers(1, 4) | st.sets(st.integers(1, 4)),
    CHOICE: st.none() | st.sampled_from(CHOICES) | st.lists(st.sampled_from(CHOICES)),
    TEXT: st.none() | texts | st.lists(texts, max_size=2),
    DATE: st.none() | moments,
    NUMBER: st.none() | st.integers(-3, 3) | st.floats(-3, 3),
    FLAG: st.none() | st.booleans(),
}


def one(kind: str, match: str, value: str, fact: Any, offset: float = 0) -> bool:
    choices = CHOICES if kind == CHOICE else None
    condition = parse_condition("it", kind, match, value, choices=choices, offset_hours=offset)
    return matches(resolve(combine([condition]), {}), {"it": fact})


@pytest.mark.parametrize("kind", MATCH_TYPES)
@given(data=st.data(), offset=offsets)
def test_is_not_is_the_contrary_of_is(kind: str, data: st.DataObject, offset: float) -> None:
    value, fact = data.draw(VALUES[kind]), data.draw(FACTS[kind])
    assert one(kind, IS_NOT, value, fact, offset) is not one(kind, IS, value, fact, offset)


@given(texts, FACTS[TEXT])
def test_not_contains_is_the_contrary_of_contains(value: str, fact: Any) -> None:
    assert one(TEXT, NOT_CONTAINS, value, fact) is not one(TEXT, CONTAINS, value, fact)


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=2).map(sorted), st.integers(-6, 6))
def test_numbers_between_are_not_less_and_not_more(pair: list[int], fact: int) -> None:
    low, high = map(str, pair)
    outside = one(NUMBER, LESS, low, fact) or one(NUMBER, MORE, high, fact)
    assert one(NUMBER, BETWEEN, f"{low},{high}", fact) is not outside


@given(st.lists(moments, min_size=2, max_size=2).map(sorted), moments, st.booleans(), offsets)
def test_times_between_are_not_before_and_not_after(pair: list[int], fact: int, in_days: bool, offset: float) -> None:
    low, high = (iso(at)[: 10 if in_days else None] for at in pair)
    outside = one(DATE, BEFORE, low, fact, offset) or one(DATE, AFTER, high, fact, offset)
    assert one(DATE, BETWEEN, f"{low},{high}", fact, offset) is not outside


@given(moments, st.integers(-30, 30), offsets)
def test_a_day_is_the_day_of_the_caller_s_clock(at: int, hours: int, offset: float) -> None:
    fact = at + hours * 3_600_000

    def date(moment: int) -> str:
        return datetime.fromtimestamp(moment / 1000 + offset * 3600, UTC).date().isoformat()

    assert one(DATE, IS, iso(at), fact, offset) is (date(at) == date(fact))
    assert one(DATE, IS, date(at), fact, offset) is (date(at) == date(fact))
    assert one(DATE, BEFORE, date(at), fact, offset) is (date(fact) < date(at))
    assert one(DATE, AFTER, date(at), fact, offset) is (date(fact) > date(at))


def test_a_day_s_boundaries_move_with_the_offset() -> None:
    midnight = 20 * DAY
    assert one(DATE, IS, "1970-01-21", midnight)
    assert not one(DATE, IS, "1970-01-21", midnight - 1)
    assert one(DATE, IS, "1970-01-21", midnight - 3_600_000, offset=1)
    assert not one(DATE, IS, "1970-01-21", midnight - 3_600_001, offset=1)
    assert one(DATE, IS, "1970-01-20T23:59:59-05:00", midnight)


def test_a_time_without_a_zone_is_the_caller_s() -> None:
    at = 20 * DAY
    assert one(DATE, BETWEEN, "1970-01-21T05:45,1970-01-21T05:45", at, offset=5.75)
    assert one(DATE, BETWEEN, "1970-01-21T00:00Z,1970-01-21T00:00Z", at, offset=5.75)
    assert not one(DATE, BEFORE, "1970-01-21T00:00Z", at)
    assert not one(DATE, AFTER, "1970-01-21T00:00Z", at)


@given(texts, texts)
def test_texts_are_compared_without_case_accents_and_margins(value: str, fact: str) -> None:
    assert one(TEXT, IS, value, fact) is (fold(value) == fold(fact))
    assert one(TEXT, CONTAINS, value, fact) is (fold(value) in fold(fact))


@pytest.mark.parametrize(
    ("match", "value", "fact"),
    [
        (IS, "STRASSE", "Straße"),
        (IS, "résumé", "  Resume "),
        (CONTAINS, "ANGE", "Mélange"),
        (CONTAINS, "", None),
        (CONTAINS, " ", "anything"),
        (IS, "", None),
        (IS, "", " "),
        (IS_NOT, "", "x"),
        (NOT_CONTAINS, "x", None),
    ],
)
def test_texts_that_match(match: str, value: str, fact: str | None) -> None:
    assert one(TEXT, match, value, fact)


@given(FACTS[ID])
def test_ids_match_any_of_those_named(fact: Any) -> None:
    own = {fact} if isinstance(fact, int) else set(fact or ())
    assert one(ID, IS, "1, 3", fact) is bool(own & {1, 3})
    assert one(ID, IS, "none", fact) is one(ID, IS, "", fact) is (not own)
    assert one(ID, IS, "none,2", fact) is (not own or 2 in own)


def test_words_stand_for_the_caller_s_ids() -> None:
    mine = combine([parse_condition("agent", ID, IS, "ME"), parse_condition("group", ID, IS, "myDepartments,9")])
    known = resolve(mine, {"me": (7,), "myDepartments": (1, 2)})
    assert [condition.value for condition in known.conditions] == [(7,), (1, 2, 9)]
    assert matches(known, {"agent": 7, "group": 2})
    assert not matches(known, {"agent": 8, "group": 2})


@pytest.mark.parametrize("fact", [None, (), 1])
def test_departments_of_an_agent_who_is_in_none_match_nothing(fact: Any) -> None:
    conditions_ = resolve(combine([parse_condition("group", ID, IS, "myDepartments")]), {"myDepartments": ()})
    assert not matches(conditions_, {"group": fact})


def test_an_unresolved_word_matches_nothing() -> None:
    assert not matches(combine([parse_condition("agent", ID, IS, "me")]), {"agent": 7})


def test_choices_are_what_their_spelling_stands_for() -> None:
    given_choices = {"pendingInternal": "pending_internal", "new": "new"}
    condition = parse_condition("status", CHOICE, IS, "pendingInternal, new", choices=given_choices)
    assert condition == Condition("status", CHOICE, IS, ("pending_internal", "new"))


def test_any_text_is_a_choice_where_none_are_named() -> None:
    assert parse_condition("from", CHOICE, IS, " a,b ").value == ("a,b",)


def test_a_flag_that_was_never_set_is_down_and_unset() -> None:
    assert one(FLAG, IS, "false", None)
    assert one(FLAG, IS, "", None)
    assert not one(FLAG, IS, "", False)
    assert not one(FLAG, IS, "1", None)


@pytest.mark.parametrize("kind", [DATE, NUMBER])
@pytest.mark.parametrize("match", [BEFORE, AFTER, BETWEEN, LESS, MORE])
def test_an_unset_field_is_neither_less_nor_more(kind: str, match: str) -> None:
    if match in MATCH_TYPES[kind]:
        low, high = ("1", "5") if kind == NUMBER else ("1970-01-01", "2024-01-01")
        assert not one(kind, match, f"{low},{high}" if match == BETWEEN else low, None)


@pytest.mark.parametrize("kind", MATCH_TYPES)
def test_a_match_type_that_does_not_fit_is_refused(kind: str) -> None:
    for match in {*MATCH_TYPES[TEXT], *MATCH_TYPES[DATE], *MATCH_TYPES[NUMBER], "eval"} - {*MATCH_TYPES[kind]}:
        with pytest.raises(ConditionError, match="for this field"):
            parse_condition("it", kind, match, "1")


@pytest.mark.parametrize(
    ("kind", "match", "value"),
    [
        (ID, IS, "x"),
        (ID, IS, "1,"),
        (ID, IS, "-1"),
        (ID, IS, "1" * 19),
        (ID, IS, ",".join(["1"] * 101)),
        (CHOICE, IS, "Open"),
        (CHOICE, IS, "open,"),
        (DATE, IS, "yesterday"),
        (DATE, BEFORE, ""),
        (DATE, BETWEEN, "2024-01-01"),
        (DATE, BETWEEN, "2024-01-02,2024-01-01"),
        (DATE, AFTER, "2024-02-30"),
        (NUMBER, IS, "nan"),
        (NUMBER, IS, "1_0"),
        (NUMBER, IS, "1" * 5000),
        (NUMBER, MORE, ""),
        (NUMBER, BETWEEN, "5"),
        (NUMBER, BETWEEN, "5,1"),
        (FLAG, IS, "yes"),
    ],
)
def test_a_value_that_is_not_of_the_kind_is_refused(kind: str, match: str, value: str) -> None:
    with pytest.raises(ConditionError):
        one(kind, match, value, None)


@given(st.sampled_from([*MATCH_TYPES]), st.data(), st.text(max_size=20) | st.text("0123456789-:T,.Z+", max_size=30), offsets)
def test_any_value_is_read_or_refused(kind: str, data: st.DataObject, value: str, offset: float) -> None:
    with suppress(ConditionError):
        assert one(kind, data.draw(st.sampled_from(MATCH_TYPES[kind])), value, data.draw(FACTS[kind]), offset) in (True, False)


NUMBERS = [parse_condition("n", NUMBER, IS, str(number)) for number in (1, 2, 3)]


def test_conditions_are_combined() -> None:
    assert matches(combine([]), {})
    assert matches(combine([], ANY), {})
    assert not matches(combine(NUMBERS), {"n": 1})
    assert matches(combine(NUMBERS, ANY), {"n": 3})
    assert not matches(combine(NUMBERS, ANY), {"n": 4})
    assert matches(combine(NUMBERS, BY_EXPRESSION, "(1 or 2) and 2"), {"n": 2})
    assert not matches(combine(NUMBERS, BY_EXPRESSION, "(1 or 2) and 2"), {"n": 1})


def test_an_expression_is_read_with_the_list() -> None:
    with pytest.raises(ConditionError):
        combine(NUMBERS, BY_EXPRESSION, "4")
    with pytest.raises(ConditionError):
        combine(NUMBERS, BY_EXPRESSION)
    assert combine(NUMBERS, ANY, "ignored").expression is None


def test_a_list_says_which_facts_it_needs() -> None:
    assert needed(combine([*NUMBERS, parse_condition("tags", ID, IS, "1")])) == {"n", "tags"}
    assert needed(ConditionList(())) == frozenset()


def test_the_logic_can_be_had_here() -> None:
    assert conditions.parse_logic("1", 1) == 1
