"""What is stored, as it is stored: all rows of all tables and all objects of the bucket, whoever's they are."""

import json
import zlib
from collections.abc import Iterator
from typing import Any

import boto3

from chalicelib import config
from chalicelib.models import storage
from chalicelib.rules import search_blocks, word_lists

_PREFIX = config.table("")


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row with the name of its table."""
    client = boto3.client("dynamodb")
    for table in client.list_tables(Limit=100)["TableNames"]:
        for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            yield from ((table.removeprefix(_PREFIX), item) for item in page["Items"])


def objects() -> dict[str, bytes]:
    """Every object that is there now, by key."""
    pages = storage.client().get_paginator("list_objects_v2").paginate(Bucket=config.ATTACHMENTS)
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    return {key: storage.get(key) or b"" for key in keys}


def places(*words: str) -> dict[str, list[str]]:
    """Where any of these words is, whatever its case: attributes by table, and keys of objects under `bucket`."""
    wanted = [word.lower() for word in words]
    found: dict[str, list[str]] = {}
    for table, item in rows():
        for name, value in item.items():
            if any(word in _text(value) for word in wanted):
                found.setdefault(table, []).append(f"{name} of {_key(item)}")
    for key, data in objects().items():
        said = (key + data.decode(errors="replace")).lower()
        if any(word in said for word in wanted):
            found.setdefault("bucket", []).append(key)
    return found


def of_account(account: str) -> dict[str, list[str]]:
    """Rows by table, and objects, that have an account's uuid in any place, in any of its forms."""
    short = _short(account)
    found: dict[str, list[str]] = {}
    for table, item in rows():
        if any(form in json.dumps(item, default=_readable) for form in (account, short)):
            found.setdefault(table, []).append(_key(item))
    for key in objects():
        if account in key:
            found.setdefault("bucket", []).append(key)
    return found


def _short(account: str) -> str:
    """An account as keys have it (models.attributes)."""
    from chalicelib.models.attributes import KeyAttribute

    return str(KeyAttribute().serialize(account))


def _key(item: dict[str, Any]) -> str:
    names = ("k", "ck", "ac", "id", "pl", "na", "dk", "pk", "dg", "wo", "mi", "sp")
    return " ".join(str(next(iter(item[name].values()))) for name in names if name in item and "S" in item[name])


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, default=_readable, ensure_ascii=False).lower()


def _readable(value: Any) -> str:
    """Bytes as what they say: packed words are unpacked."""
    raw = bytes(value)
    for unpack in (search_blocks.unpack, word_lists.unpack, zlib.decompress):
        try:
            return str(unpack(raw))
        except Exception:
            continue
    return raw.decode(errors="replace")


def delete(table: str, item: dict[str, Any]) -> None:
    """Deletes a row."""
    client = boto3.client("dynamodb")
    keys = client.describe_table(TableName=_PREFIX + table)["Table"]["KeySchema"]
    client.delete_item(TableName=_PREFIX + table, Key={key["AttributeName"]: item[key["AttributeName"]] for key in keys})
