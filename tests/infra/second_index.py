"""The versions of the code and of the template that a second inbox index comes and goes with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from pynamodb.indexes import AllProjection

from chalicelib.models import base, inbox, summaries
from chalicelib.models import conversations as rows
from chalicelib.models.attributes import IntegerAttribute, KeyAttribute
from chalicelib.models.conversations import Conversation
from chalicelib.models.indexes import GlobalIndex

TABLE = str(Conversation.Meta.table_name)
NAME, HASH, STORED = "by_activity_v2", "inbox_key_v2", "ikk"


class Second(GlobalIndex[Conversation]):
    """The index that takes the place of `by_activity`."""

    class Meta:
        index_name = NAME
        projection = AllProjection()

    inbox_key_v2 = KeyAttribute(hash_key=True, attr_name=STORED)
    last_activity_at = IntegerAttribute(range_key=True)


def table() -> Any:
    """The conversations' table as AWS describes it."""
    return boto3.client("dynamodb").describe_table(TableName=TABLE)["Table"]


def create() -> None:
    """What a change of the template does."""
    keys = [(STORED, "HASH"), (Conversation.last_activity_at.attr_name, "RANGE")]
    schema = [{"AttributeName": name, "KeyType": kind} for name, kind in keys]
    index = {"IndexName": NAME, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}
    known = [*table()["AttributeDefinitions"], {"AttributeName": STORED, "AttributeType": "S"}]
    updates: Any = [{"Create": index}]
    boto3.client("dynamodb").update_table(TableName=TABLE, AttributeDefinitions=known, GlobalSecondaryIndexUpdates=updates)


def drop(name: str) -> None:
    """What the next change of the template does."""
    boto3.client("dynamodb").update_table(TableName=TABLE, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": name}}])


@contextmanager
def both_written(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A version of the code that has the new index's attribute, and derives it beside the old one."""
    attribute, index, derive = KeyAttribute(null=True, attr_name=STORED), Second(), summaries.index_keys
    attribute.__set_name__(Conversation, HASH)
    monkeypatch.setattr(index, "_model", Conversation, raising=False)
    for name, value, known in ((HASH, attribute, Conversation._attributes), (NAME, index, Conversation._indexes)):
        monkeypatch.setattr(Conversation, name, value, raising=False)
        monkeypatch.setitem(known, name, value)

    def derived(conversation: Conversation, now: int) -> dict[str, Any]:
        wanted = conversation.listed_key and f"v2#{conversation.listed_key}"
        return derive(conversation, now) | ({} if getattr(conversation, HASH) == wanted else {HASH: wanted})

    monkeypatch.setattr(summaries, "index_keys", derived)
    learn(monkeypatch)
    yield
    monkeypatch.undo()
    learn(monkeypatch)


def learn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the model find out what attributes and indexes it has."""
    base.connection._tables.pop(TABLE, None)
    Conversation._connection = None
    Conversation._reading.__func__.cache_clear()  # type: ignore[attr-defined]
    Conversation._writing.__func__.cache_clear()  # type: ignore[attr-defined]


def switch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version after it reads the new index."""
    monkeypatch.setattr(inbox, "_INDEX", Conversation.by_activity_v2)  # type: ignore[attr-defined]
    monkeypatch.setattr(inbox, "_HASH", HASH)
    monkeypatch.setattr(inbox, "inbox_key", lambda account, partition: f"v2#{rows.inbox_key(account, partition)}")
