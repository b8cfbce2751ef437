"""`python -m infra.dead STAGE list|show|replay|drop`: dead letters, the messages that failed five times.

They are in queues whose names end in `-dead`. Replaying sends a message to its queue again, then removes it: if the command
dies in between, the message is there twice, which every consumer can handle. Entries of `stream-dead` are not messages: they
name records of a stream, which are read and given to their function again. Only `show` prints what a message holds.

The stage `local` is the running desk of DATA.
"""

import argparse
import base64
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from infra import local, stack
from infra.aws import APP, CannotDeploy, here, run

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_DEAD, _STREAM = "-dead", "stream-dead"
#: Messages of a request; seconds for which what is looked at is hidden from others, also if the command dies.
_BATCH, _HIDDEN = 10, 300
#: Seconds that a queue is asked for more: with less, SQS asks some of its servers only.
_WAIT = 1
_MOST = 1_000
#: Names and ids, which are all that a line says of a letter.
_PLAIN = re.compile(r"[\w.#-]{1,80}", re.ASCII)


@dataclass(frozen=True)
class Letter:
    """A message as it lies in a queue of dead letters, by the queue's short name."""

    queue: str
    id: str
    body: str
    handle: str
    sent_at: int

    @property
    def facts(self) -> dict[str, Any]:
        """The text of a line about it: ids, and nothing that a client wrote."""
        try:
            body = json.loads(self.body)
            found = {"event": body.get("event"), "account": body.get("account"), "conversation": body.get("conversation")}
            batch = body.get("DDBStreamBatchInfo", {})
            found |= {"table": _table_of(batch.get("streamArn", "")), "records": batch.get("batchSize")}
        except (ValueError, AttributeError):
            return {"event": "can't be read"}
        return {name: value for name, value in found.items() if _PLAIN.fullmatch(str(value)) and value is not None}

    def __str__(self) -> str:
        """Its line."""
        sent = datetime.fromtimestamp(self.sent_at / 1000, UTC).isoformat(timespec="seconds")
        return " ".join([f"{self.queue:<14} {self.id} {sent}", *(f"{name}={value}" for name, value in self.facts.items())])


class Letters:
    """The queues of dead letters of a stage."""

    def __init__(self, stage: str) -> None:
        self._client: SQSClient = boto3.client("sqs")
        self._prefix = f"{APP}-{stage}-"
        self._removed: set[str] = set()
        self.names = [name for name in stack.queues(stage) if name.endswith(_DEAD)]

    def url(self, name: str) -> str:
        """A queue's address. Raises CannotDeploy where the stage has none."""
        try:
            return self._client.get_queue_url(QueueName=self._prefix + name)["QueueUrl"]
        except self._client.exceptions.QueueDoesNotExist as error:
            raise CannotDeploy(f"there is no queue {self._prefix}{name} here") from error

    def count(self, name: str) -> int:
        """About how many a queue has."""
        wanted: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._client.get_queue_attributes(QueueUrl=self.url(name), AttributeNames=wanted)["Attributes"]
        return sum(int(value) for value in found.values())

    @contextmanager
    def looking(self, name: str, most: int) -> Iterator[Iterator[list[Letter]]]:
        """A queue's letters, some at a time, `most` in all: hidden from others meanwhile, and there again afterwards."""
        url, seen = self.url(name), list[Letter]()
        try:
            yield self._read(name, url, most, seen)
        finally:
            for batch in _batches([letter for letter in seen if letter.handle not in self._removed]):
                entries: Any = [{"Id": str(at), "ReceiptHandle": one.handle, "VisibilityTimeout": 0} for at, one in batch]
                self._client.change_message_visibility_batch(QueueUrl=url, Entries=entries)

    def _read(self, name: str, url: str, most: int, seen: list[Letter]) -> Iterator[list[Letter]]:
        while len(seen) < most:
            found = self._client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=min(_BATCH, most - len(seen)),
                VisibilityTimeout=_HIDDEN,
                WaitTimeSeconds=_WAIT,
                MessageSystemAttributeNames=["SentTimestamp"],
            ).get("Messages", [])
            if not found:
                return
            letters = [
                Letter(name, one["MessageId"], one["Body"], one["ReceiptHandle"], int(one["Attributes"]["SentTimestamp"]))
                for one in found
            ]
            seen += letters
            yield letters

    def send_again(self, letters: Sequence[Letter]) -> list[Letter]:
        """Gives letters of one queue to those who could not handle them. Returns what was taken."""
        if letters[0].queue == _STREAM:
            return [letter for letter in letters if _hand_over(letter)]
        url = self.url(letters[0].queue.removesuffix(_DEAD))
        entries: Any = [{"Id": str(at), "MessageBody": letter.body} for at, letter in enumerate(letters)]
        taken = self._client.send_message_batch(QueueUrl=url, Entries=entries).get("Successful", [])
        return [letters[int(entry["Id"])] for entry in taken]

    def remove(self, letters: Sequence[Letter]) -> None:
        """Removes letters of one queue."""
        for batch in _batches(letters):
            entries: Any = [{"Id": str(at), "ReceiptHandle": letter.handle} for at, letter in batch]
            gone = self._client.delete_message_batch(QueueUrl=self.url(letters[0].queue), Entries=entries).get("Successful", [])
            self._removed |= {letters[int(entry["Id"])].handle for entry in gone}


def _batches(letters: Sequence[Letter]) -> Iterator[list[tuple[int, Letter]]]:
    for start in range(0, len(letters), _BATCH):
        yield list(enumerate(letters[start : start + _BATCH], start))


def _table_of(arn: str) -> str:
    return arn.split("/")[1] if "/" in arn else ""


def _hand_over(letter: Letter) -> bool:
    """Reads the records that a letter names, and calls the function that gave up on them. Returns whether it took them all.

    Raises CannotDeploy where the stream has them no more: it keeps them for a day.
    """
    body = json.loads(letter.body)
    batch, function = body["DDBStreamBatchInfo"], body["requestContext"]["functionArn"]
    streams = boto3.client("dynamodbstreams")
    at: Any = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": batch["startSequenceNumber"]}
    try:
        cursor = streams.get_shard_iterator(StreamArn=batch["streamArn"], ShardId=batch["shardId"], **at)["ShardIterator"]
    except (streams.exceptions.TrimmedDataAccessException, streams.exceptions.ResourceNotFoundException) as error:
        raise CannotDeploy(
            f"{letter.id}: its records are no longer in the stream, which keeps them for a day; drop it"
        ) from error
    left = int(batch["batchSize"])
    while left > 0 and cursor:
        page = streams.get_records(ShardIterator=cursor, Limit=min(left, 100))
        if not page["Records"]:
            break
        if not _is_taken(function, [{**record, "eventSourceARN": batch["streamArn"]} for record in page["Records"]]):
            return False
        left, cursor = left - len(page["Records"]), page.get("NextShardIterator", "")
    return left <= 0


def _is_taken(function: str, records: list[Any]) -> bool:
    answer = boto3.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps({"Records": records}, default=_plain).encode()
    )
    said = json.loads(answer["Payload"].read() or b"null")
    return "FunctionError" not in answer and not (isinstance(said, dict) and said.get("batchItemFailures"))


def _plain(value: object) -> object:
    """A value of a record as Lambda writes it."""
    return int(value.timestamp()) if isinstance(value, datetime) else base64.b64encode(bytes(value)).decode()  # type: ignore[call-overload]


def list_(letters: Letters, names: Sequence[str], most: int) -> None:
    """Prints how many each queue has, and a line about each letter."""
    for name in names:
        print(f"{name:<14} {letters.count(name)}")
    for name in names:
        with letters.looking(name, most) as pages:
            for page in pages:
                print(*page, sep="\n", flush=True)


def show(letters: Letters, names: Sequence[str], id_: str, most: int) -> None:
    """Prints all that one letter holds. Raises CannotDeploy where there is none."""
    for name in names:
        with letters.looking(name, most) as pages:
            for letter in (letter for page in pages for letter in page if letter.id == id_):
                print(letter, letter.body, sep="\n")
                return
    raise CannotDeploy(f"no dead letter {id_} among the first {most:,}")


def finish(letters: Letters, names: Sequence[str], id_: str | None, most: int, *, again: bool) -> None:
    """Sends letters again and removes those that were taken, or removes them at once. Raises CannotDeploy where some are left."""
    done = left = 0
    for name in names:
        with letters.looking(name, most) as pages:
            for page in pages:
                chosen = [letter for letter in page if id_ in (None, letter.id)]
                taken = letters.send_again(chosen) if again and chosen else chosen
                letters.remove(taken)
                done, left = done + len(taken), left + len(chosen) - len(taken)
    print(f"{done:,} {'sent again' if again else 'dropped'}", flush=True)
    if left or (id_ and not done):
        raise CannotDeploy(
            f"{left:,} were not taken again and stay" if left else f"no dead letter {id_} among the first {most:,}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the arguments say; returns the exit code."""
    parser = argparse.ArgumentParser(description="Dead letters of a stage: messages that failed five times.")
    parser.add_argument("stage")
    parser.add_argument("command", choices=["list", "show", "replay", "drop"])
    parser.add_argument("--queue", help="the letters of one queue, as `routing` or `stream`")
    parser.add_argument("--id", help="one letter, by its message id")
    parser.add_argument("--all", action="store_true", help="replay or drop all, if neither a queue nor an id is given")
    parser.add_argument("--most", type=int, default=_MOST, help=f"letters of a queue that are looked at (default: {_MOST:,})")
    given = parser.parse_args(arguments)
    return run(partial(_do, given))


def _do(given: argparse.Namespace) -> None:
    if given.stage == local.STAGE:
        local.attach(Path(os.environ.get("DATA") or ".local"))
    here(given.stage)
    letters = Letters(given.stage)
    names = [f"{given.queue.removesuffix(_DEAD)}{_DEAD}"] if given.queue else letters.names
    if given.queue and names[0] not in letters.names:
        raise CannotDeploy(f"there is no queue {given.queue}: say one of {', '.join(letters.names)}")
    if given.command == "show" and not given.id:
        raise CannotDeploy("say which one: --id=…")
    if given.command in ("replay", "drop") and not (given.queue or given.id or given.all):
        raise CannotDeploy(f"say what to {given.command}: --id=…, --queue=… or --all")
    acts: dict[str, Callable[[], None]] = {
        "list": partial(list_, letters, names, given.most),
        "show": partial(show, letters, names, given.id, given.most),
        "replay": partial(finish, letters, names, given.id, given.most, again=True),
        "drop": partial(finish, letters, names, given.id, given.most, again=False),
    }
    acts[given.command]()


if __name__ == "__main__":
    sys.exit(main())
