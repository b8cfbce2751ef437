"""Values of conditions: read from the text that a client sends, by the kind of the field."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.rules.logic import ConditionError
from chalicelib.rules.text import fold

#: Words that stand for ids. `resolve` of rules/conditions.py replaces the first two.
ME, MY_DEPARTMENTS, NONE = WORDS = ("me", "myDepartments", "none")
#: Ids or choices that one value may name.
MOST_NAMED = 100
_ID = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,12})?")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_EPOCH, _MS, _DAY = datetime(1970, 1, 1), timedelta(milliseconds=1), 86_400_000  # noqa: DTZ001 - offsets are added by hand


def read_ids(value: str) -> tuple[int | str, ...]:
    """Returns ids and WORDS with commas between them; those in the spelling of WORDS. Raises ConditionError."""
    words = {word.lower(): word for word in WORDS}
    parts = _parts(value)
    if not all(_ID.fullmatch(part) or part.lower() in words for part in parts):
        raise ConditionError(f"must be ids, or one of {', '.join(WORDS)}, with commas between them")
    return tuple(words.get(part.lower()) or int(part) for part in parts)


def read_choices(value: str, choices: Mapping[str, Any] | Collection[str] | None) -> tuple[Any, ...]:
    """Returns choices with commas between them; what each stands for, where `choices` is a mapping. Any text without `choices`.

    Raises ConditionError for what is not a choice.
    """
    if choices is None:
        return (value.strip(),)
    parts = [value.strip()] if value.strip() in choices else _parts(value)
    if not all(part in choices for part in parts):
        raise ConditionError(f"must be one of {', '.join(choices)}")
    return tuple(choices[part] if isinstance(choices, Mapping) else part for part in parts)


def read_text(value: str) -> str:
    """Returns the text as texts are compared: without case, accents, and spaces around it."""
    return fold(value)


def read_number(value: str) -> int | float:
    """Returns a number. Raises ConditionError."""
    found = _NUMBER.fullmatch(value.strip())
    if found is None:
        raise ConditionError("must be a number")
    return float(value) if found[1] else int(value)


def read_flag(value: str) -> bool:
    """Returns the truth of true, false, 1 or 0. Raises ConditionError."""
    if value.strip().lower() not in _FLAGS:
        raise ConditionError("must be true or false")
    return _FLAGS[value.strip().lower()]


def read_span(value: str, offset_hours: float) -> tuple[int, int]:
    """Returns the first and last millisecond (of the epoch) of an ISO 8601 date, or twice those of a time.

    What has no zone is `offset_hours` east of UTC. Raises ConditionError.
    """
    text = value.strip()
    offset = round(offset_hours * 3_600_000)
    try:
        start = (datetime.combine(date.fromisoformat(text), datetime.min.time()) - _EPOCH) // _MS - offset
        return start, start + _DAY - 1
    except ValueError:
        at = _instant(text, offset)
        return at, at


def day_of(at: int, offset_hours: float) -> tuple[int, int]:
    """Returns the first and last millisecond of the day that a time is in, `offset_hours` east of UTC."""
    offset = round(offset_hours * 3_600_000)
    start = (at + offset) // _DAY * _DAY - offset
    return start, start + _DAY - 1


def read_pair(value: str) -> tuple[str, str]:
    """Returns the two parts of `low,high`. Raises ConditionError."""
    low, comma, high = value.partition(",")
    if not (comma and low.strip() and high.strip()):
        raise ConditionError("must be two values with a comma between them")
    return low, high


def _instant(text: str, offset: int) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConditionError("must be an ISO 8601 date or time") from error
    own = at.utcoffset()
    return (at.replace(tzinfo=None) - _EPOCH) // _MS - (offset if own is None else own // _MS)


def _parts(value: str) -> list[str]:
    parts = [part.strip() for part in value.split(",")]
    if len(parts) > MOST_NAMED:
        raise ConditionError(f"names more than {MOST_NAMED}")
    return parts
