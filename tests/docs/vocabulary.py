"""The words of each dialect: names of its fields, its paths and values, and what its facts say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

import chalicelib.dialects
from chalicelib.dialects.endpoint import Dialect
from chalicelib.dialects.ppmessage.routes import PPMESSAGE
from infra.sockets import PATH
from tests.conformance.table import DOCUMENTS

_FOLDER = Path(chalicelib.dialects.__file__).parent
_CAMEL = ("Anytime", "OneView")
_WORD = re.compile(r"[\w/.-]+")
#: Characters that a text of the code may have: longer ones are explanations.
_LONGEST = 64


def words(dialect: Dialect) -> set[str]:
    """Every word that a client of the dialect can meet."""
    types = [shape for row in dialect.endpoints for shape in (row.request, row.answer) if isinstance(shape, type)]
    structs = [shape for shape in types if issubclass(shape, msgspec.Struct)]
    fields = {field.encode_name for shape in structs for field in msgspec.structs.fields(shape)}
    paths = {part for row in dialect.endpoints for part in [row.path, *re.findall(r"[\w.-]+", row.path)]}
    sockets = {PATH} if dialect is PPMESSAGE else set()
    return {*fields, *paths, *sockets, *_of_facts(DOCUMENTS[dialect.name]), *_of_code(dialect)}


def _of_facts(document: Any) -> Iterator[str]:
    """Keys and texts of what is copied from the dialect's document."""
    if isinstance(document, dict):
        yield from document
        document = list(document.values())
    if isinstance(document, list):
        for value in document:
            yield from _of_facts(value)
    elif isinstance(document, str):
        yield from _WORD.findall(document)


def _of_code(dialect: Dialect) -> Iterator[str]:
    """Short texts in the dialect's modules, which are its values and headers, and the fields of its types."""
    for path in (_FOLDER / dialect.name.lower()).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= _LONGEST:
                yield from _WORD.findall(node.value)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield _spelled(node.target.id, dialect)


def _spelled(field: str, dialect: Dialect) -> str:
    """A field's name on the wire."""
    head, *rest = field.split("_")
    return head + "".join(map(str.capitalize, rest)) if dialect.name in _CAMEL else field
