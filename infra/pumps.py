"""What AWS does between the services: streams, queues and schedules call the lambdas of app.py, with events of the real shape.

The embedded AWS holds a poll until there is something to hand over (infra/holding.py), so nothing is asked while nothing happens.

A stream's batch that fails comes again until it works, from the record on that the lambda names, and nothing overtakes it.
A queue's message that fails becomes visible again after the queue's visibility timeout, and the queue itself moves it to its
dead-letter queue at last.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from chalice.app import Chalice, DynamoDBEventConfig, ScheduledEventConfig, SQSEventConfig
from chalice.local import LambdaContext

from infra.faults import FAULTS, Faults
from infra.holding import HEADER, READ
from infra.mappings import STREAM_BATCH

Handler = Callable[[dict[str, Any], LambdaContext], Any]
log = logging.getLogger("polydesk.local")
#: Seconds after a poll that brought nothing, and after a round that failed.
_POLL, _RETRY = 0.1, 1.0
_TIMEOUT_MS = 30_000
#: Lambdas that AWS would run at once for one queue; here threads.
_AT_ONCE = 2


class Pump(threading.Thread):
    """A loop in a thread that calls one lambda until it is stopped."""

    def __init__(self, name: str, handler: Handler, turn: Callable[[Handler], float]) -> None:
        """`turn` does one round with the handler and returns the seconds until the next."""
        super().__init__(name=name, daemon=True)
        self._handler, self._turn, self._stop_it = handler, turn, threading.Event()

    def run(self) -> None:
        """Rounds, until stopped. One that fails is logged and repeated after a second."""
        pause = 0.0
        while not self._stop_it.wait(pause):
            try:
                pause = self._turn(self._handler)
            except Exception:
                log.exception("%s failed; it will be called again", self.name)
                pause = _RETRY

    def stop(self) -> None:
        """Ends the loop after its round."""
        self._stop_it.set()


def pumps(app: Chalice, module: Any, data: Path) -> list[Pump]:
    """A pump for each event source that `app` declares; `module` holds the lambdas by name, `data` how far streams were read."""
    handlers = {source.name: FAULTS.around(getattr(module, source.name)) for source in app.event_sources}
    return [pump for source in app.event_sources for pump in _pumps_of(source, handlers[source.name], data)]


def _pumps_of(source: Any, handler: Handler, data: Path) -> Iterator[Pump]:
    if isinstance(source, DynamoDBEventConfig):
        yield Pump(source.name, handler, _Stream(source, data / f"{source.name}.at"))
    elif isinstance(source, SQSEventConfig):
        for _ in range(_AT_ONCE):
            yield Pump(source.name, handler, _Queue(source))
    elif isinstance(source, ScheduledEventConfig):
        yield Pump(source.name, handler, _Schedule(source))


def _holding(service: Any, operation: str, name: str, more: Callable[[], dict[str, str]] = dict) -> Any:
    """A client whose polls are held until the queue or table of this name has something new, with `more` headers."""
    client = boto3.client(service)

    def ask(params: Any, **_: Any) -> None:
        params["headers"] |= {HEADER: name, **more()}

    client.meta.events.register(f"before-call.{service}.{operation}", ask)
    return client


def _context(name: str) -> LambdaContext:
    return LambdaContext(name, 512, _TIMEOUT_MS)


class _Stream:
    """Reads one table's stream from where `place` says, a file that follows behind every batch that was taken.

    What comes within the lambda's batching window behind a batch comes together, as the first does not wait for others here.
    """

    def __init__(self, source: Any, place: Path) -> None:
        self._name, self._arn, self._size, self._place = source.name, source.stream_arn, STREAM_BATCH, place
        self._client = _holding("dynamodbstreams", "GetRecords", self._arn.split("/")[1], self._reader)
        self._window = float(source.maximum_batching_window_in_seconds)
        self._shard = self._client.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"][0]["ShardId"]
        self._at = self._start()

    def _reader(self) -> dict[str, str]:
        """The header that says who reads here, and the last record that was taken, 0 at the beginning."""
        return {READ: f"{self._name} {self._place.read_text() if self._place.exists() else '0'}"}

    def _start(self) -> str:
        """After the last record taken, or at the beginning where nothing was, or where that record is no longer there."""
        if self._place.exists():
            try:
                return self._iterator(ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=self._place.read_text())
            except ClientError:
                log.warning("%s starts from the beginning of its stream", self._name)
        return self._iterator(ShardIteratorType="TRIM_HORIZON")

    def _remember(self, number: str) -> None:
        """In one step, so that a process which is killed leaves the number before or this one."""
        beside = self._place.with_suffix(".new")
        beside.write_text(number)
        beside.replace(self._place)

    def _iterator(self, **where: Any) -> str:
        return str(self._client.get_shard_iterator(StreamArn=self._arn, ShardId=self._shard, **where)["ShardIterator"])

    def _page(self) -> Any:
        """The next records. An iterator that is too old, as after this machine has slept, is replaced for the next round."""
        try:
            return self._client.get_records(ShardIterator=self._at, Limit=self._size)
        except ClientError:
            self._at = self._start()
            raise

    def __call__(self, handler: Handler) -> float:
        page = self._page()
        records = [_as_sent(record, self._arn) for record in page["Records"]]
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        taken = _taken(numbers, handler({"Records": records}, _context(self._name))) if records else 0
        if taken:
            self._remember(numbers[taken - 1])
        if taken < len(records):
            self._at = self._iterator(ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=numbers[taken])
            return _RETRY
        self._at = page["NextShardIterator"]
        if len(records) == self._size:
            return 0
        return self._window if records else _POLL


def _taken(numbers: list[str], answer: Any) -> int:
    """How many of a batch's records, by their sequence numbers, were taken: those before the first that the lambda names."""
    failed = {failure["itemIdentifier"] for failure in (answer or {}).get("batchItemFailures", [])}
    return next((at for at, number in enumerate(numbers) if number in failed), len(numbers))


def _as_sent(record: Any, arn: str) -> dict[str, Any]:
    """A record as a lambda gets it: its time as epoch seconds, and where it comes from."""
    change = {
        name: int(value.timestamp()) if isinstance(value, datetime) else value for name, value in record["dynamodb"].items()
    }
    return {**record, "dynamodb": change, "eventSourceARN": arn}


class _Queue:
    """Receives from one queue, hands over in batches of the lambda's size, and deletes what it took."""

    def __init__(self, source: Any) -> None:
        self._client = _holding("sqs", "ReceiveMessage", source.queue)
        self._name, self._size = source.name, source.batch_size
        self._url = self._client.get_queue_url(QueueName=source.queue)["QueueUrl"]
        self._arn = f"arn:aws:sqs:{self._client.meta.region_name}:000000000000:{source.queue}"

    def __call__(self, handler: Handler) -> float:
        got = self._client.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
        messages = got.get("Messages", [])
        batches = [messages[at : at + self._size] for at in range(0, len(messages), self._size)]
        failures = [self._hand_over(handler, batch) for batch in batches]
        if Faults() != FAULTS:
            self._bring_back([message for batch, failure in zip(batches, failures, strict=True) if failure for message in batch])
        self._delete([message for batch, failure in zip(batches, failures, strict=True) if not failure for message in batch])
        for failure in filter(None, failures):
            raise failure
        return 0 if messages else _POLL

    def _hand_over(self, handler: Handler, batch: Any) -> Exception | None:
        """One invocation; what it raised is returned."""
        try:
            handler({"Records": [self._as_sent(message) for message in batch]}, _context(self._name))
        except Exception as failure:
            return failure
        return None

    def _bring_back(self, messages: Any) -> None:
        """Messages that failed come again soon, because nobody waits three minutes for faults that are made on purpose."""
        entries: Any = [
            {"Id": str(at), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 1}
            for at, message in enumerate(messages)
        ]
        if entries:
            self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _delete(self, messages: Any) -> None:
        """What has been taken, in one request: each costs the embedded AWS a look at all that waits."""
        entries: Any = [{"Id": str(at), "ReceiptHandle": message["ReceiptHandle"]} for at, message in enumerate(messages)]
        if entries:
            self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)

    def _as_sent(self, message: Any) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._arn,
            "awsRegion": self._client.meta.region_name,
        }


class _Schedule:
    """Calls a lambda at its rate."""

    def __init__(self, source: Any) -> None:
        self._name, self._seconds = source.name, _seconds(source.schedule_expression.to_string())

    def __call__(self, handler: Handler) -> float:
        now = datetime.now().astimezone().isoformat()
        handler(
            {
                "version": "0",
                "id": self._name,
                "source": "aws.events",
                "account": "000000000000",
                "time": now,
                "region": "us-east-1",
            }
            | {"resources": [self._name], "detail-type": "Scheduled Event", "detail": {}},
            _context(self._name),
        )
        return self._seconds


def _seconds(expression: str) -> float:
    """`rate(5 minutes)` as seconds."""
    value, unit = expression.removeprefix("rate(").removesuffix(")").split()
    return int(value) * {"minute": 60, "hour": 3600, "day": 86400}[unit.removesuffix("s")]
