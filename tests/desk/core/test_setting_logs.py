"""Setting logs: a change of any kind of settings is logged with all its fields, in the same write, and without its secrets."""

import ast
import importlib
import pkgutil
import re
import uuid
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec.structs import fields, replace

import chalicelib.desk
from chalicelib.context import ADMIN, Caller, Context
from chalicelib.desk.accounts import log_retention
from chalicelib.desk.accounts.accounts import Account
from chalicelib.desk.core import cache as caches
from chalicelib.desk.core import documents, setting_logs
from chalicelib.desk.core.collections import Collection, Entry
from chalicelib.desk.core.documents import Document
from chalicelib.desk.core.errors import Invalid
from chalicelib.desk.core.schemas import HIDDEN, SECRET, Secret
from chalicelib.desk.core.setting_logs import Subject
from chalicelib.models import event_logs, settings
from chalicelib.models.base import ConditionFailed
from chalicelib.models.event_logs import LogEntry
from chalicelib.models.stamps import Stamp
from tests.lambdas import counted
from tests.streams_and_queues import START

#: Names that sound like a secret. Those of NO_SECRETS are none.
SOUNDS_SECRET = re.compile(r"secret|token|password|key|code|digest|hash|credential")
NO_SECRETS = {
    "Client.key",  # public, shown on web pages
    "Client.token_version",
    "CustomField.key",  # names in their folded form
    "Tag.key",
    "EmailAccount.code_at",
}


def kinds() -> dict[str, Any]:
    """The types of all kinds of settings that the desk has."""
    for module in pkgutil.walk_packages(chalicelib.desk.__path__, "chalicelib.desk."):
        importlib.import_module(module.name)
    found = {kind: type_ for kind, type_ in documents.KINDS.items() if type_.__module__.startswith("chalicelib.")}
    return {"account": Account} | found


KINDS = kinds()


def parts(type_: Any) -> Iterator[Any]:
    """All structs that a type is made of."""
    if is_struct(type_):
        yield type_
    for inner in [*get_args(type_), *(get_type_hints(type_).values() if is_struct(type_) else ())]:
        yield from parts(inner)


def is_struct(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)


def is_secret(type_: Any) -> bool:
    return get_origin(type_) is Annotated and SECRET in get_args(type_)


def secrets(type_: Any) -> set[str]:
    return {f"{part.__name__}.{one.name}" for part in parts(type_) for one in fields(part) if is_secret(one.type)}


def value(type_: Any, mark: str, secret: str, at: str) -> Any:
    """A document's value of a type: each text has the mark and its place, each secret says that it is one."""
    kind, inner = get_origin(type_), get_args(type_)
    if is_struct(type_):
        return {one.name: value(one.type, mark, secret, one.name) for one in fields(type_)}
    if kind is Annotated:
        return value(inner[0], secret if is_secret(type_) else mark, secret, at)
    if kind in (Union, UnionType):
        return value(inner[0], mark, secret, at)
    if kind is not None and issubclass(kind, Mapping):
        return {"k": value(inner[1], mark, secret, at)}
    if kind in (tuple, list) or (kind is not None and kind.__name__ == "Sequence"):
        return [value(inner[0], mark, secret, at)]
    return {bool: mark == "after", int: len(mark), float: len(mark) / 2}.get(type_, f"{mark} {at}")


def rows(kind: str, before: Any, after: Any) -> list[LogEntry]:
    return setting_logs.entries(Subject("account", kind, KINDS[kind], "key", 7), before, after, 3, Stamp(START, 123), None)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_logged_whole_and_without_secrets(kind: str) -> None:
    before, after = (value(KINDS[kind], mark, f"hush {mark}", "") for mark in ("before", "after"))
    created, removed, changed = rows(kind, None, after), rows(kind, before, None), rows(kind, before, after)
    own = {"id", "number", "version", "created_at", "updated_at"}
    assert {row.field for row in changed} == {one.name for one in fields(KINDS[kind])} - own
    assert [row.field for row in (*created, *removed)] == ["created", "removed"]
    told = " ".join(f"{row.before} {row.after}" for row in (*created, *removed, *changed))
    assert "hush" not in told
    assert (HIDDEN in told) is bool(secrets(KINDS[kind]))
    assert {(row.kind, row.number_of, row.changed_by) for row in (*created, *removed, *changed)} == {(kind, 7, 123)}
    assert len({row.place for row in changed}) == len(changed)


@pytest.mark.parametrize("kind", KINDS)
def test_what_sounds_like_a_secret_is_marked_as_one(kind: str) -> None:
    named = {
        f"{part.__name__}.{one.name}" for part in parts(KINDS[kind]) for one in fields(part) if SOUNDS_SECRET.search(one.name)
    }
    assert named - secrets(KINDS[kind]) <= NO_SECRETS


def test_nothing_writes_settings_past_the_log() -> None:
    """Rows of settings are written by documents, collections and accounts alone, and none with a log that is written empty."""
    found: dict[str, list[str]] = {}
    for file in Path(chalicelib.desk.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and re.fullmatch(r"settings\.(put|create|move|delete)", ast.unparse(node.func)):
                found.setdefault(file.stem, []).append(ast.unparse(node.args[-1]))
    in_privacy = {"account_removal", "records"}  # notes of its own work, which are no settings
    assert set(found) == {"documents", "collections", "accounts"} | in_privacy
    assert all("log" in last for name in found.keys() - in_privacy for last in found[name])
    derived = [kind for kind in KINDS if f'Document("{kind}"' in _sources() and "is_derived=True" in _line(f'Document("{kind}"')]
    assert sorted(derived) == ["watched_events", "watched_webhooks"]


@cache
def _sources() -> str:
    return "\n".join(file.read_text() for file in Path(chalicelib.desk.__file__).parent.rglob("*.py"))


def _line(text: str) -> str:
    return next(line for line in _sources().splitlines() if text in line)


# --- as it is stored


class Door(Entry, frozen=True, kw_only=True):
    """A kind for these tests."""

    name: str
    color: str = "grey"
    code: Secret[str] = ""


class House(msgspec.Struct, frozen=True):
    """A document for these tests."""

    rooms: int = 1
    doors: dict[str, str] = {}


DOORS, HOUSE = Collection("test_door", Door, most=5), Document("test_house", House)


@pytest.fixture
def ctx(aws: None) -> Context:
    """An administrator of an account that has nothing yet, through Anytime."""
    caller = Caller(str(uuid.uuid4()), ADMIN, str(uuid.uuid4()), 12)
    ctx = Context(caller, now=START, pause=lambda _: None, dialect="Anytime")
    documents.load(ctx, documents.ACCOUNT)
    return ctx


def logged(ctx: Context, kind: str, key: str = "") -> list[tuple[str, str | None, str | None]]:
    found = LogEntry.query(event_logs.setting_key(ctx.account, kind, key), consistent_read=True)
    return [(row.field, row.before, row.after) for row in found]


def test_a_change_and_its_log_are_one_write(ctx: Context) -> None:
    door = DOORS.create(ctx, {"name": "front", "code": "1234"})
    with counted() as sent:
        DOORS.change(ctx, door.id, {"color": "red", "code": "5678"})
    assert sent == ["GetItem", "TransactWriteItems", "SendMessageBatch"]
    DOORS.change(ctx, door.id, {"color": "red"})  # changes nothing
    DOORS.remove(ctx, door.id)
    assert logged(ctx, "test_door", door.id) == [
        ("created", None, f'{{"name":"front","color":"grey","code":"{HIDDEN}"}}'),
        ("code", HIDDEN, HIDDEN),
        ("color", "grey", "red"),
        ("removed", f'{{"name":"front","color":"red","code":"{HIDDEN}"}}', None),
    ]
    (first, *_) = LogEntry.query(event_logs.setting_key(ctx.account, "test_door", door.id))
    assert (first.at, first.changed_by, first.listed_in) == (START, ctx.stamp.by, f"{ctx.account}#quiet")


def test_a_write_that_fails_logs_nothing_and_one_that_is_tried_again_once(ctx: Context) -> None:
    door = DOORS.create(ctx, {"name": "front"})
    row = settings.get(f"{ctx.account}#test_door", f"test_door#{door.id}")
    assert row
    DOORS.change(ctx, door.id, {"color": "red"})
    with pytest.raises(ConditionFailed):
        settings.delete(row, documents.log_of(ctx, Subject(ctx.account, "test_door", Door, door.id), row.document, None, 9))
    assert [field for field, *_ in logged(ctx, "test_door", door.id)] == ["created", "color"]


def test_a_document_and_an_order_are_logged(ctx: Context) -> None:
    HOUSE.change(ctx, lambda house: replace(house, rooms=3))
    HOUSE.change(ctx, lambda house: replace(house, rooms=3))
    HOUSE.change(ctx, lambda house: replace(house, doors={"front": "red"}))
    assert logged(ctx, "test_house") == [("rooms", "1", "3"), ("doors", None, '{"front":"red"}')]
    one, two = (DOORS.create(ctx, {"name": name}).id for name in "ab")
    DOORS.reorder(ctx, [two])
    assert logged(ctx, "test_door") == [("order", f'["{one}","{two}"]', f'["{two}","{one}"]')]


def test_no_row_of_the_log_is_written_over(ctx: Context) -> None:
    HOUSE.change(ctx, lambda house: replace(house, rooms=3))
    (row,) = LogEntry.query(event_logs.setting_key(ctx.account, "test_house", ""))
    house = settings.get(f"{ctx.account}#test_house", "test_house#")
    assert house
    with pytest.raises(ConditionFailed):
        settings.put(house, {"rooms": 4, "doors": {}}, [row])


def test_how_long_it_is_kept_counts_for_what_comes(ctx: Context) -> None:
    HOUSE.change(ctx, lambda house: replace(house, rooms=2))
    for days in (30, 3_650, None):
        assert log_retention.change(ctx, days).days == log_retention.load(ctx).days == days
        HOUSE.change(ctx, lambda house: replace(house, rooms=house.rooms + 1))
    kept = [row.expires_at for row in LogEntry.query(event_logs.setting_key(ctx.account, "test_house", ""))]
    assert kept == [START // 1000 + days * 86_400 for days in (365, 30, 3_650)] + [None]
    for wrong in (29, 3_651, 0, -1):
        with pytest.raises(Invalid, match="days"):
            log_retention.change(ctx, wrong)
    assert logged(ctx, documents.LOG_RETENTION) == [("days", "365", "30"), ("days", "30", "3650"), ("days", "3650", None)]
    caches.clear_all()
    assert documents.logs_expire_at(ctx, START) is None
