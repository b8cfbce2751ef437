"""infra/watch.yaml as a CloudFormation stack: alarms and a dashboard. They cost money while idle, so they are optional."""

from pathlib import Path

from infra import cloudformation
from infra.aws import APP

TEMPLATE = Path(__file__).with_name("watch.yaml")


def apply(stage: str, email: str | None = None) -> None:
    """Brings a stage's alarms to the template, if it has any or `email` should get them ("" for nobody, None for no change).

    Raises CannotDeploy.
    """
    if email is not None or cloudformation.exists(_name(stage)):
        cloudformation.apply(_name(stage), TEMPLATE, {"Stage": stage, "AlarmEmail": email})


def delete(stage: str) -> None:
    """Deletes them, if there are any."""
    cloudformation.delete(_name(stage))


def _name(stage: str) -> str:
    return f"{APP}-{stage}-watch"
