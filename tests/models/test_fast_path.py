"""Our own way of reading and writing rows does what pynamodb's does, with every model: `twin` is pynamodb's."""

import uuid
from functools import cache
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pynamodb.constants import ATTRIBUTE_TYPES
from pynamodb.exceptions import AttributeNullError

from chalicelib.models import base
from chalicelib.models.base import Table
from chalicelib.models.expressions import RemoveAll, SetAll
from tests.models.rows import MODELS, as_twin, keys_of, name_of, plain, rows, twin, twin_value, values

each = pytest.mark.parametrize("model", MODELS, ids=name_of)
few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
some = settings(max_examples=10, deadline=None)
_filled = st.text("abc世", min_size=1, max_size=8)


def version_of(model: type[Table]) -> str | None:
    return model._version_attribute_name


@each
@some
@given(data=st.data())
def test_a_row_is_written_as_pynamodb_writes_it(model: type[Table], data: st.DataObject) -> None:
    row = data.draw(rows(model))
    assert row.serialize() == as_twin(row).serialize()


@each
@some
@given(data=st.data())
def test_an_item_is_read_as_pynamodb_reads_it(model: type[Table], data: st.DataObject) -> None:
    item = data.draw(rows(model)).serialize()
    names = sorted(item)
    for stored in data.draw(st.sets(st.sampled_from(names))):
        item[stored] = {"NULL": True}
    for stored in data.draw(st.sets(st.sampled_from(names))):
        del item[stored]
    item["unknown"] = {"S": "of a later version"}
    found = model.from_raw_data(item)
    assert type(found) is model
    assert plain(found) == plain(twin(model).from_raw_data(item))


@each
@some
@given(data=st.data())
def test_what_was_written_is_read_again(model: type[Table], data: st.DataObject) -> None:
    row = data.draw(rows(model))
    assert plain(model.from_raw_data(row.serialize())) == plain(row)


@each
def test_a_new_row_has_the_defaults_and_shares_none(model: type[Table]) -> None:
    first, second = model(), model()
    assert first.attribute_values == twin(model)().attribute_values
    assert not any(
        value is second.attribute_values[name] for name, value in first.attribute_values.items() if isinstance(value, list | dict)
    )


@each
@some
@given(data=st.data())
def test_a_row_without_what_it_must_have_is_written_by_neither(model: type[Table], data: st.DataObject) -> None:
    row = data.draw(rows(model))
    needed = [name for name, one in model.get_attributes().items() if not one.null]
    missing = data.draw(st.sampled_from(needed))
    row.attribute_values[missing] = None
    for either in (row, as_twin(row)):
        with pytest.raises(AttributeNullError, match=missing):
            either.serialize()
    assert row.serialize(null_check=False) == as_twin(row).serialize(null_check=False)


@each
@some
@given(data=st.data())
def test_some_attributes_are_as_raw_as_in_the_whole_row(model: type[Table], data: st.DataObject) -> None:
    row = data.draw(rows(model))
    item = row.serialize()
    known = {name: value for name, value in row.attribute_values.items() if value is not None}
    assert model.raw(**known) == item
    assert model.hash_key_of(item) == getattr(row, str(model._hash_keyname))


# --- on a table


@cache
def changes_of(model: type[Table]) -> st.SearchStrategy[dict[str, Any]]:
    """Attributes to write, None for one to remove; keys and versions are not written so."""
    fixed = [*keys_of(model), version_of(model)]
    known = {name: one for name, one in model.get_attributes().items() if name not in fixed}
    optional = {name: st.none() | values(one, _filled).filter(is_value) for name, one in known.items()}
    return st.fixed_dictionaries({}, optional=optional)


def is_value(value: Any) -> bool:
    """Whether pynamodb takes a value for one: an object like {"S": …} it takes for what DynamoDB stores."""
    return not (isinstance(value, dict) and len(value) == 1 and value.keys() <= set(ATTRIBUTE_TYPES))


def our_actions(model: type[Table], changes: dict[str, Any]) -> list[Any]:
    kept = {name: value for name, value in changes.items() if value is not None}
    removed = [name for name in changes if name not in kept]
    return [*([SetAll(model, kept)] if kept else []), *([RemoveAll(model, removed)] if removed else [])]


def their_actions(row: Any, changes: dict[str, Any]) -> list[Any]:
    known = {name: (getattr(type(row), name), twin_value(type(row), name, value)) for name, value in changes.items()}
    return [one.remove() if value is None else one.set(value) for one, value in known.values()]


@cache
def client() -> Any:
    return boto3.client("dynamodb")


def stored(model: type[Table], row: Any) -> dict[str, Any]:
    """What the table has under a row's key; the order of a set says nothing."""
    key = model.raw(**{name: getattr(row, name) for name in keys_of(model)})
    found: Any = client().get_item(TableName=model.Meta.table_name, Key=key)["Item"]
    return {name: {kind: sorted(v) if kind in ("SS", "NS") else v for kind, v in one.items()} for name, one in found.items()}


def apart(model: type[Table], row: Any) -> tuple[Any, Any]:
    """The row under a key of its own, and its twin under another one."""
    other = as_twin(row)
    for one in (row, other):
        setattr(one, str(model._hash_keyname), uuid.uuid4().hex)
    return row, other


def same(model: type[Table], ours: Any, theirs: Any) -> bool:
    """Whether the table has the same of both, the hash key aside."""
    first, second = stored(model, ours), stored(model, theirs)
    return first == second | {name: first[name] for name in model._key_names()[:1]}


@each
@few
@given(data=st.data())
def test_a_row_is_put_as_pynamodb_puts_it(aws: None, model: type[Table], data: st.DataObject) -> None:
    row = data.draw(rows(model, _filled))
    if version := version_of(model):
        setattr(row, version, None)
    ours, theirs = apart(model, row)
    with base.transaction() as write:
        write.save(ours)
    theirs.save()
    assert same(model, ours, theirs)
    if version:
        assert getattr(ours, version) == getattr(theirs, version) == 1
    ours.save()
    theirs.save()
    assert same(model, ours, theirs)


@each
@few
@given(data=st.data())
def test_a_row_is_updated_as_pynamodb_updates_it(aws: None, model: type[Table], data: st.DataObject) -> None:
    row = data.draw(rows(model, _filled))
    if version := version_of(model):
        setattr(row, version, None)
    ours, theirs = apart(model, row)
    ours.save()
    theirs.save()
    for in_transaction in (True, False):
        changes = data.draw(changes_of(model).filter(bool))
        if in_transaction:
            with base.transaction() as write:
                write.update(ours, our_actions(model, changes))
        else:
            ours.update(our_actions(model, changes))
        theirs.update(their_actions(theirs, changes))
        assert same(model, ours, theirs)
        if version:
            assert getattr(ours, version) == getattr(theirs, version)
    found = model.find(*[getattr(ours, name) for name in (model._hash_keyname, model._range_keyname) if name])
    assert plain(found) == plain(twin(model).from_raw_data(stored(model, ours)))
