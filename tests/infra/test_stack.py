"""How the stack is brought to its template: shown first, nothing to change is fine, and no change takes data away.

Its data is protected, and goes when a person says so.
"""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.cloudformation.models import CloudFormationBackend, cloudformation_backends
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.s3.models import FakeBucket

from infra import cloudformation, destroy, protection, restore, stack
from infra.aws import CannotDeploy
from tests.e2e import moto_shim

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
    head, rest = stack.TEMPLATE.read_text().split("  UniqueNames:\n")
    older.write_text(head + "  Conversations:\n" + rest.split("  Conversations:\n", 1)[1])
    monkeypatch.setattr(stack, "TEMPLATE", older)
    stack.apply("some")
    assert "left as it is: it has UniqueNames" in capsys.readouterr().out
    assert {each.execution_status for each in backend.change_sets.values()} == {"EXECUTE_COMPLETE"}
    (only,) = backend.stacks.values()
    assert "UniqueNames" in only.resource_map
    assert "polydesk-some-unique-names" in boto3.client("dynamodb").list_tables()["TableNames"]


def test_a_change_that_would_replace_a_table_is_refused() -> None:
    change = {
        "Action": "Modify",
        "LogicalResourceId": "UniqueNames",
        "ResourceType": "AWS::DynamoDB::Table",
        "Replacement": "True",
    }
    with pytest.raises(CannotDeploy, match="UniqueNames would be replaced by an empty one; nothing has been changed"):
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


def deletable(stage: str) -> list[str]:
    """Tables of the stage that anybody could delete."""
    client = boto3.client("dynamodb")
    described = [client.describe_table(TableName=table)["Table"] for table in stack.tables(stage)]
    return [each["TableName"] for each in described if not each["DeletionProtectionEnabled"]]


def test_no_table_can_be_deleted_and_no_update_of_the_stack_takes_one_away(backend: CloudFormationBackend) -> None:
    stack.apply("some")
    protection.apply("some")
    assert deletable("some") == []
    with pytest.raises(ClientError, match="DeletionProtectionEnabled"):
        boto3.client("dynamodb").delete_table(TableName="polydesk-some-people")
    body = boto3.client("cloudformation").get_stack_policy(StackName="polydesk-some")["StackPolicyBody"]
    (denied,) = [statement for statement in json.loads(body)["Statement"] if statement["Effect"] == "Deny"]
    assert set(denied["Action"]) == {"Update:Replace", "Update:Delete"}
    assert set(denied["Condition"]["StringEquals"]["ResourceType"]) == cloudformation._HOLD_DATA


def test_what_somebody_has_unprotected_is_protected_again(backend: CloudFormationBackend) -> None:
    stack.apply("some")
    protection.lift("polydesk-some-people")
    boto3.client("cloudformation").set_stack_policy(StackName="polydesk-some", StackPolicyBody='{"Statement": []}')
    assert deletable("some") == ["polydesk-some-people"]
    protection.apply("some")
    assert deletable("some") == []
    body = boto3.client("cloudformation").get_stack_policy(StackName="polydesk-some")["StackPolicyBody"]
    assert json.loads(body) == protection.POLICY


def test_restored_tables_are_protected(backend: CloudFormationBackend) -> None:
    stack.apply("some")
    restore.restore("some", "back")
    assert deletable("back") == []


def test_an_interrupted_destruction_leaves_the_rest_protected_and_a_deployment_protects_all(
    backend: CloudFormationBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Table, "create_from_cloudformation_json", classmethod(moto_shim._create_table))
    monkeypatch.setattr(FakeBucket, "create_from_cloudformation_json", classmethod(moto_shim._create_bucket))
    stack.apply("some")
    protection.apply("some")
    bucket, s3 = stack.bucket("some"), boto3.client("s3")
    for _ in range(2):
        s3.put_object(Bucket=bucket, Key="files/a", Body=b"a")
    s3.delete_object(Bucket=bucket, Key="files/a")
    with monkeypatch.context() as cut, pytest.raises(ClientError, match="cut"):
        delete, left = DynamoDBBackend.delete_table, iter(range(3))
        cut.setattr(DynamoDBBackend, "delete_table", lambda self, name: refuse() if next(left) == 2 else delete(self, name))
        destroy._data("some")
    assert not stack.exists("some")
    there = boto3.client("dynamodb").list_tables()["TableNames"]
    assert len(there) == len(stack.tables("some")) - 2
    stack.apply("some")
    protection.apply("some")
    assert deletable("some") == []
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) == 2
    destroy._data("some")
    assert boto3.client("dynamodb").list_tables()["TableNames"] == []
    assert s3.list_buckets()["Buckets"] == []


def refuse() -> None:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "cut"}}, "DeleteTable")
