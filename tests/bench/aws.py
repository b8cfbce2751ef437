"""The AWS of the benchmarks: dynoxide, whose capacity units are the true ones, and moto's queues; and what a call is billed."""

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from cfnlint.decode import decode
from moto import mock_aws

from chalicelib import config
from chalicelib.models import base, queues, storage
from infra.stack import TEMPLATE
from tests.bench.web import wait_for
from tests.waiting import free_port

#: The emulator; a static binary of 20 MB. Exact, because its units are what is measured with.
_DYNOXIDE = "@dynoxide/linux-x64@1.2.1"
_CREDENTIALS = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
_LOCAL: Any = {"core": {"passthrough": {"urls": [r"http://127\.0\.0\.1.*"]}}}
_TABLE = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "BillingMode")


class CannotMeasure(Exception):
    """What is needed is not there: the message says what."""


@contextmanager
def tables(data: Path) -> Iterator[str]:
    """DynamoDB with the template's tables, empty, in memory; the environment points to it. Yields its address."""
    with _dynoxide(data) as endpoint:
        os.environ |= _CREDENTIALS | {"AWS_ENDPOINT_URL_DYNAMODB": endpoint, "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": endpoint}
        client = boto3.client("dynamodb")
        for given in resources("AWS::DynamoDB::Table"):
            wanted = {name: given[name] for name in _TABLE if name in given}
            if "StreamSpecification" in given:
                wanted["StreamSpecification"] = {"StreamEnabled": True, **given["StreamSpecification"]}
            client.create_table(TableName=_name(given["TableName"]), **wanted)
        yield endpoint


@contextmanager
def whole(data: Path) -> Iterator[None]:
    """The tables, and in this process moto's queues."""
    with tables(data), queues_of_moto():
        yield


@contextmanager
def queues_of_moto() -> Iterator[None]:
    """In this process the template's queues, empty; what is on this machine answers as always."""
    with mock_aws(config=_LOCAL):
        for given in resources("AWS::SQS::Queue"):
            boto3.client("sqs").create_queue(QueueName=_name(given["QueueName"]))
        yield


def resources(kind: str) -> list[dict[str, Any]]:
    """Properties of the template's resources of a kind, as plain JSON."""
    template = json.loads(json.dumps(decode(str(TEMPLATE))[0]))
    return [entry["Properties"] for entry in template["Resources"].values() if entry["Type"] == kind]


def _name(given: dict[str, str]) -> str:
    return given["Fn::Sub"].replace("${Stage}", config.STAGE)


@contextmanager
def _dynoxide(data: Path) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([_installed(data), "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _installed(data: Path) -> Path:
    """The emulator's binary, fetched with npm the first time."""
    place, (name, _, _) = data / "dynoxide", _DYNOXIDE.rpartition("@")
    binary, mark = place / "node_modules" / name / "dynoxide", place / _DYNOXIDE.rpartition("@")[2]
    if not mark.exists():
        if not shutil.which("npm"):
            raise CannotMeasure("npm is needed to fetch dynoxide, the emulator that counts true capacity units")
        fetch = ["npm", "install", "--prefix", str(place), "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
        subprocess.run([*fetch, _DYNOXIDE], check=True)
        mark.touch()
    return binary


@dataclass
class Bill:
    """Requests by operation, and read and write units, for so many things together."""

    requests: list[str] = field(default_factory=list)
    reads: float = 0
    writes: float = 0
    of: int = 1

    @property
    def told(self) -> str:
        """The operations, each with how often it was asked for."""
        return ", ".join(f"{count} {operation}" for operation, count in Counter(self.requests).most_common())

    def add(self, operation: str, consumed: dict[str, Any]) -> None:
        """Adds what one table says that an operation consumed."""
        units = consumed["CapacityUnits"]
        writes = consumed.get("WriteCapacityUnits", 0 if operation in _READS else units)
        self.writes += writes
        self.reads += units - writes


_READS = {"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"}


@contextmanager
def billed() -> Iterator[Bill]:
    """What is sent to DynamoDB, SQS and the bucket meanwhile, and what it costs."""
    bill = Bill()

    def ask(params: dict[str, Any], model: Any, **_: Any) -> None:
        if "ReturnConsumedCapacity" in model.input_shape.members:
            params["ReturnConsumedCapacity"] = "INDEXES"

    def note(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        bill.requests.append(model.name)
        consumed = parsed.get("ConsumedCapacity", [])
        for entry in consumed if isinstance(consumed, list) else [consumed]:
            bill.add(model.name, entry)

    hooks: list[tuple[str, Any]] = [("provide-client-params", ask), ("after-call", note)]
    emitters = [client.meta.events for client in (base.connection.client, queues.client(), storage.client())]
    for emitter in emitters:
        for event, hook in hooks:
            emitter.register(event, hook)
    try:
        yield bill
    finally:
        for emitter in emitters:
            for event, hook in hooks:
                emitter.unregister(event, hook)
