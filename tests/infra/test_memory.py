"""What `make run` keeps in memory is bounded."""

import threading
import time
from types import SimpleNamespace
from typing import Any

from infra import emulator
from infra.emulator import Readers, keep_files_on_disk
from infra.memory import Room, give_back
from tests.waiting import PATIENCE, until


def record(number: int, age: int) -> dict[str, Any]:
    return {"dynamodb": {"SequenceNumber": f"{number:04}", "ApproximateCreationDateTime": int(time.time()) - age}}


def numbers(tables: Any) -> list[str]:
    return [entry["dynamodb"]["SequenceNumber"] for entry in tables._stream_records["people"]]


def test_a_record_that_all_readers_have_taken_leaves_the_memory_after_a_minute() -> None:
    old = emulator._TAKEN_SECONDS + 5
    records = [record(at, old if at < 4 else 0) for at in range(6)]
    tables = SimpleNamespace(_stream_records={"people": records}, _stream_trimmed={"people": 10})
    readers = Readers(tables)
    readers.took("people", "count_people", "0")
    readers.took("people", "relay_people", "0005")
    assert numbers(tables) == ["0000", "0001", "0002", "0003", "0004", "0005"]
    readers.took("people", "count_people", "0002")
    assert numbers(tables) == ["0002", "0003", "0004", "0005"], "the last one that was taken stays"
    readers.took("people", "count_people", "0005")
    assert numbers(tables) == ["0004", "0005"]
    assert tables._stream_trimmed == {"people": 14}
    readers.took("conversations", "count_conversations", "0005")


def test_a_file_is_not_kept_in_memory_beside_the_disk() -> None:
    objects = SimpleNamespace(
        _object_versions={("b", "k"): [{"version_id": "1", "data": b"old"}, {"version_id": "2", "data": b"x"}]}
    )
    deleted: list[tuple[str, str]] = []
    objects._persist_object = lambda bucket, key, record: record.update(body=None)
    objects._delete_persisted_object = lambda bucket, key: deleted.append((bucket, key))
    objects._record_delete_marker = lambda bucket, key, before: f"{key} has gone"
    keep_files_on_disk(objects)
    objects._persist_object("b", "k", {"version_id": "2", "body": b"x"})
    objects._persist_object("b", "other", {"version_id": "3", "body": b"x"})
    assert [version["data"] for version in objects._object_versions["b", "k"]] == [b"old", None]
    assert objects._record_delete_marker("b", "k", None) == "k has gone" and deleted == [("b", "k")]


def test_large_bodies_are_taken_a_few_at_a_time_and_small_ones_always() -> None:
    room, order = Room(10, small=2), list[str]()

    def take(name: str, size: int) -> None:
        with room.taking(size):
            order.append(name)

    with room.taking(8):
        later = threading.Thread(target=take, args=("large", 100))
        later.start()
        take("small", 2)
        assert order == ["small"]
    later.join(PATIENCE)
    assert order == ["small", "large"]
    assert until(lambda: room._taken == 0)


def test_memory_is_given_back_where_the_system_can_be_told_and_nothing_breaks_elsewhere() -> None:
    give_back()
