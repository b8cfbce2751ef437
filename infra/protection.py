"""What keeps data from being lost by mistake: each table's own protection, the bucket's versions, and the stack's policy."""

import json
from typing import Any

import boto3

from infra import stack
from infra.aws import CannotDeploy, say, until

#: No update of the stack, by any person or tool, may replace or delete a table or the bucket.
POLICY = {
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["Update:Replace", "Update:Delete"],
            "Resource": "*",
            "Condition": {"StringEquals": {"ResourceType": ["AWS::DynamoDB::Table", "AWS::S3::Bucket"]}},
        },
    ]
}


def apply(stage: str) -> None:
    """Protects the stage's stack, tables and bucket, and asserts it. Raises CannotDeploy where AWS says otherwise.

    The template says it of tables and bucket as well, but CloudFormation takes in what is there already as it is.
    """
    client, name = boto3.client("cloudformation"), stack.name(stage)
    if _policy(client, name) != POLICY:
        client.set_stack_policy(StackName=name, StackPolicyBody=json.dumps(POLICY))
    if _policy(client, name) != POLICY:
        raise CannotDeploy(f"stack {name} did not take its policy")
    for table in stack.tables(stage):
        protect(table)
    _keep_versions(stack.bucket(stage))
    say("protected", f"{len(stack.tables(stage))} tables, the bucket and the stack")


def _policy(client: Any, name: str) -> Any:
    return json.loads(client.get_stack_policy(StackName=name).get("StackPolicyBody") or "null")


def _keep_versions(bucket: str) -> None:
    client = boto3.client("s3")
    if client.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    if client.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
        raise CannotDeploy(f"bucket {bucket} does not keep versions")


def protect(table: str) -> None:
    """Makes a table undeletable. Raises CannotDeploy where it is not so then."""
    _set(table, protected=True)


def lift(table: str) -> None:
    """Makes a table deletable. Raises the client's ResourceNotFoundException where there is none."""
    _set(table, protected=False)


def _set(table: str, *, protected: bool) -> None:
    client = boto3.client("dynamodb")

    def described() -> Any:
        return client.describe_table(TableName=table)["Table"]

    if described().get("DeletionProtectionEnabled", False) != protected:
        client.update_table(TableName=table, DeletionProtectionEnabled=protected)
        until(lambda: described()["TableStatus"] == "ACTIVE", f"the protection of {table}")
    if described().get("DeletionProtectionEnabled", False) != protected:
        raise CannotDeploy(f"table {table} should have deletion protection {'on' if protected else 'off'}")
