"""Compaction: after an erasure no line of the journal has what was erased, and readers of streams go on where they were."""

import json

from infra import compaction

ROW = {"t": "people", "k": ["a", "b"], "n": {"na": {"S": "Ann"}}}


def record(number: str, table: str = "people") -> compaction.Change:
    image = {"na": {"S": "Ann"}}
    return {"t": table, "r": {"dynamodb": {"SequenceNumber": number, "Keys": {"id": {"S": "b"}}, "OldImage": image}}}


def receipt(completed: str) -> dict[str, object]:
    return {"do": {"S": json.dumps({"id": "1"})[:-1] + f', "completed_at": {completed}' + "}"}}


def test_only_a_complete_receipt_wants_it() -> None:
    assert compaction.is_receipt("a#privacy", receipt("17"))
    assert not compaction.is_receipt("a#privacy", receipt("null"))
    assert not compaction.is_receipt("a#tag", receipt("17"))
    assert not compaction.is_receipt("a#privacy", {"do": {"S": "{}"}})


def test_the_last_change_of_each_row_is_kept_and_none_of_what_is_gone() -> None:
    message = {"q": "timers", "k": ["1"], "n": {"body": "x"}}
    changes = [ROW, record("1"), message, {**ROW, "n": None}, {**message, "n": None}, {**message, "k": ["2"]}]
    assert compaction.latest(changes) == ([record("1")], [{**message, "k": ["2"]}])


def test_records_lose_rows_once_all_have_read_them_and_keep_their_numbers() -> None:
    streams = {"people": [record("1")["r"], record("2")["r"], record("3")["r"]], "conversations": []}
    until = {"people": "2"}
    assert compaction.numbers_of(streams) == {"people": "3"}
    assert compaction.are_read(until, lambda table, number: (table, number) == ("people", "2"))
    assert not compaction.are_read(until, lambda *_: False)
    compaction.strip(streams, until)
    told = [one["dynamodb"] for one in streams["people"]]
    assert [one["SequenceNumber"] for one in told] == ["1", "2", "3"]
    assert ["OldImage" in one for one in told] == [False, False, True]
