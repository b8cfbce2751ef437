"""Conditions that clients send or have stored, read by the fields that they are on."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import fields
from chalicelib.desk.conversations.fields import Field
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.people import people
from chalicelib.desk.teams import groups
from chalicelib.rules import conditions as rules
from chalicelib.rules.condition_values import ME, MY_DEPARTMENTS
from chalicelib.rules.conditions import ConditionError
from chalicelib.rules.conditions import ConditionList as ConditionList

#: A value's spelling by a core field's name, and the core's word for it.
Words = Mapping[str, Mapping[str, str]]


class Given(msgspec.Struct, frozen=True):
    """A condition as a client gives it: a field's id or name, match type and value.

    `place` returns how the client spells one of its parts: `field`, `matchType` or `value`.
    """

    field: int | str
    match: str
    value: str
    place: Callable[[str], str] = lambda part: part


@access.allow(AGENT)
def read(
    ctx: Context,
    given: Sequence[Given],
    when: str = rules.ALL,
    expression: str = "",
    *,
    words: Words,
    offset_hours: float = 0,
) -> ConditionList:
    """Returns conditions that a client sends. `words` are the client's for the core's choices. Requests as `fields.find`.

    Raises Invalid, by the place: for an unknown field, a match type or a value that does not fit it, a bad expression.
    """
    found = fields.find(ctx, [one.field for one in given])
    return _combined([_read(one, field, words, offset_hours) for one, field in zip(given, found, strict=True)], when, expression)


class Stored(msgspec.Struct, frozen=True):
    """Conditions as they were sent once, and how they are combined."""

    given: Sequence[Given]
    when: str = rules.ALL
    expression: str = ""


@access.allow(AGENT)
def read_stored(ctx: Context, lists: Sequence[Stored], *, words: Words, offset_hours: float = 0) -> list[ConditionList]:
    """Returns lists of conditions that were good when they were stored. Requests as `fields.find`, for all lists together.

    A field that was removed since is unset on all conversations: `is x` and `contains x` match none, `isNot x` all. An option
    that was removed is still compared with what conversations have.
    """
    found = iter(fields.find(ctx, [given.field for one in lists for given in one.given]))
    read_all = [[_read_lenient(given, next(found), words, offset_hours) for given in one.given] for one in lists]
    return [_combined(read, one.when, one.expression) for read, one in zip(read_all, lists, strict=True)]


@access.allow(AGENT)
def resolve(ctx: Context, lists: Sequence[ConditionList]) -> list[ConditionList]:
    """Returns lists of conditions with the caller's ids for `me` and `myDepartments`. Two requests at most for all lists
    together, none without the latter.
    """
    used = {value for one in lists for condition in one.conditions for value in condition.value if isinstance(value, str)}
    me = () if ctx.caller.number is None else (ctx.caller.number,)
    known = {ME: me, MY_DEPARTMENTS: _departments(ctx) if MY_DEPARTMENTS in used else ()}
    return [rules.resolve(one, known) for one in lists]


def _departments(ctx: Context) -> tuple[int, ...]:
    group = people.get(ctx, ctx.caller.person).group if ctx.caller.person else None
    found = groups.GROUPS.load_with(ctx, group).get(group) if group else None
    return (found.number,) if found else ()


def _combined(conditions: Sequence[rules.Condition], when: str, expression: str) -> ConditionList:
    try:
        return rules.combine(conditions, when, expression)
    except ConditionError as error:
        raise Invalid("expression", str(error)) from error


def _read(given: Given, field: Field | None, words: Words, offset_hours: float) -> rules.Condition:
    if field is None:
        raise Invalid(given.place("field"), "is not a field of a conversation")
    if given.match not in rules.MATCH_TYPES[field.kind]:
        known = ", ".join(rules.MATCH_TYPES[field.kind])
        raise Invalid(given.place("matchType"), f"must be one of {known} for {field.name}")
    try:
        return _parsed(given, field, words, offset_hours)
    except ConditionError as error:
        raise Invalid(given.place("value"), str(error)) from error


def _read_lenient(given: Given, field: Field | None, words: Words, offset_hours: float) -> rules.Condition:
    if field is not None and given.match in rules.MATCH_TYPES[field.kind]:
        try:
            return _parsed(given, field, words, offset_hours)
        except ConditionError:
            pass
    is_unset = not given.value.strip() and given.match in (rules.IS, rules.IS_NOT)
    core = field.core if field else f"custom:{given.field}"
    return rules.Condition(core, rules.TEXT, given.match, () if is_unset else (rules.fold(given.value),))


def _parsed(given: Given, field: Field, words: Words, offset_hours: float) -> rules.Condition:
    choices: Mapping[str, Any] | Collection[str] | None = words.get(field.core, field.choices)
    # A date that somebody has entered is that day for everybody.
    offset = 0 if field.custom else offset_hours
    return rules.parse_condition(field.core, field.kind, given.match, given.value, choices=choices, offset_hours=offset)
