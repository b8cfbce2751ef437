"""Anytime's filters: conditions under a name, for everybody or for their creator alone."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import filters
from chalicelib.desk.conversations.filters import Change, FilterCondition
from chalicelib.dialects.anytime.conditions import Condition, Conditions, ConditionShown, When, in_order, placed, read, show_all
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Line, Name, Number
from chalicelib.dialects.endpoint import Endpoint, Nothing


class Filter(Wire, kw_only=True):
    """A filter. A list shows it without its conditions."""

    id: int
    name: str
    is_private: bool
    created_by_id: int | None
    when: When
    logic_expression: str
    conditions: list[ConditionShown] | UnsetType = UNSET


class FilterList(Wire, kw_only=True):
    """Filters under their name."""

    filters: list[Filter]


class WrappedFilter(Wire, kw_only=True):
    """One filter under its name."""

    filter: Filter


class MadeFilter(Wire, kw_only=True):
    """A new filter: as `filters`, which the document says, and as `filter`, as it is shown everywhere else."""

    filter: Filter
    filters: list[Filter]


class OneFilter(Wire, kw_only=True):
    """A filter by its integer id."""

    id: Number


class MakeFilter(Wire, kw_only=True):
    """`POST /filters`. `logicExpression`, such as `(1 or 2) and 3`, is for `when` logicalExpression."""

    name: Name
    is_private: bool = False
    when: When = "all"
    logic_expression: Line = ""
    conditions: Conditions = msgspec.field(default_factory=list)


class ChangeFilter(Wire, kw_only=True):
    """`PUT /filters/{id}`: what is given changes. `conditions` replace all that it has."""

    id: Number
    name: Name | UnsetType = UNSET
    is_private: bool | UnsetType = UNSET
    when: When | UnsetType = UNSET
    logic_expression: Line | UnsetType = UNSET
    conditions: Conditions | UnsetType = UNSET


def list_filters(ctx: Context, request: Nothing) -> FilterList:
    """`GET /filters`: everybody's and the caller's private ones, without conditions."""
    return FilterList(filters=[_shown(found, with_conditions=False) for found in filters.list_visible(ctx)])


def get_filter(ctx: Context, request: OneFilter) -> WrappedFilter:
    """`GET /filters/{id}`: a filter with its conditions."""
    return WrappedFilter(filter=_shown(filters.get(ctx, request.id)))


def make_filter(ctx: Context, request: MakeFilter) -> MadeFilter:
    """`POST /filters`: a new filter."""
    made = Change(request.name, request.is_private, request.when, request.logic_expression, _checked(ctx, request.conditions))
    shown = _shown(filters.create(ctx, made))
    return MadeFilter(filter=shown, filters=[shown])


def change_filter(ctx: Context, request: ChangeFilter) -> WrappedFilter:
    """`PUT /filters/{id}`: changes the given fields."""
    filters.get(ctx, request.id)
    conditions = UNSET if isinstance(request.conditions, UnsetType) else _checked(ctx, request.conditions)
    wanted = Change(request.name, request.is_private, request.when, request.logic_expression, conditions)
    return WrappedFilter(filter=_shown(filters.change(ctx, request.id, wanted)))


def remove_filter(ctx: Context, request: OneFilter) -> None:
    """`DELETE /filters/{id}`: removes a filter."""
    filters.remove(ctx, request.id)


def _checked(ctx: Context, given: list[Condition]) -> tuple[FilterCondition, ...]:
    """Returns conditions to store, in order. Raises Invalid for one that can't be."""
    read(ctx, placed(given))
    return tuple(FilterCondition(field=one.field_id, match=one.match_type, value=one.value) for _, one in in_order(given))


def _shown(found: filters.Filter, *, with_conditions: bool = True) -> Filter:
    when: Any = found.when
    shown = Filter(
        id=found.number,
        name=found.name,
        is_private=found.is_private,
        created_by_id=found.creator,
        when=when,
        logic_expression=found.expression,
    )
    if with_conditions:
        shown.conditions = show_all(found.conditions)
    return shown


_PATH, _ONE = f"{BASE}/filters", f"{BASE}/filters/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_filters, AGENT),
    Endpoint("POST", _PATH, make_filter, AGENT),
    Endpoint("GET", _ONE, get_filter, AGENT),
    Endpoint("PUT", _ONE, change_filter, AGENT),
    Endpoint("DELETE", _ONE, remove_filter, AGENT),
]
