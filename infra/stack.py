"""infra/template.yaml as a CloudFormation stack: what holds data."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml

from infra import cloudformation
from infra.aws import APP, account, here

TEMPLATE = Path(__file__).with_name("template.yaml")


def name(stage: str) -> str:
    """The stack of a stage."""
    return f"{APP}-{stage}"


def create(stage: str) -> None:
    """Creates the stack in one call, and waits until it is there: for emulators."""
    client = boto3.client("cloudformation")
    parameters = [{"ParameterKey": "Stage", "ParameterValue": stage}]
    client.create_stack(StackName=name(stage), TemplateBody=TEMPLATE.read_text(), Parameters=parameters)  # type: ignore[arg-type]
    client.get_waiter("stack_create_complete").wait(StackName=name(stage), WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def apply(stage: str, mail_domain: str = "") -> None:
    """Brings the stack to the template, see cloudformation.apply; with what gets the mail of a domain. Raises CannotDeploy."""
    cloudformation.apply(name(stage), TEMPLATE, {"Stage": stage, "MailDomain": mail_domain})


def exists(stage: str) -> bool:
    """Whether the stage has a stack."""
    return cloudformation.exists(name(stage))


def delete(stage: str) -> None:
    """Deletes the stack, if there is one; tables and bucket stay, as the template says."""
    cloudformation.delete(name(stage))


def tables(stage: str) -> list[str]:
    """Names of the template's tables in a stage, whether they are there or not."""
    return [_named(table["TableName"], stage) for table in _resources("AWS::DynamoDB::Table")]


def queues(stage: str) -> list[str]:
    """Short names of the template's queues, those of dead letters among them."""
    names = [_named(queue["QueueName"], stage) for queue in _resources("AWS::SQS::Queue")]
    return [queue.removeprefix(f"{APP}-{stage}-") for queue in names]


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
    """The environment from which chalicelib/config.py reads the streams, which are ARNs by the table's short name."""
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
