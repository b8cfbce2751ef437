"""Anytime's conditions: the words in which lists, filters and rules say what they are about."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from chalicelib.context import Context
from chalicelib.desk.conversations import conditions, fields
from chalicelib.desk.conversations.conditions import ConditionList, Given
from chalicelib.desk.conversations.fields import Field
from chalicelib.desk.conversations.filters import MOST_CONDITIONS, Filter, FilterCondition, stored_conditions
from chalicelib.dialects.anytime.conversation_shapes import STATUS_OF
from chalicelib.dialects.anytime.shapes import Wire
from chalicelib.dialects.bounds import Line, Number

#: By the core's name of a field, how its choices are spelled here.
WORDS = {"status": STATUS_OF}
MatchType = Literal["contains", "notContains", "is", "isNot", "isMoreThan", "isLessThan", "before", "after", "between"]
When = Literal["all", "any", "logicalExpression"]


class Condition(Wire, kw_only=True):
    """A condition of a list of them. Its number in a logical expression is its place, from 1, in the order of `index`.

    `orderNum` is another spelling of `index`. An `id` that is sent is not looked at.
    """

    id: Number | None = None
    field_id: Number
    match_type: MatchType
    value: Line = ""
    index: Number | None = None
    order_num: Number | None = None


Conditions = Annotated[list[Condition], Meta(max_length=MOST_CONDITIONS)]


class ConditionShown(Wire, kw_only=True):
    """A condition as it is stored. `id`, `index` and `orderNum` are its place, from 1."""

    id: int
    field_id: int
    match_type: MatchType
    value: str
    index: int
    order_num: int


def in_body(at: int, path: str = "conditions") -> Callable[[str], str]:
    """Returns how parts of the condition at a place (from 0) of a JSON body are spelled in errors."""
    return lambda part: f"{path}[{at}].{'fieldId' if part == 'field' else part}"


def in_query(at: str) -> Callable[[str], str]:
    """Returns how parts of a condition of a query, `conditions[at][…]`, are spelled in errors."""
    return lambda part: f"conditions[{at}][{part}]"


def read(
    ctx: Context, given: Sequence[Given], when: str = "all", expression: str = "", *, offset_hours: float = 0
) -> ConditionList:
    """Returns conditions that were sent, to be resolved for the caller. No request for fields of the system. Raises Invalid."""
    return conditions.read(ctx, given, when, expression, words=WORDS, offset_hours=offset_hours)


def read_filters(ctx: Context, found: Sequence[Filter], *, offset_hours: float = 0) -> list[ConditionList]:
    """Returns stored filters' conditions, to be resolved for the caller. Requests as `conditions.read_stored`."""
    return conditions.read_stored(ctx, [*map(stored_conditions, found)], words=WORDS, offset_hours=offset_hours)


class ConditionSet(Wire, kw_only=True):
    """Conditions of a rule, and how they are combined. `logicExpression`, such as `(1 or 2) and 3`, is for `when`
    logicalExpression.
    """

    when: When = "all"
    logic_expression: Line = ""
    list_: Conditions = msgspec.field(name="list", default_factory=list)


class ConditionSetShown(Wire, kw_only=True):
    """The same as they are stored."""

    when: When
    logic_expression: str
    list_: list[ConditionShown] = msgspec.field(name="list")


#: Conditions of a rule as they are sent: in a plain list all must hold.
GivenSet = ConditionSet | Conditions


def as_set(given: ConditionSet | list[Condition]) -> ConditionSet:
    """Returns conditions of a rule, in order."""
    return ConditionSet(list_=given) if isinstance(given, list) else given


def placed(given: ConditionSet | list[Condition]) -> list[Given]:
    """Returns the conditions of a rule in order, each with how its parts are spelled in errors."""
    path = "conditions" if isinstance(given, list) else "conditions.list"
    return [Given(one.field_id, one.match_type, one.value, in_body(at, path)) for at, one in in_order(as_set(given).list_)]


def to_store(given: ConditionSet | list[Condition]) -> tuple[FilterCondition, ...]:
    """Returns the conditions of a rule in order, in the core's words, because no client is there when the desk reads them."""
    ordered = [one for _, one in in_order(as_set(given).list_)]
    return tuple(
        FilterCondition(field=one.field_id, match=one.match_type, value=to_core(one.field_id, one.value)) for one in ordered
    )


def show_set(when: str, expression: str, given: Sequence[FilterCondition]) -> ConditionSetShown:
    """Returns the conditions of a rule, which are stored in the core's words."""
    combined: Any = when
    return ConditionSetShown(when=combined, logic_expression=expression, list_=show_of_rule(given))


def to_core(field_id: int, value: str) -> str:
    """Returns a condition's value with the core's words for a field's choices, as rules store it."""
    return _respelled(field_id, value, lambda words: words)


def to_wire(field_id: int, value: str) -> str:
    """Returns the same as it is spelled here."""
    return _respelled(field_id, value, lambda words: {ours: theirs for theirs, ours in words.items()})


def _respelled(field_id: int, value: str, words_of: Callable[[Mapping[str, str]], Mapping[str, str]]) -> str:
    """Returns a value with other words for the choices that it names."""
    field = fields.fixed(field_id)
    if field is None or field.core not in WORDS:
        return value
    words = words_of(WORDS[field.core])
    return ",".join(words.get(part.strip(), part) for part in value.split(","))


def show_of_rule(given: Sequence[FilterCondition]) -> list[ConditionShown]:
    """Returns the conditions of a rule, which are stored in the core's words, as they are shown."""
    return show_all([replace(one, value=to_wire(one.field, one.value)) for one in given])


def show_all(given: Sequence[FilterCondition]) -> list[ConditionShown]:
    """Returns conditions that are stored as they were sent as they are shown."""
    return [_shown(at, one) for at, one in enumerate(given, 1)]


def _shown(at: int, one: FilterCondition) -> ConditionShown:
    match: Any = one.match
    return ConditionShown(id=at, field_id=one.field, match_type=match, value=one.value, index=at, order_num=at)


def in_order(given: Sequence[Condition]) -> list[tuple[int, Condition]]:
    """Returns conditions in the order of their `index`, each with the place at which it was sent. Those without come first."""

    def order(placed: tuple[int, Condition]) -> int:
        index, number = placed[1].index, placed[1].order_num
        return index if index is not None else number or 0

    return sorted(enumerate(given), key=order)


def choices(field: Field) -> list[str]:
    """Returns the choices of a field of the system: as they are spelled here."""
    return [*(WORDS.get(field.core) or field.choices or ())]
