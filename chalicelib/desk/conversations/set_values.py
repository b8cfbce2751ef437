"""Set values: values of fields that a rule sets on a conversation, each by the field's shown id and as text."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import fields as attributes

from chalicelib.context import AGENT, Context
from chalicelib.desk.conversations import fields, updates
from chalicelib.desk.conversations.fields import Field
from chalicelib.desk.conversations.named import named_in
from chalicelib.desk.conversations.triggers import SetValue
from chalicelib.desk.conversations.updates import Change
from chalicelib.desk.core import access
from chalicelib.desk.core.errors import Invalid
from chalicelib.rules.condition_values import MOST_NAMED, NONE, read_flag, read_ids
from chalicelib.rules.logic import ConditionError

#: Fields whose value is set as it is, and fields whose value is a person's id.
_AS_THEY_ARE, _NAMED = ("subject", "status", "priority"), {"assignee_number": "assignee", "group_number": "group"}


@access.allow(AGENT)
def read(ctx: Context, given: SetValue) -> Change:
    """Returns the change that a value is. Up to two requests for an agent or department, none for others where a warm process
    knows fields and tags.

    Raises Invalid: `field` for one that can't be set, else `value`.
    """
    (field,) = fields.find(ctx, [given.field])
    if field is None:
        raise Invalid("field", "is not a field of a conversation")
    try:
        wanted = updates.checked(ctx, _change(field, given.value.strip()))
        named_in(ctx, wanted.assignee, wanted.contact, wanted.group)
    except ConditionError as error:
        raise Invalid("value", f"{error} for {field.name}") from error
    except Invalid as error:
        raise error if error.field == "field" else Invalid("value", f"of {field.name} {error.reason}") from error
    return wanted


def _change(field: Field, value: str) -> Change:
    as_it_is: dict[str, Any] = {field.core: value} if field.core in _AS_THEY_ARE else {}
    if field.core in _NAMED:
        as_it_is = {_NAMED[field.core]: _id(value)}
    if as_it_is:
        return Change(**as_it_is)
    if field.core == "is_read":
        return Change(is_read=read_flag(value))
    if field.core == "tags":
        return Change(tags=tuple(_ids(value)))
    if field.custom:
        return Change(custom_fields={field.custom.number: value or None})
    if field.id in fields.BUILT_IN:
        return Change(metadata={fields.BUILT_IN[field.id][1]: value or None})
    raise Invalid("field", f"is {field.name}, which can't be set")


def _id(value: str) -> int:
    """Returns the id of a value, 0 for nobody."""
    if value.lower() in ("", NONE):
        return 0
    found = _ids(value)
    if len(found) != 1:
        raise ConditionError("must be one id")
    return found[0]


def _ids(value: str) -> list[int]:
    found = read_ids(value) if value else ()
    if len(found) > MOST_NAMED or not all(isinstance(one, int) for one in found):
        raise ConditionError("must be ids")
    return [int(one) for one in found]


def read_all(ctx: Context, given: Sequence[SetValue]) -> Change:
    """Returns the change that values are which can still be set; the last one of a field counts. Requests as `read`, for each.

    A value is left out whose agent, department, tag or option was removed since it was stored.
    """
    merged: dict[str, Any] = {}
    for one in given:
        try:
            found = read(ctx, one)
        except Invalid:
            continue
        for name, value in ((each.name, getattr(found, each.name)) for each in attributes(found)):
            if isinstance(value, dict):
                merged[name] = {**merged.get(name, {}), **value}
            elif value is not None:
                merged[name] = value
    return Change(**merged)
