"""Templates as CloudFormation stacks: brought there by change sets, which are shown; no change takes data away."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.exceptions import ClientError, WaiterError

from infra.aws import CannotDeploy, pages, say

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef

_NOTHING = ("didn't contain changes", "No updates are to be performed")
_READY = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
_EMPTY = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
_HOLD_DATA = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}


def apply(stack: str, template: Path, parameters: Mapping[str, str | None]) -> None:
    """Brings a stack to its template by a change set, which is shown first. It may have nothing to change.

    A parameter that is None is not changed. Tables and bucket that exist without a stack are imported into it, and never taken
    out. Raises CannotDeploy if the stack is busy or broken, or if a change would replace data.
    """
    client = boto3.client("cloudformation")
    state = _state(client, stack)
    if state in _EMPTY:
        say("stack", f"its creation had failed, because {_reason(client, stack)}; it is created again")
        _delete(client, stack)
        state = None
    if state not in (None, "REVIEW_IN_PROGRESS", *_READY):
        raise CannotDeploy(f"stack {stack} is {state}; let it settle, or mend it in CloudFormation, and run this again")
    kind: Literal["CREATE", "UPDATE"] = "UPDATE" if state in _READY else "CREATE"
    change_set = _propose(client, stack, kind, template, _given(parameters, kind))
    if change_set is None:
        return
    client.execute_change_set(ChangeSetName=change_set)
    try:
        waiter: Any = client.get_waiter(f"stack_{kind.lower()}_complete")  # type: ignore[call-overload]
        waiter.wait(StackName=stack, WaiterConfig={"Delay": 5, "MaxAttempts": 240})
    except WaiterError as error:
        raise CannotDeploy(f"stack {stack} did not change, because {_reason(client, stack)}") from error
    say("stack", f"{stack} is {_state(client, stack)}")


def _given(parameters: Mapping[str, str | None], kind: str) -> "list[ParameterTypeDef]":
    given: list[ParameterTypeDef] = []
    for name, value in parameters.items():
        if value is not None:
            given.append({"ParameterKey": name, "ParameterValue": value})
        elif kind == "UPDATE":
            given.append({"ParameterKey": name, "UsePreviousValue": True})
    return given


def exists(stack: str) -> bool:
    """Whether there is one of this name."""
    return _state(boto3.client("cloudformation"), stack) is not None


def _state(client: "CloudFormationClient", stack: str) -> str | None:
    try:
        return client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def _propose(
    client: "CloudFormationClient",
    stack: str,
    kind: Literal["CREATE", "UPDATE"],
    template: Path,
    parameters: "list[ParameterTypeDef]",
) -> str | None:
    """A change set's ARN, once it has been shown; None where nothing is to change."""
    change_set = client.create_change_set(
        StackName=stack,
        ChangeSetName=f"deploy-{time.time_ns()}",
        ChangeSetType=kind,
        TemplateBody=template.read_text(),
        Parameters=parameters,
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
        raise CannotDeploy(f"stack {stack} can't be changed: {reason}") from error
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


def _reason(client: "CloudFormationClient", stack: str) -> str:
    """The first failure among the stack's latest events."""
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event.get("ResourceStatus", "").endswith("_FAILED")]
    return failed[-1].get("ResourceStatusReason", "?") if failed else "CloudFormation does not say why"


def delete(stack: str) -> None:
    """Deletes a stack, if there is one; tables and bucket stay, as their template says."""
    if exists(stack):
        _delete(boto3.client("cloudformation"), stack)


def _delete(client: "CloudFormationClient", stack: str) -> None:
    client.delete_stack(StackName=stack)
    client.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 5, "MaxAttempts": 120})
