"""Conditions on fields: one for lists, filters, policies, triggers and routing rules.

A condition is read once (`parse_condition`), its words are replaced for the caller (`resolve`), and it is held against the facts
of each thing (`matches`). Facts are given by field: None or nothing for an unset field, a value, or several (tags).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.rules.condition_values import (
    NONE,
    WORDS,
    day_of,
    read_choices,
    read_flag,
    read_ids,
    read_number,
    read_pair,
    read_span,
    read_text,
)
from chalicelib.rules.logic import ConditionError, Logic, evaluate, parse_logic
from chalicelib.rules.text import fold

__all__ = ["ConditionError", "Logic", "fold", "parse_logic"]

#: Kinds of fields. A date's facts are epoch milliseconds, a number's are numbers, a flag's are booleans.
ID, CHOICE, TEXT, DATE, NUMBER, FLAG = "id", "choice", "text", "date", "number", "flag"
CONTAINS, NOT_CONTAINS, IS, IS_NOT, MORE, LESS, BEFORE, AFTER, BETWEEN = (
    "contains",
    "notContains",
    "is",
    "isNot",
    "isMoreThan",
    "isLessThan",
    "before",
    "after",
    "between",
)
#: The match types of each kind.
MATCH_TYPES: Mapping[str, tuple[str, ...]] = {
    ID: (IS, IS_NOT),
    CHOICE: (IS, IS_NOT),
    TEXT: (CONTAINS, NOT_CONTAINS, IS, IS_NOT),
    DATE: (IS, IS_NOT, BEFORE, AFTER, BETWEEN),
    NUMBER: (IS, IS_NOT, MORE, LESS, BETWEEN),
    FLAG: (IS, IS_NOT),
}
#: How a list's conditions are combined.
ALL, ANY, BY_EXPRESSION = "all", "any", "logicalExpression"
#: Match types that say the contrary of another one.
_CONTRARY = {IS_NOT: IS, NOT_CONTAINS: CONTAINS}


class Condition(msgspec.Struct, frozen=True):
    """One condition, parsed. `field` is the core's name of the field.

    `value` is empty for "unset". Else it has the ids or choices that the field may have; the text, folded; the number; low and
    high of `between`; or the first and last millisecond of the day that a date `is`.
    """

    field: str
    kind: str
    match: str
    value: tuple[Any, ...]


class ConditionList(msgspec.Struct, frozen=True):
    """Conditions and how they are combined: ALL, ANY or BY_EXPRESSION. Without conditions it matches everything."""

    conditions: tuple[Condition, ...]
    when: str = ALL
    expression: Logic | None = None


def parse_condition(
    field: str,
    kind: str,
    match: str,
    value: str,
    *,
    choices: Mapping[str, Any] | Collection[str] | None = None,
    offset_hours: float = 0,
) -> Condition:
    """Returns a condition. An empty value of `is` and `isNot` stands for "unset". Days are `offset_hours` east of UTC.

    `choices` are a CHOICE's values, or a mapping from their spelling to the core's.
    Raises ConditionError for a match type that does not fit the kind, and a value that is not of the kind.
    """
    if match not in MATCH_TYPES[kind]:
        raise ConditionError(f"must be one of {', '.join(MATCH_TYPES[kind])} for this field")
    if not value.strip() and match in (IS, IS_NOT):
        return Condition(field, kind, match, ())
    return Condition(field, kind, match, _read(kind, match, value, choices, offset_hours))


def combine(conditions: Sequence[Condition], when: str = ALL, expression: str = "") -> ConditionList:
    """Returns a list of conditions. Raises ConditionError for an expression that can't be read, or one that is missing."""
    if when != BY_EXPRESSION:
        return ConditionList(tuple(conditions), when)
    return ConditionList(tuple(conditions), when, parse_logic(expression, len(conditions)))


def resolve(conditions: ConditionList, words: Mapping[str, tuple[Any, ...]]) -> ConditionList:
    """Returns the list with what its words stand for, such as `{"me": (7,), "myDepartments": (1, 2)}`; `none` is "unset".

    A word that stands for nothing, such as the departments of an agent who is in none, matches nothing.
    """
    return replace(conditions, conditions=tuple(_resolved(condition, words) for condition in conditions.conditions))


def matches(conditions: ConditionList, facts: Mapping[str, Any]) -> bool:
    """Whether a thing with these facts is meant. Words in the conditions must have been resolved."""
    truths = [_matches(condition, facts.get(condition.field)) for condition in conditions.conditions]
    if not truths:
        return True
    if conditions.expression is not None:
        return evaluate(conditions.expression, truths)
    return any(truths) if conditions.when == ANY else all(truths)


def needed(conditions: ConditionList) -> frozenset[str]:
    """The fields whose facts `matches` looks at."""
    return frozenset(condition.field for condition in conditions.conditions)


def _read(kind: str, match: str, value: str, choices: Any, offset_hours: float) -> tuple[Any, ...]:
    if kind == ID:
        return read_ids(value)
    if kind == CHOICE:
        return read_choices(value, choices)
    if kind == TEXT:
        text = read_text(value)
        return (text,) if text or match in (CONTAINS, NOT_CONTAINS) else ()
    if kind == FLAG:
        return (read_flag(value),)
    return _read_number(match, value) if kind == NUMBER else _read_date(match, value, offset_hours)


def _read_number(match: str, value: str) -> tuple[Any, ...]:
    if match != BETWEEN:
        return (read_number(value),)
    low, high = map(read_number, read_pair(value))
    return _in_order(low, high)


def _read_date(match: str, value: str, offset_hours: float) -> tuple[Any, ...]:
    """A date without a time is the whole day: `after` is after its end, `between` includes it."""
    if match == BETWEEN:
        low, high = read_pair(value)
        return _in_order(read_span(low, offset_hours)[0], read_span(high, offset_hours)[1])
    first, last = read_span(value, offset_hours)
    if match in (IS, IS_NOT):
        return day_of(first, offset_hours)
    return (first,) if match == BEFORE else (last,)


def _in_order(low: float, high: float) -> tuple[Any, ...]:
    if low > high:
        raise ConditionError("must have the lower value first")
    return low, high


def _resolved(condition: Condition, words: Mapping[str, tuple[Any, ...]]) -> Condition:
    if condition.kind != ID or not any(value in WORDS for value in condition.value):
        return condition
    if condition.value == (NONE,):
        return replace(condition, value=())
    # A word that stays is equal to no fact. Without it, nothing would be left, which is "unset".
    meaning = {NONE: (None,), **words}
    value = tuple(id_ for given in condition.value for id_ in meaning.get(given) or (given,))
    return replace(condition, value=value)


def _matches(condition: Condition, fact: Any) -> bool:
    values = _values(condition.kind, fact)
    if condition.match in _CONTRARY:
        return not _holds(condition, _CONTRARY[condition.match], values)
    return _holds(condition, condition.match, values)


def _values(kind: str, fact: Any) -> list[Any]:
    """Returns a field's values, none where it is unset. Texts are folded; a text of spaces is unset."""
    given = [*fact] if isinstance(fact, set | frozenset | list | tuple) else [fact]
    values = [value for value in given if value is not None]
    return [*filter(None, map(fold, values))] if kind == TEXT else values


def _holds(condition: Condition, match: str, values: Sequence[Any]) -> bool:
    if match == CONTAINS:
        return not condition.value[0] or any(condition.value[0] in value for value in values)
    if match == IS:
        return _is(condition, values)
    low, high = condition.value[0], condition.value[-1]
    if match in (BEFORE, LESS):
        return any(value < low for value in values)
    if match in (AFTER, MORE):
        return any(value > high for value in values)
    return any(low <= value <= high for value in values)


def _is(condition: Condition, values: Sequence[Any]) -> bool:
    if not condition.value or (not values and None in condition.value):
        return not values
    if condition.kind == DATE:
        first, last = condition.value
        return any(first <= value <= last for value in values)
    # A flag that was never set is down.
    return any(value in condition.value for value in values or ([False] if condition.kind == FLAG else []))
