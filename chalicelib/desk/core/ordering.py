"""Ordering: where the objects of a collection stand, as their keys in order."""

from collections.abc import Callable, Sequence

from chalicelib.desk.core.errors import Invalid, NotFound


def put_first(label: str, keys: Sequence[str], known: list[str]) -> list[str]:
    """Returns known keys with these first, in this order. Raises Invalid if one is named twice or is not known."""
    if len(set(keys)) < len(keys) or not set(keys) <= set(known):
        raise Invalid("order", f"must name each {label} once")
    return [*dict.fromkeys([*keys, *known])]


def put_one(label: str, key: str, to: Callable[[int], int], known: list[str]) -> list[str]:
    """Returns known keys with one at the place (from 0) that `to` makes of its own. Raises NotFound."""
    if key not in known:
        raise NotFound(label, key)
    others, at = [one for one in known if one != key], max(0, to(known.index(key)))
    return [*others[:at], key, *others[at:]]
