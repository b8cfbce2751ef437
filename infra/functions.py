"""What Chalice can't set of functions: their log groups before they first run, how they log, the addresses they tell."""

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


def configure(functions: Collection[Any], environment: Mapping[str, str]) -> None:
    """Sets logging and adds `environment`, and asserts both. Raises CannotDeploy where AWS says otherwise."""
    client = boto3.client("lambda")
    for function in functions:
        name = function["FunctionName"]
        if _differs(function, environment):
            variables = function.get("Environment", {}).get("Variables", {}) | environment
            client.update_function_configuration(FunctionName=name, Environment={"Variables": variables}, LoggingConfig=_LOGGING)
            client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300})
        found = _differs(client.get_function_configuration(FunctionName=name), environment)
        if found:
            raise CannotDeploy(f"function {name} has {found}, which is not what was set")
    say("functions", f"{len(functions)} log as JSON and know {', '.join(environment.values())}")


def _differs(function: Any, environment: Mapping[str, str]) -> dict[str, Any]:
    """What the function has otherwise."""
    variables, logging = function.get("Environment", {}).get("Variables", {}), function.get("LoggingConfig", {})
    return {name: variables.get(name) for name in environment if variables.get(name) != environment[name]} | {
        name: logging.get(name) for name in _LOGGING if logging.get(name) != _LOGGING[name]
    }


def tag_roles(roles: Collection[str], region: str) -> None:
    """Notes on the roles which region the stage lives in, because an account has them once for all regions."""
    client = boto3.client("iam")
    for role in roles:
        client.tag_role(RoleName=role, Tags=[{"Key": REGION_TAG, "Value": region}])
