"""Update expressions in one piece: pynamodb makes six objects for each attribute."""

from collections.abc import Mapping, Sequence
from typing import Any

from pynamodb.constants import NUMBER
from pynamodb.expressions.update import Action, AddAction, DeleteAction, RemoveAction, SetAction
from pynamodb.expressions.util import get_value_placeholder
from pynamodb.models import Model

_KINDS: dict[str, type[Action]] = {"SET": SetAction, "REMOVE": RemoveAction, "ADD": AddAction, "DELETE": DeleteAction}


class SetAll(SetAction):
    """Sets whole attributes, none to None, in one action."""

    def __init__(self, model: type[Model], values: Mapping[str, Any]) -> None:
        """`values` are by the attributes' names in the model."""
        known = [(model.get_attributes()[name], value) for name, value in values.items()]
        self._raw = {attribute.attr_name: {attribute.attr_type: attribute.serialize(value)} for attribute, value in known}

    def serialize(self, placeholder_names: dict[str, str], expression_attribute_values: dict[str, Any]) -> str:
        """Returns the part of an update expression after SET."""
        return ", ".join(
            f"{_short(name, placeholder_names)} = {get_value_placeholder(raw, expression_attribute_values)}"
            for name, raw in self._raw.items()
        )


class RemoveAll(RemoveAction):
    """Removes whole attributes, in one action."""

    def __init__(self, model: type[Model], attributes: Sequence[str]) -> None:
        """The attributes' names in the model."""
        self._removed = [model.get_attributes()[name].attr_name for name in attributes]

    def serialize(self, placeholder_names: dict[str, str], expression_attribute_values: dict[str, Any]) -> str:
        """Returns the part of an update expression after REMOVE."""
        return ", ".join(_short(name, placeholder_names) for name in self._removed)


def clauses(actions: Sequence[Action], names: dict[str, str], values: dict[str, Any]) -> str:
    """Returns an update expression with a clause for each kind of action."""
    of_kind = {word: [action for action in actions if isinstance(action, kind)] for word, kind in _KINDS.items()}
    return " ".join(f"{word} {', '.join(one.serialize(names, values) for one in same)}" for word, same in of_kind.items() if same)


def as_read(name: str, seen: int | None, names: dict[str, str], values: dict[str, Any]) -> str:
    """Returns the condition that a version (by its stored name) is still the one that was read, None for none."""
    if seen is None:
        return f"attribute_not_exists ({_short(name, names)})"
    return f"{_short(name, names)} = {get_value_placeholder({NUMBER: str(seen)}, values)}"


def _short(name: str, names: dict[str, str]) -> str:
    """Returns the placeholder of an attribute's stored name."""
    return names.setdefault(name, f"#{len(names)}")
