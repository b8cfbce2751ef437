"""Schemas: which values a kind of settings may have, how they are stored, and what patches of them mean."""

from collections.abc import Callable, Mapping
from functools import cached_property
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.desk.core.errors import Invalid
from chalicelib.rules import names

T = TypeVar("T")
#: Characters that a text may have where its kind says nothing else, and bytes that a whole document may have.
_LONGEST, _MOST_BYTES = 1024, 100_000
_BLANK = (None, "")
#: Fields that are names of one line.
_NAMES = frozenset(["name", "title", "question"])

#: What logs show of a secret.
HIDDEN = "(secret)"
SECRET = msgspec.Meta(extra={"is_secret": True})
#: The type of a field that is a secret, or a digest of one.
Secret = Annotated[T, SECRET]


def given(value: T | None) -> T | UnsetType:
    """Returns the value for a patch, from a caller who says None where there is nothing to set."""
    return UNSET if value is None else value


def fields_set(patch: msgspec.Struct) -> dict[str, Any]:
    """Returns the fields that a patch sets, which are those that are not UNSET, with their values as they are."""
    return {name: value for name, value in msgspec.structs.asdict(patch).items() if value is not UNSET}


class Schema(Generic[T]):
    """The fields of a struct, stored as a JSON document. A field `version` is the row's.

    A field without a default can't be empty, and a name has no control characters. No text is longer than `longest` says, else
    1,024 characters. `check` raises Invalid for other bad values.
    """

    def __init__(
        self, type_: type[T], longest: Mapping[str, int] | None = None, check: Callable[[T], None] = lambda _: None
    ) -> None:
        self._type, self._longest, self._check = type_, dict(longest or {}), check

    @cached_property
    def _is_required(self) -> dict[str, bool]:
        declared: Any = self._type
        return {one.name: one.required for one in msgspec.structs.fields(declared)}

    def longest(self, field: str) -> int:
        """Characters that a text may have."""
        return self._longest.get(field, _LONGEST)

    def value(self, document: dict[str, Any], version: int = 0) -> T:
        """Returns the value of a stored document. Fields that the type does not have are ignored."""
        return msgspec.convert(document | {"version": version}, self._type)

    def document(self, value: T) -> dict[str, Any]:
        """Returns the document of a value."""
        document: dict[str, Any] = msgspec.to_builtins(value)
        document.pop("version", None)
        return document

    def check(self, document: dict[str, Any], version: int = 0) -> T:
        """Returns the value of a document that is about to be stored. Raises Invalid."""
        for name, value in document.items():
            if isinstance(value, str) and len(value) > self.longest(name):
                raise Invalid(name, f"is longer than {self.longest(name)} characters")
        if len(msgspec.json.encode(document)) > _MOST_BYTES:
            raise Invalid("", f"this has more than {_MOST_BYTES} bytes")
        value = self._typed(document, version)
        self._check(value)
        return value

    def _typed(self, document: dict[str, Any], version: int) -> T:
        for name, is_required in self._is_required.items():
            if is_required and name != "version":
                self._check_given(name, document.get(name))
        try:
            return self.value(document, version)
        except msgspec.ValidationError as error:
            reason, _, path = str(error).partition(" - at `$.")
            raise Invalid(path.rstrip("`"), reason) from error

    def _check_given(self, name: str, value: object) -> None:
        """Raises Invalid for what a field without a default can't be."""
        if value in _BLANK or (isinstance(value, str) and not names.is_visible(value)):
            raise Invalid(name, "must not be empty")
        if name in _NAMES and (wrong := names.fault(str(value))):
            raise Invalid(name, wrong)

    def read_patch(self, patch: object, *, never: frozenset[str]) -> dict[str, Any]:
        """Returns the fields that a patch sets: a mapping's, or an object's that are not UNSET.

        Raises TypeError for a field that the type does not have, or that is `never` set.
        """
        told: dict[str, Any] = msgspec.to_builtins(patch)
        if unknown := told.keys() - (self._is_required.keys() - never):
            raise TypeError(f"no patch of {self._type.__name__} sets {', '.join(sorted(unknown))}")
        return told

    def patched(self, value: T, told: Mapping[str, Any]) -> T:
        """Returns a value with the fields of a patch. Raises Invalid."""
        return self._typed(apply_patch(self.document(value), told), getattr(value, "version", 0))


def apply_patch(document: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a document with the fields of a patch. None and an empty text clear a field, which then has its default."""
    return {name: value for name, value in {**document, **told}.items() if name not in told or value not in _BLANK}


def masked(type_: Any, value: Any) -> Any:
    """Returns a stored value of a type without its secrets, at any depth. Fields that the type does not have are left out."""
    kind, inner = get_origin(type_), get_args(type_)
    if kind is Annotated:
        return _hidden(value) if SECRET in inner else masked(inner[0], value)
    if isinstance(value, Mapping) and isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        known = get_type_hints(type_, include_extras=True)
        return {name: masked(known[name], one) for name, one in value.items() if name in known}
    if kind in (Union, UnionType):
        for one in inner:
            value = masked(one, value)
        return value
    if isinstance(value, list) and inner:
        return [masked(inner[0], one) for one in value]
    if isinstance(value, Mapping) and len(inner) > 1:
        return {name: masked(inner[1], one) for name, one in value.items()}
    return value


def _hidden(value: Any) -> Any:
    return value if value in _BLANK else HIDDEN
