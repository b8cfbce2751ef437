"""Anytime's pages: the addresses of a list's pages, and the cursors in them.

An address has all parameters of the request but those that say where a page begins, which are `pageIndex` and `cursor`.
"""

import base64
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from chalicelib import config
from chalicelib.desk.core.errors import Invalid
from chalicelib.dialects.anytime.shapes import Wire
from chalicelib.dialects.bounds import Line

#: The number of a page, from 1.
PageIndex = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class Paged(Wire, kw_only=True):
    """Base of a request for a page. `cursor` is what the address in `nextPage` has, and says where the page begins."""

    page_index: PageIndex = 1
    cursor: Line = ""


class Addresses(msgspec.Struct, frozen=True):
    """The addresses of the pages around one; None where there is no such page."""

    previous: str | None
    next: str | None
    current: str


def addresses(path: str, request: Any, next_cursor: str | None) -> Addresses:
    """Returns the addresses around the page that `request` asks for at a path. `next_cursor` None says that it is the last.

    The request has `page_index` and `cursor`. A page before is named by its index alone.
    """
    same, index = query_of(request), request.page_index
    return Addresses(
        previous=_address(path, same, index - 1, "") if index > 1 else None,
        next=None if next_cursor is None else _address(path, same, index + 1, next_cursor),
        current=_address(path, same, index, request.cursor),
    )


def query_of(request: Any) -> dict[str, Any]:
    """Returns the query that the addresses of all pages of a list share; objects as `name[key][field]=value`."""
    given = msgspec.to_builtins(request) | {"pageIndex": None, "cursor": None}
    flat: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, dict):
            flat |= {f"{name}[{key}][{field}]": one for key, row in value.items() for field, one in row.items()}
        elif value not in ("", None, 0):
            flat[name] = value
    return flat


def _address(path: str, same: dict[str, Any], index: int, cursor: str) -> str:
    place = {"pageIndex": index} | ({"cursor": cursor} if cursor else {})
    return f"{config.PUBLIC_URL}{path}?{urlencode({**same, **place}, doseq=True)}"


def cursor(*parts: str | int) -> str:
    """Returns where a list continues, as an opaque text. No part has a colon."""
    return base64.urlsafe_b64encode(":".join(map(str, parts)).encode()).decode()


def read_cursor(text: str, count: int) -> list[str]:
    """Returns the parts of a cursor. Raises Invalid for one that is not of so many parts."""
    try:
        parts = base64.urlsafe_b64decode(text).decode().split(":")
    except ValueError as error:
        raise Invalid("cursor", "is not one of ours") from error
    if len(parts) != count:
        raise Invalid("cursor", "is not one of ours")
    return parts


def read_number(text: str) -> int:
    """Returns a number that a cursor has as its part. Raises Invalid for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Invalid("cursor", "is not one of ours")
    return int(text)
