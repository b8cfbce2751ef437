"""infra/template.yaml as a CloudFormation stack."""

import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import boto3
import yaml
from botocore.exceptions import ClientError, WaiterError

from infra.aws import APP, CannotDeploy, account, here, pages, say

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

TEMPLATE = Path(__file__).with_name("template.yaml")
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_READY = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
_EMPTY = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
_HOLD_DATA = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}


def name(stage: str) -> str:
    """The stack of a stage."""
    return f"{APP}-{stage}"


def create(stage: str) -> None:
    """Creates the stack in one call, and waits until it is there: for emulators."""
    client = boto3.client("cloudformation")
    parameters = [{"ParameterKey": "Stage", "ParameterValue": stage}]
    client.create_stack(StackName=name(stage), TemplateBody=TEMPLATE.read_text(), Parameters=parameters)  # type: ignore[arg-type]
    client.get_waiter("stack_create_complete").wait(StackName=name(stage), WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def apply(stage: str) -> None:
    """Brings the stack to the template by a change set, which is shown first. Nothing to change is fine.

    Tables and bucket that are there without a stack are taken in; none is ever taken out. Raises CannotDeploy where the
    stack is busy or broken, and where a change would replace data.
    """
    client = boto3.client("cloudformation")
    state = _state(client, stage)
    if state in _EMPTY:
        say("stack", f"its creation had failed, because {_reason(client, stage)}; it is created again")
        _delete(client, stage)
        state = None
    if state not in (None, "REVIEW_IN_PROGRESS", *_READY):
        raise CannotDeploy(f"stack {name(stage)} is {state}; let it settle, or mend it in CloudFormation, and run this again")
    kind: Literal["CREATE", "UPDATE"] = "UPDATE" if state in _READY else "CREATE"
    change_set = _propose(client, stage, kind)
    if change_set is None:
        return
    client.execute_change_set(ChangeSetName=change_set)
    try:
        waiter: Any = client.get_waiter(f"stack_{kind.lower()}_complete")  # type: ignore[call-overload]
        waiter.wait(StackName=name(stage), WaiterConfig={"Delay": 5, "MaxAttempts": 240})
    except WaiterError as error:
        raise CannotDeploy(f"stack {name(stage)} did not change, because {_reason(client, stage)}") from error
    say("stack", f"{name(stage)} is {_state(client, stage)}")


def exists(stage: str) -> bool:
    """Whether the stage has a stack."""
    return _state(boto3.client("cloudformation"), stage) is not None


def _state(client: "CloudFormationClient", stage: str) -> str | None:
    try:
        return client.describe_stacks(StackName=name(stage))["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def _propose(client: "CloudFormationClient", stage: str, kind: Literal["CREATE", "UPDATE"]) -> str | None:
    """A change set's ARN, once it has been shown; None where nothing is to change."""
    change_set = client.create_change_set(
        StackName=name(stage),
        ChangeSetName=f"deploy-{time.time_ns()}",
        ChangeSetType=kind,
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": "Stage", "ParameterValue": stage}],
        ImportExistingResources=True,
    )["Id"]
    try:
        client.get_waiter("change_set_create_complete").wait(ChangeSetName=change_set, WaiterConfig={"Delay": 2})
    except WaiterError as error:
        reason = client.describe_change_set(ChangeSetName=change_set).get("StatusReason", "")
        client.delete_change_set(ChangeSetName=change_set)
        if any(words in reason for words in _NOTHING):
            say("stack", "no change")
            return None
        raise CannotDeploy(f"stack {name(stage)} can't be changed: {reason}") from error
    changes = [entry["ResourceChange"] for entry in pages(client, "describe_change_set", "Changes", ChangeSetName=change_set)]
    if _is_to_change(changes):
        return change_set
    client.delete_change_set(ChangeSetName=change_set)
    return None


def _is_to_change(changes: list[dict[str, Any]]) -> bool:
    """Shows the changes. False where the stack has data that the template knows nothing of: this is an older version, whose
    code works with the newer stack. Raises CannotDeploy where data would be replaced.
    """
    for change in changes:
        replaced = ", replaced" if change.get("Replacement") == "True" else ""
        say("stack", f"{change['Action']} {change['LogicalResourceId']} ({change['ResourceType']}){replaced}")
        if change["ResourceType"] in _HOLD_DATA and replaced:
            raise CannotDeploy(f"{change['LogicalResourceId']} would be replaced by an empty one; nothing has been changed")
    newer = [each["LogicalResourceId"] for each in changes if each["ResourceType"] in _HOLD_DATA and each["Action"] == "Remove"]
    if newer:
        say("stack", f"left as it is: it has {', '.join(newer)}, which this version knows nothing of")
    return not newer


def _reason(client: "CloudFormationClient", stage: str) -> str:
    """The first failure among the stack's latest events."""
    events = client.describe_stack_events(StackName=name(stage))["StackEvents"]
    failed = [event for event in events if event.get("ResourceStatus", "").endswith("_FAILED")]
    return failed[-1].get("ResourceStatusReason", "?") if failed else "CloudFormation does not say why"


def delete(stage: str) -> None:
    """Deletes the stack, if there is one; tables and bucket stay, as the template says."""
    if exists(stage):
        _delete(boto3.client("cloudformation"), stage)


def _delete(client: "CloudFormationClient", stage: str) -> None:
    client.delete_stack(StackName=name(stage))
    client.get_waiter("stack_delete_complete").wait(StackName=name(stage), WaiterConfig={"Delay": 5, "MaxAttempts": 120})


def tables(stage: str) -> list[str]:
    """Names of the template's tables in a stage, whether they are there or not."""
    return [_named(table["TableName"], stage) for table in _resources("AWS::DynamoDB::Table")]


def bucket(stage: str) -> str:
    """The bucket's name in a stage, whether it is there or not."""
    (only,) = _resources("AWS::S3::Bucket")
    return _named(only["BucketName"], stage)


def streams(stage: str) -> dict[str, str]:
    """ARNs of the tables' streams by the table's short name, as DynamoDB says now: a restored table has another one."""
    client = boto3.client("dynamodb")
    names = [_named(table["TableName"], stage) for table in _resources("AWS::DynamoDB::Table") if "StreamSpecification" in table]
    described = [client.describe_table(TableName=table)["Table"] for table in names]
    return {table["TableName"].removeprefix(f"{APP}-{stage}-"): table["LatestStreamArn"] for table in described}


def variables(streams: Mapping[str, str]) -> dict[str, str]:
    """The environment in which chalicelib/config.py finds streams, which are ARNs by the table's short name."""
    return {f"POLYDESK_STREAM_{table.upper()}": arn for table, arn in streams.items()}


def _named(template: str, stage: str) -> str:
    text = template.replace("${Stage}", stage)
    if "${AWS::" in text:
        text = text.replace("${AWS::AccountId}", account()).replace("${AWS::Region}", here(stage))
    return text


def _resources(kind: str) -> list[Any]:
    return [entry["Properties"] for entry in _template()["Resources"].values() if entry["Type"] == kind]


@cache
def _template() -> Any:
    """The template, whose functions (!Sub, !GetAtt) stand for their argument."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, _, node: getattr(node, "value", None))
    return yaml.load(TEMPLATE.read_text(), Loader)  # noqa: S506 (a safe one)
