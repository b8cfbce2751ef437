"""Schemas: what can't be is refused by name, before anything is stored."""

from typing import Any

import pytest

from chalicelib.desk.core.errors import Invalid
from tests.desk.core.kinds import SITES, TAGS, create, new_account
from tests.lambdas import counted


@pytest.mark.parametrize(
    ("field", "patch"),
    [
        ("name", {"name": ""}),
        ("name", {"name": None}),
        ("name", {"name": "x" * 11}),
        ("color", {"color": "x" * 1025}),
        ("color", {"color": 7}),
    ],
)
def test_a_field_that_can_t_be_is_refused_by_name_and_nothing_is_stored(aws: None, field: str, patch: dict[str, Any]) -> None:
    ctx = new_account()
    (id_,) = create(ctx, "a")
    with counted() as sent, pytest.raises(Invalid) as refused:
        TAGS.create(ctx, {"name": "b"} | patch)
    assert (refused.value.field, sent) == (field, [])
    with pytest.raises(Invalid) as refused:
        TAGS.change(ctx, id_, patch)
    assert (refused.value.field, TAGS.get(ctx, id_).version) == (field, 1)


def test_an_object_has_so_many_bytes_at_most(aws: None) -> None:
    ctx = new_account()
    with pytest.raises(Invalid, match="100000 bytes"):
        SITES.create(ctx, {"host": "a.example", "names": {str(count): "x" * 1000 for count in range(101)}})
    assert SITES.load_fresh(ctx) == {}


@pytest.mark.parametrize("field", ["id", "number", "version", "created_at", "colour"])
def test_a_patch_that_sets_what_is_not_its_own_is_a_mistake_in_the_code(aws: None, field: str) -> None:
    with pytest.raises(TypeError, match=field):
        TAGS.create(new_account(), {"name": "a", field: 1})
