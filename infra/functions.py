"""What Chalice can't set of functions: their log groups before they first run, how they log and are traced, the addresses
they tell, and their roles' policies once the addresses are known.
"""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3

from infra.adopt import REGION_TAG
from infra.aws import CannotDeploy, say

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_LOGGING: Any = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO"}


def log_groups(functions: Collection[str], days: int) -> None:
    """Creates the log groups of functions by name, and sets how many days they keep."""
    client = boto3.client("logs")
    for function in functions:
        log_group(client, f"/aws/lambda/{function}", days)
    say("logs", f"{len(functions)} groups, kept {days} days")


def log_group(client: "CloudWatchLogsClient", name: str, days: int) -> None:
    """Creates one unless it is there, and sets how many days it keeps."""
    with suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=name)
    client.put_retention_policy(logGroupName=name, retentionInDays=days)


def configure(functions: Collection[Any], environment: Mapping[str, str], *, traced: bool) -> None:
    """Sets logging and tracing and adds `environment`, and asserts it. Raises CannotDeploy where AWS says otherwise."""
    client = boto3.client("lambda")
    tracing: Any = {"Mode": "Active" if traced else "PassThrough"}
    wanted = {"Variables": environment, "LoggingConfig": _LOGGING, "TracingConfig": tracing}
    for function in functions:
        name = function["FunctionName"]
        if _differs(function, wanted):
            variables: Any = {"Variables": function.get("Environment", {}).get("Variables", {}) | environment}
            client.update_function_configuration(
                FunctionName=name, Environment=variables, LoggingConfig=_LOGGING, TracingConfig=tracing
            )
            client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300})
        found = _differs(client.get_function_configuration(FunctionName=name), wanted)
        if found:
            raise CannotDeploy(f"function {name} has {found}, which is not what was set")
    say("functions", f"{len(functions)} log as JSON and know {', '.join(environment.values())}")


def _differs(function: Any, wanted: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What the function has otherwise."""
    found = {**function, "Variables": function.get("Environment", {}).get("Variables", {})}
    return {
        name: found.get(part, {}).get(name)
        for part, values in wanted.items()
        for name, value in values.items()
        if found.get(part, {}).get(name) != value
    }


def set_policies(policies: Mapping[str, Any]) -> None:
    """Gives each role its policy, and asserts it. Raises CannotDeploy where AWS says otherwise.

    Chalice has done so, but what it has made itself (the WebSocket API) had no name yet when it first did.
    """
    client = boto3.client("iam")
    for role, policy in policies.items():
        named: Any = {"RoleName": role, "PolicyName": role}
        if client.get_role_policy(**named)["PolicyDocument"] != policy:
            client.put_role_policy(**named, PolicyDocument=json.dumps(policy))
        if client.get_role_policy(**named)["PolicyDocument"] != policy:
            raise CannotDeploy(f"role {role} did not take its policy")
    say("policies", f"{len(policies)} bound to this stage")


def tag_roles(roles: Collection[str], region: str) -> None:
    """Notes on the roles which region the stage lives in, because an account has them once for all regions."""
    client = boto3.client("iam")
    for role in roles:
        client.tag_role(RoleName=role, Tags=[{"Key": REGION_TAG, "Value": region}])
