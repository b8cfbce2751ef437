"""Values of custom fields: what a text has to be for each type of field (desk/accounts/custom_fields.py)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from chalicelib.rules import emails
from chalicelib.rules.condition_values import read_flag, read_number


def read(type_: str, value: str) -> str:
    """Returns a value as it is stored. Raises ValueError if it is not of the type."""
    return _READERS.get(type_, str)(value)


def name_of(type_: str) -> str:
    """Returns what a value of a type is called."""
    return _NAMES.get(type_, type_)


def _email(value: str) -> str:
    address = emails.canonical(value)
    if not emails.is_address(address):
        raise ValueError(value)
    return address


def _url(value: str) -> str:
    address = urlsplit(value)
    if address.scheme.lower() not in ("http", "https") or not address.hostname or any(sign.isspace() for sign in value):
        raise ValueError(value)
    return value


def _integer(value: str) -> str:
    if not (value.lstrip("+-").isascii() and value.lstrip("+-").isdigit() and len(value) <= 16):
        raise ValueError(value)
    return str(int(value))


def _id(value: str) -> str:
    if int(_integer(value)) < 1:
        raise ValueError(value)
    return _integer(value)


def _date(value: str) -> str:
    datetime.fromisoformat(value)
    return value


_READERS: Mapping[str, Callable[[str], str]] = {
    "email": _email,
    "url": _url,
    "link": _url,
    "date": _date,
    "integer": _integer,
    "float": lambda value: str(read_number(value)),
    "operator": _id,
    "department": _id,
    "checkbox": lambda value: str(read_flag(value)).lower(),
}
#: What a type's value is called where it is not the type itself.
_NAMES = {
    "email": "e-mail address",
    "url": "web address",
    "link": "web address",
    "date": "ISO 8601 date",
    "float": "number",
    "operator": "agent's id",
    "department": "department's id",
    "checkbox": "true or false",
}
