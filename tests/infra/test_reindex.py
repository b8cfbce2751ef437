"""The drill of docs/operations-index-v2.md: another inbox index is created, filled, switched to and the old one dropped, while
the desk is in use.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from pynamodb.constants import NUMBER, STRING

from chalicelib.context import ADMIN
from chalicelib.desk.conversations import lists, messages, updates
from chalicelib.desk.conversations.inbox import Listing, Position, page
from chalicelib.desk.conversations.wanted import Wanted
from chalicelib.desk.search import search
from chalicelib.desk.search.open_search_index import OpenSearchIndex
from chalicelib.models import base
from chalicelib.models import conversations as rows
from chalicelib.models.conversations import Conversation
from infra import reindex
from infra.aws import CannotDeploy
from tests.desk.search.domain import serving
from tests.infra.second_index import TABLE, both_written, create, drop, switch, table
from tests.lambdas import counted
from tests.visitors import Visitor
from tests.world import World

Done = dict[str, Any]


def listed(world: World, after: Position | None = None, size: int = 3) -> list[str]:
    """Ids of all that is listed, page by page."""
    shown: list[str] = []
    while True:
        found = page(world.ctx(ADMIN), Listing(size=size, after=after))
        shown, after = [*shown, *(row.id for row in found.conversations)], found.next_after
        if after is None:
            return shown


def crowd(world: World, many: int) -> list[Visitor]:
    """So many conversations, a second apart, every other one closed; the newest first."""
    visitors: list[Visitor] = []
    for at in range(many):
        world.now += 1000
        visitors.insert(0, world.asking())
        if at % 2:
            updates.close(world.ctx(ADMIN), visitors[0].conversation)
    return visitors


@contextmanager
def after_each_scan(act: Callable[[list[str]], Any]) -> Iterator[None]:
    """Does something between what the walk has read and what it writes of it; `act` gets the conversations' ids."""
    scan = reindex._walk

    def note(parsed: dict[str, Any], **_: Any) -> None:
        keys = [Conversation.hash_key_of(item) for item in parsed["Items"]]
        act([key.partition("#")[2] for key in keys if rows.is_summary(key)])

    def walk(*given: Any) -> None:
        client = boto3.client("dynamodb")
        client.meta.events.register("after-call.dynamodb.Scan", note)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(boto3, "client", lambda *_, **__: client)
            scan(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reindex, "_walk", walk)
        yield


def test_index_v2_is_created_filled_switched_to_and_the_old_one_dropped_with_writes_going_on(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reindex, "_PAGE", 4)
    visitors, ctx = crowd(world, 9), world.ctx(ADMIN)
    create()
    visitors[8].say("the version before still writes")
    with pytest.MonkeyPatch.context() as patch, both_written(patch):
        with pytest.raises(CannotDeploy, match="9 of 9 conversations"):
            reindex.reindex("test", tmp_path, 1, check=True)
        visitors.insert(0, crowd(world, 1)[0])
        first = page(ctx, Listing(size=3))
        turns, conflicts, correct = iter(range(1000)), list[str](), reindex._correct

        def meanwhile(read: list[str]) -> None:
            """Of what was read one is closed and one has a message, and a new one comes; the second time the walk dies."""
            if next(turns) == 1:
                raise KeyboardInterrupt
            if read:
                updates.close(ctx, read[0])
                messages.post(ctx, messages.PostMessage(read[-1], "meanwhile"))
            visitors.append(crowd(world, 1)[0])

        def noted(conversation: Conversation, item: dict[str, Any]) -> bool:
            try:
                return correct(conversation, item)
            except base.ConditionFailed:
                conflicts.append(conversation.id)
                raise

        patch.setattr(reindex, "_correct", noted)
        with after_each_scan(meanwhile):
            with pytest.raises(KeyboardInterrupt):
                reindex.reindex("test", tmp_path, 1)
            assert json.loads((tmp_path / "reindex-test-keys.json").read_text())["seen"] > 0
            reindex.reindex("test", tmp_path, 1)
        assert conflicts, "the walk met rows that had been written since it read them"
        reindex.reindex("test", tmp_path, 1, check=True)
        before, everyone = listed(world), {visitor.conversation for visitor in visitors}
        switch(patch)
        assert listed(world) == before and len(before) == len(set(before)) == len(everyone)
        assert set(before) == everyone
        continued = listed(world, first.next_after)
        assert continued and len(continued) == len(set(continued)), "a cursor of the version before is good"
        drop("by_activity")
        assert "by_activity" not in [index["IndexName"] for index in table()["GlobalSecondaryIndexes"]]
        world.now += 1000
        visitors[3].say("after all")
        updates.close(ctx, visitors[3].conversation)
        now = listed(world)
        assert now[0] == visitors[3].conversation and sorted(now) == sorted(before)


def test_a_walk_changes_nothing_where_all_keys_are_right_and_reads_every_segment(world: World, tmp_path: Path) -> None:
    crowd(world, 3)
    asked: list[dict[str, Any]] = []
    make = boto3.client

    def client(*given: Any, **named: Any) -> Any:
        made = make(*given, **named)
        made.meta.events.register("provide-client-params.dynamodb.Scan", lambda params, **_: asked.append(params))
        return made

    with pytest.MonkeyPatch.context() as patch, counted() as sent:
        patch.setattr(boto3, "client", client)
        reindex.reindex("test", tmp_path, 3)
    assert sent == [] and list(tmp_path.iterdir()) == []
    assert sorted((each["Segment"], each["TotalSegments"]) for each in asked) == [(0, 3), (1, 3), (2, 3)]


def test_another_version_s_walk_is_not_continued(world: World, tmp_path: Path) -> None:
    crowd(world, 2)
    path = tmp_path / "reindex-test-check.json"
    path.write_text(json.dumps({"code": "another", "segments": 1, "after": {"0": None}, "seen": 5, "changed": 5}))
    reindex.reindex("test", tmp_path, 1, check=True)
    path.write_text(json.dumps({"code": reindex._version(), "segments": 1, "after": {"0": None}, "seen": 5, "changed": 5}))
    with pytest.raises(CannotDeploy, match="5 of 5"):
        reindex.reindex("test", tmp_path, 1, check=True)


def test_what_a_version_no_longer_knows_is_removed_and_nothing_that_it_knows(world: World, tmp_path: Path) -> None:
    visitors = crowd(world, 2)
    for visitor in visitors:
        key = Conversation.raw(key=f"{world.account}#{visitor.conversation}")
        given: Any = {"TableName": TABLE, "Key": key, "ExpressionAttributeValues": {":old": {STRING: "x"}}}
        boto3.client("dynamodb").update_item(**given, UpdateExpression="SET zzz = :old")
    with after_each_scan(lambda _: visitors[0].say("meanwhile")):
        reindex.reindex("test", tmp_path, 1, remove="zzz")
    items = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
    assert len(items) >= 2 and not [item for item in items if "zzz" in item]
    assert visitors[0].history() == ["meanwhile", "hello"][::-1]
    for name in ("ik", "lg", "v"):
        with pytest.raises(CannotDeploy, match="is an attribute of this version"):
            reindex.reindex("test", tmp_path, 1, remove=name)


def test_the_walk_gives_up_on_what_is_written_all_the_time(world: World, tmp_path: Path) -> None:
    (visitor,) = crowd(world, 1)
    raw = boto3.client("dynamodb").get_item(TableName=TABLE, Key=Conversation.raw(key=f"{world.account}#{visitor.conversation}"))

    def refuse(*_: Any) -> bool:
        raise base.ConditionFailed(["ConditionalCheckFailed"], [None])

    with pytest.raises(CannotDeploy, match="written all the time"):
        reindex._handle(refuse, dict(raw["Item"]))
    assert NUMBER in raw["Item"][Conversation.last_activity_at.attr_name]


def found(world: World, keywords: str) -> list[str]:
    """What a list with keywords has."""
    wanted = Wanted(Listing(), keywords=search.read(world.as_agent(), keywords))
    return sorted(row.id for row in lists.page(world.as_agent(), wanted).conversations)


def test_the_search_is_rebuilt_with_writes_going_on_and_goes_on_where_it_was_interrupted(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reindex, "_PAGE", 2)
    visitors = crowd(world, 6)
    everyone = sorted(visitor.conversation for visitor in visitors)
    world.unindexed.clear()
    assert found(world, "hello") == []
    left = [3]

    def meanwhile(_: Any) -> None:
        left[0] -= 1
        visitors[left[0] % 6].say(f"more {left[0]}")
        if left[0] == 0:
            raise KeyboardInterrupt

    with after_each_scan(meanwhile):
        with pytest.raises(KeyboardInterrupt):
            reindex.index_words("test", tmp_path, 1)
        kept = json.loads((tmp_path / "reindex-test-search.json").read_text())["seen"]
        assert 0 < kept < 6
        reindex.index_words("test", tmp_path, 1)
    world.index()
    assert found(world, "hello") == everyone and len(found(world, "more")) > 2
    monkeypatch.setattr("sys.argv", ["reindex", "test", "search", "--data", str(tmp_path), "--segments", "1"])
    with counted() as sent:
        assert reindex.main() == 0
    assert set(sent) <= {"BatchGetItem", "GetItem", "Query"}, "what is indexed as it is costs reads alone"


def test_the_same_command_fills_opensearch(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    everyone = sorted(visitor.conversation for visitor in crowd(world, 3))
    world.unindexed.clear()
    monkeypatch.setattr(search, "_index", OpenSearchIndex())
    monkeypatch.setattr("sys.argv", ["reindex", "test", "search", "--data", str(tmp_path), "--segments", "2"])
    with serving() as domain:
        assert reindex.main() == 0
        assert found(world, "hello") == everyone and len(domain.documents) >= 3
    with serving() as domain:
        domain.secrets.clear()
        assert reindex.main() == 2
        monkeypatch.setattr(reindex, "find_spec", lambda name: None)
        assert reindex.main() == 2
    told = capsys.readouterr().err
    assert "has no index: AuthorizationException 403" in told and "client is not installed: pip install" in told
