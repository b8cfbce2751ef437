"""Rows of the endpoint tables beside what the documents say of them (facts/*.json)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chalicelib.dialects.anytime.routes import ANYTIME
from chalicelib.dialects.endpoint import Dialect, Endpoint
from chalicelib.dialects.livechat.routes import LIVECHAT
from chalicelib.dialects.oneview.routes import ONEVIEW
from chalicelib.dialects.ppmessage.routes import PPMESSAGE

DIALECTS = (PPMESSAGE, ANYTIME, ONEVIEW, LIVECHAT)
_FACTS = Path(__file__).with_name("facts")
_ISO = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
_LEAVES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "datetime": str,
    "any": object,
}


def _read(dialect: Dialect) -> dict[str, Any]:
    return dict(json.loads((_FACTS / f"{dialect.name.lower()}.json").read_text()))


#: What each dialect's document says, by the dialect's name.
DOCUMENTS = {dialect.name: _read(dialect) for dialect in DIALECTS}


@dataclass(frozen=True)
class Row:
    """An endpoint of a table and its facts; {} where the document and facts/ say nothing."""

    dialect: Dialect
    endpoint: Endpoint
    facts: dict[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        return self.endpoint.method, self.endpoint.path

    @property
    def id(self) -> str:
        """Readable in a test's name: `PUT conversations/{id}`."""
        short = re.sub(r"^/(api/v3/anytime|api|cs-chat-ticket/v1|auth/addon/live_chat)/", "", self.endpoint.path)
        return f"{self.endpoint.method} {short}" if self.dialect is not PPMESSAGE else short

    @property
    def required(self) -> list[str]:
        return [name for name, needed in self.facts.get("params", {}).items() if needed]


def rows_of(dialect: Dialect) -> list[Row]:
    """The dialect's table."""
    facts = {(entry["method"], entry["path"]): entry for entry in DOCUMENTS[dialect.name]["endpoints"]}
    return [Row(dialect, endpoint, facts.get((endpoint.method, endpoint.path), {})) for endpoint in dialect.endpoints]


def every_row() -> list[Row]:
    return [row for dialect in DIALECTS for row in rows_of(dialect)]


def each(rows: list[Row]) -> pytest.MarkDecorator:
    """Parametrizes a test by `row`."""
    return pytest.mark.parametrize("row", rows, ids=[row.id for row in rows])


def gaps(documented: Any, shown: Any, objects: dict[str, Any], at: str = "$") -> list[str]:
    """Where an answer lacks a documented key or has another type; null is allowed everywhere below the top."""
    return list(_gaps(documented, shown, objects, at)) if shown is not None else [f"{at} is null"]


def _gaps(documented: Any, shown: Any, objects: dict[str, Any], at: str) -> Iterator[str]:
    if isinstance(documented, str) and documented in objects:
        documented = objects[documented]
    if shown is None:
        return
    if isinstance(documented, dict):
        yield from _missing(documented, shown, objects, at)
    elif isinstance(documented, list):
        items = enumerate(shown) if isinstance(shown, list) else [("not a list", None)]
        for index, item in items:
            yield from _gaps(documented[0], item, objects, f"{at}[{index}]") if isinstance(index, int) else [f"{at} is {index}"]
    elif not _fits(documented, shown):
        yield f"{at} is no {documented}: {shown!r}"


def _missing(documented: dict[str, Any], shown: Any, objects: dict[str, Any], at: str) -> Iterator[str]:
    if not isinstance(shown, dict):
        yield f"{at} is no object: {shown!r}"
        return
    for name, kind in documented.items():
        if name not in shown:
            yield f"{at}.{name} is missing"
        else:
            yield from _gaps(kind, shown[name], objects, f"{at}.{name}")


def _fits(kind: str, shown: Any) -> bool:
    if isinstance(shown, bool) and kind not in ("boolean", "any"):
        return False
    return isinstance(shown, _LEAVES[kind]) and (kind != "datetime" or bool(_ISO.match(str(shown))))


def row_gaps(row: Row, shown: Any) -> list[str]:
    """The same for a row's whole answer."""
    return gaps(row.facts["answer"], shown, DOCUMENTS[row.dialect.name].get("objects", {}))
