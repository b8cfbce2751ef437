"""Filters: conditions on conversations that agents keep under a name, for everybody or for themselves."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations.conditions import Given, Stored
from chalicelib.desk.core import access
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.errors import Forbidden, Invalid, NotFound
from chalicelib.desk.core.schemas import fields_set
from chalicelib.rules import conditions
from chalicelib.rules.logic import ConditionError

#: Filters of an account, and conditions of a filter.
MOST, MOST_CONDITIONS = 500, 50


class FilterCondition(msgspec.Struct, frozen=True, kw_only=True):
    """A condition as it was sent: the field's shown id (fields.py), match type and value."""

    field: int
    match: str
    value: str = ""


class Conditional(Protocol):
    """A setting with conditions: a filter, a policy, a trigger, a routing rule."""

    @property
    def when(self) -> str:
        """How they are combined (rules.conditions)."""

    @property
    def expression(self) -> str:
        """The logical expression that combines them, if one does."""

    @property
    def conditions(self) -> Sequence[FilterCondition]:
        """The conditions, in their order."""


class Filter(Entry, frozen=True, kw_only=True):
    """A filter. A private one is its creator's alone; `creator` is their number, None for a program."""

    name: str
    is_private: bool = False
    creator: int | None = None
    when: str = conditions.ALL
    expression: str = ""
    conditions: tuple[FilterCondition, ...] = ()


class Change(msgspec.Struct, frozen=True):
    """What to set of a filter; UNSET leaves it as it is. `conditions` replace all that it has."""

    name: str | UnsetType = UNSET
    is_private: bool | UnsetType = UNSET
    when: str | UnsetType = UNSET
    expression: str | UnsetType = UNSET
    conditions: tuple[FilterCondition, ...] | UnsetType = UNSET


def _check(found: Filter) -> None:
    if len(found.conditions) > MOST_CONDITIONS:
        raise Invalid("conditions", f"are {MOST_CONDITIONS} at most")
    check_expression(found)


def check_expression(found: Conditional) -> None:
    """Raises Invalid for a logical expression that can't be read, where one combines the conditions."""
    if found.when == conditions.BY_EXPRESSION:
        try:
            conditions.parse_logic(found.expression, len(found.conditions))
        except ConditionError as error:
            raise Invalid("expression", str(error)) from error


def stored_conditions(found: Conditional) -> Stored:
    """Returns the conditions of a setting, to be read (conditions.read_stored)."""
    return Stored([Given(one.field, one.match, one.value) for one in found.conditions], found.when, found.expression)


FILTERS = Collection("filter", Filter, most=MOST, longest={"name": 256}, check=_check)


@access.allow(AGENT)
def list_visible(ctx: Context) -> list[Filter]:
    """Returns everybody's filters and the caller's own private ones, in the order of creation. One request."""
    return [found for found in FILTERS.load_fresh(ctx).values() if _is_visible(ctx, found)]


@access.allow(AGENT)
def get(ctx: Context, number: int) -> Filter:
    """Returns a filter by its number. One request where the process is warm. Raises NotFound, also for another's private one."""
    found = FILTERS.get_by_number(ctx, number)
    _require_visible(ctx, found)
    return found


@access.allow(AGENT)
def get_several(ctx: Context, numbers: Sequence[int]) -> list[Filter]:
    """Returns filters by their numbers, in this order. One request, none for none. Raises NotFound as `get`."""
    known = {found.number: found for found in list_visible(ctx)} if numbers else {}
    for number in numbers:
        if number not in known:
            raise NotFound("filter", number)
    return [known[number] for number in numbers]


@access.allow(AGENT)
def create(ctx: Context, given: Change) -> Filter:
    """Creates a filter of the caller's: two requests. Raises Invalid."""
    return FILTERS.create(ctx, {**fields_set(given), "creator": ctx.caller.number})


@access.allow(AGENT)
def change(ctx: Context, number: int, wanted: Change) -> Filter:
    """Sets the given fields: three requests. Raises NotFound as `get`, Forbidden for making another's private, Invalid."""
    found = get(ctx, number)

    def changed(before: Filter) -> Filter:
        _require_visible(ctx, before)
        if wanted.is_private is True and not before.is_private and before.creator != ctx.caller.number:
            raise Forbidden("only its creator makes a filter private")
        return replace(before, **fields_set(wanted))

    return FILTERS.edit(ctx, found.id, changed)[1]


@access.allow(AGENT)
def remove(ctx: Context, number: int) -> None:
    """Removes a filter: three requests. Raises NotFound as `get`."""
    FILTERS.remove(ctx, get(ctx, number).id)


def _is_visible(ctx: Context, found: Filter) -> bool:
    return not found.is_private or (found.creator is not None and found.creator == ctx.caller.number)


def _require_visible(ctx: Context, found: Filter) -> None:
    if not _is_visible(ctx, found):
        raise NotFound("filter", found.number)
