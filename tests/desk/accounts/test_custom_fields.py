"""Custom fields: their values, and what conditions see of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.context import ADMIN, AGENT
from chalicelib.desk.accounts import custom_fields
from chalicelib.desk.accounts.custom_fields import KINDS, LONGEST, Change, CustomField, check_value, fact
from chalicelib.desk.core.errors import Forbidden, Invalid
from tests.lambdas import counted
from tests.world import World

OPTIONS = custom_fields.options([(None, "Small", "s"), (None, "Large", "l"), (None, "Huge", "h")])
_OWN: dict[str, Any] = {"id": "x", "number": 1, "created_at": 0, "updated_at": 0, "version": 1, "key": "size", "name": "Size"}


def field(type_: str, **more: Any) -> CustomField:
    options = OPTIONS if type_ in ("radio", "dropdownList", "checkboxList") else ()
    return CustomField(**_OWN, type=type_, **{"options": options} | more)


@pytest.mark.parametrize(
    ("type_", "value", "stored", "seen"),
    [
        ("text", " a b ", "a b", "a b"),
        ("textarea", "a\nb", "a\nb", "a\nb"),
        ("email", "Ada@Example.com", "ada@example.com", "ada@example.com"),
        ("url", "https://a.example/b?c", "https://a.example/b?c", "https://a.example/b?c"),
        ("link", "http://a.example", "http://a.example", "http://a.example"),
        ("date", "1970-01-02", "1970-01-02", 86_400_000),
        ("date", "1970-01-01T01:00+01:00", "1970-01-01T01:00+01:00", 0),
        ("integer", "+07", "7", 7),
        ("integer", "-3", "-3", -3),
        ("float", "1.50", "1.5", 1.5),
        ("operator", "12", "12", 12),
        ("department", "3", "3", 3),
        ("checkbox", "TRUE", "true", True),
        ("checkbox", "0", "false", False),
        ("radio", "s", "s", "s"),
        ("dropdownList", " l ", "l", "l"),
        ("checkboxList", "h, s", "s,h", ["s", "h"]),
    ],
)
def test_a_value_of_the_type_is_stored_and_seen_by_conditions(type_: str, value: str, stored: str, seen: Any) -> None:
    assert check_value(field(type_), value) == stored
    assert check_value(field(type_), stored) == stored
    assert fact(field(type_), stored) == seen


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("email", "ada"),
        ("url", "ftp://a.example"),
        ("url", "https://"),
        ("url", "https://a b.example"),
        ("url", "https://[a"),
        ("link", "javascript:alert(1)"),
        ("date", "tomorrow"),
        ("date", "2024-02-30"),
        ("integer", "1.5"),
        ("integer", "1e3"),
        ("integer", "--1"),
        ("integer", "1" * 17),
        ("float", "nan"),
        ("float", "1,5"),
        ("operator", "me"),
        ("operator", "0"),
        ("department", "-1"),
        ("checkbox", "yes"),
        ("radio", "Small"),
        ("radio", "s,l"),
        ("checkboxList", "s,x"),
        ("text", "x" * (LONGEST + 1)),
    ],
)
def test_a_value_that_is_not_of_the_type_is_refused(type_: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_value(field(type_), value)
    assert refused.value.field == "customFields.Size"
    with pytest.raises(Invalid) as refused:
        check_value(field(type_), value, "fields[0].value")
    assert refused.value.field == "fields[0].value"


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_an_empty_value_is_none_unless_one_is_required(empty: str | None) -> None:
    assert check_value(field("text"), empty) is None
    with pytest.raises(Invalid, match="is required"):
        check_value(field("text", is_required=True), empty)


def test_a_value_is_as_long_as_the_field_says() -> None:
    assert check_value(field("text", length=3), "abc") == "abc"
    with pytest.raises(Invalid, match="longer than 3"):
        check_value(field("text", length=3), "abcd")


@given(st.sampled_from([*KINDS]), st.text(max_size=20) | st.text("0123456789-:.,+slh@T", max_size=20))
def test_any_value_is_stored_or_refused_and_what_is_stored_can_be_seen(type_: str, value: str) -> None:
    try:
        stored = check_value(field(type_), value)
    except Invalid:
        return
    assert (fact(field(type_), stored) is None) == (stored is None)


@given(st.sampled_from([*KINDS]), st.text(max_size=20))
def test_a_value_that_was_stored_under_other_rules_is_seen_or_unset(type_: str, value: str) -> None:
    fact(field(type_), value)


def test_a_field_is_made_changed_and_removed_in_few_requests(world: World) -> None:
    ctx = world.ctx(ADMIN)
    made = custom_fields.create(ctx, Change("Size", "text"))
    custom_fields.load(ctx)
    with counted() as sent:
        custom_fields.load(ctx)
        custom_fields.get(ctx, made.number)
    assert sent == ["GetItem"]
    renamed = custom_fields.change(ctx, made.number, Change("Weight", default="heavy"))
    assert (renamed.number, renamed.name, renamed.default) == (made.number, "Weight", "heavy")
    with pytest.raises(Forbidden):
        custom_fields.remove(world.ctx(AGENT), made.number)
    custom_fields.remove(ctx, made.number)
    assert custom_fields.list_all(ctx) == []
