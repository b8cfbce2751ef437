"""`python -m infra.restore STAGE NEW [TIME]`: a stage's tables as they were at a time, as the tables of a new stage.

A table can't be given another's name, so the past comes back beside the present: `make deploy STAGE=NEW` then takes the
tables in, and both desks run until one is destroyed. Safe to repeat; files are in the bucket, which keeps its own.
"""

import argparse
import sys
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3

from infra import protection, stack
from infra.aws import APP, CannotDeploy, here, run, say, until

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def main() -> int:
    """Restores; returns the exit code."""
    parser = argparse.ArgumentParser(description="Restores a stage's tables into a new stage.")
    parser.add_argument("stage")
    parser.add_argument("new", help="the new stage's name")
    parser.add_argument("time", nargs="?", type=datetime.fromisoformat, help="as 2026-01-31T12:00:00+00:00; without: the latest")
    given = parser.parse_args()
    return run(partial(restore, given.stage, given.new, given.time))


def restore(stage: str, new: str, time: datetime | None = None) -> None:
    """Restores every table and gives it the stream, expiry, recovery and protection that it lacks. Raises CannotDeploy."""
    if here(stage) and stage == new:
        raise CannotDeploy("the new stage needs another name: a table can't be restored over itself")
    here(new)
    if time is not None and time.tzinfo is None:
        raise CannotDeploy("say the time with its zone, as 2026-01-31T12:00:00+00:00")
    client = boto3.client("dynamodb")
    pairs = [(table, f"{APP}-{new}-{table.removeprefix(f'{APP}-{stage}-')}") for table in stack.tables(stage)]
    for old, table in pairs:
        _start(client, old, table, time)
    for old, table in pairs:
        _finish(client, old, table)
        say("restored", table)


def _start(client: "DynamoDBClient", old: str, table: str, time: datetime | None) -> None:
    when: Any = {"UseLatestRestorableTime": True} if time is None else {"RestoreDateTime": time}
    try:
        client.restore_table_to_point_in_time(SourceTableName=old, TargetTableName=table, **when)
    except client.exceptions.TableAlreadyExistsException:
        say("restore", f"{table} is there")


def _finish(client: "DynamoDBClient", old: str, table: str) -> None:
    def active() -> bool:
        return client.describe_table(TableName=table)["Table"]["TableStatus"] == "ACTIVE"

    until(active, f"restoring {table}")
    stream = client.describe_table(TableName=old)["Table"].get("StreamSpecification")
    if stream and "StreamSpecification" not in client.describe_table(TableName=table)["Table"]:
        client.update_table(TableName=table, StreamSpecification=stream)
        until(active, f"the stream of {table}")
    expiry = client.describe_time_to_live(TableName=old)["TimeToLiveDescription"]
    if (
        "AttributeName" in expiry
        and "AttributeName" not in client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    ):
        specification: Any = {"Enabled": True, "AttributeName": expiry["AttributeName"]}
        client.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    recovery: Any = {"PointInTimeRecoveryEnabled": True}
    client.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
    protection.protect(table)


if __name__ == "__main__":
    sys.exit(main())
