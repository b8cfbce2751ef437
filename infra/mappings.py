"""What Chalice can't set of event source mappings, set and read back.

A mapping without ReportBatchItemFailures deletes what a handler reports as failed. Chalice creates mappings without it, with
app.py's batch size, and sets that size again with every deployment. So app.py's size is one, and the one call that asks for
partial responses also makes the batches larger: a mapping never has large batches without partial responses.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import boto3

from infra.adopt import service
from infra.aws import APP, CannotDeploy, say, until

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_PARTIAL = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
#: How many invocations a queue may have at once (2 to 1000), so that a backlog leaves the API its share. Timers have more, so
#: that 100,000 that are due at once are not a minute late; webhooks too, because one that does not answer keeps one busy for a
#: while.
_CONCURRENCY = {"routing": 20, "timers": 100, "notify": 20, "webhooks": 40}
_OTHERWISE = 10
#: Records of a stream that one invocation gets at most.
STREAM_BATCH = 100


def configure(stage: str, mappings: Collection[Any]) -> None:
    """Sets every mapping and asserts that it is set. Raises CannotDeploy where AWS says otherwise."""
    client, dead = boto3.client("lambda"), _dead_letters(stage)
    for mapping in mappings:
        _set(client, mapping["UUID"], _wanted(stage, mapping, dead))
    say("mappings", f"{len(mappings)} with partial responses")


def _wanted(stage: str, mapping: Any, dead: str) -> dict[str, Any]:
    source = mapping["EventSourceArn"]
    if service(source) == "sqs":
        most = _CONCURRENCY.get(source.split(":")[-1].removeprefix(f"{APP}-{stage}-"), _OTHERWISE)
        return _PARTIAL | {"BatchSize": 10, "ScalingConfig": {"MaximumConcurrency": most}}
    return _PARTIAL | {
        "BatchSize": STREAM_BATCH,
        # What counts knows a batch that comes again by its first record, so it must begin where it did.
        "BisectBatchOnFunctionError": not mapping["FunctionArn"].split(":")[-1].startswith(f"{APP}-{stage}-count_"),
        "MaximumRetryAttempts": 50,
        "DestinationConfig": {"OnFailure": {"Destination": dead}},
    }


def _dead_letters(stage: str) -> str:
    """ARN of the queue for what a stream's lambda can't take."""
    client = boto3.client("sqs")
    try:
        url = client.get_queue_url(QueueName=f"{APP}-{stage}-stream-dead")["QueueUrl"]
    except client.exceptions.QueueDoesNotExist as error:
        raise CannotDeploy(f"there is no queue {APP}-{stage}-stream-dead; the stack should have it") from error
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def _set(client: "LambdaClient", uuid: str, wanted: dict[str, Any]) -> None:
    def settled() -> bool:
        return client.get_event_source_mapping(UUID=uuid)["State"] in ("Enabled", "Disabled")

    until(settled, "an event source mapping")
    if _differs(client.get_event_source_mapping(UUID=uuid), wanted):
        client.update_event_source_mapping(UUID=uuid, **wanted)
        until(settled, "an event source mapping")
    found = _differs(client.get_event_source_mapping(UUID=uuid), wanted)
    if found:
        raise CannotDeploy(f"event source mapping {uuid} should have {wanted}, but has {found}")


def _differs(mapping: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """What the mapping has otherwise; of a destination config AWS may tell more than was set."""
    found = {name: mapping.get(name) for name in wanted}
    if found.get("DestinationConfig"):
        found["DestinationConfig"] = {"OnFailure": found["DestinationConfig"].get("OnFailure")}
    return {name: found[name] for name in wanted if found[name] != wanted[name]}
