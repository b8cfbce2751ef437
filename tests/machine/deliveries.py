"""What AWS brings between the services, kept in a pool from which a test takes it in any order in which AWS may bring it.

A table's stream keeps the order of each item's records and no other, and may repeat a batch. A queue keeps no order, and may
repeat a message. What fails comes again.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any, NamedTuple

from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import sqs_backends

import app
from chalicelib import config
from chalicelib.models import base, mail, queues, sockets, storage
from tests import policies
from tests.lambdas import invoke
from tests.world import World

#: Partitions of each stream, each with its own order.
SHARDS = 3
#: Deliveries after which a desk that still has something to do never comes to rest.
MOST_DELIVERIES = 3_000
Record = dict[str, Any]


class Died(BaseException):
    """A process has died; no code of the desk may catch it."""


class CrashPoint(NamedTuple):
    """The call to AWS, from 1, at which a process dies: before it, or after it has taken effect."""

    call: int
    after: bool


def dies(work: Callable[[], object], at: CrashPoint | None) -> bool:
    """Does the work, and returns whether its process has died: the next one remembers nothing."""
    try:
        with _dying(at):
            work()
    except Died:
        policies.forget()
        return True
    return False


@contextmanager
def _dying(at: CrashPoint | None) -> Iterator[None]:
    calls = count(1)

    def die(**_: Any) -> None:
        if at and next(calls) == at.call:
            raise Died

    point = "after-call" if at and at.after else "before-call"
    clients = (base.connection.client, queues.client(), sockets.client(), storage.client(), mail.client())
    emitters = [client.meta.events for client in clients]
    for emitter in emitters:
        emitter.register(point, die)
    try:
        yield
    finally:
        for emitter in emitters:
            emitter.unregister(point, die)


@dataclass(eq=False)
class Message:
    """A message on a queue, which can be received from `at` on (epoch milliseconds)."""

    at: int
    queue: str
    body: str


@dataclass(eq=False)
class Reader:
    """A lambda on one shard of a stream: how many records it is done with, and how many it was last given after these."""

    function: str
    records: list[Record]
    done: int = 0
    given: int = 0


Delivery = Message | Reader


class Pool:
    """All that is still to be delivered to the lambdas of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known = {table: len(_written(table, 0)) for table in world.streams}
        #: Of each table and shard its lambdas, and of each item the shard that it is in.
        self._readers = {(table, shard): _readers(table) for table in world.streams for shard in range(SHARDS)}
        self._shards: dict[tuple[str, str], int] = {}
        self.messages: list[Message] = []
        #: Bodies of all messages that were ever on a queue.
        self.sent: dict[str, None] = {}
        #: The body of the message that is being handled, if one is.
        self.handled: str | None = None

    def gather(self) -> None:
        """Takes in what has been written to the tables and sent to the queues."""
        at = {"ApproximateCreationDateTime": self._world.time // 1000}
        for table, known in self._known.items():
            fresh = [{**record, "dynamodb": record["dynamodb"] | at} for record in _written(table, known)]
            self._known[table] += len(fresh)
            for record in fresh:
                self._add(table, record)
        self._world.collect()
        self.messages += [Message(*entry) for entry in self._world.queued]
        self.sent |= {body: None for _, _, body in self._world.queued}
        self._world.queued.clear()

    def _add(self, table: str, record: Record) -> None:
        """Items go to the shards by turns, not by their keys, which are other ones each time."""
        item = (table, json.dumps(record["dynamodb"]["Keys"], sort_keys=True))
        shard = self._shards.setdefault(item, len(self._shards) % SHARDS)
        for reader in self._readers[table, shard]:
            reader.records.append(record)

    def ready(self) -> list[Delivery]:
        """What can be delivered now, the oldest first of each kind."""
        self.gather()
        behind = [reader for lambdas in self._readers.values() for reader in lambdas if reader.done < len(reader.records)]
        return [*behind, *(message for message in self.messages if message.at <= self._world.time)]

    def deliver(self, what: Delivery, at: CrashPoint | None = None, *, most: int = 100, again: bool = False) -> None:
        """Hands a message, or `most` records, to the lambda. It comes again where the lambda dies, and with `again` anyway."""
        if isinstance(what, Reader):
            self._read(what, at, most, again=again)
        elif not (self._handles(what, at) or again):
            self.messages.remove(what)

    def _handles(self, message: Message, at: CrashPoint | None) -> bool:
        self.handled = message.body
        try:
            return dies(lambda: self._world.deliver(message.queue, message.body), at)
        finally:
            self.handled = None

    def _read(self, reader: Reader, at: CrashPoint | None, most: int, *, again: bool) -> None:
        """A batch that comes again has the records that it had, and perhaps more."""
        reader.given = max(reader.given, most)
        batch = reader.records[reader.done :][: reader.given]
        if not (dies(lambda: invoke(reader.function, {"Records": batch}), at) or again):
            reader.done, reader.given = reader.done + len(batch), 0

    def settle(self, dice: Random) -> None:
        """Delivers all that is due in a random order, each once, until nothing is left. Fails where it goes on for ever."""
        for _ in range(MOST_DELIVERIES):
            ready = self.ready()
            if not ready:
                return
            self.deliver(dice.choice(ready), most=dice.choice([1, 2, 100]))
        raise AssertionError(f"not at rest after {MOST_DELIVERIES} deliveries; left: {[vars(one) for one in ready]}")


def _readers(table: str) -> list[Reader]:
    arn = config.stream_arn(table)
    return [Reader(source.name, []) for source in app.app.event_sources if getattr(source, "stream_arn", None) == arn]


def _written(table: str, known: int) -> list[Record]:
    """The records of a table's stream after those known, from moto itself, which is a hundred times faster than by a call."""
    return [record.to_json() for record in _tables()[config.table(table)].stream_shard.items[known:]]


def _tables() -> dict[str, Any]:
    """The tables as moto has them now: a refused transaction puts a copy in a table's place."""
    found: dict[str, Any] = dynamodb_backends["123456789012"]["us-east-1"].tables
    return found


def is_empty(table: str) -> bool:
    """Whether nothing stands in a table."""
    return not _tables()[config.table(table)].items


def empty_all() -> None:
    """Empties all tables, their streams and the queues."""
    for table in _tables().values():
        table.items.clear()
        if table.stream_shard:
            table.stream_shard.items.clear()
    for queue in sqs_backends["123456789012"]["us-east-1"].queues.values():
        queue._messages.clear()
