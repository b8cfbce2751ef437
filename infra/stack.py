"""infra/template.yaml as a CloudFormation stack."""

from pathlib import Path

import boto3

TEMPLATE = Path(__file__).with_name("template.yaml")


def name(stage: str) -> str:
    """The stack of a stage."""
    return f"polydesk-{stage}"


def create(stage: str) -> None:
    """Creates the stack, and waits until it is there."""
    client = boto3.client("cloudformation")
    parameters = [{"ParameterKey": "Stage", "ParameterValue": stage}]
    client.create_stack(StackName=name(stage), TemplateBody=TEMPLATE.read_text(), Parameters=parameters)  # type: ignore[arg-type]
    client.get_waiter("stack_create_complete").wait(StackName=name(stage), WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def outputs(stage: str) -> dict[str, str]:
    """What the stack says of itself."""
    stack = boto3.client("cloudformation").describe_stacks(StackName=name(stage))["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
