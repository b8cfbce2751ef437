"""Streams and queues: what AWS hands from them to lambdas between calls, at the time that the test says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
import pytest
from botocore.config import Config
from moto.sqs.models import sqs_backends

from chalicelib import config
from tests.lambdas import invoke

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

START = 1_800_000_000_000
_STREAMS = {"conversations": "relay_conversations", "people": "relay_people"}
_QUEUES = {
    "routing": "route_conversations",
    "timers": "fire_timers",
    "notify": "notify_sockets",
    "mail": "send_mail",
    "inbound": "receive_mail",
    "mail-events": "note_mail_events",
    "automation": "fire_triggers",
    "search": "index_words",
    "webhooks": "deliver_webhooks",
}
_TICK: dict[str, Any] = dict.fromkeys(["version", "account", "region", "detail-type", "source", "time", "id"], "") | {
    "resources": [],
    "detail": {},
}
_T = TypeVar("_T")


@cache
def streams() -> "DynamoDBStreamsClient":
    """One client for all tests of a process, because making one takes longer than asking.

    It does not check what it sends: the benchmarks' emulator has shorter numbers than AWS.
    """
    return boto3.client("dynamodbstreams", config=Config(parameter_validation=False))


@dataclass
class StreamsAndQueues:
    """What is under way in a desk. Times are epoch milliseconds."""

    monkeypatch: pytest.MonkeyPatch
    clock_of: "StreamsAndQueues | None" = None
    now: int = START
    queued: list[tuple[int, str, str]] = field(default_factory=list)
    #: What is for the search, which most tests have no need of: `index` delivers it, unless it is `searched` always.
    unindexed: list[tuple[int, str, str]] = field(default_factory=list)
    searched: bool = False
    shards: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def time(self) -> int:
        """The moment, which accounts of one desk share."""
        return self.clock_of.now if self.clock_of else self.now

    def listen(self) -> None:
        """Begins with what is written from now on."""
        self.streams = {table: self._stream(table) for table in _STREAMS}

    def _stream(self, table: str, kind: str = "LATEST") -> str:
        if table not in self.shards:
            arn = streams().list_streams(TableName=config.table(table))["Streams"][0]["StreamArn"]
            shard = streams().describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
            self.shards[table] = {"StreamArn": arn, "ShardId": shard}
        asked: Any = {**self.shards[table], "ShardIteratorType": kind}
        return str(streams().get_shard_iterator(**asked)["ShardIterator"])

    def records(self, table: str, *, since: str | None = None) -> list[dict[str, Any]]:
        """What the table's stream has had since the last call, in the shape in which lambdas get it; or all from TRIM_HORIZON."""
        iterator, full, records = self._stream(table, since) if since else self.streams[table], True, []
        while full:
            page = streams().get_records(ShardIterator=iterator, Limit=1000)
            full, iterator = len(page["Records"]) == 1000, page["NextShardIterator"]
            records += page["Records"]
        if not since:
            self.streams[table] = iterator
        # Of the clock that the test moves, and not of moto's.
        at = {"ApproximateCreationDateTime": self.time // 1000}
        return [{**record, "dynamodb": record["dynamodb"] | at} for record in records]

    def relay(self) -> None:
        """Streams to queues."""
        for table, function in _STREAMS.items():
            records = self.records(table)
            if records:
                invoke(function, {"Records": records})
        self.collect()

    def collect(self) -> None:
        """Takes what is on the queues, with the moment from which each message can be received."""
        for name in _QUEUES:
            queue = sqs_backends["123456789012"]["us-east-1"].queues[config.queue(name)]
            for message in queue._messages:
                held = int(message.delayed_until or 0) - int(message.sent_timestamp or 0)
                delay = round(held / 1000) * 1000  # asked for in seconds; moto reads the machine's clock twice
                is_apart = name == "search" and not self.searched
                (self.unindexed if is_apart else self.queued).append((self.time + delay, name, message.body))
            queue._messages.clear()

    def settle(self) -> None:
        """Relays and handles until nothing is left that is due."""
        self.relay()
        while due := [entry for entry in self.queued if entry[0] <= self.time]:
            self.queued = [entry for entry in self.queued if entry[0] > self.time]
            for _, name, body in due:
                self.deliver(name, body)
            self.relay()

    def index(self) -> None:
        """Does all that is due, also for the search."""
        self.settle()
        while due := [entry for entry in self.unindexed if entry[0] <= self.time]:
            self.unindexed = [entry for entry in self.unindexed if entry[0] > self.time]
            for _, name, body in due:
                self.deliver(name, body)
            self.settle()

    def eventually(self, holds: Callable[[], _T | None]) -> _T:
        """What `holds` returns when all is done that is due; fails where that is nothing."""
        self.settle()
        found = holds()
        assert found
        return found

    def deliver(self, queue: str, body: str) -> None:
        """Hands one message of a queue to its lambda."""
        invoke(_QUEUES[queue], {"Records": [{"body": body, "messageId": "1", "receiptHandle": "1"}]})

    def note_deliveries(self) -> list[tuple[str, str]]:
        """Queue and body of each message that is delivered from now on, in a list that grows."""
        noted: list[tuple[str, str]] = []
        deliver = self.deliver

        def note(queue: str, body: str) -> None:
            noted.append((queue, body))
            deliver(queue, body)

        self.monkeypatch.setattr(self, "deliver", note)
        return noted

    def count(self) -> None:
        """Streams to tallies, from their beginning: what was counted is not counted again."""
        for table in ("people", "conversations"):
            invoke(f"count_{table}", {"Records": self.records(table, since="TRIM_HORIZON")})

    def sweep(self) -> None:
        """What the schedule does each minute."""
        invoke("sweep_timers", _TICK)

    def pass_(self, seconds: float) -> None:
        """Lets time pass, doing on the second what is due then."""
        clock = self.clock_of or self
        until = clock.now + int(seconds * 1000)
        self.settle()
        while upcoming := sorted(at for at, _, _ in self.queued if at <= until):
            clock.now = max(clock.now, upcoming[0])
            self.settle()
        clock.now = until
