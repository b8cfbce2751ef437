"""How the stack is brought to its template: shown first, nothing to change is fine, and no change takes data away."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from moto.cloudformation.models import CloudFormationBackend, cloudformation_backends
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.models import DEFAULT_ACCOUNT_ID

from infra import cloudformation, stack
from infra.aws import CannotDeploy

Said = pytest.CaptureFixture[str]


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudFormationBackend]:
    """moto's, which makes a change set without a change, as AWS does."""
    monkeypatch.setattr(CloudFormationResponse, "_validate_different_update", lambda *_: None)
    with mock_aws(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Tried to parse")
        yield cloudformation_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]


def test_it_is_created_shown_and_then_left_alone(backend: CloudFormationBackend, capsys: Said) -> None:
    stack.apply("some")
    assert "Add People (AWS::DynamoDB::Table)" in capsys.readouterr().out
    stack.apply("some")
    assert capsys.readouterr().out == "stack     no change\n"
    assert len(backend.stacks) == 1
    assert sorted(boto3.client("dynamodb").list_tables()["TableNames"]) == sorted(stack.tables("some"))
    assert stack.streams("some").keys() == {"people", "conversations"}
    assert [each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]] == [stack.bucket("some")]


def test_an_older_version_leaves_a_newer_stack_as_it_is(
    backend: CloudFormationBackend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Said
) -> None:
    stack.apply("some")
    older = tmp_path / "template.yaml"
    head, rest = stack.TEMPLATE.read_text().split("  Claims:\n")
    older.write_text(head + "  Conversations:\n" + rest.split("  Conversations:\n", 1)[1])
    monkeypatch.setattr(stack, "TEMPLATE", older)
    stack.apply("some")
    assert "left as it is: it has Claims" in capsys.readouterr().out
    assert {each.execution_status for each in backend.change_sets.values()} == {"EXECUTE_COMPLETE"}
    (only,) = backend.stacks.values()
    assert "Claims" in only.resource_map
    assert "polydesk-some-claims" in boto3.client("dynamodb").list_tables()["TableNames"]


def test_a_change_that_would_replace_a_table_is_refused() -> None:
    change = {"Action": "Modify", "LogicalResourceId": "Claims", "ResourceType": "AWS::DynamoDB::Table", "Replacement": "True"}
    with pytest.raises(CannotDeploy, match="Claims would be replaced by an empty one; nothing has been changed"):
        cloudformation._is_to_change([change])


def test_a_stack_that_is_busy_or_broken_is_left_to_a_person(backend: CloudFormationBackend) -> None:
    stack.apply("some")
    (only,) = backend.stacks.values()
    for state in ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"):
        only.status = state
        with pytest.raises(CannotDeploy, match=f"polydesk-some is {state}"):
            stack.apply("some")


def test_a_stack_whose_creation_failed_is_created_again(backend: CloudFormationBackend, capsys: Said) -> None:
    backend.create_stack("polydesk-some", '{"Resources": {}}', {})
    (only,) = backend.stacks.values()
    only.status = "ROLLBACK_COMPLETE"
    only._add_stack_event("CREATE_FAILED", resource_status_reason="the quota is reached")
    stack.apply("some")
    assert "its creation had failed, because the quota is reached; it is created again" in capsys.readouterr().out
    assert "polydesk-some-people" in boto3.client("dynamodb").list_tables()["TableNames"]
