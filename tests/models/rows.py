"""Rows of any model: values for every attribute, and the model as pynamodb would have it without what we changed."""

import importlib
import pkgutil
from functools import cache
from types import new_class
from typing import Any

from hypothesis import strategies as st
from pynamodb import attributes
from pynamodb.attributes import Attribute, MapAttribute
from pynamodb.models import Model

from chalicelib import models
from chalicelib.models.attributes import (
    BooleanAttribute,
    IntegerAttribute,
    KeyAttribute,
    PackedAttribute,
    UnicodeAttribute,
    UuidAttribute,
    VersionAttribute,
    WordAttribute,
)
from chalicelib.models.base import Table

# Imported, so that each model is known here.
for _module in pkgutil.iter_modules(models.__path__, f"{models.__name__}."):
    importlib.import_module(_module.name)
MODELS: list[type[Table]] = list(Table.__subclasses__())
_THEIRS: dict[type[Attribute[Any]], type[Attribute[Any]]] = {
    UnicodeAttribute: attributes.UnicodeAttribute,
    BooleanAttribute: attributes.BooleanAttribute,
    IntegerAttribute: attributes.NumberAttribute,
    VersionAttribute: attributes.VersionAttribute,
}
_texts, _numbers = st.text(max_size=8), st.integers(-(10**15), 10**15)


def name_of(model: type[Any]) -> str:
    """What a test of a model is called."""
    return model.__name__


def keys_of(model: type[Table]) -> list[str]:
    """Names of a model's hash key and range key."""
    return [name for name, one in model.get_attributes().items() if one.is_hash_key or one.is_range_key]


@cache
def twin(model: Any) -> Any:
    """The same model of pynamodb's own attributes on pynamodb's own base."""
    meta = type("Meta", (), {"table_name": model.Meta.table_name, "region": "us-east-1"})
    return _class(model.__name__, Model, {"Meta": meta, **_copies(model)})


def _class(name: str, base: type[Any], namespace: dict[str, Any]) -> Any:
    return new_class(name, (base,), exec_body=lambda body: body.update(namespace))


def _copies(container: Any) -> dict[str, Attribute[Any]]:
    return {name: _copy(one) for name, one in container.get_attributes().items()}


def _copy(one: Attribute[Any]) -> Attribute[Any]:
    given: dict[str, Any] = {"attr_name": one.attr_name, "default": one.default, "null": one.null}
    given |= {"hash_key": one.is_hash_key, "range_key": one.is_range_key}
    if isinstance(one, attributes.BinaryAttribute):
        given["legacy_encoding"] = one.legacy_encoding
    if isinstance(one, attributes.ListAttribute) and one.element_type:
        element: Any = one.element_type
        given["of"] = _element(element)
    if isinstance(one, WordAttribute):
        given["words"] = one.letters
    kind: Any = type(one)
    found: Attribute[Any] = _THEIRS.get(kind, kind)(**given)
    return found


@cache
def _element(kind: Any) -> Any:
    if issubclass(kind, MapAttribute):
        return _class(kind.__name__, MapAttribute, _copies(kind))
    return _THEIRS.get(kind, kind)


def as_twin(row: Table) -> Model:
    """A twin's row with the same values."""
    model = twin(type(row))
    found: Model = model()
    for name, value in row.attribute_values.items():
        found.attribute_values[name] = twin_value(model, name, value)
    return found


def twin_value(model: type[Model], name: str, value: Any) -> Any:
    """A value as a twin has it: with maps of its own kind."""
    one = model.get_attributes()[name]
    if isinstance(one, attributes.ListAttribute) and value and isinstance(value[0], MapAttribute):
        return [one.element_type(**entry.attribute_values) for entry in value]  # type: ignore[misc]
    return value


def plain(row: Any) -> Any:
    """A row's values, or those of a map or list in it, as they compare; what is None is left out."""
    if isinstance(row, Model | MapAttribute):
        return {name: plain(value) for name, value in row.attribute_values.items() if value is not None}
    return [plain(value) for value in row] if isinstance(row, list) else row


def values(one: Attribute[Any], texts: st.SearchStrategy[str] = _texts) -> st.SearchStrategy[Any]:
    """Values of one attribute."""
    if isinstance(one, attributes.ListAttribute):
        return st.lists(_elements(one.element_type, texts), max_size=3)
    if isinstance(one, MapAttribute):
        return st.dictionaries(st.text("0123456789", min_size=1, max_size=2), texts, max_size=3)
    for kind, known in _values(texts):
        if isinstance(one, kind):
            return known
    raise NotImplementedError(f"no values are known for {type(one).__name__}")


@cache
def _values(texts: st.SearchStrategy[str]) -> list[tuple[type[Attribute[Any]], st.SearchStrategy[Any]]]:
    return [
        (attributes.UnicodeAttribute, texts),
        (WordAttribute, texts | st.sampled_from(["pending_internal", "urgent", "chat", "system"])),
        (UuidAttribute, st.uuids().map(str) | texts),
        (PackedAttribute, st.binary(max_size=20)),
        (KeyAttribute, st.lists(st.uuids().map(str) | texts, min_size=1, max_size=3).map("#".join)),
        (attributes.BooleanAttribute, st.booleans()),
        (attributes.BinaryAttribute, st.binary(max_size=8)),
        (VersionAttribute, st.integers(1, 10**9)),
        (IntegerAttribute, _numbers),
        (attributes.NumberAttribute, _numbers | st.floats(0, 1000, width=16)),
        (attributes.JSONAttribute, st.dictionaries(_texts, _texts | _numbers | st.none(), max_size=3)),
        (attributes.UnicodeSetAttribute, st.sets(st.text(min_size=1, max_size=8), min_size=1, max_size=3)),
        (attributes.NumberSetAttribute, st.sets(_numbers, min_size=1, max_size=3)),
    ]


def _elements(kind: Any, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    if not issubclass(kind, MapAttribute):
        return values(kind(), texts)
    known = kind.get_attributes().items()
    fields = {name: st.none() | values(one, texts) if one.null else values(one, texts) for name, one in known}
    return st.builds(kind, **fields)


@cache
def rows(model: type[Table], texts: st.SearchStrategy[str] = _texts) -> st.SearchStrategy[Any]:
    """Rows that have all that they must have, and any of the rest."""
    known = model.get_attributes().items()
    needed = {name: values(one, texts) for name, one in known if not one.null and one.default is None}
    optional = {name: st.none() | values(one, texts) if one.null else values(one, texts) for name, one in known}
    further = st.fixed_dictionaries({}, optional={name: one for name, one in optional.items() if name not in needed})
    return st.builds(lambda must, may: model(**must, **may), st.fixed_dictionaries(needed), further)
