"""Queries: lists and objects that a client has spelled in the names of query values."""

from collections.abc import Mapping
from typing import Any

from chalicelib.desk.core.errors import Invalid


def unfolded(query: Mapping[str, Any]) -> dict[str, Any]:
    """Returns query values by name, `a[0][b]=c` as `{"a": {"0": {"b": "c"}}}`, and `a[]=c` and `a[0]=c` as `{"a": ["c"]}`.

    Raises Invalid where a name is used in two ways.
    """
    values: dict[str, Any] = {}
    for name, value in query.items():
        *path, last = name.replace("]", "").split("[") if name.endswith("]") else [name]
        place = values
        for part in path:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise Invalid(name, "is given twice")
        if last in place:
            raise Invalid(name, "is given twice")
        place[last] = value
    return {name: _listed(value) for name, value in values.items()}


def _listed(value: Any) -> Any:
    """Returns an object whose names are empty or numbers, and whose values are plain, as the list that it spells."""
    if not isinstance(value, dict) or any(isinstance(one, dict) or not _is_place(at) for at, one in value.items()):
        return value
    ordered = [value[at] for at in sorted(value, key=lambda at: (len(at), at))]
    return [one for given in ordered for one in (given if isinstance(given, list) else [given])]


def _is_place(name: str) -> bool:
    return name == "" or (name.isascii() and name.isdigit())
