"""`make destroy STAGE=…`: takes the code away and keeps the data; DATA_TOO=yes takes that as well, once the name is typed.

Tables, queues and bucket are the stack's, which stays: the next `make deploy` finds its data.
"""

import argparse
import sys
from functools import partial
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra import adopt, gateway, project, protection, stack, watch
from infra.aws import APP, CannotDeploy, here, pages, run, say


def main() -> int:
    """Destroys a stage; returns the exit code."""
    parser = argparse.ArgumentParser(description="Removes a stage's code; safe to repeat.")
    parser.add_argument("stage")
    parser.add_argument("--data-too", default="no", help="yes: tables, files, queues and logs as well")
    given = parser.parse_args()
    return run(partial(destroy, given.stage, data_too=given.data_too == "yes"))


def destroy(stage: str, data_too: bool = False) -> None:
    """Removes what `chalice deploy` has made and, if asked for, all data. Raises CannotDeploy."""
    say("destroy", f"{stage} in {here(stage)}")
    if data_too:
        _ask(stage)
    _code(stage)
    watch.delete(stage)
    if data_too:
        _data(stage)
    elif stack.exists(stage):
        say("kept", f"stack {stack.name(stage)}: tables, queues and files; logs until they expire")


def _ask(stage: str) -> None:
    """Raises CannotDeploy unless the stage's name is typed."""
    print(f"This deletes all conversations, people and files of stage {stage}. Type its name: ", end="", flush=True)
    if sys.stdin.readline().strip() != stage:
        raise CannotDeploy("that is not its name; nothing has been deleted")


def _code(stage: str) -> None:
    folder = project.prepare(stage)
    found = adopt.find(stage, _streams(stage))
    if not found.records(stage):
        return say("chalice", "nothing is deployed")
    project.configure(stage, folder, {})
    project.record(stage, folder, found.records(stage))
    project.chalice("delete", stage, folder, {})
    project.hand_back(stage, folder)
    left = adopt.find(stage, _streams(stage)).records(stage)
    if left:
        raise CannotDeploy(f"`chalice delete` left {', '.join(record['name'] for record in left)}; run this again")
    return say("chalice", f"{len(found.records(stage))} resources deleted")


def _streams(stage: str) -> list[str]:
    try:
        return list(stack.streams(stage).values())
    except boto3.client("dynamodb").exceptions.ResourceNotFoundException:
        return []


def _data(stage: str) -> None:
    stack.delete(stage)
    client = boto3.client("dynamodb")
    for table in stack.tables(stage):
        try:
            protection.lift(table)  # one by one, so that an interruption leaves the others protected
            client.delete_table(TableName=table)
        except client.exceptions.ResourceNotFoundException:
            continue
        client.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig={"Delay": 5, "MaxAttempts": 120})
        say("data", f"table {table} deleted")
    _empty_bucket(stack.bucket(stage))
    _logs(stage)


def _empty_bucket(bucket: str) -> None:
    client = boto3.client("s3")
    try:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            entries: list[Any] = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            if entries:
                doomed: Any = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
                client.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})
        client.delete_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
    else:
        say("data", f"bucket {bucket} deleted")


def _logs(stage: str) -> None:
    client = boto3.client("logs")
    ours = [gateway.access_log(stage), f"/aws/lambda/{APP}-{stage}"]
    for group in pages(client, "describe_log_groups", "logGroups", logGroupNamePrefix=f"/aws/lambda/{APP}-{stage}-"):
        ours.append(group["logGroupName"])
    for name in ours:
        try:
            client.delete_log_group(logGroupName=name)
        except client.exceptions.ResourceNotFoundException:
            continue


if __name__ == "__main__":
    sys.exit(main())
