"""The embedded AWS of `make run`: ministack on a port of this machine, with tables and queues that outlive it.

ministack keeps all in memory and saves it when it is stopped politely. Here every change of a table or a queue is written
to a journal before the request is answered, so that no kill loses what was acknowledged. A line is a request: a
transaction is there as a whole or not at all. A table's stream records of the last hour are kept with it. A bucket's
objects are files beside it, which ministack writes before it answers.

Run as `python -m infra.emulator PORT JOURNAL`; it stops with the process that started it.
"""

import asyncio
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from infra import compaction, expressions, memory
from infra.compaction import Change
from infra.holding import App, Bells, Scope, Send, held
from infra.mailbox import Mailbox

#: Seconds between two looks at whether there is something to compact.
_COMPACTS = 2.0
#: A POST here puts the journal into the tables and queues, once they have been created.
RESTORE = "/_polydesk/restore"
#: For how many seconds the journal keeps a stream's records, and the memory those that all its readers have taken.
_KEPT_SECONDS, _TAKEN_SECONDS = 3600, 60


class Journal:
    """All changes, a JSON list a line: items `{"t": table, "k": key, "n": item or null}`, stream records
    `{"t": table, "r": record}` and messages `{"q": queue, "k": [id], "n": message or null}`.
    """

    def __init__(
        self, path: Path, tables: Any, queues: Any, objects: Any, ring: Callable[[str], None] = lambda name: None
    ) -> None:
        """`tables`, `queues` and `objects` are ministack's modules of DynamoDB, SQS and S3; what the first two write is
        journaled from now on, and `ring` is called with the name of each queue or stream's table that has something new. The
        third has read its files already, and has a bucket that is not the template's.
        """
        self._ring = ring
        self._path, self._tables, self._queues, self._objects = path, tables, queues, objects
        objects._buckets._data.clear()
        self._pending: list[Change] = []
        self._wanted: compaction.Numbers | None = None
        self._messages: dict[tuple[str, str], Any] = {}
        self._file = path.open("ab")
        self._set, self._remove, self._record = tables._set_item, tables._remove_item, tables._build_change_record
        tables._set_item, tables._remove_item, tables._build_change_record = self._on_set, self._on_remove, self._on_record

    def _on_set(self, table: Any, hash_key: str, range_key: str, item: Any) -> Any:
        if compaction.is_receipt(hash_key, item):
            self._wanted = compaction.numbers_of(self._tables._stream_records)
        self._pending.append({"t": table["TableName"], "k": [hash_key, range_key], "n": item})
        return self._set(table, hash_key, range_key, item)

    def _on_remove(self, table: Any, hash_key: str, range_key: str) -> Any:
        self._pending.append({"t": table["TableName"], "k": [hash_key, range_key], "n": None})
        return self._remove(table, hash_key, range_key)

    def _on_record(self, table: Any, *change: Any) -> Any:
        record = self._record(table, *change)
        self._pending.append({"t": table["TableName"], "r": record})
        return record

    def look_at_queues(self) -> None:
        """Notes what has come onto the queues, left them or moved to a dead-letter queue since the last time."""
        now = {(name, message["id"]): message for name, queue in self._named_queues().items() for message in queue["messages"]}
        for name, id_ in self._messages.keys() - now.keys():
            self._pending.append({"q": name, "k": [id_], "n": None})
        for name, id_ in now.keys() - self._messages.keys():
            self._pending.append({"q": name, "k": [id_], "n": now[name, id_]})
        self._messages = now

    def _named_queues(self) -> dict[str, Any]:
        return {queue["name"]: queue for queue in self._queues._queues.values()}

    def flush(self) -> None:
        """Writes the changes since the last time as one line, in one system call."""
        if self._pending:
            pending, self._pending = self._pending, []
            os.write(self._file.fileno(), _line(pending))
            for name in {name for change in pending if (name := _has_news(change))}:
                self._ring(name)

    def due(self, name: str) -> float | None:
        """When the next message of a queue can be received (epoch seconds), None where there is none, or no such queue."""
        queue = self._named_queues().get(name)
        return min((message["visible_at"] for message in queue["messages"]), default=None) if queue else None

    def restore(self) -> int:
        """Puts what the journal has into the tables and queues, which are there and empty. Returns the number of rows."""
        records, rows = compaction.latest(self._changes())
        since = max(map(_created, records), default=0) - _KEPT_SECONDS
        kept = [*(record for record in records if _created(record) >= since), *rows]
        for change in kept:
            self._apply(change)
        self._pending.clear()
        self.look_at_queues()
        self._pending.clear()
        self._rewrite(kept)
        self._objects._load_persisted_data()
        return len(rows)

    def _changes(self) -> Iterator[Change]:
        """All complete lines; the last one of a process that was killed may be half written, and was never acknowledged."""
        for line in self._path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield from json.loads(line)

    def _apply(self, change: Change) -> None:
        """One row where it belongs; what the template does not have any more is left out."""
        queue, table = self._named_queues().get(change.get("q", "")), self._tables._tables.get(change.get("t", ""))
        if queue is not None:
            queue["messages"].append(change["n"])
        elif table is not None and "r" in change:
            record = {**change["r"], "eventSourceARN": table["LatestStreamArn"]}
            self._tables._stream_records.setdefault(change["t"], []).append(record)
        elif table is not None:
            self._set(table, *change["k"], change["n"])

    def compact(self, is_read: Callable[[str, str], bool]) -> bool:
        """Rewrites the journal, once an erasure is complete and `is_read` says of each table and record that all readers have
        taken what was written until then. Returns whether it did.
        """
        if self._wanted is None or not compaction.are_read(self._wanted, is_read):
            return False
        self.flush()
        records, rows = compaction.latest(self._changes())
        self._rewrite([*compaction.bare(records, self._wanted), *rows])
        compaction.strip(self._tables._stream_records, self._wanted)
        self._wanted = None
        return True

    def _rewrite(self, changes: list[Change]) -> None:
        """Replaces the journal by what still matters."""
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.writelines(_line([change]) for change in changes)
        self._file.close()
        fresh.replace(self._path)
        self._file = self._path.open("ab")


def _line(changes: list[Change]) -> bytes:
    return json.dumps(changes, separators=(",", ":")).encode() + b"\n"


def _has_news(change: Change) -> str | None:
    """The name of the queue that has a new message, or of the table whose stream has a new record."""
    if "q" in change:
        return str(change["q"]) if change["n"] is not None else None
    return str(change["t"]) if "r" in change else None


def _created(change: Change) -> int:
    return _made(change["r"])


def _made(record: Any) -> int:
    return int(record["dynamodb"]["ApproximateCreationDateTime"])


def journaled(app: App, journal: Journal) -> App:
    """The app, whose answers leave only after what they acknowledge is in the journal."""

    async def wrapped(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == RESTORE:
            body = json.dumps({"rows": journal.restore()}).encode()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": body})
            return

        async def after_flush(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                if _is_for_queues(scope):
                    journal.look_at_queues()
                journal.flush()
            await send(message)

        await app(scope, receive, after_flush)

    return wrapped


def _is_for_queues(scope: Scope) -> bool:
    return any(name == b"x-amz-target" and value.startswith(b"AmazonSQS") for name, value in scope["headers"])


class Readers:
    """Who reads the streams, and how far: a record that all have taken leaves the memory."""

    def __init__(self, tables: Any) -> None:
        """`tables` is ministack's module of DynamoDB."""
        self._tables = tables
        self._last: dict[str, dict[str, str]] = {}

    def have_all(self, table: str, number: str) -> bool:
        """Whether all who read a table's stream have taken a record, or nobody reads it."""
        return all(last >= number for last in self._last.get(table, {}).values())

    def took(self, table: str, reader: str, number: str) -> None:
        """Notes the last record that a reader took. It stays in memory, because the reader goes on from there."""
        last = self._last.setdefault(table, {})
        last[reader] = number
        records, lowest = self._tables._stream_records.get(table) or [], min(last.values())
        until = time.time() - _TAKEN_SECONDS
        done = 0
        while done < len(records) and records[done]["dynamodb"]["SequenceNumber"] < lowest and _made(records[done]) < until:
            done += 1
        if done:
            del records[:done]
            self._tables._stream_trimmed[table] = self._tables._stream_trimmed.get(table, 0) + done


def keep_files_on_disk(objects: Any) -> None:
    """Lets ministack's S3 forget what an object's versions hold once the object is a file: it reads that again when asked. And
    has it delete the file of an object that is deleted, which it keeps beside the version where a bucket has versions.
    """
    persist = objects._persist_object

    def persist_and_forget(bucket: str, key: str, record: Any) -> None:
        persist(bucket, key, record)
        if isinstance(record, dict) and record.get("body") is None:
            for version in objects._object_versions.get((bucket, key), ()):
                if version["version_id"] == record.get("version_id"):
                    version["data"] = None

    mark = objects._record_delete_marker

    def mark_and_delete(bucket: str, key: str, before: Any) -> Any:
        marker = mark(bucket, key, before)
        objects._delete_persisted_object(bucket, key)
        return marker

    objects._persist_object, objects._record_delete_marker = persist_and_forget, mark_and_delete


async def compact_when_wanted(journal: Journal, readers: Readers, versions: Path) -> None:
    """Compacts the journal soon after that is wanted, and removes old versions of objects, which AWS keeps for 35 days."""
    while True:
        await asyncio.sleep(_COMPACTS)
        if journal.compact(readers.have_all) and versions.exists():
            shutil.rmtree(versions)


def stop_with(parent: int) -> None:
    """Ends this process when its parent has: nothing is lost, the journal has it."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)


def main() -> None:
    """Serves until it is told to stop."""
    memory.give_back()
    port, path = int(sys.argv[1]), Path(sys.argv[2])
    os.environ |= {"GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "LOG_LEVEL": "ERROR"}
    os.environ |= {"S3_PERSIST": "1", "S3_DATA_DIR": str(path.with_name("files"))}
    threading.Thread(target=stop_with, args=(os.getppid(),), daemon=True).start()

    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app
    from ministack.services import dynamodb, s3, ses_v2, sqs

    mailbox = Mailbox(path.with_name("mail"))
    ses_v2._message_rejection = lambda *_: None  # which addresses may send is not in the journal, and mail goes to nobody
    ses_v2._sent_emails_list, ses_v2._parse_raw_mime = lambda: mailbox, mailbox.noting(ses_v2._parse_raw_mime)
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout = 75
    config.loglevel = "ERROR"
    keep_files_on_disk(s3)
    expressions.remember(dynamodb)
    bells = Bells(lambda name: journal.due(name))
    journal = Journal(path, dynamodb, sqs, s3, bells.ring)
    readers = Readers(dynamodb)
    serving = held(journaled(app, journal), bells, readers.took)

    async def run() -> None:
        compacting = asyncio.create_task(compact_when_wanted(journal, readers, path.with_name("files") / ".versions"))
        await serve(serving, config)  # type: ignore[arg-type]
        compacting.cancel()

    asyncio.run(run())


if __name__ == "__main__":
    main()
