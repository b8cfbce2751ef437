"""Attributes of our tables: plain values. `attr_name` gives each one to three letters that it is stored under, because every
write pays for a row's size, and names count too. Models that share a table share these names.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar, overload

from pynamodb import attributes
from pynamodb.attributes import Attribute
from pynamodb.constants import BINARY, NUMBER, STRING

_A = TypeVar("_A", bound="Attribute[Any]")
_T = TypeVar("_T")
#: Stands before a word that is stored whole and could be taken for a letter.
_WHOLE = "="
#: Stands before a uuid in a key, and before any other part of a key that begins with it.
_SHORT = "~"
_SHORT_UUID = re.compile(r"~[A-Za-z0-9_-]{22}")
#: base64's characters, and those that are stored for them: good in an address, and sorted as what they stand for.
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SORTED = "".join(sorted(_BASE64.replace("+", "-").replace("/", "_")))
_TO_SORTED, _FROM_SORTED = str.maketrans(_BASE64, _SORTED), str.maketrans(_SORTED, _BASE64)
#: Parts of keys that a process remembers: an account's is in all of its rows.
_MOST_PARTS = 4096
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Plain(Attribute[_T]):
    """An attribute of a table: read and set by its name in the model, without a look at whether it is one of a map."""

    @overload
    def __get__(self: _A, instance: None, owner: Any) -> _A: ...

    @overload
    def __get__(self, instance: Any, owner: Any) -> _T: ...

    def __get__(self, instance: Any, owner: Any) -> Any:
        """Its value, None if it has none; on the class, the attribute itself."""
        return self if instance is None else instance.attribute_values.get(self._name)

    def __set_name__(self, owner: type[Any], name: str) -> None:
        """Keeps the name, which pynamodb looks up in a path each time."""
        super().__set_name__(owner, name)
        self._name = name

    def __set__(self, instance: Any, value: _T | None) -> None:
        """Sets its value."""
        instance.attribute_values[self._name] = value


class UnicodeAttribute(Plain[str], attributes.UnicodeAttribute):
    """A text."""


class BooleanAttribute(Plain[bool], attributes.BooleanAttribute):
    """Whether something is so."""


class IntegerAttribute(Plain[int]):
    """A whole number: all of ours are (times, counts, ids)."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """As DynamoDB wants it."""
        return str(int(value))

    def deserialize(self, value: str) -> int:
        """As it was."""
        return int(value)


class UuidAttribute(Plain[str]):
    """A uuid in 16 bytes instead of 36. Any other text, such as a uuid in capitals, is stored whole, never in 16 bytes.

    Its first byte says how many more bytes come before the text: none, or one where it would have 16 otherwise.
    """

    attr_type = BINARY

    def serialize(self, value: str) -> bytes:
        """As DynamoDB wants it."""
        if _UUID.fullmatch(value):
            return bytes.fromhex(value.replace("-", ""))
        text = b"\0" + value.encode()
        return text if len(text) != 16 else b"\1" + text

    def deserialize(self, value: bytes | str) -> str:
        """Returns the stored bytes, also from base64, as Lambda has them in a stream's records."""
        packed = b64decode(value) if isinstance(value, str) else value
        if len(packed) != 16:
            return packed[1 + packed[0] :].decode()
        return _uuid(packed)


class PackedAttribute(Plain[bytes]):
    """Bytes as a model has packed them. No stream is read of a table that has them."""

    attr_type = BINARY

    def serialize(self, value: bytes) -> bytes:
        """As DynamoDB wants it."""
        return value

    def deserialize(self, value: bytes) -> bytes:
        """As they were."""
        return bytes(value)


def _uuid(packed: bytes) -> str:
    """Returns 16 bytes as a uuid."""
    digits = packed.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class KeyAttribute(Plain[str]):
    """Parts between "#", in which each uuid is stored as "~" and 22 characters instead of 36.

    Any other part is stored as it is, after another "~" where it begins with one, so no two texts are stored alike.
    """

    attr_type = STRING

    def serialize(self, value: str) -> str:
        """As DynamoDB wants it."""
        return "#".join(map(_shortened, value.split("#")))

    def deserialize(self, value: str) -> str:
        """As it was."""
        return "#".join(map(_lengthened, value.split("#"))) if _SHORT in value else value


@lru_cache(_MOST_PARTS)
def _shortened(part: str) -> str:
    if _UUID.fullmatch(part):
        return _SHORT + b64encode(bytes.fromhex(part.replace("-", "")))[:22].decode().translate(_TO_SORTED)
    return _SHORT + part if part.startswith(_SHORT) else part


@lru_cache(_MOST_PARTS)
def _lengthened(part: str) -> str:
    if _SHORT_UUID.fullmatch(part):
        return _uuid(b64decode(part[1:].translate(_FROM_SORTED) + "=="))
    return part.removeprefix(_SHORT)


class WordAttribute(Plain[str]):
    """One of a few words, each stored as its letter. Any other word is stored whole, after a sign where it looks like one."""

    attr_type = STRING

    def __init__(self, words: Mapping[str, str], **settings: Any) -> None:
        """`words` has each word's letter."""
        super().__init__(**settings)
        self.letters, self._words = words, {letter: word for word, letter in words.items()}

    def serialize(self, value: str) -> str:
        """As DynamoDB wants it."""
        is_ambiguous = value in self._words or value.startswith(_WHOLE)
        return self.letters.get(value) or (_WHOLE + value if is_ambiguous else value)

    def deserialize(self, value: str) -> str:
        """As it was."""
        return self._words.get(value) or value.removeprefix(_WHOLE)


class VersionAttribute(IntegerAttribute, attributes.VersionAttribute):
    """Counts how often a row was written; a write of ours says which one it has read."""
