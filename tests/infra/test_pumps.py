"""The runner's pumps do as AWS does: what fails comes again, poison ends in the dead-letter queue, order holds."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.sqs.models import sqs_backends

import app
from chalicelib import config
from chalicelib.models import queues, sequences
from chalicelib.models.conversations import Conversation
from infra import pumps
from tests.world import World


def source(name: str) -> Any:
    return next(entry for entry in app.app.event_sources if entry.name == name)


def failing(event: Any, context: Any) -> None:
    raise RuntimeError("a handler that crashes")


@pytest.fixture
def sqs(world: World) -> Any:
    client = boto3.client("sqs")
    for name in ("routing", "timers"):
        url = client.get_queue_url(QueueName=config.queue(name))["QueueUrl"]
        sqs_backends["123456789012"]["us-east-1"].queues[config.queue(name)]._messages.clear()
        client.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    return client


def waiting(sqs: Any, name: str) -> int:
    url = sqs.get_queue_url(QueueName=config.queue(name))["QueueUrl"]
    names = ["ApproximateNumberOfMessages"]
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]["ApproximateNumberOfMessages"])


def test_a_message_that_fails_comes_again_and_ends_in_the_dead_letter_queue(sqs: Any) -> None:
    queues.send("routing", [("poison", 0)])
    queue = pumps._Queue(source("route_conversations"))
    for _ in range(5):
        with pytest.raises(RuntimeError):
            queue(failing)
    assert queue(failing) == pumps._POLL, "nothing is left to fail on"
    assert (waiting(sqs, "routing"), waiting(sqs, "routing-dead")) == (0, 1)


def test_a_message_is_handed_over_in_the_real_shape_and_deleted_once_taken(sqs: Any) -> None:
    queues.send("routing", [("hello", 0)])
    seen: list[Any] = []
    queue = pumps._Queue(source("route_conversations"))
    queue(lambda event, context: seen.append((event, context.aws_request_id)))
    ((event, _),) = seen
    (record,) = event["Records"]
    assert (record["body"], record["eventSource"]) == ("hello", "aws:sqs")
    assert record["eventSourceARN"].endswith(config.queue("routing"))
    assert int(record["attributes"]["ApproximateReceiveCount"]) == 1
    assert waiting(sqs, "routing") == 0


def test_a_message_that_fails_holds_up_no_other(sqs: Any) -> None:
    queues.send("routing", [("good", 0), ("poison", 0), ("better", 0)])
    taken: list[str] = []

    def picky(event: Any, context: Any) -> None:
        ((body,),) = [[record["body"] for record in event["Records"]]]
        if body == "poison":
            raise RuntimeError("a handler that crashes")
        taken.append(body)

    with pytest.raises(RuntimeError):
        pumps._Queue(source("route_conversations"))(picky)
    assert sorted(taken) == ["better", "good"]
    assert waiting(sqs, "routing") == 1


def test_a_stream_s_batch_comes_again_until_it_is_taken(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    arn = boto3.client("dynamodbstreams").list_streams(TableName=config.table("conversations"))["Streams"][0]["StreamArn"]
    declared = source("relay_conversations")
    monkeypatch.setattr(declared, "stream_arn", arn)
    stream = pumps._Stream(declared, tmp_path / "at")
    while stream(lambda event, context: None) == 0:
        continue
    world.visitor()
    with pytest.raises(RuntimeError):
        stream(failing)
    seen: list[Any] = []
    assert stream(lambda event, context: seen.extend(event["Records"])) == 0
    (record,) = seen
    assert record["eventName"] == "INSERT"
    assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], int)
    assert Conversation.hash_key_of(record["dynamodb"]["NewImage"]).startswith(world.account)


def test_a_stream_s_batch_comes_again_from_the_record_that_the_lambda_names(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arn = boto3.client("dynamodbstreams").list_streams(TableName=config.table("conversations"))["Streams"][0]["StreamArn"]
    declared = source("relay_conversations")
    monkeypatch.setattr(declared, "stream_arn", arn)
    stream = pumps._Stream(declared, tmp_path / "at")
    while stream(lambda event, context: None) == 0:
        continue
    came: list[list[str]] = []

    def second_fails(event: Any, context: Any) -> dict[str, Any]:
        came.append([record["dynamodb"]["SequenceNumber"] for record in event["Records"]])
        return {"batchItemFailures": [{"itemIdentifier": number} for number in came[-1][1:2]]}

    for _ in range(3):
        world.visitor()
    while stream(second_fails):
        continue
    assert came == [came[0], came[0][1:], came[0][2:]]
    assert (tmp_path / "at").read_text() == came[0][-1]


def test_what_counts_takes_together_what_comes_within_its_window(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arn = boto3.client("dynamodbstreams").list_streams(TableName=config.table("conversations"))["Streams"][0]["StreamArn"]
    pauses = {}
    for name in ("count_conversations", "relay_conversations"):
        monkeypatch.setattr(declared := source(name), "stream_arn", arn)
        stream = pumps._Stream(declared, tmp_path / name)
        while stream(lambda event, context: None) != pumps._POLL:
            continue
        world.visitor()
        pauses[name] = stream(lambda event, context: None)
    assert pauses == {"count_conversations": 2, "relay_conversations": 0}


def test_a_stream_goes_on_where_the_process_before_left_it(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    declared = source("relay_conversations")
    arn = boto3.client("dynamodbstreams").list_streams(TableName=config.table("conversations"))["Streams"][0]["StreamArn"]
    monkeypatch.setattr(declared, "stream_arn", arn)
    world.visitor()
    first = pumps._Stream(declared, tmp_path / "at")
    while first(lambda event, context: None) == 0:
        continue
    late = world.visitor()
    seen: list[Any] = []
    pumps._Stream(declared, tmp_path / "at")(lambda event, context: seen.extend(event["Records"]))
    assert [Conversation.hash_key_of(record["dynamodb"]["NewImage"]) for record in seen] == [
        f"{world.account}#{late.conversation}"
    ]


def test_every_event_source_has_its_pumps(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("conversations", "people"):
        arn = boto3.client("dynamodbstreams").list_streams(TableName=config.table(name))["Streams"][0]["StreamArn"]
        monkeypatch.setattr(source(f"relay_{name}"), "stream_arn", arn)
    found = pumps.pumps(app.app, app, tmp_path)
    assert {pump.name for pump in found} == {entry.name for entry in app.app.event_sources}


def test_the_schedule_calls_at_its_rate(world: World) -> None:
    schedule = pumps._Schedule(source("sweep_timers"))
    assert schedule(app.sweep_timers) == 60
    assert sequences.swept(0) > 0
    assert pumps._seconds("rate(5 minutes)") == 300
    assert pumps._seconds("rate(1 day)") == 86400
