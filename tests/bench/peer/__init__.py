"""Polydesk against django-helpdesk on PostgreSQL, on one machine, interleaved: create, post, list, close at 100,000 tickets.

SIZE=… for fewer tickets, ROUNDS=… for other than five rounds. A tenth of them is open, and each round closes 54 of these.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Protocol

from tests.bench.figures import Report
from tests.bench.peer import helpdesk, postgres
from tests.bench.peer.desk import Desk
from tests.bench.web import Connection, Sample, timed

_AT_ONCE = 8
#: Requests in a round: over one connection, and over each of eight.
_TIMES, _TIMES_AT_ONCE = 10, 3
_SECONDS = 300
_STREAMED = ("conversations", "people")
#: What stands in the way of a local DynamoDB whose names are shorter than the real one's.
_UNCHECKED = "[default]\nparameter_validation = false\n"
_DESK = "desk: `make run`'s one process (HTTP and what AWS does between) over dynoxide 1.2 in memory."
_PEER = (
    f"peer: django-helpdesk 2.6.1, gunicorn with {helpdesk.WORKERS} workers of {helpdesk.THREADS} threads, PostgreSQL with 1 GB "
    "of shared buffers, connections kept, mails dropped. As shipped it waits for the disk (fsync). Mended: one count of ids, "
    "indexes on created and (status, created), four queries a page instead of three a row; no mails made; commits do not wait"
)


class Side(Protocol):
    """One of those compared: its port, and what is done by name."""

    name: str
    port: int
    operations: dict[str, Callable[[Connection], object]]


#: By side and operation, and whether over eight connections: a sample a round.
Samples = dict[tuple[str, str, int], list[Sample]]


def measure(report: Report) -> None:
    """Adds two ratios an operation: of times, and of application CPU. Both sides' are in its note."""
    from tests.bench.peer import spending  # only now, because it imports the desk, which reads the environment

    size, rounds = int(os.environ.get("SIZE") or 100_000), int(os.environ.get("ROUNDS") or 5)
    with ExitStack() as stack:
        desk = stack.enter_context(_desk(report.data, size, rounds))
        socket = stack.enter_context(postgres.cluster())
        commands = helpdesk.installed(report.data)
        helpdesk.create(commands, socket, size)
        shipped = stack.enter_context(helpdesk.served(commands, socket, "shipped", size))
        mended = stack.enter_context(helpdesk.served(commands, socket, "mended", size))
        _agree(shipped, mended)
        samples = _interleaved([shipped, mended, desk], rounds)
        spent = spending.measure(desk, mended, rounds)
    _tell(report, samples, size)
    spending.tell(report, spent)


@contextmanager
def _desk(data: Path, size: int, rounds: int) -> Iterator[Desk]:
    """A filled desk over dynoxide."""
    os.environ["POLYDESK_STAGE"] = "local"  # which the models read when they are imported, and `make run` uses
    from infra import demo
    from tests.bench.aws import queues_of_moto, tables
    from tests.bench.peer import desk, fill, spending

    with tempfile.TemporaryDirectory(prefix="desk-") as name, tables(data) as endpoint:
        folder = Path(name)
        _stream(False)  # so that what is filled in is no news
        with queues_of_moto():  # which are told of settings
            document = demo.create()
        fill.fill(int(endpoint.rpartition(":")[2]), document["account"]["app_uuid"], document["agents"], size)
        _stream(True)
        (folder / "desk.json").write_text(json.dumps(document))
        (folder / "aws").write_text(_UNCHECKED)
        os.environ["AWS_CONFIG_FILE"] = str(folder / "aws")
        with desk.running(folder) as port:
            side = desk.Desk(folder, port, size)
            side.expect((rounds + 1) * (_TIMES + _AT_ONCE * _TIMES_AT_ONCE + spending.TIMES))
            yield side


def _stream(enabled: bool) -> None:
    import boto3

    wanted = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"} if enabled else {"StreamEnabled": False}
    for table in _STREAMED:
        boto3.client("dynamodb").update_table(TableName=f"polydesk-local-{table}", StreamSpecification=wanted)  # type: ignore[arg-type]


def _agree(shipped: helpdesk.Helpdesk, mended: helpdesk.Helpdesk) -> None:
    """The mended list shows what the shipped one does."""
    for query in (helpdesk.EVERY, helpdesk.OPEN):
        one, other = (site.page(Connection(site.port), query) for site in (shipped, mended))
        if one != other:
            raise ValueError("the mended list does not show what the shipped one does")


def _interleaved(sides: list[Side], rounds: int) -> Samples:
    """All sides in turn, operation by operation; the first round warms up and is not kept.

    On a busy machine it is fewer rounds: no other begins once the time is over and one has been kept.
    """
    samples: Samples = {}
    until = time.monotonic() + _SECONDS
    for at in range(rounds + 1):
        if samples and time.monotonic() > until:
            break
        for operation in sides[-1].operations:
            for side in sides:
                for connections, times in _plan(side, operation, is_first=at == 1):
                    sample = timed(side.operations[operation], [Connection(side.port) for _ in range(connections)], times)
                    if at:
                        samples.setdefault((side.name, operation, connections), []).append(sample)
        sys.stderr.write(f"peer: round {at} of {rounds}\n")
    return samples


def _plan(side: Side, operation: str, *, is_first: bool) -> list[tuple[int, int]]:
    """Connections, and requests over each of them. What takes seconds is asked once a round; by all at once in one round only."""
    if operation not in side.operations:
        return []
    if side.name == "shipped" and operation.startswith("list"):
        return [(1, 1), (_AT_ONCE, 1)] if is_first else [(1, 1)]
    return [(1, _TIMES), (_AT_ONCE, _TIMES_AT_ONCE)]


def _tell(report: Report, samples: Samples, size: int) -> None:
    runs_on = f"{_DESK} {_PEER}"
    report.add("tickets on each side", size, "tickets", note=runs_on)
    for peer in ("shipped", "mended"):
        for operation in ("create", "post", "list, all", "list, open", "close"):
            for connections in (1, _AT_ONCE):
                _ratio(report, samples, (peer, operation, connections), operation, size)
    for connections in (1, _AT_ONCE):
        _ratio(report, samples, ("mended", "create", connections), "chat of a new visitor", size)


def _ratio(report: Report, samples: Samples, key: tuple[str, str, int], ours: str, size: int) -> None:
    """How many times the peer's latency is of ours, and its throughput where there are several connections."""
    peer, _, connections = key
    theirs, desk = samples[key], samples["desk", ours, connections]
    times = [median(sample.median for sample in side) for side in (theirs, desk)]
    rates = [median(sample.rate for sample in side) for side in (theirs, desk)]
    value = times[0] / times[1] if connections == 1 else rates[1] / rates[0]
    said = f"{times[0]:.1f} ms against {times[1]:.1f}; {rates[0]:.1f} a second against {rates[1]:.1f}"
    name = f"{ours}, {peer}, {'one connection' if connections == 1 else f'{connections} connections'}"
    report.add(name, value, "x peer/desk", note=f"{said}. {size:,} tickets")
