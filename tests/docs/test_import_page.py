"""docs/import.md: its tables are the types of the format, and its examples are imported."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.desk.core import lines
from tests.docs.pages import DOCS
from tests.infra.lines import bring, export
from tests.world import World

PAGE = (DOCS / "import.md").read_text()
PARTS = (lines.Attachment, lines.Mail)


def fields_of(kind: type[Any]) -> Mapping[str, tuple[str, bool, str]]:
    """Returns the fields of a type by name: its type in words, whether it has to be given, and what it says."""
    info: Any = msgspec.inspect.type_info(kind)
    return {one.encode_name: (_words(one.type), one.required, _meaning(one.type)) for one in info.fields}


def _meaning(type_: Any) -> str:
    schema = getattr(type_, "extra_json_schema", None) or {}
    inner = getattr(type_, "type", None)
    return str(schema.get("description") or (_meaning(inner) if inner is not None else ""))


def _words(type_: Any) -> str:
    """Returns a type as readers of JSON call it."""
    name = type(type_).__name__
    if name == "Metadata":
        return _words(type_.type)
    if name == "UnionType":
        return " or ".join(_words(one) for one in type_.types if type(one).__name__ != "NoneType")
    if name == "LiteralType":
        return " ".join(f"`{value}`" for value in type_.values)
    return _WORDS[name]


_WORDS = {
    "StrType": "text",
    "IntType": "number",
    "FloatType": "number",
    "BoolType": "true or false",
    "DateTimeType": "time",
    "BytesType": "base64",
    "VarTupleType": "list",
    "DictType": "object",
    "StructType": "object",
}


def described(kind: Any) -> str:
    """What the page says of a kind of line: its docstring, and a table of its fields."""
    text = " ".join(kind.__doc__.split())
    rows = ["| field | is | |", "|---|---|---|"]
    for name, (type_, is_required, meaning) in fields_of(kind).items():
        told = [*(["required"] if is_required else []), *([meaning] if meaning else [])]
        rows.append(f"| `{name}` | {type_} | {'; '.join(told)} |")
    return "\n".join([text, "", *rows])


@pytest.mark.parametrize("kind", [*lines.KINDS, *PARTS], ids=lambda kind: str(kind.__name__))
def test_a_table_has_the_fields_of_its_type(kind: Any) -> None:
    text, _, table = described(kind).partition("\n\n")
    assert " ".join(PAGE.split()).count(text) == 1
    assert table in PAGE


def test_the_examples_are_a_file_that_can_be_imported(world: World, tmp_path: Path) -> None:
    examples = [
        line for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) for line in block.splitlines()
    ]
    kinds = [json.loads(line)["type"] for line in examples]
    assert list(dict.fromkeys(kinds)) == [kind.__struct_config__.tag for kind in lines.KINDS]
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "box.jpg").write_bytes(b"a picture")
    path = tmp_path / "examples.jsonl"
    path.write_text("\n".join(examples).replace("acme.example", f"{world.account}.test"))
    bring(world, path)
    told = [json.loads(line)["type"] for line in export(world, tmp_path / "out.jsonl")]
    assert told.count("message") == kinds.count("message")
    assert told.count("conversation") == kinds.count("conversation")
