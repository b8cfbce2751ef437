"""Streams → queues: publishes changes of the tables' rows as events, and stores what event logs and webhooks need of them.

A failed batch comes again from the first record that was not published in full. The process then does not repeat what it has
sent to a queue. Rows for event logs and webhooks are stored before that, and storing them twice does no harm.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chalicelib import context, telemetry
from chalicelib.desk.conversations import event_logs, triggers
from chalicelib.desk.core import changes, publishing
from chalicelib.desk.core.cache import TimedCache
from chalicelib.desk.core.changes import Measures
from chalicelib.desk.core.events import Event, TriggerEvents
from chalicelib.desk.core.publishing import Copy
from chalicelib.desk.integrations import outbox
from chalicelib.desk.people import logged_people
from chalicelib.telemetry import Line

Record = dict[str, Any]
#: What was sent of records that come again: by record, place in it and queue, for as long as a stream keeps its records.
_sent: TimedCache[bool] = TimedCache(seconds=86_400)


class _Meaning(NamedTuple):
    """What a record means, under the id that it keeps when it comes again."""

    record: str
    events: list[Event]
    measures: Measures


def relay(table: str, records: Sequence[Record]) -> dict[str, Any]:
    """Publishes what a batch of a table's stream means. Returns Lambda's partial batch response: where a record can't be read, or
    a queue does not take all, the batch comes again from that record on.

    Raises telemetry.Failed where that is the first record. So a batch of one is never answered with its failure, which a
    mapping that does not ask for partial responses would take for success. A batch has one line, because each message is a
    record.
    """
    with Line("batch", job="relay", table=table, records=len(records)) as line:
        line.add(first_id=records[0]["eventID"] if records else None)
        meant, unread = _read(table, records)
        _log(line, table, records[: len(meant)])
        _keep(line, table, records, meant)
        done, unsent = _publish(meant, context.system().now)
        _tell(line, meant[:done])
        failure = unsent or unread
        if failure is None:
            return {"batchItemFailures": []}
        line.add(failed_id=records[done]["eventID"])
        if done == 0:
            raise failure
        line.failed(failure)
        return {"batchItemFailures": [{"itemIdentifier": records[done]["dynamodb"]["SequenceNumber"]}]}


def _read(table: str, records: Sequence[Record]) -> tuple[list[_Meaning], Exception | None]:
    """Returns what records mean, up to the first that can't be read, and why it can't."""
    meant: list[_Meaning] = []
    for record in records:
        try:
            told, measures = changes.events_of(table, record["dynamodb"])
            meant.append(_Meaning(record["eventID"], [event for event in told if _is_wanted(event)], measures))
        except Exception as error:
            return meant, error
    return meant, None


def _is_wanted(event: Event) -> bool:
    """Returns whether to publish an event: one for triggers only where an enabled one is about it. A request a minute at most for
    each account that has them.
    """
    return not isinstance(event, TriggerEvents) or triggers.is_watched(context.system(event.account), event.happened)


def _log(line: Line, table: str, records: Sequence[Record]) -> None:
    """Keeps changes of conversations and people. Where that fails, the whole batch fails, because nothing is published yet."""
    keep = event_logs.keep if table == "conversations" else logged_people.keep
    line.add(logged=keep(context.system(), [record["dynamodb"] for record in records]) or None)


def _keep(line: Line, table: str, records: Sequence[Record], meant: Sequence[_Meaning]) -> None:
    """Keeps what webhooks are to be told, and adds that it is due to what records mean. Where that fails, the batch does."""
    due = outbox.keep(context.system(), table, [record["dynamodb"] for record in records[: len(meant)]])
    for one, events in zip(meant, due, strict=True):
        one.events.extend(events)
    line.add(webhooks=sum(map(len, due)) or None)


def _publish(meant: Sequence[_Meaning], now: int) -> tuple[int, Exception | None]:
    """Publishes what records mean. Returns how many, from the first on, are published in full, and why the next one is not."""
    places = [place for place, record in enumerate(meant) for _ in record.events]
    keys = _keys(meant)
    had = {copy for copy, key in keys.items() if _sent.get(key, now)}
    failed = publishing.send([event for record in meant for event in record.events], now, had)
    if not failed:
        return len(meant), None
    first = min(places[at] for at, _ in failed)
    for copy, key in keys.items():
        if copy not in failed and places[copy[0]] >= first:
            _sent.put(key, True, now)
    return first, next(iter(failed.values()))


def _keys(meant: Sequence[_Meaning]) -> dict[Copy, str]:
    """Returns the keys under which each event for each queue is remembered."""
    told = [(record.record, number, event) for record in meant for number, event in enumerate(record.events)]
    return {
        (at, queue): f"{record} {number} {queue}"
        for at, (record, number, event) in enumerate(told)
        for queue in publishing.SUBSCRIBERS[type(event)]
    }


def _tell(line: Line, meant: Sequence[_Meaning]) -> None:
    happened = [event for record in meant for event in record.events]
    line.add(
        events=len(happened), conversations=sorted({event.conversation for event in happened if hasattr(event, "conversation")})
    )
    line.measure(telemetry.ROUTING_WAIT, *(each.measures.waited for each in meant if each.measures.waited is not None))
    came = sum(each.measures.messages for each in meant)
    if came:
        line.measure(telemetry.MESSAGES, came)
