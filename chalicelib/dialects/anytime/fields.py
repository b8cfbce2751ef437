"""Anytime's fields: those that every conversation has, and the account's own."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.context import ADMIN, AGENT, Context
from chalicelib.desk.accounts import custom_fields
from chalicelib.desk.accounts.custom_fields import MOST_OPTIONS, Change
from chalicelib.desk.conversations import fields
from chalicelib.desk.core.errors import Forbidden, NotFound
from chalicelib.dialects.anytime.conditions import choices
from chalicelib.dialects.anytime.shapes import BASE, Wire
from chalicelib.dialects.bounds import Line, Name, Number
from chalicelib.dialects.endpoint import Endpoint

Type = Literal[
    "text",
    "textarea",
    "email",
    "url",
    "date",
    "integer",
    "float",
    "operator",
    "radio",
    "checkbox",
    "dropdownList",
    "checkboxList",
    "link",
    "department",
]


class FieldOption(Wire, kw_only=True):
    """A value that a field may have. `order` is its place, from 1."""

    id: int
    name: str
    value: str
    order: int


class Field(Wire, kw_only=True):
    """A field. `length` is how many characters a value may have, null where that is not limited by the field."""

    id: int
    type: Type
    name: str
    is_system_field: bool
    is_required: bool = False
    default_value: str | None = None
    help_text: str | None = None
    length: int | None = None
    options: list[FieldOption] = msgspec.field(default_factory=list)


class FieldList(Wire, kw_only=True):
    """Fields under their name."""

    fields: list[Field]


class WrappedField(Wire, kw_only=True):
    """One field under its name."""

    field: Field


class ListFields(Wire, kw_only=True):
    """`GET /fields`. `isSystemField` asks for one kind alone."""

    is_system_field: bool | None = None


class OneField(Wire, kw_only=True):
    """A field by its integer id."""

    id: Number


class GivenOption(Wire, kw_only=True):
    """An option to set. One with the `id` of an option stays that one; without a `value` it is the name."""

    id: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    name: Name
    value: Name = ""
    order: Number | None = None


Options = Annotated[list[GivenOption], Meta(max_length=MOST_OPTIONS)]


class MakeField(Wire, kw_only=True):
    """`POST /fields`: a custom field."""

    type: Type
    name: Name
    is_required: bool = False
    default_value: Line | None = None
    help_text: Line | None = None
    length: Number | None = None
    options: Options = msgspec.field(default_factory=list)


class ChangeField(Wire, kw_only=True):
    """`PUT /fields/{id}`: what is given changes. `options` replace all that it has; the type stays."""

    id: Number
    type: Type | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    is_required: bool | UnsetType = UNSET
    default_value: Line | None | UnsetType = UNSET
    help_text: Line | None | UnsetType = UNSET
    length: Number | None | UnsetType = UNSET
    options: Options | UnsetType = UNSET


def list_fields(ctx: Context, request: ListFields) -> FieldList:
    """`GET /fields`: all fields with their options, first those of every conversation."""
    found: list[fields.Field] = []
    if request.is_system_field is not False:
        found += fields.SYSTEM.values()
    if request.is_system_field is not True:
        found += [*fields.METADATA.values(), *map(fields.custom, custom_fields.list_all(ctx))]
    return FieldList(fields=[_shown(field) for field in found])


def get_field(ctx: Context, request: OneField) -> WrappedField:
    """`GET /fields/{id}`: a field with its options."""
    fixed = fields.fixed(request.id)
    return WrappedField(field=_shown(fixed or fields.custom(custom_fields.get(ctx, _number(request.id)))))


def make_field(ctx: Context, request: MakeField) -> WrappedField:
    """`POST /fields`: a new custom field. 409 for a name that is used, whatever its case."""
    return WrappedField(field=_shown(fields.custom(custom_fields.create(ctx, _change(request)))))


def change_field(ctx: Context, request: ChangeField) -> WrappedField:
    """`PUT /fields/{id}`: changes a custom field. Values that conversations have stay."""
    return WrappedField(field=_shown(fields.custom(custom_fields.change(ctx, _own(request.id), _change(request)))))


def remove_field(ctx: Context, request: OneField) -> None:
    """`DELETE /fields/{id}`: removes a custom field. For filters it is unset on all conversations from then on."""
    custom_fields.remove(ctx, _own(request.id))


def _own(id_: int) -> int:
    """Returns the number of one of the account's fields. Raises Forbidden for one that every account has."""
    if fields.fixed(id_):
        raise Forbidden("this field is the system's")
    return _number(id_)


def _number(id_: int) -> int:
    if id_ <= fields.CUSTOM:
        raise NotFound("field", id_)
    return id_ - fields.CUSTOM


def _change(request: MakeField | ChangeField) -> Change:
    return Change(
        name=request.name,
        type=request.type,
        is_required=request.is_required,
        default=request.default_value,
        help_text=request.help_text,
        length=request.length,
        options=UNSET if isinstance(request.options, UnsetType) else _options(request.options),
    )


def _options(given: Iterable[GivenOption]) -> tuple[custom_fields.Option, ...]:
    ordered = sorted(given, key=lambda one: one.order or 0)
    return custom_fields.options([(one.id, one.name, one.value) for one in ordered])


def _shown(field: fields.Field) -> Field:
    type_: Any = field.type
    shown = Field(id=field.id, type=type_, name=field.name, is_system_field=field.id in fields.SYSTEM)
    if own := field.custom:
        shown.is_required, shown.default_value, shown.help_text = own.is_required, own.default, own.help_text
        shown.length = own.length
        shown.options = [
            FieldOption(id=one.id, name=one.name, value=one.value, order=at) for at, one in enumerate(own.options, 1)
        ]
    else:
        known = enumerate(choices(field), 1)
        shown.options = [FieldOption(id=at, name=word, value=word, order=at) for at, word in known]
    return shown


_PATH, _ONE = f"{BASE}/fields", f"{BASE}/fields/{{id}}"
ROWS = [
    Endpoint("GET", _PATH, list_fields, AGENT),
    Endpoint("POST", _PATH, make_field, ADMIN),
    Endpoint("GET", _ONE, get_field, AGENT),
    Endpoint("PUT", _ONE, change_field, ADMIN),
    Endpoint("DELETE", _ONE, remove_field, ADMIN),
]
