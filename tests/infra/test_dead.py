"""Dead letters: listed without a client's words, shown, sent again, dropped; a crash in between loses none."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto.sqs.models import sqs_backends

from chalicelib import config
from chalicelib.desk.core import publishing
from chalicelib.desk.core.events import DeadlineSet
from chalicelib.desk.core.people_events import PasswordForgotten
from infra import dead, local, stack

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/polydesk-test-conversations/stream/x"
STREAM_LETTER = {
    "requestContext": {"functionArn": "arn:aws:lambda:us-east-1:123456789012:function:polydesk-test-relay_conversations"},
    "DDBStreamBatchInfo": {"shardId": "s", "startSequenceNumber": "7", "batchSize": 3, "streamArn": ARN},
}


@pytest.fixture(autouse=True)
def _at_once(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(dead, "_WAIT", 0)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("POLYDESK_STAGE", config.STAGE)
    yield
    for queue in sqs_backends["123456789012"]["us-east-1"].queues.values():
        queue._messages.clear()
        queue.deleted_messages.clear()


def url(name: str) -> str:
    return str(boto3.client("sqs").get_queue_url(QueueName=config.queue(name))["QueueUrl"])


def bury(name: str, *bodies: str) -> list[str]:
    """Puts messages into a queue of dead letters; their ids."""
    return [boto3.client("sqs").send_message(QueueUrl=url(name), MessageBody=body)["MessageId"] for body in bodies]


def bodies(name: str) -> list[str]:
    """What can be received from a queue now."""
    found = boto3.client("sqs").receive_message(QueueUrl=url(name), MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [message["Body"] for message in found.get("Messages", [])]


def deadlines(count: int) -> list[str]:
    return [publishing.encode(DeadlineSet("acme", 1, f"c{at}", "close", 2)) for at in range(count)]


def run(*arguments: str) -> int:
    return dead.main([config.STAGE, *arguments])


def test_all_queues_of_dead_letters_are_known() -> None:
    assert set(dead.Letters("test").names) == {name for name in stack.queues("test") if name.endswith("-dead")}
    assert {"routing-dead", "timers-dead", "notify-dead", "mail-dead", "stream-dead"} <= set(dead.Letters("test").names)


def test_a_list_has_ids_and_no_words_of_clients(capsys: pytest.CaptureFixture[str]) -> None:
    mail = publishing.encode(PasswordForgotten("acme", 1, "ada@secret.example", "https://secret.example/"))
    odd = ['{"event": "secret words", "account": ["secret"]}', "secret", '["secret"]', "1"]
    ids = [*bury("timers-dead", *deadlines(1)), *bury("mail-dead", mail, *odd), *bury("stream-dead", json.dumps(STREAM_LETTER))]
    assert run("list") == 0
    told = capsys.readouterr().out
    assert "secret" not in told
    assert all(id_ in told for id_ in ids)
    assert "event=conversation.deadline_set.v1 account=acme conversation=c0" in told
    assert "table=polydesk-test-conversations records=3" in told
    assert f"{'mail-dead':<14} 5\n" in told
    assert bodies("timers-dead") == deadlines(1), "it is there for the next who looks"


def test_one_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    *_, wanted = bury("mail-dead", *(f"text {at}" for at in range(15)))
    assert run("show", "--id", wanted) == 0
    assert capsys.readouterr().out.endswith("text 14\n")
    assert run("show") == run("show", "--id", "nobody") == 2


def test_replayed_letters_are_on_their_queue_again_and_nowhere_else(capsys: pytest.CaptureFixture[str]) -> None:
    bury("timers-dead", *deadlines(25))
    bury("routing-dead", "other")
    assert run("replay", "--queue", "timers") == 0
    assert capsys.readouterr().out == "25 sent again\n"
    waiting = boto3.client("sqs").get_queue_attributes(QueueUrl=url("timers"), AttributeNames=["ApproximateNumberOfMessages"])
    assert waiting["Attributes"]["ApproximateNumberOfMessages"] == "25"
    assert (bodies("timers-dead"), bodies("routing-dead")) == ([], ["other"])
    assert run("replay", "--all") == 0
    assert (bodies("routing"), bodies("routing-dead")) == (["other"], [])


def test_one_of_many_is_replayed_or_dropped() -> None:
    first, second, _ = bury("timers-dead", *deadlines(3))
    assert run("replay", "--id", first) == run("drop", "--id", second) == 0
    assert bodies("timers-dead") == deadlines(3)[2:]
    assert bodies("timers") == deadlines(1)
    assert run("drop", "--id", first) == 2


def test_nothing_is_replayed_or_dropped_that_was_not_named() -> None:
    bury("timers-dead", *deadlines(1))
    assert run("replay") == run("drop") == run("drop", "--queue", "nobody") == 2
    assert bodies("timers-dead") == deadlines(1)
    assert run("drop", "--all") == 0
    assert bodies("timers-dead") == []


def test_what_dies_between_sending_and_removing_leaves_a_letter_and_the_next_run_removes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bury("timers-dead", *deadlines(1))
    with monkeypatch.context() as patch:
        patch.setattr(dead.Letters, "remove", lambda self, letters: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run("replay", "--all")
    assert bodies("timers-dead") == deadlines(1)
    assert run("replay", "--all") == 0
    assert (bodies("timers"), bodies("timers-dead")) == (deadlines(1) * 2, [])


def test_what_the_queue_does_not_take_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    bury("timers-dead", *deadlines(3))
    take = dead.Letters.send_again
    monkeypatch.setattr(dead.Letters, "send_again", lambda self, letters: take(self, letters[:1]))
    assert run("replay", "--all") == 2
    assert (bodies("timers"), bodies("timers-dead")) == (deadlines(1), deadlines(3)[1:])


class Streams:
    """A stream with records from number 7 on, and the function that reads it."""

    def __init__(self, records: int, answer: dict[str, Any]) -> None:
        self.left, self.answer, self.got = list(range(7, 7 + records)), answer, list[Any]()
        self.exceptions = boto3.client("dynamodbstreams").exceptions

    def get_shard_iterator(self, **asked: Any) -> dict[str, str]:
        assert (asked["StreamArn"], asked["ShardId"], asked["SequenceNumber"]) == (ARN, "s", "7")
        return {"ShardIterator": "at"}

    def get_records(self, ShardIterator: str, Limit: int) -> dict[str, Any]:
        page, self.left = self.left[: min(2, Limit)], self.left[2:]
        now = datetime.fromtimestamp(5, UTC)
        records = [
            {"dynamodb": {"SequenceNumber": str(at), "ApproximateCreationDateTime": now, "Keys": {"id": {"B": b"x"}}}}
            for at in page
        ]
        return {"Records": records, "NextShardIterator": "next"}

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        assert FunctionName.endswith(":polydesk-test-relay_conversations")
        self.got += json.loads(Payload)["Records"]
        return {**self.answer, "Payload": Body(json.dumps(self.answer.get("said")).encode())}


class Body:
    def __init__(self, data: bytes) -> None:
        self.read = lambda: data


@pytest.mark.parametrize(
    ("records", "answer", "code"),
    [
        (9, {}, 0),
        (9, {"said": {"batchItemFailures": []}}, 0),
        (9, {"said": {"batchItemFailures": [{"itemIdentifier": "8"}]}}, 2),
        (9, {"FunctionError": "Unhandled"}, 2),
        (2, {}, 2),
    ],
)
def test_a_stream_s_batch_is_read_and_handed_over_again(
    monkeypatch: pytest.MonkeyPatch, records: int, answer: dict[str, Any], code: int
) -> None:
    streams, client = Streams(records, answer), boto3.client
    bury("stream-dead", json.dumps(STREAM_LETTER))
    monkeypatch.setattr(boto3, "client", lambda name: client(name) if name == "sqs" else streams)
    assert run("replay", "--queue", "stream") == code
    assert len(bodies("stream-dead")) == (1 if code else 0)
    if not code:
        assert [record["dynamodb"]["SequenceNumber"] for record in streams.got] == ["7", "8", "9"]
        assert streams.got[0]["dynamodb"]["ApproximateCreationDateTime"] == 5
        assert streams.got[0]["dynamodb"]["Keys"]["id"]["B"] == "eA=="
        assert streams.got[0]["eventSourceARN"] == ARN


def test_without_a_desk_the_local_stage_says_so(tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("DATA", str(tmp_path))
    assert dead.main([local.STAGE, "list"]) == 2
    (tmp_path / "endpoint").write_text("http://127.0.0.1:1")
    assert dead.main([local.STAGE, "list"]) == 2
    assert capsys.readouterr().err.count("start it with `make run`") == 2
