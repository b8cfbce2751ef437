"""Custom fields: what an account wants to know of its conversations, beside what every conversation has."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.core import access
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.schemas import fields_set
from chalicelib.rules import conditions, field_values, names
from chalicelib.rules.condition_values import read_flag, read_number, read_span
from chalicelib.rules.logic import ConditionError

#: Fields of an account, options of a field, and characters of a value.
MOST, MOST_OPTIONS, LONGEST = 200, 200, 1024
#: Bytes of one conversation's values, so that a page of conversations fits into what Lambda returns at once.
MOST_BYTES = 32_768
#: Types of fields, and the kind of condition (rules/conditions.py) that each takes.
KINDS: Mapping[str, str] = {
    "text": conditions.TEXT,
    "textarea": conditions.TEXT,
    "email": conditions.TEXT,
    "url": conditions.TEXT,
    "link": conditions.TEXT,
    "date": conditions.DATE,
    "integer": conditions.NUMBER,
    "float": conditions.NUMBER,
    "operator": conditions.ID,
    "department": conditions.ID,
    "checkbox": conditions.FLAG,
    "radio": conditions.CHOICE,
    "dropdownList": conditions.CHOICE,
    "checkboxList": conditions.CHOICE,
}
#: Types whose values are among the field's options. A value of the last may be several options, with commas between them.
_WITH_OPTIONS, _MANY = ("radio", "dropdownList", "checkboxList"), "checkboxList"


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A value that a field may have, by its number in the field. They stand in the order in which they are shown."""

    id: int
    name: str
    value: str


class CustomField(Entry, frozen=True, kw_only=True):
    """A custom field. `key` is its name without case; `length` is how many characters a value may have, None for LONGEST."""

    key: str
    name: str
    type: str
    is_required: bool = False
    default: str | None = None
    help_text: str | None = None
    length: int | None = None
    options: tuple[Option, ...] = ()


class Change(msgspec.Struct, frozen=True):
    """What to set of a field; UNSET leaves it as it is. The type of a field never changes."""

    name: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    is_required: bool | UnsetType = UNSET
    default: str | None | UnsetType = UNSET
    help_text: str | None | UnsetType = UNSET
    length: int | None | UnsetType = UNSET
    options: tuple[Option, ...] | UnsetType = UNSET


def _check(field: CustomField) -> None:
    if field.type not in KINDS:
        raise Invalid("type", f"must be one of {', '.join(KINDS)}")
    if field.length is not None and not 1 <= field.length <= LONGEST:
        raise Invalid("length", f"must be 1 to {LONGEST}")
    _check_options(field)
    check_value(replace(field, is_required=False), field.default, "default")


def _check_options(field: CustomField) -> None:
    if bool(field.options) != (field.type in _WITH_OPTIONS):
        raise Invalid("options", "must be given" if field.type in _WITH_OPTIONS else f"are not for the type {field.type}")
    if len(field.options) > MOST_OPTIONS:
        raise Invalid("options", f"are {MOST_OPTIONS} at most")
    for what, values in (("ids", {one.id for one in field.options}), ("values", {one.value for one in field.options})):
        if len(values) < len(field.options):
            raise Invalid("options", f"must have different {what}")
    if any("," in one.value or names.fault(one.value) or names.fault(one.name) for one in field.options):
        raise Invalid("options", "must have names and values that can be seen, without commas in values")


FIELDS = Collection("custom_field", CustomField, most=MOST, longest={"name": 64, "default": LONGEST}, key="key", check=_check)


@access.allow(AGENT)
def list_all(ctx: Context) -> list[CustomField]:
    """Returns the account's own fields in the order of creation. One request."""
    return [*FIELDS.load_fresh(ctx).values()]


@access.allow(AGENT)
def load(ctx: Context) -> list[CustomField]:
    """Returns the same, at most a minute old. No request where a warm process has them."""
    return [*FIELDS.load(ctx).values()]


@access.allow(AGENT)
def get(ctx: Context, number: int) -> CustomField:
    """Returns a field by its number. One request where the process is warm. Raises NotFound."""
    return FIELDS.get_by_number(ctx, number)


@access.allow(ADMIN)
def create(ctx: Context, given: Change) -> CustomField:
    """Creates a field: two requests. Raises Exists for a name that is used, Invalid."""
    return FIELDS.create(ctx, _patch(given) | {"name": _text(given.name), "key": _text(given.name).casefold()})


@access.allow(ADMIN)
def change(ctx: Context, number: int, wanted: Change) -> CustomField:
    """Sets the given fields: three requests, four with a name. Raises NotFound, Exists for a name that is used, Invalid.

    Values that conversations have already stay as they are.
    """
    found = get(ctx, number)
    if wanted.type not in (UNSET, found.type):
        raise Invalid("type", "can't be changed")
    return FIELDS.change(ctx, found.key, _patch(wanted))[1]


@access.allow(ADMIN)
def remove(ctx: Context, number: int) -> None:
    """Removes a field, which is unset on all conversations from then on. Three requests. Raises NotFound."""
    FIELDS.remove(ctx, get(ctx, number).key)


def _text(given: str | UnsetType) -> str:
    return given.strip() if isinstance(given, str) else ""


def _patch(given: Change) -> dict[str, Any]:
    own = fields_set(given)
    return own | ({"name": _text(given.name), "key": _text(given.name).casefold()} if "name" in own else {})


def check_value(field: CustomField, value: str | None, at: str = "") -> str | None:
    """Returns a value as it is stored, None for an empty one. It does not look up who an id belongs to.

    Raises Invalid for the field `at` (by default `customFields.` and the name): where a required value is empty, or a value is
    too long or not of the type.
    """
    at = at or f"customFields.{field.name}"
    plain = (value or "").strip()
    if not plain:
        if field.is_required:
            raise Invalid(at, "is required")
        return None
    if len(plain) > (field.length or LONGEST):
        raise Invalid(at, f"is longer than {field.length or LONGEST} characters")
    if field.type in _WITH_OPTIONS:
        return _chosen(field, plain, at)
    try:
        return field_values.read(field.type, plain)
    except ValueError as error:
        raise Invalid(at, f"is not a valid {field_values.name_of(field.type)}") from error


def _chosen(field: CustomField, value: str, at: str) -> str:
    parts = [part.strip() for part in value.split(",")] if field.type == _MANY else [value]
    known = [one.value for one in field.options]
    if not set(parts) <= set(known):
        raise Invalid(at, f"must be {'some' if field.type == _MANY else 'one'} of {', '.join(known)}")
    return ",".join(one for one in known if one in parts)


def check_values(ctx: Context, given: Mapping[int, str | None]) -> dict[int, str | None]:
    """Returns values by number as they are stored. No request where a warm process knows the fields, else one. Raises Invalid."""
    if not given:
        return {}
    known = _by_number(ctx, given)
    for number in given:
        if number not in known:
            raise Invalid("customFields", "must be of the account's fields")
    return {number: check_value(known[number], value) for number, value in given.items()}


def check_room(values: Mapping[int, str | None]) -> dict[int, str]:
    """Returns one conversation's values without empty ones. Raises Invalid for more than MOST_BYTES."""
    if len(kept := join(values, {})) < sum(map(bool, values.values())):
        raise Invalid("customFields", f"are {MOST_BYTES:,} bytes together at most")
    return kept


def join(own: Mapping[int, str | None], further: Mapping[int, str]) -> dict[int, str]:
    """Returns a conversation's values with those of another one that it does not have, as many as MOST_BYTES hold."""
    kept, room = {}, MOST_BYTES
    for number, value in {**own, **{number: value for number, value in further.items() if not own.get(number)}}.items():
        if value and len(value.encode()) <= room:
            kept[number], room = value, room - len(value.encode())
    return kept


def complete(ctx: Context, given: Mapping[int, str | None]) -> dict[int, str | None]:
    """Returns a new conversation's values: defaults where nothing is given. Raises Invalid where a required one is missing."""
    every = {field.number: given.get(field.number) or field.default for field in load(ctx)}
    return check_values(ctx, {**every, **{number: value for number, value in given.items() if value or number not in every}})


def _by_number(ctx: Context, numbers: Iterable[int]) -> dict[int, CustomField]:
    known = {field.number: field for field in load(ctx)}
    return known if set(numbers) <= known.keys() else {field.number: field for field in list_all(ctx)}


def fact(field: CustomField, value: str | None) -> Any:
    """Returns a stored value as conditions look at it, None where it is unset or was never of the type.

    A date without a zone is taken as UTC, as conditions on custom dates are.
    """
    if not value:
        return None
    try:
        return _FACTS.get(KINDS[field.type], str)(value) if field.type != _MANY else value.split(",")
    except (ConditionError, ValueError):
        return None


_FACTS: Mapping[str, Callable[[str], Any]] = {
    conditions.DATE: lambda value: read_span(value, 0)[0],
    conditions.NUMBER: read_number,
    conditions.ID: int,
    conditions.FLAG: read_flag,
}


def options(given: Sequence[tuple[int | None, str, str]]) -> tuple[Option, ...]:
    """Returns options of their ids (None for a new one), names and values, in this order; an empty value is the name."""
    last, made = max((id_ for id_, _, _ in given if id_), default=0), []
    for id_, name, value in given:
        last += id_ is None
        made.append(Option(id=last if id_ is None else id_, name=name.strip(), value=value.strip() or name.strip()))
    return tuple(made)
